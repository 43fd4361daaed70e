/* stages/call.c - tries the candidates of the plan until one begins to reply, then streams. */

#include "stages/call_convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <uthash.h>

#include "base/memory.h"
#include <tokenpak/log.h>

#include "base/ref.h"
#include "exchange/driver.h"

/* ---- providers that refused stream_options ---- */

typedef struct refusal {
    UT_hash_handle hh;
    char name[];
} refusal;

struct tp_call_refusals {
    tp_ref ref;
    refusal *by_name;
};

bool tp_call_refuses(const tp_call_stage *self, const char *provider)
{
    refusal *r;

    HASH_FIND_STR(self->refusals->by_name, provider, r);
    return r != NULL;
}

static void remember(tp_call_stage *self, const char *provider)
{
    size_t length = strlen(provider);
    refusal *r;

    if (tp_call_refuses(self, provider))
        return;
    r = tp_memory_new(sizeof(*r) + length + 1);
    memcpy(r->name, provider, length);
    HASH_ADD_STR(self->refusals->by_name, name, r);
    tp_log(TP_LOG_INFO, TP_AREA_STAGE, "provider %s refuses stream_options: it is asked without from now on", provider);
}

static void drop_refusals(tp_call_refusals *refusals)
{
    refusal *r, *next;

    if (!tp_ref_drop(&refusals->ref))
        return;
    HASH_ITER(hh, refusals->by_name, r, next)
    {
        HASH_DEL(refusals->by_name, r);
        free(r);
    }
    free(refusals);
}

static tp_err call_open(void **self, const void *previous, const tp_stage_env *env)
{
    const tp_call_stage *before = previous;
    tp_call_stage *s = tp_new(tp_call_stage);

    *s = (tp_call_stage){ env->services, env->all, before ? before->refusals : tp_new(tp_call_refusals) };
    if (before)
        tp_ref_take(&s->refusals->ref);
    *self = s;
    return TP_OK;
}

static void call_close(void *self)
{
    drop_refusals(((tp_call_stage *)self)->refusals);
    free(self);
}

/* ---- attempts ---- */

static void begin_attempt(tp_call_note *n);

static uint64_t now(const tp_call_note *n)
{
    return tp_clock_ns(n->self->services->clock);
}

static const tp_retry *retry_of(const tp_call_note *n)
{
    return &n->self->all->retry;
}

/* Closes the entry of the running attempt. */
static void end_attempt(tp_call_note *n, tp_err err)
{
    uint64_t took = now(n) - n->attempt_ns;
    const char *result;

    if (!n->attempt || n->attempt->us)
        return;
    n->attempt->err = err;
    n->attempt->us = took / 1000 ? took / 1000 : 1;
    n->x->outcome.provider_ns += took;
    result = err != TP_OK || !n->attempt->status ? tp_err_code(err) : tp_arena_number(n->x->arena, (uint64_t)n->attempt->status).data;
    tp_metric_add(n->self->services->metrics, TP_METRIC_ATTEMPTS, 1, n->attempt->provider, result, NULL);
}

static void finish_with(tp_call_note *n, tp_err err, const char *text)
{
    tp_timer_stop(n->self->services->timers, &n->timer);
    end_attempt(n, err);
    tp_fail(n->x, err, "%s", text);
    n->done = true;
    tp_answer(n->x, &(tp_event){ .type = TP_EVENT_ERROR });
}

static bool listed(const tp_retry *retry, const char *word)
{
    for (size_t i = 0; i < retry->on.count; i++)
        if (strcmp(retry->on.items[i], word) == 0)
            return true;
    return false;
}

static bool status_listed(const tp_call_note *n, int status)
{
    return listed(retry_of(n), tp_arena_number(n->x->arena, (uint64_t)status).data);
}

/* Whether another attempt is left and the request can be sent again. */
static bool attempt_left(const tp_call_note *n)
{
    bool again = n->tries < retry_of(n)->attempts || n->candidate + 1 < n->x->plan.count;

    return again && !n->pulled && !n->accepted && !n->x->left;
}

/* Retry-After in milliseconds (RFC 9110 10.2.3, and the finer retry-after-ms of OpenAI); UINT64_MAX when there is none. */
static uint64_t retry_after(const tp_call_note *n, const tp_http1_head *head)
{
    uint64_t number, wait = UINT64_MAX;
    struct tm date = { 0 };

    for (size_t i = 0; head && i < head->header_count; i++) {
        const tp_header *h = &head->headers[i];

        if (tp_bytes_equal_nocase(h->name, TP_BYTES("retry-after-ms")) && tp_bytes_number(h->value, &number))
            return number;
        if (!tp_bytes_equal_nocase(h->name, TP_BYTES("retry-after")))
            continue;
        if (tp_bytes_number(h->value, &number) && number < UINT64_MAX / 1000)
            wait = number * 1000;
        else if (strptime(tp_arena_copy(n->x->arena, h->value).data, "%a, %d %b %Y %H:%M:%S GMT", &date)) {
            int64_t ms = (int64_t)timegm(&date) * 1000 - tp_clock_wall(n->self->services->clock);

            wait = ms > 0 ? (uint64_t)ms : 0;
        }
    }
    return wait;
}

