/* fuzz/fuzz_http1.c - however a message is cut, it is read alike; and what is read, written down anew, is read as the same. */

#include "fuzz.h"

#include "wire/http1.h"

enum { MOST_HEAD = 16 << 10 };

/* All messages of one connection: `story` holds what was read of each. */
typedef struct heard {
    tp_buffer story;
    tp_buffer again; /* the messages as we would write them */
    tp_err err;
    size_t used;
    unsigned messages;
} heard;

static void write_line(const tp_http1_head *head, tp_buffer *again)
{
    if (head->method.length && head->target.length)
        tp_buffer_printf(again, "%.*s %.*s HTTP/1.%u\r\n", (int)head->method.length, head->method.data, (int)head->target.length,
                         head->target.data, head->minor);
    else
        tp_buffer_printf(again, "HTTP/1.%u %03d %.*s\r\n", head->minor, head->status, (int)head->reason.length, head->reason.data);
}

/* Framing fields stay as they were, so that the body must be read by the same rule. */
static void tell_head(heard *h, const tp_http1_head *head, bool requests)
{
    tp_http1_head line = *head;

    if (!requests)
        line.method = line.target = tp_bytes_of(NULL, 0);
    write_line(&line, &h->again);
    write_line(&line, &h->story);
    for (size_t i = 0; i < head->header_count; i++) {
        const tp_header *field = &head->headers[i];

        demand(field->name.length > 0);
        tp_buffer_printf(&h->again, "%.*s: %.*s\r\n", (int)field->name.length, field->name.data, (int)field->value.length,
                         field->value.data);
        tp_buffer_printf(&h->story, "%.*s: %.*s\n", (int)field->name.length, field->name.data, (int)field->value.length, field->value.data);
    }
    tp_buffer_text(&h->again, "\r\n");
    tp_buffer_printf(&h->story, "%lld %d %d\n", (long long)head->body_length, head->keep_alive, head->until_close);
}

static bool is_chunked(const tp_http1_head *head)
{
    return head->body_length < 0 && !head->until_close;
}

static void tell_part(heard *h, const tp_http1_head *head, tp_bytes part)
{
    tp_buffer_add(&h->story, part);
    if (is_chunked(head))
        tp_buffer_printf(&h->again, "%zx\r\n", part.length);
    tp_buffer_add(&h->again, part);
    if (is_chunked(head))
        tp_buffer_text(&h->again, "\r\n");
}

/* One field at most tells where the body ends. */
static void demand_framing(const tp_http1_head *head)
{
    unsigned lengths = 0, codings = 0;

    for (size_t i = 0; i < head->header_count; i++) {
        lengths += tp_bytes_equal_nocase(head->headers[i].name, TP_BYTES("content-length"));
        codings += tp_bytes_equal_nocase(head->headers[i].name, TP_BYTES("transfer-encoding"));
    }
    demand(lengths <= 1 && !(lengths && codings));
}

/* One message that is being read. */
typedef struct ear {
    tp_http1 http;
    tp_http1_head head;
    tp_arena *arena;
    bool requests;
} ear;

static void on_complete(heard *h, ear *e)
{
    tp_buffer_text(&h->again, is_chunked(&e->head) ? "0\r\n\r\n" : "");
    tp_buffer_text(&h->story, "end\n");
    h->messages++;
    tp_http1_next(&e->http);
}

static size_t step(heard *h, ear *e, tp_bytes piece)
{
    tp_http1_read read;

    tp_http1_feed(&e->http, piece, e->arena, &read);
    h->err = read.err;
    if (h->err != TP_OK)
        return 0;
    demand(read.used > 0 || read.head || read.complete || read.count);
    if (read.head) {
        e->head = read.parsed;
        demand_framing(&e->head);
        tell_head(h, &e->head, e->requests);
    }
    for (unsigned i = 0; i < read.count; i++)
        tell_part(h, &e->head, read.parts[i]);
    if (read.complete)
        on_complete(h, e);
    return read.used;
}

/* `text` in pieces: `first` bytes, then `size` at a time. */
static heard read_all(bool requests, tp_bytes text, size_t first, size_t size)
{
    heard h = { .story = TP_BUFFER(SIZE_MAX / 4), .again = TP_BUFFER(SIZE_MAX / 4) };
    tp_bytes piece = tp_bytes_of(text.data, first);
    ear e = { .arena = tp_arena_new(), .requests = requests };

    tp_http1_init(&e.http, requests, MOST_HEAD);
    while (h.used < text.length && h.err == TP_OK) {
        size_t used;

        if (piece.length == 0)
            piece = tp_bytes_of(text.data + h.used, text.length - h.used < size ? text.length - h.used : size);
        used = step(&h, &e, piece);
        piece = tp_bytes_from(piece, used);
        h.used += used;
    }
    tp_http1_close(&e.http);
    tp_arena_free(e.arena);
    return h;
}

static void drop(heard *h)
{
    tp_buffer_free(&h->story);
    tp_buffer_free(&h->again);
}

static void compare(bool requests, tp_bytes text, const heard *whole, size_t first, size_t size)
{
    heard h = read_all(requests, text, first, size);

    demand(h.err == whole->err && h.messages == whole->messages);
    if (h.err == TP_OK)
        demand(tp_bytes_equal(tp_buffer_bytes(&h.story), tp_buffer_bytes(&whole->story)) && h.used == whole->used);
    drop(&h);
}

/* What we would pass on is read as what we have read. */
static void compare_again(bool requests, const heard *whole)
{
    heard h;

    if (whole->err != TP_OK || whole->messages == 0)
        return;
    h = read_all(requests, tp_buffer_bytes(&whole->again), 0, SIZE_MAX);
    demand(h.err == TP_OK && h.messages == whole->messages);
    demand(tp_bytes_equal(tp_buffer_bytes(&h.story), tp_buffer_bytes(&whole->story)));
    drop(&h);
}

static void try_direction(bool requests, tp_bytes text)
{
    heard whole = read_all(requests, text, 0, SIZE_MAX);
    size_t step = text.length / 32 + 1;

    compare(requests, text, &whole, 0, 1);
    compare(requests, text, &whole, 0, 7);
    for (size_t cut = 1; cut < text.length; cut += step)
        compare(requests, text, &whole, cut, SIZE_MAX);
    compare_again(requests, &whole);
    drop(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data, size);

    try_direction(true, text);
    try_direction(false, text);
    return 0;
}
