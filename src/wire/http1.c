/* wire/http1.c - gathers and checks heads, lets llhttp read them, and bounds what it does not. */

#include "wire/http1.h"

#include <stdio.h>

enum { MOST_BETWEEN = 16 << 10, MOST_NAMED = 1024, LINE_ROOM = 64 };

/* llhttp's callbacks find the running read through parser->data. */
static tp_http1_read *reading(llhttp_t *parser)
{
    return ((tp_http1 *)parser->data)->read;
}

/* Trailers are dropped; of their names only the beginning is kept, which may come in pieces. */
static int on_trailer(tp_http1 *http, const char *at, size_t length)
{
    size_t room = sizeof(http->trailer) - http->trailer_length;

    length = length < room ? length : room;
    memcpy(http->trailer + http->trailer_length, at, length);
    http->trailer_length += (unsigned char)length;
    return 0;
}

/* One that would frame the message can fool whoever reads it otherwise; newer versions of llhttp refuse it themselves. */
static int on_field_complete(llhttp_t *parser)
{
    tp_http1 *http = parser->data;
    tp_bytes name = tp_bytes_of(http->trailer, http->trailer_length);

    http->trailer_length = 0;
    if (!tp_bytes_equal_nocase(name, TP_BYTES("content-length")) && !tp_bytes_equal_nocase(name, TP_BYTES("transfer-encoding")))
        return 0;
    llhttp_set_error_reason(parser, "a trailer frames the message");
    return HPE_USER;
}

static int on_field(llhttp_t *parser, const char *at, size_t length)
{
    tp_http1_read *read = reading(parser);
    tp_http1_head *head = &read->parsed;

    if (((tp_http1 *)parser->data)->in_body)
        return on_trailer(parser->data, at, length);
    if (head->header_count == read->header_room)
        return HPE_USER;
    head->headers[head->header_count++] = (tp_header){ .name = tp_bytes_of(at, length), .value = { at, 0 } };
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t length)
{
    tp_http1_head *head = &reading(parser)->parsed;

    if (!((tp_http1 *)parser->data)->in_body && head->header_count)
        head->headers[head->header_count - 1].value = tp_bytes_trim(tp_bytes_of(at, length));
    return 0;
}

static int on_target(llhttp_t *parser, const char *at, size_t length)
{
    tp_bytes *target = &reading(parser)->parsed.target;

    *target = target->data ? tp_bytes_of(target->data, target->length + length) : tp_bytes_of(at, length);
    return 0;
}

static int on_reason(llhttp_t *parser, const char *at, size_t length)
{
    reading(parser)->parsed.reason = tp_bytes_of(at, length);
    return 0;
}

/* RFC 9112 6.3: replies that end with their head whatever length it tells; a 304 tells that of the body it stands for. */
static bool is_bodiless(const llhttp_t *parser)
{
    int status = parser->status_code;

    return parser->type == HTTP_RESPONSE && (status < 200 || status == 204 || status == 304);
}

static int on_headers(llhttp_t *parser)
{
    tp_http1 *http = parser->data;

    reading(parser)->head = true;
    parser->upgrade = 0; /* we never switch protocols: the message is read to its end as HTTP */
    return http->no_body || is_bodiless(parser) ? 1 : 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
    tp_http1_read *read = reading(parser);

    read->parts[read->count++] = tp_bytes_of(at, length);
    return read->count == TP_HTTP1_PARTS ? HPE_PAUSED : 0;
}

