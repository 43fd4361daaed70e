/* unit/exchange/test_endpoint.c - which dialect, shape and pipeline a path belongs to. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exchange/endpoint.h"

typedef struct endpoint_case {
    const char *method, *path;
    tp_dialect dialect;
    tp_shape shape;
    tp_pipeline_kind pipeline;
    bool shared;
} endpoint_case;

static void each_path_has_its_dialect_shape_and_pipeline(void **state)
{
    static const endpoint_case CASES[] = {
        { "POST", "/v1/chat/completions", TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT, TP_PIPELINE_CHAT, false },
        { "POST", "/v1/responses", TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_RESPONSES, TP_PIPELINE_CHAT, false },
        { "POST", "/v1/embeddings", TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_EMBEDDINGS, TP_PIPELINE_RELAY, false },
        { "GET", "/v1/responses/r1", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, false },
        { "POST", "/v1/audio/speech", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, false },
        { "POST", "/v1/messages", TP_DIALECT_ANTHROPIC, TP_SHAPE_ANTHROPIC, TP_PIPELINE_CHAT, false },
        { "POST", "/v1/messages/count_tokens", TP_DIALECT_ANTHROPIC, TP_SHAPE_ANTHROPIC_COUNT, TP_PIPELINE_COUNT_TOKENS, false },
        { "POST", "/v1/messages/batches", TP_DIALECT_ANTHROPIC, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, false },
        { "POST", "/v1beta/models/g-1:generateContent", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, TP_PIPELINE_CHAT, false },
        { "POST", "/v1beta/models/g-1:streamGenerateContent", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, TP_PIPELINE_CHAT, false },
        { "POST", "/v1beta/models/g-1:countTokens", TP_DIALECT_GEMINI, TP_SHAPE_OTHER, TP_PIPELINE_COUNT_TOKENS, false },
        { "POST", "/v1/models/g-1:generateContent", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, TP_PIPELINE_CHAT, false },
        { "GET", "/v1beta/models", TP_DIALECT_GEMINI, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, false },
        { "POST", "/api/chat", TP_DIALECT_OLLAMA, TP_SHAPE_OLLAMA, TP_PIPELINE_CHAT, false },
        { "POST", "/api/embed", TP_DIALECT_OLLAMA, TP_SHAPE_OLLAMA, TP_PIPELINE_RELAY, false },
        { "GET", "/api/tags", TP_DIALECT_OLLAMA, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, false },
        { "GET", "/v1/models", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, true },
        { "GET", "/v1/files/f1/content", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        const endpoint_case *c = &CASES[i];
        const tp_endpoint *row = tp_endpoint_find(tp_bytes_text(c->method), tp_bytes_text(c->path));

        if (!row || row->dialect != c->dialect || row->shape != c->shape || row->pipeline != c->pipeline || row->shared != c->shared)
            fail_msg("%s %s", c->method, c->path);
    }
}

static void with_another_method_a_chat_path_is_only_relayed(void **state)
{
    (void)state;
    assert_int_equal(tp_endpoint_find(TP_BYTES("GET"), TP_BYTES("/v1/chat/completions"))->pipeline, TP_PIPELINE_RELAY);
    assert_int_equal(tp_endpoint_find(TP_BYTES("GET"), TP_BYTES("/v1/messages"))->pipeline, TP_PIPELINE_RELAY);
    assert_int_equal(tp_endpoint_find(TP_BYTES("post"), TP_BYTES("/api/chat"))->pipeline, TP_PIPELINE_RELAY);
}

static void a_path_of_no_dialect_has_no_row(void **state)
{
    static const char *const NONE[] = { "/", "", "/v1", "/v2/chat/completions", "/chat/completions", "/apix", "/V1/chat/completions" };

    (void)state;
    for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++)
        assert_null(tp_endpoint_find(TP_BYTES("POST"), tp_bytes_text(NONE[i])));
}

static void a_gemini_path_names_model_and_method(void **state)
{
    tp_bytes path = TP_BYTES("/v1beta/models/gemini-2.5-pro:streamGenerateContent");

    (void)state;
    assert_true(tp_bytes_equal(tp_endpoint_path_model(path), TP_BYTES("gemini-2.5-pro")));
    assert_true(tp_bytes_equal(tp_endpoint_path_method(path), TP_BYTES("streamGenerateContent")));
    assert_true(tp_bytes_equal(tp_endpoint_path_model(TP_BYTES("/v1/models/a")), TP_BYTES("a")));
    assert_int_equal(tp_endpoint_path_method(TP_BYTES("/v1/models/a")).length, 0);
    assert_int_equal(tp_endpoint_path_model(TP_BYTES("/v1/chat/completions")).length, 0);
    assert_int_equal(tp_endpoint_path_model(tp_bytes_of(NULL, 0)).length, 0);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_path_has_its_dialect_shape_and_pipeline),
        cmocka_unit_test(with_another_method_a_chat_path_is_only_relayed),
        cmocka_unit_test(a_path_of_no_dialect_has_no_row),
        cmocka_unit_test(a_gemini_path_names_model_and_method),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
