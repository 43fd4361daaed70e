/* upstream/call.h - one request to a provider and its reply. Loop thread only.
 *
 * The events come in order: head, body*, end; `end` exactly once, never inside tp_call_start, and after it nothing. A reused
 * connection that closes before the provider took the request in is replaced once inside. */

#ifndef TP_UPSTREAM_CALL_H
#define TP_UPSTREAM_CALL_H

#include "upstream/upstream.h"
#include "wire/http1.h"

typedef enum tp_call_result {
    TP_CALL_OK,
    TP_CALL_NO_CONNECTION,
    TP_CALL_TLS,
    TP_CALL_CONNECT_TIMEOUT,
    TP_CALL_STARVED,    /* no descriptor for a connection: the fault is ours */
    TP_CALL_TIMEOUT,    /* first byte, idle or total */
    TP_CALL_RESET_SENT, /* closed before a byte of the reply, and the request was taken in */
    TP_CALL_GARBAGE,    /* not HTTP, or half a head */
    TP_CALL_CUT_OFF,    /* closed inside the body */
} tp_call_result;

enum { TP_CALL_PARTS = 5 };

/* Everything is borrowed until the call ends; lay it in `arena`, which must outlive the call. */
typedef struct tp_call_request {
    tp_arena *arena;
    tp_arena *heads; /* of what is told of heads; it may go as soon as the final one was told */
    tp_origin *origin;
    tp_bytes method, target;
    const tp_header *headers; /* Host and the framing are added */
    size_t header_count;
    tp_bytes parts[TP_CALL_PARTS]; /* of the body, when it is there whole */
    unsigned part_count;
    int64_t body_length;                                   /* of a body that streams: -1 = chunked; of a whole one its length; 0 = none */
    bool streams;                                          /* tp_call_write and tp_call_finish give the body */
    bool no_body_field;                                    /* method without a body: no Content-Length at all */
    size_t most_head;                                      /* of the reply, bytes */
    uint64_t connect_ms, first_byte_ms, idle_ms, total_ms; /* 0 = none */
} tp_call_request;

typedef struct tp_call_events {
    void (*head)(void *arg, const tp_http1_head *head);
    void (*body)(void *arg, tp_bytes part);
    void (*writable)(void *arg); /* room again after tp_call_write said HOLD, or the connection stands */
    void (*end)(void *arg, tp_call_result result, const char *text);
} tp_call_events;

typedef struct tp_call tp_call;

/* Starts the call; it lives in request->arena. */
tp_call *tp_call_start(tp_upstream *upstream, const tp_call_request *request, const tp_call_events *events, void *arg);

/* More of a streaming body; copied, also while the connection is being made. False: wait for `writable` before giving more, which does not
 * come when the call has ended. */
bool tp_call_write(tp_call *call, tp_bytes part);
void tp_call_finish(tp_call *call);

/* The provider is held back, beyond what was read already. */
void tp_call_pause(tp_call *call);
void tp_call_resume(tp_call *call);

/* Closes the connection; no event comes any more. */
void tp_call_cancel(tp_call *call);

/* How long the connection took (0 while it does not stand), and whether it was a kept one. */
uint64_t tp_call_connect_ns(const tp_call *call);
bool tp_call_reused(const tp_call *call);

/* Whether the whole request is with the kernel: the parts are needed no more. */
bool tp_call_sent(const tp_call *call);

#endif
