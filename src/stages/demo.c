/* stages/demo.c - a scripted provider inside the process: speaks all four dialects, at the pace of a model. */

#include "stages/demo.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/offload.h"
#include "exchange/services.h"
#include "stages/reading.h"
#include "stages/stages.h"

enum { WORD_MS = 25, MOST_BODY = 64 << 20 };

typedef struct demo {
    tp_services *services;
    uint64_t number; /* of the last request */
} demo;

typedef struct note {
    tp_exchange *x;
    demo *self;
    tp_reading *reading;
    tp_demo_ask ask;
    tp_demo_reply reply;
    tp_timer timer;
    size_t next; /* part of the reply */
    bool answering, head_sent, held, done;
} note;

static tp_err demo_open(void **self, const void *previous, const tp_stage_env *env)
{
    const demo *before = previous;
    demo *d = tp_new(demo);

    *d = (demo){ env->services, before ? before->number : 0 };
    *self = d;
    return TP_OK;
}

static void demo_close(void *self)
{
    free(self);
}

/* ---- the reply is written by a worker ---- */

static void complain(note *n, const tp_json_error *error)
{
    char message[160];

    if (n->reading->unreadable)
        snprintf(message, sizeof(message), "the Content-Encoding of the body is not known, or the body is damaged");
    else if (n->reading->too_large)
        snprintf(message, sizeof(message), "the body decodes to more than %d bytes", MOST_BODY);
    else
        snprintf(message, sizeof(message), "line %u, column %u of the body: %s", error->line, error->column, error->what);
    tp_demo_answer_error(&n->ask, 400, message, &n->reply);
}

static void write_reply(void *arg)
{
    note *n = arg;
    tp_reading *r = n->reading;
    tp_json *json = tp_arena_make(r->arena, tp_json);
    tp_json_error error;

    n->ask.arena = r->arena;
    if (r->body.length == 0) {
        tp_demo_answer(&n->ask, &n->reply);
        return;
    }
    tp_reading_run(r);
    if (!r->valid || !tp_json_scan(r->json.text, r->arena, TP_JSON_EVERYTHING, json, &error)) {
        complain(n, r->valid ? &error : &r->error);
        return;
    }
    n->ask.json = json;
    tp_demo_answer(&n->ask, &n->reply);
}

static void on_tick(tp_timer *timer);

static void tick_after(note *n, uint64_t ms)
{
    tp_timer_start(n->self->services->timers, &n->timer, ms, on_tick);
}

static void on_written(void *arg)
{
    note *n = arg;

    tp_reading_apply(n->reading, n->x);
    n->reading = NULL;
    if (n->x->left) {
        tp_resume(n->x, TP_FAILED);
        return;
    }
    n->answering = true;
    tp_resume(n->x, TP_ANSWERED);
    tick_after(n, n->reply.delay_ms);
}

static void begin(void *arg)
{
    note *n = arg;
    const tp_request *request = n->x->request;

    n->reading = tp_reading_new(n->x, MOST_BODY, false);
    n->ask.method = request->method;
    n->ask.path = request->path;
    n->ask.query = request->query;
    n->ask.dialect = n->x->dialect;
    n->ask.number = ++n->self->number;
    n->ask.wall_ms = tp_clock_wall(n->self->services->clock);
    tp_offload(n->self->services->loop, write_reply, on_written, n);
}

static tp_verdict demo_request(void *self, void *my_note, tp_exchange *x)
{
    note *n = my_note;
    tp_verdict verdict;

    *n = (note){ .x = x, .self = self };
    verdict = tp_body_hold(x, MOST_BODY, false, begin, n);
    if (verdict != TP_NEXT)
        return verdict;
    begin(n);
    return TP_WAIT;
}

/* ---- and sent part by part ---- */

static void send_head(note *n)
{
    tp_header headers[] = {
        { TP_BYTES("content-type"), tp_bytes_text(n->reply.type) },
        { TP_BYTES("retry-after"), TP_BYTES("1") },
    };
    tp_reply_head head = { .status = n->reply.status, .headers = headers, .header_count = n->reply.retry_later ? 2 : 1 };

    head.body_length = n->reply.streamed ? -1 : (int64_t)n->reply.body.length;
    n->head_sent = true;
    tp_answer(n->x, &(tp_event){ .type = TP_EVENT_HEAD, .head = &head });
}

static tp_flow send_part(note *n)
{
    tp_bytes part = tp_demo_reply_part(&n->reply, n->next++);

    return tp_answer(n->x, &(tp_event){ .type = TP_EVENT_RAW, .raw = part });
}

static void end(note *n, tp_event_type type)
{
    n->done = true;
    tp_answer(n->x, &(tp_event){ .type = type });
}

/* The only place that sends: one part, then a pause. */
static void on_tick(tp_timer *timer)
{
    note *n = tp_list_entry(timer, note, timer);

    if (n->x->left) {
        tp_fail(n->x, TP_ERR_CANCELLED, "the client left");
        end(n, TP_EVENT_ERROR);
        return;
    }
    if (!n->head_sent)
        send_head(n);
    n->held = send_part(n) == TP_FLOW_HOLD;
    if (n->next == tp_demo_reply_parts(&n->reply))
        end(n, TP_EVENT_END);
    else if (!n->held)
        tick_after(n, WORD_MS);
}

/* The end that is owed comes from the timer, so that it never comes before the driver knows that we answer. */
static tp_heed demo_left(void *self, void *my_note, tp_exchange *x)
{
    note *n = my_note;

    (void)self;
    (void)x;
    if (n->answering && !n->done)
        tick_after(n, 0);
    return TP_PASS_ON;
}

static tp_heed demo_room(void *self, void *my_note, tp_exchange *x)
{
    note *n = my_note;

    (void)self;
    (void)x;
    if (n->held && !n->done)
        tick_after(n, WORD_MS);
    n->held = false;
    return TP_PASS_ON;
}

static void demo_leave(void *self, void *my_note, tp_exchange *x)
{
    note *n = my_note;

    (void)self;
    (void)x;
    if (!n->self)
        return;
    tp_timer_stop(n->self->services->timers, &n->timer);
    tp_demo_reply_free(&n->reply);
}

const tp_stage tp_stage_demo = {
    .name = "demo",
    .note_size = sizeof(note),
    .open = demo_open,
    .close = demo_close,
    .request = demo_request,
    .left = demo_left,
    .room = demo_room,
    .leave = demo_leave,
};
