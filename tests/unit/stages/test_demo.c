/* unit/stages/test_demo.c - the stage `demo` in a pipeline of its own: pace, backpressure, a client that leaves. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/list.h"
#include "base/memory.h"
#include "config/load.h"
#include "exchange/driver.h"
#include "exchange/services.h"
#include "stages/stages.h"

typedef struct bench {
    uv_loop_t loop;
    tp_clock clock;
    uint64_t ns;
    tp_timers timers;
    tp_driver driver;
    tp_services services;
    tp_pipeline_set *set;
    tp_exchange *x;
    tp_request request;
    /* What the client sees. */
    tp_sink sink;
    tp_flow flow;
    int status, ends;
    bool clean;
    char content_type[64], retry_after[16];
    int64_t announced;
    tp_buffer body;
} bench;

static uint64_t bench_ns(const tp_clock *clock)
{
    return tp_list_entry(clock, bench, clock)->ns;
}

static int64_t bench_wall(const tp_clock *clock)
{
    (void)clock;
    return 1769860800000;
}

static tp_flow on_head(tp_sink *sink, const tp_reply_head *head)
{
    bench *b = tp_list_entry(sink, bench, sink);

    b->status = head->status;
    b->announced = head->body_length;
    for (size_t i = 0; i < head->header_count; i++) {
        tp_bytes value = head->headers[i].value;

        if (tp_bytes_equal(head->headers[i].name, TP_BYTES("content-type")))
            snprintf(b->content_type, sizeof b->content_type, "%.*s", (int)value.length, value.data);
        if (tp_bytes_equal(head->headers[i].name, TP_BYTES("retry-after")))
            snprintf(b->retry_after, sizeof b->retry_after, "%.*s", (int)value.length, value.data);
    }
    return b->flow;
}

static tp_flow on_body(tp_sink *sink, tp_bytes part)
{
    bench *b = tp_list_entry(sink, bench, sink);

    tp_buffer_add(&b->body, part);
    return b->flow;
}

static void on_end(tp_sink *sink, bool clean)
{
    bench *b = tp_list_entry(sink, bench, sink);

    b->ends++;
    b->clean = clean;
}

static int bench_build(void **state)
{
    static const tp_stage *const STAGES[] = { &tp_stage_demo };
    static const tp_pipeline_table TABLE = { STAGES, 1 };
    bench *b = tp_new(bench);
    tp_config_problems problems = { 0 };
    const tp_settings *settings = tp_config_load(&(tp_config_source){ 0 }, &problems);

    assert_non_null(settings);
    tp_config_problems_free(&problems);
    uv_loop_init(&b->loop);
    b->clock = (tp_clock){ bench_ns, bench_wall };
    b->ns = 1000000000;
    tp_timer_init(&b->timers, &b->clock);
    tp_driver_init(&b->driver, &b->clock);
    b->services = (tp_services){ .loop = &b->loop, .clock = &b->clock, .timers = &b->timers, .driver = &b->driver };
    b->set = tp_pipeline_open(&TABLE, 1, settings, NULL, &b->services);
    assert_non_null(b->set);
    tp_settings_drop(settings);
    b->sink = (tp_sink){ on_head, on_body, on_end };
    b->body.limit = 1 << 20;
    *state = b;
    return 0;
}

/* Lets workers and the driver do what they have to, without time passing. */
static void turn(bench *b)
{
    uv_run(&b->loop, UV_RUN_DEFAULT);
    while (tp_driver_turn(&b->driver))
        ;
}

static void pass(bench *b, uint64_t ms)
{
    b->ns += ms * 1000000;
    tp_timer_run(&b->timers);
    turn(b);
}

static int bench_tear_down(void **state)
{
    bench *b = *state;

    assert_int_equal(b->driver.alive, 0);
    assert_int_equal(b->timers.count, 0);
    tp_pipeline_drop(b->set);
    tp_timer_close(&b->timers);
    assert_int_equal(uv_loop_close(&b->loop), 0);
    tp_buffer_free(&b->body);
    free(b);
    return 0;
}

/* Starts a chat; its body comes when `bench_send_body` says so. */
static void start(bench *b)
{
    b->request = (tp_request){ .method = TP_BYTES("POST"), .path = TP_BYTES("/v1/chat/completions"), .body_length = -1 };
    b->x = tp_driver_new(&b->driver, b->set, tp_arena_new());
    b->x->request = &b->request;
    b->x->shape = TP_SHAPE_OPENAI_CHAT;
    tp_driver_start(b->x, &b->set->pipelines[0], &b->sink);
}