static uint64_t backoff(const tp_call_note *n)
{
    const tp_retry *retry = retry_of(n);
    uint64_t wait = retry->backoff;

    for (unsigned i = 1; i < n->tries && wait < retry->max_backoff; i++)
        wait *= 2;
    return wait < retry->max_backoff ? wait : retry->max_backoff;
}

static void on_backoff(tp_timer *timer)
{
    begin_attempt(tp_list_entry(timer, tp_call_note, timer));
}

/* The next attempt: at this target after a pause, else at the next one. False when none may follow. */
static bool go_on(tp_call_note *n, uint64_t asked)
{
    uint64_t wait = asked != UINT64_MAX ? asked : backoff(n);
    bool here = n->tries < retry_of(n)->attempts && (asked == UINT64_MAX || asked <= retry_of(n)->respect_retry_after);

    if (!here && n->candidate + 1 >= n->x->plan.count)
        return false;
    if (!here) {
        n->candidate++;
        n->tries = 0;
        n->plain_again = false;
        wait = 0;
    }
    tp_timer_start(n->self->services->timers, &n->timer, wait, on_backoff);
    return true;
}

bool tp_call_can_retry(const tp_call_note *n, int status, const tp_http1_head *head)
{
    bool next = n->candidate + 1 < n->x->plan.count;
    uint64_t asked;

    if ((status && status < 400) || !attempt_left(n) || (status && !status_listed(n, status)))
        return false;
    asked = retry_after(n, head);
    return next || asked == UINT64_MAX || asked <= retry_of(n)->respect_retry_after;
}

static void cancel_call(tp_call_note *n)
{
    if (n->call)
        tp_call_cancel(n->call);
    n->call = NULL;
}

void tp_call_cancel_attempt(tp_call_note *n)
{
    cancel_call(n);
    end_attempt(n, TP_OK);
}

void tp_call_give_up_on(tp_call_note *n, int status, const tp_http1_head *head)
{
    uint64_t asked = retry_after(n, head);

    end_attempt(n, status ? TP_OK : TP_ERR_PROVIDER_BAD_REPLY);
    tp_call_reply_clear(n);
    cancel_call(n);
    go_on(n, asked);
}

void tp_call_end_badly(tp_call_note *n, tp_err err, const char *message)
{
    cancel_call(n);
    finish_with(n, err, message);
}

void tp_call_break(tp_call_note *n, const char *what)
{
    char message[512];

    snprintf(message, sizeof(message), "%s: %s", n->x->outcome.provider->name, what);
    tp_call_end_badly(n, TP_ERR_PROVIDER_BROKEN_STREAM, message);
}

void tp_call_again_plainly(tp_call_note *n)
{
    remember(n->self, n->x->outcome.provider->name);
    end_attempt(n, TP_OK);
    tp_call_reply_clear(n);
    n->plain_again = true;
    n->tries--;
    begin_attempt(n);
}

/* ---- events of the call ---- */

static void pump(void *arg)
{
    tp_call_note *n = arg;
    tp_bytes part;

    while (n->call) {
        switch (tp_body_next(n->x, &part, pump, n)) {
        case TP_BODY_PART:
            n->pulled = true;
            n->x->outcome.bytes_in += part.length;
            if (!tp_call_write(n->call, part))
                return;
            break;
        case TP_BODY_LATER:
            return;
        case TP_BODY_END:
            tp_call_finish(n->call);
            return;
        case TP_BODY_BROKEN:
            if (n->done)
                return;
            cancel_call(n);
            finish_with(n, n->x->failure.err, n->x->failure.message);
            return;
        }
    }
}

static void on_head(void *arg, const tp_http1_head *head)
{
    tp_call_reply_begin(arg, head);
}

static void on_body(void *arg, tp_bytes part)
{
    tp_call_reply_part(arg, part);
}

typedef struct meaning {
    tp_err err;
    const char *word; /* of retry.on; NULL = never again at this target */
} meaning;

/* What an end means for the client, and under which word another attempt is allowed. */
static const meaning MEANINGS[] = {
    [TP_CALL_NO_CONNECTION] = { TP_ERR_PROVIDER_UNREACHABLE, "connect" },
    [TP_CALL_TLS] = { TP_ERR_PROVIDER_UNREACHABLE, "connect" },
    [TP_CALL_CONNECT_TIMEOUT] = { TP_ERR_PROVIDER_UNREACHABLE, "connect" },
    [TP_CALL_STARVED] = { TP_ERR_OWN_OVERLOADED, NULL },
    [TP_CALL_TIMEOUT] = { TP_ERR_PROVIDER_TIMEOUT, "timeout" },
    [TP_CALL_RESET_SENT] = { TP_ERR_PROVIDER_UNREACHABLE, "reset" },
    [TP_CALL_GARBAGE] = { TP_ERR_PROVIDER_BAD_REPLY, NULL },
    [TP_CALL_CUT_OFF] = { TP_ERR_PROVIDER_BROKEN_STREAM, NULL },
};

