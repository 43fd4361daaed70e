/* exchange/driver.c - runs exchanges down and events up the table of stages. */

#include "exchange/driver.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "exchange/private.h"

enum { TURN_NS = 200000, LONGEST_MESSAGE = 1024, SPARE_ARENAS = 64 };

void tp_driver_init(tp_driver *driver, const tp_clock *clock)
{
    *driver = (tp_driver){ .clock = clock, .arenas = { .most = SPARE_ARENAS } };
    tp_list_init(&driver->ready);
    tp_list_init(&driver->graveyard);
}

void tp_driver_close(tp_driver *driver)
{
    tp_arena_pool_close(&driver->arenas);
}

static void wake(tp_driver *driver)
{
    if (driver->wake)
        driver->wake(driver);
}

static uint64_t now(const tp_driven *d)
{
    return tp_clock_ns(d->driver->clock);
}

static const tp_slot *slot_at(const tp_driven *d, unsigned index)
{
    return &d->pipeline->slots[index];
}

static void *note_at(const tp_driven *d, unsigned index)
{
    return d->notes + slot_at(d, index)->note;
}

/* Time inside nested calls belongs to the outermost: for the others it is 0. */
static uint64_t clock_in(tp_driven *d)
{
    return d->depth++ == 0 ? now(d) : 0;
}

static void clock_out(tp_driven *d, uint64_t since, uint64_t until)
{
    if (--d->depth == 0)
        d->own_ns += until - since;
}

/* The only place that decides whether an exchange is over. */
static void settle(tp_driven *d)
{
    if (!d->inside_done || !d->outside_done || tp_list_linked(&d->link))
        return;
    tp_list_append(&d->driver->graveyard, &d->link);
    wake(d->driver);
}

/* Hands an event to the reply hook of the nearest stage outside `index`, or to the client. Reading the clock costs as much as passing an
 * event on: *clock is the time before, 0 where nobody has read it, and becomes the time after where somebody wants it. */
static tp_flow deliver(tp_driven *d, unsigned index, const tp_event *ev, uint64_t *clock)
{
    uint64_t since = *clock;
    const tp_slot *slot;
    tp_flow flow;

    while (index > 0 && !slot_at(d, index - 1)->stage->reply)
        index--;
    if (index == 0) {
        flow = tp_outlet_event(d, ev);
        *clock = since ? now(d) : 0;
        return flow;
    }
    slot = slot_at(d, --index);
    since = since ? since : now(d);
    flow = slot->stage->reply(slot->self, note_at(d, index), &d->x, ev);
    *clock = now(d);
    d->trace[index].reply_ns += *clock - since;
    return flow;
}

static void fail_at(tp_driven *d, unsigned index)
{
    uint64_t clock = 0;

    d->phase = TP_PHASE_BACK;
    d->inside_done = true;
    if (d->x.failure.err == TP_OK)
        tp_fail(&d->x, d->x.left ? TP_ERR_CANCELLED : TP_ERR_OWN_INTERNAL, "%s",
                d->x.left ? "the client left" : "a stage failed without a reason");
    if (!d->cut)
        deliver(d, index, &(tp_event){ .type = TP_EVENT_ERROR }, &clock);
    settle(d);
}

/* The end of one stage's time is the begin of the next one's: `since` moves on. */
static tp_verdict enter_stage(tp_driven *d, uint64_t *since)
{
    const tp_slot *slot = slot_at(d, d->at);
    tp_verdict verdict;

    d->phase = TP_PHASE_RUNNING;
    d->entered = d->at + 1;
    d->trace[d->at].stage = slot->stage;
    verdict = slot->stage->request ? slot->stage->request(slot->self, note_at(d, d->at), &d->x) : TP_NEXT;
    d->wait_since = now(d);
    d->trace[d->at].request_ns += d->wait_since - *since;
    *since = d->wait_since;
    d->trace[d->at].verdict = verdict;
    return verdict;
}

