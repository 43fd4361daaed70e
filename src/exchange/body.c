/* exchange/body.c - holds, hands out and holds back the request's body. */

#include "exchange/body.h"

#include "exchange/private.h"

void tp_body_init(tp_body *body, tp_exchange *x)
{
    *body = (tp_body){ .bytes = TP_BUFFER(SIZE_MAX / 2), .exchange = x };
}

void tp_body_close(tp_body *body)
{
    tp_buffer_free(&body->bytes);
}

static bool over(const tp_body *body)
{
    return body->holding && body->bytes.length > body->most;
}

static bool full(const tp_body *body)
{
    return !body->complete && !body->holding && body->bytes.length - body->pulled >= TP_BODY_HIGH_WATER;
}

/* The only place that decides whether the connection reads. */
static void regulate(tp_body *body)
{
    bool pause = full(body) || (over(body) && body->partial);

    if (pause == body->paused)
        return;
    body->paused = pause;
    if (pause && body->pause)
        body->pause(body);
    if (!pause && body->go)
        body->go(body);
}

/* A failed hold resumes by itself, a good one lets its holder do it. */
static void end_hold(tp_body *body, tp_verdict verdict)
{
    body->holding = false;
    if (verdict == TP_FAILED)
        tp_resume(body->exchange, TP_FAILED);
    else
        body->then(body->then_arg);
}

static tp_verdict too_large(const tp_body *body)
{
    return tp_fail(body->exchange, TP_ERR_CALLER_TOO_LARGE, "the body is larger than listen.max_body (%llu bytes)",
                   (unsigned long long)body->most);
}

/* The only place that decides whether a hold has ended. */
static void decide(tp_body *body)
{
    void (*wake)(void *) = body->wake;

    if (body->holding) {
        if (body->broken.err != TP_OK)
            end_hold(body, tp_fail(body->exchange, body->broken.err, "%s", body->broken.message));
        else if (over(body))
            end_hold(body, body->partial ? TP_NEXT : too_large(body));
        else if (body->complete)
            end_hold(body, TP_NEXT);
    }
    regulate(body);
    if (!wake)
        return;
    body->wake = NULL;
    wake(body->wake_arg);
}

void tp_body_feed(tp_body *body, tp_bytes part)
{
    body->received += part.length;
    tp_buffer_add(&body->bytes, part);
    decide(body);
}

void tp_body_finish(tp_body *body)
{
    body->complete = true;
    decide(body);
}

void tp_body_break(tp_body *body, tp_err err, const char *message)
{
    if (body->complete || body->broken.err != TP_OK)
        return;
    body->broken = (tp_failure){ .err = err, .message = message };
    decide(body);
}

tp_verdict tp_body_hold(tp_exchange *x, uint64_t most, bool partial, void (*then)(void *arg), void *arg)
{
    tp_body *body = &tp_driven_of(x)->body;
    bool announced = x->request->body_length > 0 && (uint64_t)x->request->body_length > most;

    body->most = most;
    body->partial = partial;
    body->then = then;
    body->then_arg = arg;
    if (body->broken.err != TP_OK)
        return tp_fail(x, body->broken.err, "%s", body->broken.message);
    if (announced || body->bytes.length > most)
        return partial ? TP_NEXT : too_large(body);
    if (body->complete)
        return TP_NEXT;
    body->holding = true;
    regulate(body);
    return TP_WAIT;
}

bool tp_body_whole(const tp_exchange *x)
{
    const tp_body *body = &tp_driven_of_const(x)->body;

    return body->complete && body->received == body->bytes.length;
}

tp_bytes tp_body_held(const tp_exchange *x)
{
    const tp_body *body = &tp_driven_of_const(x)->body;

    return tp_bytes_from(tp_buffer_bytes(&body->bytes), body->pulled);
}

tp_body_state tp_body_next(tp_exchange *x, tp_bytes *part, void (*wake)(void *arg), void *arg)
{
    tp_body *body = &tp_driven_of(x)->body;

    tp_buffer_drop(&body->bytes, body->pulled);
    body->pulled = 0;
    if (body->bytes.length) {
        *part = tp_buffer_bytes(&body->bytes);
        body->pulled = body->bytes.length;
        regulate(body);
        return TP_BODY_PART;
    }
    if (body->broken.err != TP_OK) {
        tp_fail(x, body->broken.err, "%s", body->broken.message);
        return TP_BODY_BROKEN;
    }
    if (body->complete) {
        tp_buffer_free(&body->bytes);
        return TP_BODY_END;
    }
    body->wake = wake;
    body->wake_arg = arg;
    regulate(body);
    return TP_BODY_LATER;
}

void tp_body_release(tp_exchange *x)
{
    tp_body *body = &tp_driven_of(x)->body;

    tp_buffer_free(&body->bytes);
    body->pulled = 0;
    regulate(body);
}
