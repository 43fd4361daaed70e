/* stages/adapt.c - holds the body of a chat request, learns its model and whether it streams, and says a converted reply in its words. */

#include "stages/stages.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/offload.h"
#include "config/settings.h"
#include "exchange/endpoint.h"
#include "exchange/services.h"
#include "stages/adapt_reply.h"
#include "stages/reading.h"
#include "wire/formats.h"

typedef struct adapt {
    tp_services *services;
    uint64_t max_body;
} adapt;

typedef struct note {
    tp_exchange *x;
    adapt *self;
    tp_reading *reading;
    tp_adapt_reply reply;
} note;

static tp_err adapt_open(void **self, const void *previous, const tp_stage_env *env)
{
    adapt *a = tp_new(adapt);

    (void)previous;
    *a = (adapt){ env->services, env->all->listen.max_body };
    *self = a;
    return TP_OK;
}

static void adapt_close(void *self)
{
    free(self);
}

/* What the path and the dialect say before the body is read. */
static void read_path(tp_exchange *x)
{
    if (x->dialect == TP_DIALECT_GEMINI) {
        x->model = tp_endpoint_path_model(x->request->path);
        x->stream = tp_bytes_equal(tp_endpoint_path_method(x->request->path), TP_BYTES("streamGenerateContent"));
    }
    if (x->shape == TP_SHAPE_OLLAMA)
        x->stream = true;
}

static tp_verdict finish(note *n)
{
    tp_reading *r = n->reading;
    tp_exchange *x = n->x;

    n->reading = NULL;
    x->held = true;
    x->outcome.bytes_in = r->body.length;
    tp_reading_apply(r, x);
    if (r->too_large)
        return tp_fail(x, TP_ERR_CALLER_TOO_LARGE, "the body decodes to more than listen.max_body (%llu bytes)",
                       (unsigned long long)n->self->max_body);
    if (r->valid || r->unreadable)
        return TP_NEXT;
    return tp_fail(x, TP_ERR_CALLER_BAD_JSON, "line %u, column %u of the body: %s", r->error.line, r->error.column, r->error.what);
}

static void on_read(void *arg)
{
    note *n = arg;
    tp_verdict verdict = finish(n);

    tp_resume(n->x, verdict);
}

static void run_reading(void *arg)
{
    tp_reading_run(((note *)arg)->reading);
}

/* The body is held: read it, on a worker when that takes long. */
static tp_verdict read_body(note *n)
{
    n->reading = tp_reading_new(n->x, n->self->max_body, n->x->format != NULL);
    if (tp_reading_is_long(n->reading)) {
        tp_offload(n->self->services->loop, run_reading, on_read, n);
        return TP_WAIT;
    }
    tp_reading_run(n->reading);
    return finish(n);
}

static void on_held(void *arg)
{
    note *n = arg;
    tp_verdict verdict = read_body(n);

    if (verdict != TP_WAIT)
        tp_resume(n->x, verdict);
}

static tp_verdict adapt_request(void *self, void *my_note, tp_exchange *x)
{
    adapt *a = self;
    note *n = my_note;
    tp_verdict verdict;

    *n = (note){ .x = x, .self = a };
    read_path(x);
    x->format = tp_formats_at(x->dialect, x->request->path);
    verdict = tp_body_hold(x, a->max_body, false, on_held, n);
    return verdict == TP_NEXT ? read_body(n) : verdict;
}

static tp_flow adapt_reply(void *self, void *my_note, tp_exchange *x, const tp_event *ev)
{
    adapt *a = self;
    note *n = my_note;

    if (!x->converted)
        return tp_pass(x, &tp_stage_adapt, ev);
    switch (ev->type) {
    case TP_EVENT_HEAD:
        return tp_adapt_reply_head(&n->reply, x, a->services, ev, a->max_body);
    case TP_EVENT_CHAT:
        return tp_adapt_reply_chat(&n->reply, ev);
    case TP_EVENT_END:
        return tp_adapt_reply_end(&n->reply, ev);
    default:
        tp_adapt_reply_close(&n->reply);
        return tp_pass(x, &tp_stage_adapt, ev);
    }
}

static void adapt_leave(void *self, void *my_note, tp_exchange *x)
{
    (void)self;
    (void)x;
    tp_adapt_reply_close(&((note *)my_note)->reply);
}

const tp_stage tp_stage_adapt = {
    .name = "adapt",
    .note_size = sizeof(note),
    .open = adapt_open,
    .close = adapt_close,
    .request = adapt_request,
    .reply = adapt_reply,
    .leave = adapt_leave,
};