static void send_body(bench *b, const char *body)
{
    tp_body_feed(tp_driver_body(b->x), tp_bytes_text(body));
    tp_body_finish(tp_driver_body(b->x));
}

static void ask(bench *b, const char *body)
{
    start(b);
    send_body(b, body);
    turn(b);
    pass(b, 0);
}

#define STREAM "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"

static void a_whole_reply_comes_at_once_with_its_length(void **state)
{
    bench *b = *state;

    ask(b, "{\"model\":\"gpt-4o\"}");
    assert_int_equal(b->status, 200);
    assert_string_equal(b->content_type, "application/json");
    assert_int_equal(b->announced, b->body.length);
    assert_int_equal(b->ends, 1);
    assert_true(b->clean);
}

static void a_stream_comes_word_by_word(void **state)
{
    bench *b = *state;
    size_t before;
    int words = 0;

    ask(b, STREAM);
    assert_string_equal(b->content_type, "text/event-stream");
    assert_int_equal(b->announced, -1);
    before = b->body.length;
    pass(b, 24);
    assert_int_equal(b->body.length, before);
    pass(b, 1);
    assert_true(b->body.length > before);
    for (; !b->ends; words++)
        pass(b, 25);
    assert_in_range(words, 20, 100);
    assert_true(b->clean);
    assert_true(tp_bytes_ends(tp_buffer_bytes(&b->body), TP_BYTES("data: [DONE]\n\n")));
}

static void a_slow_reader_holds_it_back(void **state)
{
    bench *b = *state;
    size_t before;

    ask(b, STREAM);
    b->flow = TP_FLOW_HOLD;
    pass(b, 25);
    before = b->body.length;
    pass(b, 1000);
    assert_int_equal(b->body.length, before);
    b->flow = TP_FLOW_GO;
    tp_driver_room(b->x);
    pass(b, 25);
    assert_true(b->body.length > before);
    while (!b->ends)
        pass(b, 25);
    assert_true(b->clean);
}

static void a_client_that_leaves_ends_it_in_each_state(void **state)
{
    bench *b = *state;

    start(b); /* while the body is held */
    tp_driver_left(b->x);
    turn(b);
    start(b); /* while a worker writes */
    send_body(b, STREAM);
    tp_driver_left(b->x);
    turn(b);
    start(b); /* between the answer and its first byte */
    send_body(b, "{\"model\":\"demo-slow\"}");
    turn(b);
    tp_driver_left(b->x);
    pass(b, 0);
    ask(b, STREAM); /* while it streams */
    tp_driver_left(b->x);
    pass(b, 0);
    ask(b, STREAM); /* while it is held back */
    b->flow = TP_FLOW_HOLD;
    pass(b, 25);
    tp_driver_left(b->x);
    pass(b, 0);
    assert_int_equal(b->ends, 0);
}

static void the_slow_model_takes_two_seconds(void **state)
{
    bench *b = *state;

    ask(b, "{\"model\":\"demo-slow\"}");
    pass(b, 1999);
    assert_int_equal(b->status, 0);
    pass(b, 1);
    assert_int_equal(b->status, 200);
}

static void the_busy_model_says_when_to_come_back(void **state)
{
    bench *b = *state;

    ask(b, "{\"model\":\"demo-error\"}");
    assert_int_equal(b->status, 429);
    assert_string_equal(b->retry_after, "1");
}

static void bad_json_is_a_400_that_says_where(void **state)
{
    bench *b = *state;

    ask(b, "{\"model\":\n nope}");
    assert_int_equal(b->status, 400);
    assert_true(tp_bytes_contains(tp_buffer_bytes(&b->body), TP_BYTES("line 2, column 2")));
    assert_true(b->clean);
}

#define ON_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_build, bench_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(a_whole_reply_comes_at_once_with_its_length),
        ON_BENCH(a_stream_comes_word_by_word),
        ON_BENCH(a_slow_reader_holds_it_back),
        ON_BENCH(a_client_that_leaves_ends_it_in_each_state),
        ON_BENCH(the_slow_model_takes_two_seconds),
        ON_BENCH(the_busy_model_says_when_to_come_back),
        ON_BENCH(bad_json_is_a_400_that_says_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