static int on_complete(llhttp_t *parser)
{
    reading(parser)->complete = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t CALLBACKS = {
    .on_url = on_target,
    .on_status = on_reason,
    .on_header_field = on_field,
    .on_header_field_complete = on_field_complete,
    .on_header_value = on_value,
    .on_headers_complete = on_headers,
    .on_body = on_body,
    .on_message_complete = on_complete,
};

void tp_http1_init(tp_http1 *http, bool requests, size_t most_head)
{
    *http = (tp_http1){ .head = TP_BUFFER(most_head) };
    llhttp_init(&http->parser, requests ? HTTP_REQUEST : HTTP_RESPONSE, &CALLBACKS);
    http->parser.data = http;
}

void tp_http1_close(tp_http1 *http)
{
    tp_buffer_free(&http->head);
    http->in_body = false;
}

void tp_http1_next(tp_http1 *http)
{
    llhttp_reset(&http->parser);
    tp_buffer_free(&http->head);
    http->checked = 0;
    http->between = 0;
    http->before = 0;
    http->in_body = false;
}

static void refuse(tp_http1_read *read, tp_err err, const char *message)
{
    read->err = err;
    read->message = message;
}

/* What is wrong with byte `i` of the head, seen with its neighbours; NULL when nothing is. */
static const char *fault_at(const char *head, size_t i, size_t length)
{
    char c = head[i];

    if (c == 0)
        return "a NUL byte in the head";
    if (c == '\n' && (i == 0 || head[i - 1] != '\r'))
        return "a line of the head ends in LF without CR";
    if (c != '\r')
        return NULL;
    if (i + 1 < length && head[i + 1] != '\n')
        return "a CR without LF in the head";
    if (i > 0 && head[i - 1] == '\n')
        return NULL; /* the empty line: what follows is no field */
    if (i + 2 < length && (head[i + 2] == ' ' || head[i + 2] == '\t'))
        return "a header field is folded over two lines";
    if (i + 2 < length && head[i + 2] == ':')
        return "a header field without a name";
    return NULL;
}

/* Checks what is new; returns the length of the head when its end has come, else 0. The last two bytes wait for their neighbours. */
static size_t check_head(tp_http1 *http, tp_bytes head, tp_http1_read *read)
{
    size_t i = http->checked;

    for (; i < head.length; i++) {
        const char *fault;

        i += tp_bytes_find_below(tp_bytes_from(head, i), '\r' + 1);
        fault = i < head.length ? fault_at(head.data, i, head.length) : NULL;
        if (fault) {
            refuse(read, TP_ERR_CALLER_BAD_REQUEST, fault);
            return 0;
        }
        if (i >= 3 && i < head.length && memcmp(head.data + i - 3, "\r\n\r\n", 4) == 0)
            return i + 1;
    }
    http->checked = (uint32_t)(head.length > 2 ? head.length - 2 : 0);
    return 0;
}

/* RFC 9112 2.2: a server should ignore empty lines before the request line. */
static size_t skip_empty_lines(tp_http1 *http, tp_bytes input)
{
    size_t skip = 0;

    if (http->head.length == 1 && http->head.data[0] == '\r' && input.length && input.data[0] == '\n') {
        tp_buffer_free(&http->head);
        skip = 1;
    }
    while (http->head.length == 0 && input.length >= skip + 2 && memcmp(input.data + skip, "\r\n", 2) == 0)
        skip += 2;
    return skip;
}

/* One blank on each side of the target, and HTTP behind it: llhttp takes more blanks, and other protocols. */
static bool is_strict_line(const tp_http1_head *head, tp_bytes text)
{
    tp_bytes rest = tp_bytes_from(text, head->method.length + 1 + head->target.length);

    return head->target.data == text.data + head->method.length + 1 && tp_bytes_starts(rest, TP_BYTES(" HTTP/"));
}

/* RFC 9112 6.1: what is coded otherwise than in chunks could not be handed on as it is. llhttp takes "chunked" with a tab behind it for
 * another coding. */
static bool is_readable(const tp_http1_head *head)
{
    unsigned fields = 0, chunked = 0;

    for (size_t i = 0; i < head->header_count; i++) {
        if (!tp_bytes_equal_nocase(head->headers[i].name, TP_BYTES("transfer-encoding")))
            continue;
        fields++; /* also an empty one, of which llhttp tells nothing */
        chunked += tp_bytes_equal_nocase(head->headers[i].value, TP_BYTES("chunked"));
    }
    return fields == 0 || (fields == 1 && chunked == 1 && head->minor > 0 && !head->until_close);
}

/* RFC 9112 4: nobody may depend on the reason; one that could not be written down again is none. */
static bool has_controls(tp_bytes text)
{
    return tp_bytes_find_below(text, ' ') < text.length || tp_bytes_find(text, 0x7F) < text.length;
}

/* What llhttp lets pass in the head of a reply; NULL when nothing is wrong. */
static const char *reply_fault(const tp_http1_read *read, tp_bytes text)
{
    char behind = text.data[sizeof("HTTP/1.1 200") - 1];

    if (read->parsed.status < 100 || (behind != ' ' && behind != '\r'))
        return "the status has not three digits";
    return read->complete || is_readable(&read->parsed) ? NULL : "a Transfer-Encoding other than chunked";
}

static void describe(tp_http1 *http, tp_http1_read *read, tp_bytes text)
{
    tp_http1_head *head = &read->parsed;
    llhttp_t *parser = &http->parser;
    const char *fault;

    head->method = tp_bytes_of(text.data, tp_bytes_find(text, ' '));
    head->status = parser->status_code;
    head->minor = parser->http_minor;
    if (has_controls(head->reason))
        head->reason = tp_bytes_of(NULL, 0);
    http->chunked = (parser->flags & F_CHUNKED) != 0;
    head->keep_alive = llhttp_should_keep_alive(parser) != 0;
    head->until_close = parser->type == HTTP_RESPONSE && !read->complete && llhttp_message_needs_eof(parser);
    head->body_length = read->complete ? 0 : (parser->flags & F_CHUNKED) || head->until_close ? -1 : (int64_t)parser->content_length;
    if (parser->http_major != 1)
        refuse(read, TP_ERR_CALLER_BAD_VERSION, "the HTTP version is not 1.0 or 1.1");
    else if ((parser->flags & F_CONTENT_LENGTH) && parser->content_length > INT64_MAX)
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, "Content-Length is too large");
    else if (parser->type == HTTP_REQUEST && !is_strict_line(head, text))
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, "the request line is not METHOD, blank, target, blank, HTTP version");
    else if (parser->type == HTTP_RESPONSE && (fault = reply_fault(read, text)))
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, fault);
}