/* Of a target that gave nothing usable the next one may be asked, whatever the list says of repeating it. */
static bool may_go_on(tp_call_note *n, const meaning *m)
{
    if (!attempt_left(n))
        return false;
    if (m->word && listed(retry_of(n), m->word))
        return true;
    n->tries = retry_of(n)->attempts;
    return n->candidate + 1 < n->x->plan.count && m->err != TP_ERR_PROVIDER_BROKEN_STREAM;
}

static void on_end(void *arg, tp_call_result result, const char *text)
{
    tp_call_note *n = arg;
    const meaning *m = &MEANINGS[result];
    char message[512];

    n->call = NULL;
    if (result == TP_CALL_OK) {
        end_attempt(n, TP_OK);
        tp_call_reply_complete(n);
        return;
    }
    if (may_go_on(n, m)) {
        end_attempt(n, m->err);
        tp_call_reply_clear(n);
        if (go_on(n, UINT64_MAX))
            return;
    }
    snprintf(message, sizeof(message), "%s: %s", n->x->outcome.provider->name, text);
    finish_with(n, m->err, message);
}

static const tp_call_events EVENTS = { on_head, on_body, pump, on_end };

static void add_attempt(tp_call_note *n)
{
    tp_outcome *o = &n->x->outcome;
    tp_attempt **end = &o->attempts;

    n->attempt = tp_arena_make(n->x->arena, tp_attempt);
    n->attempt->provider = o->provider->name;
    n->attempt->model = o->upstream_model;
    while (*end)
        end = &(*end)->next;
    *end = n->attempt;
    o->attempt_count++;
    n->attempt_ns = now(n);
}

static void fail_unsent(tp_call_note *n)
{
    n->done = true;
    tp_answer(n->x, &(tp_event){ .type = TP_EVENT_ERROR });
}

static void send_attempt(tp_call_note *n)
{
    if (!tp_call_request_compose(n)) {
        fail_unsent(n);
        return;
    }
    add_attempt(n);
    n->request.heads = n->heads = tp_arena_from(&n->self->services->driver->arenas);
    n->call = tp_call_start(n->self->services->upstream, &n->request, &EVENTS, n);
}

/* What one target's dialect cannot say the next one's may. */
static void on_converted(tp_call_note *n, tp_call_converted result)
{
    if (n->x->left) {
        finish_with(n, TP_ERR_CANCELLED, "the client left");
    } else if (result == TP_CALL_CONVERTED) {
        send_attempt(n);
    } else if (result == TP_CALL_UNSAYABLE && n->candidate + 1 < n->x->plan.count) {
        n->x->failure = (tp_failure){ .err = TP_OK };
        n->candidate++;
        n->tries = 0;
        begin_attempt(n);
    } else if (result == TP_CALL_UNSAYABLE) {
        fail_unsent(n);
    }
}

static void begin_attempt(tp_call_note *n)
{
    n->tries++;
    on_converted(n, tp_call_convert_request(n, on_converted));
}

static tp_verdict call_request(void *self, void *my_note, tp_exchange *x)
{
    tp_call_note *n = my_note;

    *n = (tp_call_note){ .x = x, .self = self };
    begin_attempt(n);
    return TP_ANSWERED;
}

static tp_heed call_left(void *self, void *my_note, tp_exchange *x)
{
    tp_call_note *n = my_note;

    (void)self;
    (void)x;
    if (n->done)
        return TP_PASS_ON;
    tp_timer_stop(n->self->services->timers, &n->timer);
    if (n->converting) /* the worker reads what the exchange owns: its end waits for that */
        return TP_KEEP;
    cancel_call(n);
    finish_with(n, TP_ERR_CANCELLED, "the client left");
    return TP_KEEP;
}

static tp_heed call_room(void *self, void *my_note, tp_exchange *x)
{
    tp_call_note *n = my_note;

    (void)self;
    (void)x;
    n->flow = TP_FLOW_GO;
    if (n->call)
        tp_call_resume(n->call);
    return TP_KEEP;
}

static void call_leave(void *self, void *my_note, tp_exchange *x)
{
    (void)self;
    (void)x;
    tp_call_reply_clear(my_note);
}

const tp_stage tp_stage_call = {
    .name = "call",
    .note_size = sizeof(tp_call_note),
    .open = call_open,
    .close = call_close,
    .request = call_request,
    .left = call_left,
    .room = call_room,
    .leave = call_leave,
};
