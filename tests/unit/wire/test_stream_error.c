/* unit/wire/test_stream_error.c - errors and the extra usage chunk are told apart from content. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/stream_error.h"

static const struct {
    tp_shape shape;
    const char *name, *data;
    bool error;
} EVENTS[] = {
    { TP_SHAPE_OPENAI_CHAT, "", "{\"error\":{\"message\":\"x\"}}", true },
    { TP_SHAPE_OPENAI_CHAT, "error", "{}", true },
    { TP_SHAPE_OPENAI_CHAT, "", "{\"error\":\"x\"}", true },
    { TP_SHAPE_OPENAI_CHAT, "", "{\"choices\":[],\"error\":null}", false },
    { TP_SHAPE_OPENAI_CHAT, "", "{\"choices\":[{\"delta\":{\"content\":\"{\\\"error\\\":1}\"}}]}", false },
    { TP_SHAPE_OPENAI_CHAT, "", "{\"choices\":[{\"error\":1}]}", false },
    { TP_SHAPE_OPENAI_CHAT, "", "[DONE]", false },
    { TP_SHAPE_OPENAI_CHAT, "", "error", false },
    { TP_SHAPE_OPENAI_RESPONSES, "", "{\"type\":\"error\",\"message\":\"x\"}", true },
    { TP_SHAPE_OPENAI_RESPONSES, "", "{\"type\":\"response.failed\",\"response\":{}}", true },
    { TP_SHAPE_OPENAI_RESPONSES, "response.failed", "{}", true },
    { TP_SHAPE_OPENAI_RESPONSES, "response.created", "{\"type\":\"response.created\",\"response\":{\"error\":null}}", false },
    { TP_SHAPE_ANTHROPIC, "error", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}", true },
    { TP_SHAPE_ANTHROPIC, "", "{\"type\":\"error\"}", true },
    { TP_SHAPE_ANTHROPIC, "ping", "{\"type\":\"ping\"}", false },
    { TP_SHAPE_GEMINI, "", "{\"error\":{\"code\":503}}", true },
    { TP_SHAPE_GEMINI, "", "{\"candidates\":[]}", false },
    { TP_SHAPE_OLLAMA, "", "{\"error\":\"x\"}", true },
    { TP_SHAPE_OLLAMA, "", "{\"message\":{\"content\":\"error\"}}", false },
};

static void an_event_that_says_failure_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(EVENTS) / sizeof(*EVENTS); i++)
        if (tp_stream_error_event(EVENTS[i].shape, tp_bytes_text(EVENTS[i].name), tp_bytes_text(EVENTS[i].data)) != EVENTS[i].error)
            fail_msg("%s %s", EVENTS[i].name, EVENTS[i].data);
}

static void a_refusal_of_stream_options_is_known(void **state)
{
    tp_bytes refusal = TP_BYTES("{\"error\":{\"message\":\"Unrecognized request argument supplied: stream_options\"}}");

    (void)state;
    assert_true(tp_stream_error_refused_options(400, refusal));
    assert_true(tp_stream_error_refused_options(422, TP_BYTES("{\"detail\":[{\"loc\":[\"body\",\"include_usage\"]}]}")));
    assert_false(tp_stream_error_refused_options(500, refusal));
    assert_false(tp_stream_error_refused_options(400, TP_BYTES("{\"error\":{\"message\":\"stream must be false\"}}")));
}

static void only_the_extra_usage_chunk_is_one(void **state)
{
    (void)state;
    assert_true(tp_stream_error_usage_chunk(TP_BYTES("{\"id\":1,\"choices\":[ ],\"usage\":{\"prompt_tokens\":1}}")));
    assert_false(tp_stream_error_usage_chunk(TP_BYTES("{\"choices\":[],\"prompt_filter_results\":[{}],\"usage\":null}")));
    assert_false(tp_stream_error_usage_chunk(TP_BYTES("{\"choices\":[],\"prompt_filter_results\":[{}]}")));
    assert_false(tp_stream_error_usage_chunk(TP_BYTES("{\"choices\":[{\"delta\":{}}],\"usage\":{\"prompt_tokens\":1}}")));
    assert_false(tp_stream_error_usage_chunk(TP_BYTES("{\"usage\":{\"prompt_tokens\":1}}")));
    assert_false(tp_stream_error_usage_chunk(TP_BYTES("{\"choices\":[],\"usage\":{\"prompt_tokens\":1}")));
    assert_false(tp_stream_error_usage_chunk(TP_BYTES("[DONE]")));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_event_that_says_failure_is_known),
        cmocka_unit_test(a_refusal_of_stream_options_is_known),
        cmocka_unit_test(only_the_extra_usage_chunk_is_one),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
