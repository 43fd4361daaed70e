/* wire/sse.h - cuts a text/event-stream into events, fed at any split, without losing a byte. One thread. */

#ifndef TP_WIRE_SSE_H
#define TP_WIRE_SSE_H

#include <tokenpak/bytes.h>

typedef enum tp_sse_kind {
    TP_SSE_EVENT,    /* has data */
    TP_SSE_SILENT,   /* comments, a blank line, a name without data: nothing that a client would see */
    TP_SSE_OVERFLOW, /* the beginning of an event that is longer than the limit: its bytes, unread */
    TP_SSE_UNREAD,   /* its further bytes */
} tp_sse_kind;

/* Borrowed for the call. All `raw` in a row are the stream, byte for byte. */
typedef struct tp_sse_event {
    tp_sse_kind kind;
    tp_bytes raw;  /* with the blank line that ends it */
    tp_bytes name; /* of the field `event`; empty when there is none */
    tp_bytes data; /* the lines of the field `data`, joined by \n */
} tp_sse_event;

typedef void tp_sse_fn(void *arg, const tp_sse_event *event);

typedef struct tp_sse tp_sse;

/* `limit`: most bytes of one event. */
tp_sse *tp_sse_new(size_t limit, tp_sse_fn *fn, void *arg);
void tp_sse_free(tp_sse *sse);

/* An event that lies whole in `piece` is not copied. An event goes out with its last byte, never later. */
void tp_sse_feed(tp_sse *sse, tp_bytes piece);

/* The stream has ended: what is left is the last event, also without a blank line. */
void tp_sse_end(tp_sse *sse);

/* Bytes held back because their event is not complete. */
size_t tp_sse_held(const tp_sse *sse);

#endif
