/* tokenpak/stage.h - the one interface of everything a request passes: what a stage offers and what it may call. Loop thread only.
 *
 * 1. A stage that waits owes exactly one tp_resume(), also after `left`. It only queues: the driver runs what was resumed at the end of
 *    the turn.
 * 2. A stage that answers owes exactly one END or ERROR event, also after `left`.
 * 3. tp_pass() may be called inside `reply` or later, from HEAD until the stage has passed END or ERROR; who holds END back owes it.
 *    Passing ERROR outward before the inside has ended cancels the inside (its `left` is called) and drops what still comes. An event
 *    and its bytes are borrowed for the call; who keeps them copies.
 * 4. A middle stage that still wants the reply after its client left returns TP_KEEP from `left`; the exchange goes on without a client.
 * 5. An exchange never dies under a stage: `leave` runs from the graveyard, when no stage is on the stack. */

#ifndef TOKENPAK_STAGE_H
#define TOKENPAK_STAGE_H

#include <tokenpak/exchange.h>
#include <tokenpak/option.h>

typedef enum tp_verdict {
    TP_NEXT,     /* hand the exchange to the next stage */
    TP_ANSWERED, /* this stage produces the reply; later stages are skipped */
    TP_WAIT,     /* tp_resume() will say how it goes on */
    TP_FAILED,   /* tp_fail() said why; the error goes back from here */
} tp_verdict;

typedef enum tp_flow { TP_FLOW_GO, TP_FLOW_HOLD } tp_flow;
typedef enum tp_heed { TP_PASS_ON, TP_KEEP } tp_heed;

typedef struct tp_stage_env {
    const void *settings;          /* the stage's own section */
    const struct tp_settings *all; /* held as long as the stage is open */
    struct tp_services *services;  /* clock, timers, loop, upstream, store, metrics: exchange/services.h */
} tp_stage_env;

typedef struct tp_stage {
    const char *name;         /* config section, log field, metric label, trace entry */
    const tp_option *options; /* of the section; NULL = the stage has none of its own */
    size_t settings_size;     /* of the section's struct */
    const char *help;         /* of the section */
    size_t note_size;         /* zeroed memory per exchange for this stage */
    /* Once per settings. What must outlive a reload is counted by reference and taken over from `previous` (NULL at the start). */
    tp_err (*open)(void **self, const void *previous, const tp_stage_env *env);
    void (*close)(void *self);
    /* Going in: once per exchange. */
    tp_verdict (*request)(void *self, void *note, tp_exchange *x);
    /* Coming back: once per event, last stage first; absent = pass it on. Returns whether the outside has room. */
    tp_flow (*reply)(void *self, void *note, tp_exchange *x, const tp_event *ev);
    /* Signals of the client, going in, first stage first, until one keeps it: it has left; it has room again after a HOLD. */
    tp_heed (*left)(void *self, void *note, tp_exchange *x);
    tp_heed (*room)(void *self, void *note, tp_exchange *x);
    /* The end: once per exchange, last stage first, for every stage entered. */
    void (*leave)(void *self, void *note, tp_exchange *x);
} tp_stage;

/* Ends a TP_WAIT with any other verdict. */
void tp_resume(tp_exchange *x, tp_verdict verdict);

/* Says why; the first reason stays. Returns TP_FAILED. */
tp_verdict tp_fail(tp_exchange *x, tp_err why, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Waits until the request's body is held whole. TP_NEXT at once when it is. TP_WAIT otherwise; then either `then(arg)` is called once, and
 * owes the resume, or the driver fails the exchange (too large, too slow, broken). With `partial`, a body beyond `most` bytes is let
 * through too, held up to there. */
tp_verdict tp_body_hold(tp_exchange *x, uint64_t most, bool partial, void (*then)(void *arg), void *arg);

/* The answering stage starts an event back. */
tp_flow tp_answer(tp_exchange *x, const tp_event *ev);

/* Stage `from` hands an event further out, 0..n times. */
tp_flow tp_pass(tp_exchange *x, const tp_stage *from, const tp_event *ev);

#endif