/* Goes on at stage d->at until one waits, answers or fails. */
static void run(tp_driven *d)
{
    uint64_t since = now(d);

    for (; d->at < d->pipeline->count; d->at++) {
        switch (enter_stage(d, &since)) {
        case TP_NEXT:
            continue;
        case TP_ANSWERED:
            d->phase = TP_PHASE_BACK;
            return;
        case TP_WAIT:
            d->phase = tp_list_linked(&d->link) ? TP_PHASE_READY : TP_PHASE_WAITING;
            return;
        case TP_FAILED:
            fail_at(d, d->at);
            return;
        }
    }
    tp_fail(&d->x, TP_ERR_OWN_INTERNAL, "no stage answered");
    fail_at(d, d->at);
}

static void run_resumed(tp_driven *d)
{
    bool unwanted = d->cut || (d->x.left && !d->kept);
    uint64_t since = clock_in(d);

    d->trace[d->at].wait_ns += now(d) - d->wait_since;
    d->trace[d->at].verdict = d->resumed;
    if (d->resumed == TP_ANSWERED) {
        d->phase = TP_PHASE_BACK;
        settle(d); /* it may have answered before its turn came */
    } else if (d->resumed == TP_FAILED || unwanted) {
        fail_at(d, d->at);
    } else {
        d->at++;
        run(d);
    }
    clock_out(d, since, now(d));
}

void tp_driver_drop(tp_exchange *x)
{
    tp_driven *d = tp_driven_of(x);
    tp_driver *driver = d->driver;
    tp_pipeline_set *set = d->set;

    tp_body_close(&d->body);
    tp_arena_free(d->x.arena);
    tp_pipeline_drop(set);
    driver->alive--;
}

static void bury(tp_driven *d)
{
    for (unsigned i = d->entered; i-- > 0;)
        if (slot_at(d, i)->stage->leave)
            slot_at(d, i)->stage->leave(slot_at(d, i)->self, note_at(d, i), &d->x);
    tp_driver_drop(&d->x);
}

bool tp_driver_turn(tp_driver *driver)
{
    uint64_t start = tp_clock_ns(driver->clock);

    for (tp_link *link = tp_list_shift(&driver->ready); link; link = tp_list_shift(&driver->ready)) {
        run_resumed(tp_list_entry(link, tp_driven, link));
        if (tp_clock_ns(driver->clock) - start > TURN_NS)
            break;
    }
    for (tp_link *link = tp_list_shift(&driver->graveyard); link; link = tp_list_shift(&driver->graveyard)) {
        bury(tp_list_entry(link, tp_driven, link));
        if (tp_clock_ns(driver->clock) - start > 2 * TURN_NS)
            break;
    }
    return !tp_list_empty(&driver->ready) || !tp_list_empty(&driver->graveyard);
}

tp_exchange *tp_driver_new(tp_driver *driver, tp_pipeline_set *set, tp_arena *arena)
{
    tp_driven *d = tp_arena_make(arena, tp_driven);

    d->driver = driver;
    d->set = set;
    tp_pipeline_take(set);
    d->x = (tp_exchange){ .arena = arena, .settings = set->settings, .key_name = "-" };
    d->x.start_ns = now(d);
    d->x.start_ms = tp_clock_wall(driver->clock);
    tp_body_init(&d->body, &d->x);
    driver->alive++;
    return &d->x;
}

tp_body *tp_driver_body(tp_exchange *x)
{
    return &tp_driven_of(x)->body;
}

void tp_driver_start(tp_exchange *x, const tp_pipeline *pipeline, tp_sink *sink)
{
    tp_driven *d = tp_driven_of(x);
    uint64_t since = clock_in(d);

    d->pipeline = pipeline;
    d->sink = sink;
    d->notes = tp_arena_alloc(x->arena, pipeline->notes);
    d->trace = tp_arena_array(x->arena, tp_stage_trace, pipeline->count);
    run(d);
    clock_out(d, since, now(d));
}

void tp_resume(tp_exchange *x, tp_verdict verdict)
{
    tp_driven *d = tp_driven_of(x);

    assert(verdict != TP_WAIT);
    assert(d->phase == TP_PHASE_WAITING || d->phase == TP_PHASE_RUNNING);
    assert(!tp_list_linked(&d->link));
    d->resumed = verdict;
    if (d->phase == TP_PHASE_WAITING)
        d->phase = TP_PHASE_READY;
    tp_list_append(&d->driver->ready, &d->link);
    wake(d->driver);
}

