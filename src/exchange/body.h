/* exchange/body.h - the request's body on its way from the connection to whoever holds or pulls it. Loop thread only.
 *
 * The connection feeds; a stage holds (all of it, or up to a bound) or pulls. When nobody takes bytes and enough wait, `pause` tells the
 * connection to stop reading, and `go` to read on: that is how a slow provider holds a fast client back. */

#ifndef TP_EXCHANGE_BODY_H
#define TP_EXCHANGE_BODY_H

#include <tokenpak/exchange.h>

#include "base/buffer.h"

enum { TP_BODY_HIGH_WATER = 128 << 10 };

typedef struct tp_body {
    tp_buffer bytes; /* fed and not yet pulled */
    size_t pulled;   /* of `bytes`: given out by the last pull, dropped at the next */
    uint64_t received;
    bool complete;
    tp_failure broken; /* err != TP_OK: it will never be complete */
    bool holding, partial;
    uint64_t most;           /* while holding */
    void (*then)(void *arg); /* of the holder */
    void *then_arg;
    bool paused;
    void (*wake)(void *arg); /* of the puller that was told LATER */
    void *wake_arg;
    tp_exchange *exchange;
    /* Of the connection; NULL once it is gone. */
    void *owner;
    void (*pause)(struct tp_body *body);
    void (*go)(struct tp_body *body);
} tp_body;

void tp_body_init(tp_body *body, tp_exchange *x);
void tp_body_close(tp_body *body);

/* The connection's side. Bytes are copied. */
void tp_body_feed(tp_body *body, tp_bytes part);
void tp_body_finish(tp_body *body);
void tp_body_break(tp_body *body, tp_err err, const char *message);

#endif
