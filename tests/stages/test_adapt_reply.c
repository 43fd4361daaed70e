/* stages/test_adapt_reply.c - what the client of a converted stream reads while its provider is silent, under a clock set by hand. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "bench.h"
#include "stages/adapt_reply.h"
#include "stages/stages.h"
#include "wire/formats.h"

enum { MS = 1000000, MOST = 1 << 20 };

/* The bench's pipeline with the stage behind its innermost, where it answers but is never asked. */
typedef struct scene {
    bench bench;
    tp_slot slots[BENCH_STAGES + 1];
    tp_timers timers;
    tp_services services;
    tp_adapt_reply reply;
    tp_exchange *x;
    tp_chat chat;
} scene;

static tp_buffer said = TP_BUFFER(MOST);

static tp_flow keep_body(tp_sink *sink, tp_bytes part)
{
    (void)sink;
    tp_buffer_add(&said, part);
    return TP_FLOW_GO;
}

static int open_scene(void **state)
{
    static scene s;

    s = (scene){ .timers = { 0 } };
    bench_open(&s.bench);
    memcpy(s.slots, s.bench.slots, sizeof(s.bench.slots));
    s.slots[BENCH_STAGES] = (tp_slot){ .stage = &tp_stage_adapt };
    s.bench.pipeline.slots = s.slots;
    s.bench.pipeline.count = BENCH_STAGES + 1;
    s.bench.sink.body = keep_body;
    tp_timer_init(&s.timers, &s.bench.clock);
    s.services = (tp_services){ .clock = &s.bench.clock, .timers = &s.timers };
    said.length = 0;
    *state = &s;
    return 0;
}

static int close_scene(void **state)
{
    scene *s = *state;

    tp_adapt_reply_close(&s->reply);
    bench_answer(s->x, TP_EVENT_END);
    bench_turn(&s->bench);
    assert_int_equal(s->bench.driver.alive, 0);
    tp_timer_close(&s->timers);
    tp_buffer_free(&said);
    return 0;
}

static void event(scene *s, tp_chat_event chat)
{
    tp_adapt_reply_chat(&s->reply, &(tp_event){ .type = TP_EVENT_CHAT, .chat = &chat });
}

/* A stream of `format` whose provider has begun to speak. */
static void begin(scene *s, const char *format)
{
    static const tp_reply_head HEAD = { .status = 200, .body_length = -1 };

    s->x = bench_exchange(&s->bench, "", true);
    s->x->format = tp_formats_named(tp_bytes_text(format));
    s->x->chat = &s->chat;
    s->x->model = TP_BYTES("m");
    s->x->stream = true;
    bench_start(&s->bench, s->x);
    tp_adapt_reply_head(&s->reply, s->x, &s->services, &(tp_event){ .type = TP_EVENT_HEAD, .head = &HEAD }, MOST);
    event(s, (tp_chat_event){ .type = TP_CHAT_START, .name = TP_BYTES("m") });
    said.length = 0;
}

static void pass(scene *s, uint64_t ms)
{
    s->bench.now_ns += ms * MS;
    tp_timer_run(&s->timers);
}

static void assert_said(const char *text)
{
    assert_int_equal(said.length, strlen(text));
    assert_memory_equal(said.data, text, said.length);
    said.length = 0;
}

#define PING "event: ping\ndata: {\"type\":\"ping\"}\n\n"

static void a_ping_is_written_after_fifteen_seconds_of_silence_and_again_after_as_many(void **state)
{
    scene *s = *state;

    begin(s, "anthropic");
    pass(s, 14998);
    assert_int_equal(said.length, 0);
    pass(s, 2);
    assert_said(PING);
    pass(s, 15000);
    assert_said(PING);
}

static void what_the_provider_says_puts_the_ping_off(void **state)
{
    scene *s = *state;

    begin(s, "anthropic");
    pass(s, 10000);
    event(s, (tp_chat_event){ .type = TP_CHAT_OPEN, .part = TP_PART_TEXT });
    said.length = 0;
    pass(s, 5000);
    assert_int_equal(said.length, 0);
    pass(s, 9998);
    assert_int_equal(said.length, 0);
    pass(s, 2);
    assert_said(PING);
}

static void a_chat_client_gets_a_comment_instead(void **state)
{
    scene *s = *state;

    begin(s, "openai_chat");
    pass(s, 15000);
    assert_said(": keep-alive\n\n");
}

static void a_client_of_ollama_gets_a_line_without_text(void **state)
{
    scene *s = *state;

    begin(s, "ollama");
    pass(s, 15000);
    assert_said("{\"model\":\"m\",\"created_at\":\"1970-01-01T00:00:01.000Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},"
                "\"done\":false}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_ping_is_written_after_fifteen_seconds_of_silence_and_again_after_as_many, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(what_the_provider_says_puts_the_ping_off, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(a_chat_client_gets_a_comment_instead, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(a_client_of_ollama_gets_a_line_without_text, open_scene, close_scene),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