tp_verdict tp_fail(tp_exchange *x, tp_err why, const char *format, ...)
{
    char message[LONGEST_MESSAGE];
    va_list args;

    if (x->failure.err != TP_OK)
        return TP_FAILED;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    x->failure.err = why;
    x->failure.message = tp_arena_copy(x->arena, tp_bytes_text(message)).data;
    return TP_FAILED;
}

static bool is_last(const tp_event *ev)
{
    return ev->type == TP_EVENT_END || ev->type == TP_EVENT_ERROR;
}

tp_flow tp_answer(tp_exchange *x, const tp_event *ev)
{
    tp_driven *d = tp_driven_of(x);
    uint64_t since = clock_in(d), until = since;
    tp_flow flow = TP_FLOW_GO;

    assert(!d->inside_done);
    d->inside_done = is_last(ev);
    if (!d->cut)
        flow = deliver(d, d->at, ev, &until);
    clock_out(d, since, until);
    settle(d);
    return flow;
}

static unsigned index_of(const tp_driven *d, const tp_stage *stage)
{
    unsigned index = 0;

    while (slot_at(d, index)->stage != stage)
        index++;
    return index;
}

/* Tells the stages from `first` inward that nobody waits for them, until one keeps it. */
static bool tell_left(tp_driven *d, unsigned first)
{
    for (unsigned i = first; i < d->entered; i++) {
        const tp_slot *slot = slot_at(d, i);

        if (slot->stage->left && slot->stage->left(slot->self, note_at(d, i), &d->x) == TP_KEEP)
            return true;
    }
    return false;
}

tp_flow tp_pass(tp_exchange *x, const tp_stage *from, const tp_event *ev)
{
    tp_driven *d = tp_driven_of(x);
    unsigned index = index_of(d, from);
    bool cuts = ev->type == TP_EVENT_ERROR && !d->inside_done && !d->cut;
    uint64_t since, until;
    tp_flow flow;

    if (d->cut && index >= d->cut - 1)
        return TP_FLOW_GO;
    since = until = clock_in(d);
    if (cuts)
        d->cut = index + 1;
    flow = deliver(d, index, ev, &until);
    if (cuts)
        tell_left(d, index + 1);
    clock_out(d, since, until);
    settle(d);
    return flow;
}

void tp_driver_detach(tp_driven *d)
{
    d->sink = NULL;
    d->body.pause = d->body.go = NULL;
}

void tp_driver_left(tp_exchange *x)
{
    tp_driven *d = tp_driven_of(x);
    uint64_t since;

    if (x->left)
        return;
    x->left = true;
    if (d->inside_done && d->outside_done)
        return;
    since = clock_in(d);
    tp_driver_detach(d);
    d->kept = tell_left(d, 0);
    tp_body_break(&d->body, TP_ERR_CANCELLED, "the client left");
    clock_out(d, since, now(d));
}

void tp_driver_abort(tp_exchange *x, tp_err err, const char *message)
{
    tp_driven *d = tp_driven_of(x);

    if (d->outside_done)
        return;
    tp_fail(x, err, "%s", message);
    tp_outlet_event(d, &(tp_event){ .type = TP_EVENT_ERROR });
    tp_driver_left(x);
    settle(d);
}

void tp_driver_room(tp_exchange *x)
{
    tp_driven *d = tp_driven_of(x);
    uint64_t since = clock_in(d);

    for (unsigned i = 0; i < d->entered && !d->inside_done; i++) {
        const tp_slot *slot = slot_at(d, i);

        if (slot->stage->room && slot->stage->room(slot->self, note_at(d, i), x) == TP_KEEP)
            break;
    }
    clock_out(d, since, now(d));
}

void tp_trace_detail(tp_exchange *x, const struct tp_stage *stage, const char *name, const char *value)
{
    tp_driven *d = tp_driven_of(x);
    tp_detail *detail = tp_arena_make(x->arena, tp_detail), **end = &d->trace[index_of(d, stage)].details;

    *detail = (tp_detail){ .name = name, .value = value };
    while (*end)
        end = &(*end)->next;
    *end = detail;
}

const tp_stage_trace *tp_driver_trace(const tp_exchange *x, unsigned *count)
{
    const tp_driven *d = tp_driven_of_const(x);

    *count = d->entered;
    return d->trace;
}

uint64_t tp_driver_own_ns(const tp_exchange *x)
{
    return tp_driven_of_const(x)->own_ns;
}