/* RFC 9112 6.1: a coding that is not known is 501, a wrong order of known ones is 400. */
static bool names_unknown_coding(const tp_http1_read *read)
{
    static const char *const KNOWN[] = { "chunked", "gzip", "x-gzip", "deflate", "compress", "x-compress", "identity" };
    tp_bytes codings = tp_http1_joined(read->parsed.headers, read->parsed.header_count, "transfer-encoding", read->arena), item;
    bool known = true;

    while (known && tp_bytes_next(&codings, ',', &item)) {
        known = item.length == 0; /* also one in which llhttp has stopped */
        for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
            known = known || tp_bytes_equal_nocase(item, tp_bytes_text(KNOWN[i]));
    }
    return !known;
}

/* Method and target are told, if they were read, so that the refusal can be in the dialect of the path. */
static void refuse_head(tp_http1 *http, tp_http1_read *read, llhttp_errno_t result, tp_bytes text)
{
    const char *message = llhttp_get_error_reason(&http->parser);

    read->parsed.method = tp_bytes_of(text.data, tp_bytes_find(text, ' '));
    if (result == HPE_OK) /* only the preface of HTTP/2 goes on behind its empty line */
        refuse(read, TP_ERR_CALLER_BAD_VERSION, "HTTP/2 is not spoken here");
    else if (result == HPE_INVALID_VERSION)
        refuse(read, TP_ERR_CALLER_BAD_VERSION, message);
    else if (result == HPE_INVALID_TRANSFER_ENCODING && names_unknown_coding(read))
        refuse(read, TP_ERR_CALLER_BAD_CODING, message);
    else if (result == HPE_USER)
        refuse(read, TP_ERR_CALLER_HEADERS_TOO_LARGE, "more than 10,000 header fields");
    else
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, message);
}

/* A head has no more fields than lines. */
static void make_room(tp_http1_read *read, tp_bytes head)
{
    size_t lines = 0;

    for (size_t end = tp_bytes_find(head, '\n'); end < head.length; end = tp_bytes_find(head, '\n')) {
        lines++;
        head = tp_bytes_from(head, end + 1);
    }
    read->header_room = lines < TP_HTTP1_MOST_FIELDS ? lines : TP_HTTP1_MOST_FIELDS;
    read->parsed.headers = tp_arena_array(read->arena, tp_header, read->header_room);
}

