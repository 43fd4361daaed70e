/* fuzz/strict.c - the reader: a cursor over the text, one function for each rule of the grammar. */

#include "strict.h"

#include <string.h>

typedef struct cursor {
    tp_bytes rest;
    strict_result result; /* BAD or PART end the reading */
} cursor;

static bool stop(cursor *c, strict_result result)
{
    c->result = result;
    return false;
}

static bool is_token(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_visible(char c)
{
    return (unsigned char)c > 0x20 && c != 0x7F;
}

static bool is_text(char c)
{
    return is_visible(c) || c == ' ' || c == '\t';
}

/* A line without its CR LF; neither may stand alone. */
static bool take_line(cursor *c, tp_bytes *line)
{
    size_t end = tp_bytes_find(c->rest, '\n');

    *line = tp_bytes_of(c->rest.data, end);
    if (end == c->rest.length)
        return stop(c, STRICT_PART);
    if (end == 0 || c->rest.data[end - 1] != '\r' || tp_bytes_find(*line, '\r') != end - 1)
        return stop(c, STRICT_BAD);
    line->length--;
    c->rest = tp_bytes_from(c->rest, end + 1);
    return true;
}

static bool all(tp_bytes text, bool (*is)(char c))
{
    for (size_t i = 0; i < text.length; i++)
        if (!is(text.data[i]))
            return false;
    return true;
}

/* `HTTP/1.x` with one digit. */
static bool read_version(cursor *c, tp_bytes text, strict_message *m)
{
    if (text.length != 8 || memcmp(text.data, "HTTP/1.", 7) != 0 || (text.data[7] != '0' && text.data[7] != '1'))
        return stop(c, STRICT_BAD);
    m->minor = (unsigned)(text.data[7] - '0');
    return true;
}

static bool read_request_line(cursor *c, tp_bytes line, strict_message *m)
{
    size_t end = tp_bytes_find(line, ' ');
    tp_bytes rest = tp_bytes_from(line, end + 1);
    size_t space = tp_bytes_find(rest, ' ');

    m->method = tp_bytes_of(line.data, end);
    m->target = tp_bytes_of(rest.data, space);
    if (!end || !space || !all(m->method, is_token) || !all(m->target, is_visible))
        return stop(c, STRICT_BAD);
    return read_version(c, tp_bytes_from(rest, space + 1), m);
}

static bool read_status_line(cursor *c, tp_bytes line, strict_message *m)
{
    uint64_t status;

    if (line.length < 12 || line.data[8] != ' ' || !tp_bytes_number(tp_bytes_of(line.data + 9, 3), &status) || status < 100)
        return stop(c, STRICT_BAD);
    if ((line.length > 12 && line.data[12] != ' ') || tp_bytes_find(line, 0) < line.length)
        return stop(c, STRICT_BAD);
    m->odd = !all(tp_bytes_from(line, 13), is_text);
    m->status = (int)status;
    return read_version(c, tp_bytes_of(line.data, 8), m);
}

static bool read_field(tp_bytes line, tp_header *field)
{
    size_t colon = tp_bytes_find(line, ':');

    *field = (tp_header){ tp_bytes_of(line.data, colon), tp_bytes_trim(tp_bytes_from(line, colon + 1)) };
    return colon && colon < line.length && all(field->name, is_token) && all(field->value, is_text);
}

/* RFC 9110 6.5.1: what frames a message has no place behind it. */
static bool is_framing(tp_bytes name)
{
    return tp_bytes_equal_nocase(name, TP_BYTES("content-length")) || tp_bytes_equal_nocase(name, TP_BYTES("transfer-encoding"));
}

/* Fields up to the empty line. Nobody passes those of a trailer on. */
static bool read_fields(cursor *c, strict_message *m, bool trailer)
{
    tp_header field;
    tp_bytes line;
    bool good;

    for (;;) {
        if (!take_line(c, &line))
            return false;
        if (line.length == 0)
            break;
        good = read_field(line, &field);
        m->odd = m->odd || !good || (is_framing(field.name) && (trailer || tp_bytes_find(line, '\t') < line.length)); /* llhttp: no tabs */
        if (!trailer && (!good || m->count == STRICT_FIELDS))
            return stop(c, STRICT_BAD);
        if (!trailer)
            m->fields[m->count++] = field;
    }
    return true;
}

size_t strict_field(const strict_message *m, const char *name, tp_bytes *last)
{
    size_t count = 0;

    for (size_t i = 0; i < m->count; i++) {
        if (!tp_bytes_equal_nocase(m->fields[i].name, tp_bytes_text(name)))
            continue;
        *last = m->fields[i].value;
        count++;
    }
    return count;
}

static bool take_body(cursor *c, strict_message *m, uint64_t length)
{
    tp_bytes part = tp_bytes_of(c->rest.data, length < c->rest.length ? (size_t)length : c->rest.length);

    tp_buffer_add(&m->body, part);
    c->rest = tp_bytes_from(c->rest, part.length);
    return part.length == length || stop(c, STRICT_PART);
}

/* name or name=value, both tokens. */
static bool is_plain_item(tp_bytes item)
{
    size_t end = tp_bytes_find(item, '=');
    tp_bytes name = tp_bytes_of(item.data, end), value = tp_bytes_from(item, end + 1);

    return name.length && all(name, is_token) && (end == item.length || (value.length && all(value, is_token)));
}

/* Behind one with a value llhttp 8 refuses another. */
static bool is_plain_extension(tp_bytes rest)
{
    bool plain = true, valued = false;

    while (rest.length && plain) {
        tp_bytes behind = tp_bytes_from(rest, 1), item = tp_bytes_of(behind.data, tp_bytes_find(behind, ';'));

        plain = rest.data[0] == ';' && is_plain_item(item) && !valued;
        valued = tp_bytes_find(item, '=') < item.length;
        rest = tp_bytes_from(behind, item.length);
    }
    return plain;
}

/* Hexadecimal digits, then nothing or an extension. */
static bool read_size(cursor *c, tp_bytes line, uint64_t *size, strict_message *m)
{
    size_t i = 0;

    for (*size = 0; i < line.length; i++) {
        static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
        const char *at = line.data[i] ? strchr(DIGITS, line.data[i]) : NULL;

        if (!at)
            break;
        if (*size >> 60)
            return stop(c, STRICT_BAD);
        *size = *size << 4 | (uint64_t)((at - DIGITS) % 16);
    }
    m->odd = m->odd || !is_plain_extension(tp_bytes_from(line, i));
    if (i == 0 || (i < line.length && !strchr("; \t", line.data[i])) || !all(tp_bytes_from(line, i), is_text))
        return stop(c, STRICT_BAD);
    return true;
}

static bool read_chunks(cursor *c, strict_message *m)
{
    uint64_t size;
    tp_bytes line;

    do {
        if (!take_line(c, &line) || !read_size(c, line, &size, m))
            return false;
        if (size && (!take_body(c, m, size) || !take_line(c, &line)))
            return false;
        if (size && line.length)
            return stop(c, STRICT_BAD);
    } while (size);
    return read_fields(c, m, true);
}

/* RFC 9112 6.3, with every doubt a fault. */
static bool read_body(cursor *c, strict_message *m, bool bodiless)
{
    tp_bytes length = { NULL, 0 }, coding = { NULL, 0 };
    size_t lengths = strict_field(m, "content-length", &length), codings = strict_field(m, "transfer-encoding", &coding);
    uint64_t size = 0;

    if (lengths > 1 || (lengths && codings) || (lengths && !tp_bytes_number(length, &size)))
        return stop(c, STRICT_BAD);
    m->odd |= lengths && size > INT64_MAX;
    if (bodiless)
        return true;
    if (codings > 1 || (codings && m->minor == 0))
        return stop(c, STRICT_BAD);
    m->chunked = codings && tp_bytes_equal_nocase(coding, TP_BYTES("chunked"));
    if (m->chunked)
        return read_chunks(c, m);
    if (codings)
        return stop(c, STRICT_BAD);
    if (lengths)
        return take_body(c, m, size);
    m->until_close = m->status != 0;
    return !m->until_close || take_body(c, m, c->rest.length);
}

static strict_result read_message(tp_bytes text, bool request, bool bodiless, strict_message *m)
{
    cursor c = { .rest = text };
    tp_bytes line;
    bool good;

    *m = (strict_message){ .body = TP_BUFFER(SIZE_MAX / 4) };
    good = take_line(&c, &line) && (request ? read_request_line(&c, line, m) : read_status_line(&c, line, m)) && read_fields(&c, m, false);
    m->has_head = good;
    bodiless = bodiless || (!request && (m->status < 200 || m->status == 204 || m->status == 304));
    if (good)
        read_body(&c, m, bodiless);
    m->used = text.length - c.rest.length;
    return c.result;
}

strict_result strict_request(tp_bytes text, strict_message *m)
{
    return read_message(text, true, false, m);
}

strict_result strict_reply(tp_bytes text, bool bodiless, strict_message *m)
{
    return read_message(text, false, bodiless, m);
}

void strict_free(strict_message *m)
{
    tp_buffer_free(&m->body);
}
