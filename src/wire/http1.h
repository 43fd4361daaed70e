/* wire/http1.h - HTTP/1 messages, read strictly: both the requests of clients and the replies of providers. Owns no connection. One thread.
 *
 * The head is gathered whole, checked byte by byte and only then parsed by llhttp, so that its spans lie in one buffer. The body is parsed
 * in place: parts point into the caller's input. */

#ifndef TP_WIRE_HTTP1_H
#define TP_WIRE_HTTP1_H

#include <llhttp.h>

#include <tokenpak/exchange.h>

#include "base/buffer.h"

enum { TP_HTTP1_PARTS = 64, TP_HTTP1_MOST_FIELDS = 10000, TP_HTTP1_LONGEST_TARGET = 64 << 10 };

typedef struct tp_http1 {
    llhttp_t parser;
    tp_buffer head;   /* being gathered; the limit is the most bytes of a head */
    uint32_t checked; /* bytes of `head` found valid */
    bool in_body;     /* the head is done */
    bool chunked;     /* told by the head; llhttp's own flag changes with a field in the trailers */
    bool no_body;     /* replies only: the request was HEAD */
    uint32_t between; /* bytes of empty lines before the head, then of framing since the last part; bounded */
    char before;      /* the last framing byte, 0 behind a part */
    unsigned char trailer_length;
    char trailer[20];           /* the beginning of a trailer's name */
    struct tp_http1_read *read; /* of the running tp_http1_feed */
} tp_http1;

/* A parsed head; all spans and the array live in the arena given. */
typedef struct tp_http1_head {
    tp_bytes method, target; /* requests */
    int status;              /* replies */
    tp_bytes reason;
    tp_header *headers;
    size_t header_count;
    int64_t body_length; /* -1 = chunked, or (replies) until the end of the connection; 0 = none */
    unsigned minor;      /* HTTP/1.minor */
    bool keep_alive;     /* the connection can carry another message after this one */
    bool until_close;    /* replies: the end of the connection ends the body */
} tp_http1_head;

/* What one call of tp_http1_feed has read. */
typedef struct tp_http1_read {
    size_t used; /* bytes of the input */
    bool head;   /* the head is complete: `parsed` holds it, no body byte was read yet */
    tp_http1_head parsed;
    tp_bytes parts[TP_HTTP1_PARTS]; /* of the body, in the input */
    unsigned count;
    bool complete; /* the message is */
    tp_err err;    /* TP_OK, or why it is refused; then the parser is of no further use */
    const char *message;
    tp_arena *arena;
    size_t header_room;
} tp_http1_read;

void tp_http1_init(tp_http1 *http, bool requests, size_t most_head);
void tp_http1_close(tp_http1 *http);

/* Starts on the next message of the same connection. */
void tp_http1_next(tp_http1 *http);

/* Reads from `input` until the head is complete, the parts are full, the message is complete or the input is used up. */
void tp_http1_feed(tp_http1 *http, tp_bytes input, tp_arena *arena, tp_http1_read *read);

/* The connection has ended: whether that completes the message (replies read until close). */
bool tp_http1_end(tp_http1 *http);

/* Whether bytes of an unfinished head have come. */
static inline bool tp_http1_started(const tp_http1 *http)
{
    return http->in_body || http->head.length > 0;
}

/* The joined values of the Connection fields, as far as they are heeded. */
tp_bytes tp_http1_connection(const tp_header *headers, size_t count, tp_arena *arena);

/* Whether a field is one of those that concern a single connection (RFC 9110 7.6.1) or is named by `connection`. */
bool tp_http1_is_hop(tp_bytes name, tp_bytes connection);

/* The value of the first field of that name (ASCII case does not count), empty when there is none. */
tp_bytes tp_http1_find(const tp_header *headers, size_t count, tp_bytes name);

/* Inline, so that the length of a literal is known when it is compiled. */
static inline tp_bytes tp_http1_field(const tp_header *headers, size_t count, const char *name)
{
    return tp_http1_find(headers, count, tp_bytes_text(name));
}

/* All values of the fields of that name, joined by ", "; empty when there is none. */
tp_bytes tp_http1_joined(const tp_header *headers, size_t count, const char *name, tp_arena *arena);

#endif