/* The spans of what is read lie in a copy of the head that lives as long as the arena. */
static void parse_head(tp_http1 *http, tp_bytes head, tp_http1_read *read)
{
    tp_bytes text = tp_arena_copy(read->arena, head);
    llhttp_errno_t result;

    make_room(read, head);
    result = llhttp_execute(&http->parser, text.data, text.length);
    tp_buffer_free(&http->head);
    if (result == HPE_PAUSED && read->complete) {
        llhttp_resume(&http->parser);
    } else if (result != HPE_OK || !read->head) {
        refuse_head(http, read, result, text);
        return;
    }
    describe(http, read, text);
    http->between = 0;
    http->in_body = true;
}

/* Another protocol's greeting, which may never bring the empty line that a head ends with. */
static bool is_foreign(const tp_http1 *http, tp_bytes head)
{
    static const char WORD[] = "HTTP/";
    size_t length = head.length < sizeof(WORD) - 1 ? head.length : sizeof(WORD) - 1;

    if (http->parser.type != HTTP_RESPONSE || length == 0 || head.data[0] == '\r') /* half of an empty line */
        return false;
    return memcmp(head.data, WORD, length) != 0;
}

/* Where the line has an end the gate measures its target; LINE_ROOM is for what else stands in it. */
static void check_size(const tp_http1 *http, tp_http1_read *read)
{
    tp_bytes head = tp_buffer_bytes(&http->head);
    size_t most = TP_HTTP1_LONGEST_TARGET + LINE_ROOM;

    if (head.length >= most && tp_bytes_find(head, '\n') >= most)
        refuse(read, TP_ERR_CALLER_URI_TOO_LONG, "the request target is longer than 64 KiB");
    else if (head.length == http->head.limit)
        refuse(read, TP_ERR_CALLER_HEADERS_TOO_LARGE, "the head is larger than allowed");
}

/* A head that comes in one piece is read where it lies; otherwise its pieces are gathered. */
static void feed_head(tp_http1 *http, tp_bytes input, tp_http1_read *read)
{
    size_t skip = skip_empty_lines(http, input), before = http->head.length, length, most = http->head.limit - before;
    tp_bytes head = tp_bytes_from(input, skip);

    head.length = head.length < most ? head.length : most;
    read->used = skip + head.length;
    http->between += (uint32_t)skip;
    if (before) {
        tp_buffer_add(&http->head, head);
        head = tp_buffer_bytes(&http->head);
    }
    length = check_head(http, head, read);
    if (is_foreign(http, head))
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, "the reply is not HTTP");
    else if (http->between > MOST_BETWEEN)
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, "too many empty lines before the message");
    if (read->err != TP_OK)
        return;
    if (length) {
        read->used = skip + length - before;
        parse_head(http, tp_bytes_of(head.data, length), read);
        return;
    }
    if (!before)
        tp_buffer_add(&http->head, head);
    check_size(http, read);
}

/* Framing between two parts: an LF belongs to the CR before it and to nothing else, and no line is folded, where llhttp is not so strict;
 * and extensions and trailers, which carry nothing for us, must not go on for ever. */
static const char *framing_fault(tp_http1 *http, const char *from, const char *end)
{
    for (; from < end; from++) {
        if ((*from == '\n') != (http->before == '\r'))
            return "a line of the chunked body does not end in CR LF";
        if (http->before == '\n' && (*from == ' ' || *from == '\t'))
            return "a line of the chunked body begins with a blank";
        http->before = *from;
        if (++http->between > MOST_BETWEEN)
            return "chunk extensions or trailers are too long";
    }
    return NULL;
}

/* What lies between the parts: chunk sizes with their extensions, and trailers. */
static void check_framing(tp_http1 *http, tp_bytes input, tp_http1_read *read)
{
    const char *at = input.data, *fault = NULL;

    for (unsigned i = 0; i < read->count && !fault; i++) {
        fault = framing_fault(http, at, read->parts[i].data);
        http->before = 0;
        http->between = 0;
        at = read->parts[i].data + read->parts[i].length;
    }
    fault = fault ? fault : framing_fault(http, at, input.data + read->used);
    if (fault)
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, fault);
}

