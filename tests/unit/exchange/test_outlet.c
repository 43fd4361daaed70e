/* unit/exchange/test_outlet.c - what the client reads: the provider's reply with our own fields, and errors in its dialect. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench.h"
#include "config/settings.h"
#include "wire/usage.h"

/* A bench whose sink keeps all it gets. */
typedef struct outlet {
    bench bench;
    tp_sink sink;
    tp_buffer head, body;
    int64_t body_length;
    int status;
    bool ended, clean;
} outlet;

static tp_flow keep_head(tp_sink *sink, const tp_reply_head *head)
{
    outlet *o = tp_list_entry(sink, outlet, sink);

    o->status = head->status;
    o->body_length = head->body_length;
    for (size_t i = 0; i < head->header_count; i++)
        tp_buffer_printf(&o->head, "%.*s: %.*s\n", (int)head->headers[i].name.length, head->headers[i].name.data,
                         (int)head->headers[i].value.length, head->headers[i].value.data);
    return TP_FLOW_GO;
}

static tp_flow keep_body(tp_sink *sink, tp_bytes part)
{
    tp_buffer_add(&tp_list_entry(sink, outlet, sink)->body, part);
    return TP_FLOW_GO;
}

static void keep_end(tp_sink *sink, bool clean)
{
    outlet *o = tp_list_entry(sink, outlet, sink);

    o->ended = true;
    o->clean = clean;
}

static int open_outlet(void **state)
{
    static outlet o;

    o = (outlet){ .sink = { keep_head, keep_body, keep_end }, .head = TP_BUFFER(1 << 20), .body = TP_BUFFER(1 << 20) };
    bench_open(&o.bench);
    *state = &o;
    return 0;
}

static int close_outlet(void **state)
{
    outlet *o = *state;

    bench_turn(&o->bench);
    assert_int_equal(o->bench.driver.alive, 0);
    tp_buffer_free(&o->head);
    tp_buffer_free(&o->body);
    return 0;
}

static tp_exchange *start(outlet *o, tp_dialect dialect, tp_shape shape)
{
    tp_exchange *x = bench_exchange(&o->bench, "", true);

    x->dialect = dialect;
    x->shape = shape;
    x->model = TP_BYTES("asked");
    tp_driver_start(x, &o->bench.pipeline, &o->sink);
    return x;
}

static void answer_head(tp_exchange *x, const char *name, const char *value, int64_t length)
{
    tp_header field = { tp_bytes_text(name), tp_bytes_text(value) };
    tp_reply_head head = { .status = 200, .headers = &field, .header_count = 1, .body_length = length };
    tp_event ev = { .type = TP_EVENT_HEAD, .head = &head };

    tp_answer(x, &ev);
}

static void answer_part(tp_exchange *x, const char *part)
{
    tp_event ev = { .type = TP_EVENT_RAW, .raw = tp_bytes_text(part) };

    tp_answer(x, &ev);
}

static void answer_error(tp_exchange *x, tp_err err)
{
    tp_event ev = { .type = TP_EVENT_ERROR };

    tp_fail(x, err, "why");
    tp_answer(x, &ev);
}

static void answer_end(tp_exchange *x)
{
    tp_event ev = { .type = TP_EVENT_END };

    tp_answer(x, &ev);
}

static bool has(const tp_buffer *text, const char *part)
{
    return tp_bytes_contains(tp_buffer_bytes(text), tp_bytes_text(part));
}

static void assert_starts(const tp_buffer *text, const char *expected)
{
    if (!tp_bytes_starts(tp_buffer_bytes(text), tp_bytes_text(expected)))
        fail_msg("'%.*s' does not start with '%s'", (int)text->length, text->data, expected);
}

