/* exchange/driver.h - the life of exchanges: starts them, runs their stages, carries events back, buries them. Loop thread only. */

#ifndef TP_EXCHANGE_DRIVER_H
#define TP_EXCHANGE_DRIVER_H

#include <tokenpak/stage.h>

#include "base/clock.h"
#include "base/list.h"
#include "exchange/body.h"
#include "exchange/pipeline.h"

/* Where a reply goes: the client's connection, or a bench. */
typedef struct tp_sink {
    tp_flow (*head)(struct tp_sink *sink, const tp_reply_head *head);
    tp_flow (*body)(struct tp_sink *sink, tp_bytes part);
    void (*end)(struct tp_sink *sink, bool clean); /* not clean: the client must see that the reply is cut off */
} tp_sink;

typedef struct tp_driver {
    const tp_clock *clock;
    tp_list ready;     /* resumed, oldest first */
    tp_list graveyard; /* ended, to be left and freed */
    unsigned alive;    /* exchanges not yet freed */
    tp_arena_pool arenas;
    /* Told when there is work for tp_driver_turn(); may be NULL. */
    void (*wake)(struct tp_driver *driver);
    void *owner;
} tp_driver;

void tp_driver_init(tp_driver *driver, const tp_clock *clock);
void tp_driver_close(tp_driver *driver);

/* Runs what was resumed, for at most 200 microseconds, then buries what has ended. Returns whether there is more to do. */
bool tp_driver_turn(tp_driver *driver);

/* A new exchange in `arena`, which it takes over together with a reference to `set`. The caller fills in the public facts, then starts it.
 */
tp_exchange *tp_driver_new(tp_driver *driver, tp_pipeline_set *set, tp_arena *arena);

/* Where the connection feeds the request's body, also before the start. */
tp_body *tp_driver_body(tp_exchange *x);

/* Runs `x` down the pipeline. The caller may use `x` until its sink's end() was called or it has called tp_driver_left(). */
void tp_driver_start(tp_exchange *x, const tp_pipeline *pipeline, tp_sink *sink);

/* Frees an exchange that was never started, or that every stage has left. */
void tp_driver_drop(tp_exchange *x);

/* The client is gone: nothing more reaches the sink. */
void tp_driver_left(tp_exchange *x);

/* Ends an exchange for a reason of our own: the client is told in its dialect, the inside as if it had left. */
void tp_driver_abort(tp_exchange *x, tp_err err, const char *message);

/* The client has room again. */
void tp_driver_room(tp_exchange *x);

typedef struct tp_detail {
    const char *name;
    const char *value;
    struct tp_detail *next;
} tp_detail;

/* What one stage did to one exchange. */
typedef struct tp_stage_trace {
    const tp_stage *stage;
    tp_verdict verdict;
    uint64_t request_ns, wait_ns, reply_ns;
    tp_detail *details; /* oldest first */
} tp_stage_trace;

/* The stages entered so far, in order. */
const tp_stage_trace *tp_driver_trace(const tp_exchange *x, unsigned *count);

/* Nanoseconds spent in our own process for this exchange so far. */
uint64_t tp_driver_own_ns(const tp_exchange *x);

#endif