static void feed_body(tp_http1 *http, tp_bytes input, tp_http1_read *read)
{
    llhttp_errno_t result = llhttp_execute(&http->parser, input.data, input.length);

    read->used = input.length;
    if (result == HPE_PAUSED) {
        read->used = (size_t)(llhttp_get_error_pos(&http->parser) - input.data);
        llhttp_resume(&http->parser);
    } else if (result != HPE_OK) {
        refuse(read, TP_ERR_CALLER_BAD_REQUEST, llhttp_get_error_reason(&http->parser));
        return;
    }
    if (http->chunked)
        check_framing(http, input, read);
}

void tp_http1_feed(tp_http1 *http, tp_bytes input, tp_arena *arena, tp_http1_read *read)
{
    /* Not zeroed as a whole: the array of parts is large and guarded by its count. */
    read->used = 0;
    read->head = read->complete = false;
    read->count = 0;
    read->err = TP_OK;
    read->message = NULL;
    read->arena = arena;
    http->read = read;
    if (http->in_body) {
        feed_body(http, input, read);
    } else {
        read->parsed = (tp_http1_head){ 0 };
        read->header_room = 0;
        feed_head(http, input, read);
    }
    http->read = NULL;
}

bool tp_http1_end(tp_http1 *http)
{
    tp_http1_read read = { .err = TP_OK };
    bool done;

    http->read = &read;
    llhttp_finish(&http->parser);
    done = read.complete;
    http->read = NULL;
    return done;
}

/* A longer list would only serve to have every field compared with every item of it. */
tp_bytes tp_http1_connection(const tp_header *headers, size_t count, tp_arena *arena)
{
    tp_bytes names = tp_http1_joined(headers, count, "connection", arena);

    return tp_bytes_of(names.data, names.length < MOST_NAMED ? names.length : MOST_NAMED);
}

bool tp_http1_is_hop(tp_bytes name, tp_bytes connection)
{
    static const tp_bytes HOPS[] = { TP_BYTES_INIT("connection"),
                                     TP_BYTES_INIT("proxy-connection"),
                                     TP_BYTES_INIT("keep-alive"),
                                     TP_BYTES_INIT("te"),
                                     TP_BYTES_INIT("transfer-encoding"),
                                     TP_BYTES_INIT("upgrade"),
                                     TP_BYTES_INIT("proxy-authenticate"),
                                     TP_BYTES_INIT("proxy-authorization"),
                                     TP_BYTES_INIT("trailer") };
    tp_bytes item;

    for (size_t i = 0; i < sizeof(HOPS) / sizeof(HOPS[0]); i++)
        if (tp_bytes_equal_nocase(name, HOPS[i]))
            return true;
    while (tp_bytes_next(&connection, ',', &item))
        if (tp_bytes_equal_nocase(name, item))
            return true;
    return false;
}

tp_bytes tp_http1_find(const tp_header *headers, size_t count, tp_bytes name)
{
    for (size_t i = 0; i < count; i++)
        if (tp_bytes_equal_nocase(headers[i].name, name))
            return headers[i].value;
    return tp_bytes_of(NULL, 0);
}

tp_bytes tp_http1_joined(const tp_header *headers, size_t count, const char *name, tp_arena *arena)
{
    tp_bytes wanted = tp_bytes_text(name), *parts, first = { NULL, 0 };
    size_t found = 0, used = 0;

    for (size_t i = 0; i < count; i++)
        if (tp_bytes_equal_nocase(headers[i].name, wanted) && found++ == 0)
            first = headers[i].value;
    if (found < 2)
        return first;
    parts = tp_arena_array(arena, tp_bytes, 2 * found);
    for (size_t i = 0; i < count; i++) {
        if (!tp_bytes_equal_nocase(headers[i].name, wanted))
            continue;
        parts[used++] = headers[i].value;
        parts[used++] = TP_BYTES(", ");
    }
    return tp_arena_join(arena, parts, used - 1);
}
