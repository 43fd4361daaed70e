/* unit/upstream/calling.h - a loop with a provider on loopback, and one call whose events are written down. */

#ifndef CALLING_H
#define CALLING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/metrics.h"
#include "peer.h"
#include "upstream/call.h"

enum { LONGEST_WAIT_MS = 10000 };

typedef struct rig {
    uv_loop_t loop;
    uv_timer_t tick;
    tp_timers timers;
    tp_metrics *metrics;
    tp_upstream *upstream;
    tp_arena *arena;
    peer peer;
    tp_call_request request;
    /* Of the call that runs. */
    tp_call *call;
    char story[32]; /* one letter an event, repeated ones once: h b w e */
    int status;
    tp_buffer body;
    unsigned ends;
    tp_call_result result;
    char why[200];
    void (*on_head)(struct rig *r); /* what the test does inside the event */
} rig;

static inline void tell(rig *r, char letter)
{
    size_t length = strlen(r->story);

    if ((length == 0 || r->story[length - 1] != letter) && length < sizeof(r->story) - 1)
        r->story[length] = letter;
}

static inline void on_head(void *arg, const tp_http1_head *head)
{
    rig *r = arg;

    tell(r, 'h');
    r->status = head->status;
    if (r->on_head)
        r->on_head(r);
}

static inline void on_body(void *arg, tp_bytes part)
{
    tell(arg, 'b');
    tp_buffer_add(&((rig *)arg)->body, part);
}

static inline void on_writable(void *arg)
{
    tell(arg, 'w');
}

static inline void on_end(void *arg, tp_call_result result, const char *text)
{
    rig *r = arg;

    tell(r, 'e');
    r->ends++;
    r->result = result;
    snprintf(r->why, sizeof(r->why), "%s", text);
}

static inline void on_tick(uv_timer_t *tick)
{
    tp_timer_run(tick->data);
}

/* One turn of the loop, a millisecond at most. */
static inline void turn(rig *r)
{
    uv_run(&r->loop, UV_RUN_ONCE);
}

/* How many turns that was: some one a millisecond, unless something keeps the loop busy. */
static inline unsigned turn_for(rig *r, uint64_t ms)
{
    uint64_t until = uv_hrtime() + ms * 1000000;
    unsigned turns = 0;

    for (; uv_hrtime() < until; turns++)
        turn(r);
    return turns;
}

static inline tp_origin *provider(rig *r)
{
    return tp_upstream_origin(r->upstream, tp_arena_printf(r->arena, "http://127.0.0.1:%d", r->peer.port));
}

static inline rig *rig_open(const peer_answer *answers, unsigned count)
{
    rig *r = calloc(1, sizeof(*r));

    uv_loop_init(&r->loop);
    tp_timer_init(&r->timers, &tp_clock_system);
    uv_timer_init(&r->loop, &r->tick);
    r->tick.data = &r->timers;
    uv_timer_start(&r->tick, on_tick, 1, 1);
    r->metrics = tp_metrics_new();
    r->upstream = tp_upstream_open(&r->loop, &r->timers, r->metrics);
    r->arena = tp_arena_new();
    r->body.limit = 64 << 20;
    peer_open(&r->peer, &r->loop, answers, count);
    r->request = (tp_call_request){ .method = TP_BYTES("POST"),
                                    .target = TP_BYTES("/v1/x"),
                                    .parts = { TP_BYTES("{}") },
                                    .part_count = 1,
                                    .body_length = 2,
                                    .most_head = 10000,
                                    .connect_ms = 5000,
                                    .first_byte_ms = 5000,
                                    .idle_ms = 5000 };
    return r;
}

#define RIG(answers) rig_open(answers, sizeof(answers) / sizeof(*(answers)))

/* Whatever the test did: the loop comes to its end, and so no handle was left behind. */
static inline void rig_close(rig *r)
{
    if (r->call && r->ends == 0)
        tp_call_cancel(r->call);
    tp_upstream_close(r->upstream);
    peer_close(&r->peer);
    uv_close((uv_handle_t *)&r->tick, NULL);
    uv_run(&r->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&r->loop), 0);
    assert_int_equal(r->timers.count, 0);
    peer_free(&r->peer);
    tp_timer_close(&r->timers);
    tp_metrics_free(r->metrics);
    tp_arena_free(r->arena);
    tp_buffer_free(&r->body);
    free(r);
}

static inline void start(rig *r)
{
    static const tp_call_events EVENTS = { on_head, on_body, on_writable, on_end };
    tp_call_request *request = tp_arena_make(r->arena, tp_call_request);

    memset(r->story, 0, sizeof(r->story));
    tp_buffer_clear(&r->body, 0);
    r->ends = 0;
    r->status = 0;
    *request = r->request;
    request->arena = request->heads = r->arena;
    request->origin = request->origin ? request->origin : provider(r);
    r->call = tp_call_start(r->upstream, request, &EVENTS, r);
    assert_string_equal(r->story, "");
}

static inline void finish(rig *r)
{
    uint64_t until = uv_hrtime() + LONGEST_WAIT_MS * (uint64_t)1000000;

    while (r->ends == 0 && uv_hrtime() < until)
        turn(r);
    assert_int_equal(r->ends, 1);
}

/* A whole call. */
static inline void call(rig *r)
{
    start(r);
    finish(r);
}

static inline void wait_for(rig *r, char letter)
{
    uint64_t until = uv_hrtime() + LONGEST_WAIT_MS * (uint64_t)1000000;

    while (!strchr(r->story, letter) && uv_hrtime() < until)
        turn(r);
    assert_non_null(strchr(r->story, letter));
}

static inline void wait_sent(rig *r)
{
    uint64_t until = uv_hrtime() + LONGEST_WAIT_MS * (uint64_t)1000000;

    while (!tp_call_sent(r->call) && uv_hrtime() < until)
        turn(r);
    assert_true(tp_call_sent(r->call));
}

static inline void assert_ended(const rig *r, tp_call_result result, const char *story)
{
    if (r->result != result)
        fail_msg("result %d (%s) instead of %d", (int)r->result, r->why, (int)result);
    assert_string_equal(r->story, story);
    assert_true(result == TP_CALL_OK || r->why[0]);
}

static inline void assert_body(const rig *r, const char *expected)
{
    if (!tp_bytes_equal(tp_buffer_bytes(&r->body), tp_bytes_text(expected)))
        fail_msg("'%.*s'", (int)r->body.length, r->body.data);
}

static inline bool received_ends(const rig *r, const char *text)
{
    return tp_bytes_ends(tp_buffer_bytes(&r->peer.received), tp_bytes_text(text));
}

#endif
