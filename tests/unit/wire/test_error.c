/* unit/wire/test_error.c - our errors look like those of the dialect that the client speaks. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/scan.h"
#include "wire/error.h"

static void assert_text(const tp_buffer *out, const char *expected)
{
    if (!tp_bytes_equal(tp_buffer_bytes(out), tp_bytes_text(expected)))
        fail_msg("%.*s", (int)out->length, out->data);
}

static void each_dialect_has_its_body(void **state)
{
    static const char *const EXPECTED[TP_DIALECT_COUNT] = {
        "{\"error\":{\"message\":\"no \\\"x\\\"\",\"type\":\"not_found_error\",\"param\":null,\"code\":\"caller_not_found\"}}",
        "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"no \\\"x\\\"\"},\"request_id\":\"req\"}",
        "{\"error\":{\"code\":404,\"message\":\"no \\\"x\\\"\",\"status\":\"NOT_FOUND\"}}",
        "{\"error\":\"no \\\"x\\\"\"}",
    };
    tp_error_said said = { .err = TP_ERR_CALLER_NOT_FOUND, .message = TP_BYTES("no \"x\""), .request_id = TP_BYTES("req") };

    (void)state;
    for (int dialect = 0; dialect < TP_DIALECT_COUNT; dialect++) {
        tp_buffer out = TP_BUFFER(1000);

        assert_true(tp_error_body((tp_dialect)dialect, &said, &out));
        assert_text(&out, EXPECTED[dialect]);
        tp_buffer_free(&out);
    }
}

static const struct {
    tp_shape shape;
    tp_framing framing;
    uint64_t events;
    char before;
    const char *expected;
} EVENTS[] = {
    { TP_SHAPE_OPENAI_CHAT, TP_FRAMING_SSE, 3, 0,
      "data: {\"error\":{\"message\":\"gone\",\"type\":\"server_error\",\"param\":null,\"code\":\"provider_broken_stream\"}}\n\n" },
    { TP_SHAPE_OPENAI_RESPONSES, TP_FRAMING_SSE, 7, 0,
      "event: error\ndata: "
      "{\"type\":\"error\",\"sequence_number\":7,\"code\":\"provider_broken_stream\",\"message\":\"gone\",\"param\":null}\n\n" },
    { TP_SHAPE_ANTHROPIC, TP_FRAMING_SSE, 3, 0,
      "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"gone\"},\"request_id\":\"r\"}\n\n" },
    { TP_SHAPE_GEMINI, TP_FRAMING_SSE, 3, 0, "data: {\"error\":{\"code\":502,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}\n\n" },
    { TP_SHAPE_GEMINI, TP_FRAMING_ARRAY, 3, '}', ",\n{\"error\":{\"code\":502,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}]" },
    { TP_SHAPE_GEMINI, TP_FRAMING_ARRAY, 0, 0, "[{\"error\":{\"code\":502,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}]" },
    { TP_SHAPE_GEMINI, TP_FRAMING_ARRAY, 0, '[', "\n{\"error\":{\"code\":502,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}]" },
    { TP_SHAPE_GEMINI, TP_FRAMING_ARRAY, 2, ',', "\n{\"error\":{\"code\":502,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}]" },
    { TP_SHAPE_OLLAMA, TP_FRAMING_LINES, 3, 0, "{\"error\":\"gone\"}\n" },
    { TP_SHAPE_OPENAI_CHAT, TP_FRAMING_WHOLE, 0, 0, "" },
};

static void each_stream_has_its_event(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(EVENTS) / sizeof(*EVENTS); i++) {
        tp_error_said said = { .err = TP_ERR_PROVIDER_BROKEN_STREAM, .message = TP_BYTES("gone"), .request_id = TP_BYTES("r") };
        tp_buffer out = TP_BUFFER(1000);

        said.events = EVENTS[i].events;
        said.before = EVENTS[i].before;
        assert_true(tp_error_event(EVENTS[i].shape, EVENTS[i].framing, &said, &out));
        assert_text(&out, EVENTS[i].expected);
        tp_buffer_free(&out);
    }
}

static void every_status_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(tp_error_word(TP_DIALECT_OPENAI, 429), "rate_limit_exceeded");
    assert_string_equal(tp_error_word(TP_DIALECT_OPENAI, 426), "invalid_request_error");
    assert_string_equal(tp_error_word(TP_DIALECT_OPENAI, 505), "server_error");
    assert_string_equal(tp_error_word(TP_DIALECT_ANTHROPIC, 413), "request_too_large");
    assert_string_equal(tp_error_word(TP_DIALECT_ANTHROPIC, 431), "invalid_request_error");
    assert_string_equal(tp_error_word(TP_DIALECT_ANTHROPIC, 529), "overloaded_error");
    assert_string_equal(tp_error_word(TP_DIALECT_ANTHROPIC, 502), "api_error");
    assert_string_equal(tp_error_word(TP_DIALECT_GEMINI, 500), "INTERNAL");
    assert_string_equal(tp_error_word(TP_DIALECT_GEMINI, 414), "INVALID_ARGUMENT");
    assert_string_equal(tp_error_word(TP_DIALECT_OLLAMA, 500), "");
}

/* Whatever the message is, and all our codes. */
static void every_body_is_json(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_json doc;

    (void)state;
    for (int err = TP_OK + 1; err < TP_ERR_COUNT; err++) {
        for (int dialect = 0; dialect < TP_DIALECT_COUNT; dialect++) {
            tp_error_said said = { .err = (tp_err)err, .message = TP_BYTES("\xff\"\\\n\x01\xc3"), .request_id = TP_BYTES("\"") };
            tp_buffer out = TP_BUFFER(1000);

            assert_true(tp_error_body((tp_dialect)dialect, &said, &out));
            assert_true(tp_json_scan(tp_buffer_bytes(&out), arena, TP_JSON_EVERYTHING, &doc, NULL));
            tp_buffer_free(&out);
        }
    }
    tp_arena_free(arena);
}

static void what_does_not_fit_is_not_begun(void **state)
{
    tp_error_said said = { .err = TP_ERR_OWN_INTERNAL, .message = TP_BYTES("a long message that will not fit") };
    tp_buffer out = TP_BUFFER(60);

    (void)state;
    assert_true(tp_buffer_text(&out, "x"));
    assert_false(tp_error_body(TP_DIALECT_OPENAI, &said, &out));
    assert_false(tp_error_event(TP_SHAPE_OPENAI_CHAT, TP_FRAMING_SSE, &said, &out));
    assert_int_equal(out.length, 1);
    tp_buffer_free(&out);
}

static void framings_have_content_types(void **state)
{
    (void)state;
    assert_string_equal(tp_error_content_type(TP_FRAMING_SSE), "text/event-stream");
    assert_string_equal(tp_error_content_type(TP_FRAMING_LINES), "application/x-ndjson");
    assert_string_equal(tp_error_content_type(TP_FRAMING_ARRAY), "application/json");
    assert_string_equal(tp_dialect_name(TP_DIALECT_OLLAMA), "ollama");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_dialect_has_its_body),      cmocka_unit_test(each_stream_has_its_event),
        cmocka_unit_test(every_status_has_a_word),        cmocka_unit_test(every_body_is_json),
        cmocka_unit_test(what_does_not_fit_is_not_begun), cmocka_unit_test(framings_have_content_types),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