static void own_fields_stand_behind_those_of_the_provider(void **state)
{
    static const tp_provider PROVIDER = { .name = "xai" };
    static const tp_usage USAGE = { .input = 7, .output = 9 };
    outlet *o = *state;
    tp_exchange *x = start(o, TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT);

    x->outcome = (tp_outcome){ .provider = &PROVIDER, .upstream_model = TP_BYTES("used"), .attempt_count = 2, .usage = &USAGE };
    answer_head(x, "Content-Type", "application/json", 2);
    answer_part(x, "{}");
    answer_end(x);
    assert_true(tp_bytes_equal(tp_buffer_bytes(&o->head),
                               TP_BYTES("Content-Type: application/json\nx-tokenpak-request-id: id\nx-tokenpak-provider: xai\n"
                                        "x-tokenpak-model: used\nx-tokenpak-attempts: 2\nx-tokenpak-input-tokens: 7\n"
                                        "x-tokenpak-output-tokens: 9\n")));
    assert_starts(&o->body, "{}");
    assert_true(o->ended && o->clean);
    assert_int_equal(o->body_length, 2);
}

static void what_is_not_known_or_as_asked_is_not_told(void **state)
{
    outlet *o = *state;
    tp_exchange *x = start(o, TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT);

    x->outcome = (tp_outcome){ .upstream_model = TP_BYTES("asked"), .attempt_count = 1 };
    answer_head(x, "a", "b", 0);
    answer_end(x);
    assert_true(tp_bytes_equal(tp_buffer_bytes(&o->head), TP_BYTES("a: b\nx-tokenpak-request-id: id\n")));
}

static void an_error_before_the_head_is_a_whole_reply_in_the_dialect_of_the_client(void **state)
{
    static const struct {
        tp_dialect dialect;
        const char *start;
    } CASES[] = {
        { TP_DIALECT_OPENAI, "{\"error\":{\"message\":\"why\"" },
        { TP_DIALECT_ANTHROPIC, "{\"type\":\"error\"" },
        { TP_DIALECT_GEMINI, "{\"error\":{\"code\":504" },
        { TP_DIALECT_OLLAMA, "{\"error\":\"why\"" },
    };
    outlet *o = *state;

    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        tp_buffer_clear(&o->head, 0);
        tp_buffer_clear(&o->body, 0);
        o->ended = false;
        answer_error(start(o, CASES[i].dialect, TP_SHAPE_OTHER), TP_ERR_PROVIDER_TIMEOUT);
        assert_int_equal(o->status, 504);
        assert_starts(&o->body, CASES[i].start);
        assert_int_equal(o->body_length, o->body.length);
        assert_true(has(&o->head, "content-type: application/json\n"));
        assert_true(has(&o->head, "x-tokenpak-error: provider_timeout\n"));
        assert_true(has(&o->head, "x-should-retry: true\n"));
        assert_true(has(&o->head, "x-tokenpak-request-id: id\n"));
        assert_true(o->ended && o->clean);
    }
}

static void fields_of_the_failure_go_with_its_reply(void **state)
{
    static const tp_header LATER = { { "retry-after", 11 }, { "7", 1 } };
    outlet *o = *state;
    tp_exchange *x = start(o, TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT);
    tp_event ev = { .type = TP_EVENT_ERROR };

    tp_fail(x, TP_ERR_CALLER_FORBIDDEN, "no");
    x->failure.headers = &LATER;
    x->failure.header_count = 1;
    tp_answer(x, &ev);
    assert_true(has(&o->head, "retry-after: 7\n"));
    assert_true(has(&o->head, "x-should-retry: false\n"));
}

static void assert_error_in_stream(outlet *o, tp_shape shape, const char *type, const char *part, const char *expected)
{
    tp_exchange *x = start(o, TP_DIALECT_OPENAI, shape);

    tp_buffer_clear(&o->body, 0);
    o->ended = false;
    answer_head(x, "Content-Type", type, -1);
    answer_part(x, part);
    answer_error(x, TP_ERR_PROVIDER_BROKEN_STREAM);
    assert_starts(&o->body, expected);
    assert_true(o->ended && !o->clean);
}

static void an_error_in_a_stream_is_an_event_and_never_a_clean_end(void **state)
{
    outlet *o = *state;

    assert_error_in_stream(o, TP_SHAPE_OPENAI_CHAT, "text/event-stream; charset=utf-8", "data: 1\n\n", "data: 1\n\ndata: {\"error\"");
    assert_error_in_stream(o, TP_SHAPE_ANTHROPIC, "text/event-stream", "data: 1\n\n", "data: 1\n\nevent: error\ndata: {\"type\":\"error\"");
    assert_error_in_stream(o, TP_SHAPE_OPENAI_CHAT, "text/event-stream", "data: 1\r\n\r\n", "data: 1\r\n\r\ndata: {");
    assert_error_in_stream(o, TP_SHAPE_OLLAMA, "application/x-ndjson", "{}\n", "{}\n{\"error\"");
}

static void an_event_that_was_cut_is_ended_by_a_blank_line_first(void **state)
{
    outlet *o = *state;

    assert_error_in_stream(o, TP_SHAPE_OPENAI_CHAT, "text/event-stream", "data: {\"a\":", "data: {\"a\":\n\ndata: {\"error\"");
    assert_error_in_stream(o, TP_SHAPE_OPENAI_CHAT, "text/event-stream", "data: 1\n", "data: 1\n\n\ndata: {\"error\"");
    assert_error_in_stream(o, TP_SHAPE_OLLAMA, "application/x-ndjson", "{\"a\"", "{\"a\"\n{\"error\"");
}

static void the_end_of_the_last_event_is_seen_across_parts(void **state)
{
    outlet *o = *state;
    tp_exchange *x = start(o, TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT);

    answer_head(x, "Content-Type", "text/event-stream", -1);
    answer_part(x, "data: 1\n");
    answer_part(x, "\n");
    answer_part(x, "");
    answer_error(x, TP_ERR_PROVIDER_BROKEN_STREAM);
    assert_starts(&o->body, "data: 1\n\ndata: {\"error\"");
}

static void an_error_right_behind_the_head_of_a_stream_needs_no_blank_line(void **state)
{
    outlet *o = *state;

    assert_error_in_stream(o, TP_SHAPE_OPENAI_CHAT, "text/event-stream", "", "data: {\"error\"");
}

static void nothing_is_put_behind_a_body_that_is_no_stream_or_is_compressed(void **state)
{
    outlet *o = *state;
    tp_exchange *x = start(o, TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT);

    answer_head(x, "Content-Encoding", "gzip", -1);
    answer_part(x, "half");
    answer_error(x, TP_ERR_PROVIDER_BROKEN_STREAM);
    assert_true(tp_bytes_equal(tp_buffer_bytes(&o->body), TP_BYTES("half")));
    assert_true(o->ended && !o->clean);

    tp_buffer_clear(&o->body, 0);
    x = start(o, TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT);
    answer_head(x, "Content-Type", "text/event-stream", 100); /* its length is told: more would be another message */
    answer_part(x, "half");
    answer_error(x, TP_ERR_PROVIDER_BROKEN_STREAM);
    assert_true(tp_bytes_equal(tp_buffer_bytes(&o->body), TP_BYTES("half")));
    assert_false(o->clean);
}

#define WITH_OUTLET(test) cmocka_unit_test_setup_teardown(test, open_outlet, close_outlet)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WITH_OUTLET(own_fields_stand_behind_those_of_the_provider),
        WITH_OUTLET(what_is_not_known_or_as_asked_is_not_told),
        WITH_OUTLET(an_error_before_the_head_is_a_whole_reply_in_the_dialect_of_the_client),
        WITH_OUTLET(fields_of_the_failure_go_with_its_reply),
        WITH_OUTLET(an_error_in_a_stream_is_an_event_and_never_a_clean_end),
        WITH_OUTLET(an_event_that_was_cut_is_ended_by_a_blank_line_first),
        WITH_OUTLET(the_end_of_the_last_event_is_seen_across_parts),
        WITH_OUTLET(an_error_right_behind_the_head_of_a_stream_needs_no_blank_line),
        WITH_OUTLET(nothing_is_put_behind_a_body_that_is_no_stream_or_is_compressed),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
