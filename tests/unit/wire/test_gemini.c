/* unit/wire/test_gemini.c - what Gemini says in paths and beside its bodies: methods, counts of tokens, when to ask again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "json/scan.h"
#include "wire/formats.h"
#include "wire/gemini/format.h"

#define T(text) TP_BYTES(text)

static void assert_same(tp_bytes got, tp_bytes expected)
{
    assert_int_equal(got.length, expected.length);
    assert_memory_equal(got.data, expected.data, got.length);
}

static int set_up(void **state)
{
    *state = tp_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    tp_arena_free(*state);
    return 0;
}

static tp_json *scan(tp_arena *arena, tp_bytes text)
{
    tp_json *doc = tp_arena_make(arena, tp_json);

    assert_true(tp_json_scan(text, arena, TP_JSON_EVERYTHING, doc, NULL));
    return doc;
}

static tp_chat *read_at(tp_arena *arena, tp_bytes path, tp_bytes body)
{
    tp_request_in in = { .path = path };
    tp_chat *chat = tp_formats_read(&tp_format_gemini, scan(arena, body), &in, arena);

    assert_non_null(chat);
    return chat;
}

static void the_path_names_model_and_stream(void **state)
{
    const tp_bytes body = T("{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}");
    tp_chat *chat = read_at(*state, T("/v1beta/models/gemini-9:streamGenerateContent"), body);

    assert_true(chat->stream);
    assert_same(chat->model, T("gemini-9"));
    assert_false(read_at(*state, T("/v1beta/models/gemini-9:generateContent"), body)->stream);
}

static void each_method_of_a_chat_is_of_this_format(void **state)
{
    (void)state;
    assert_ptr_equal(tp_formats_at(TP_DIALECT_GEMINI, T("/v1beta/models/m:generateContent")), &tp_format_gemini);
    assert_ptr_equal(tp_formats_at(TP_DIALECT_GEMINI, T("/v1/models/m:streamGenerateContent")), &tp_format_gemini);
    assert_ptr_equal(tp_formats_at(TP_DIALECT_GEMINI, T("/v1beta/models/m:countTokens")), &tp_format_gemini);
    assert_null(tp_formats_at(TP_DIALECT_GEMINI, T("/v1beta/models/m:embedContent")));
}

static void a_count_is_asked_of_the_whole_request_without_how_to_answer(void **state)
{
    tp_chat *chat = read_at(*state, T("/v1beta/models/m:countTokens"),
                            T("{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"generationConfig\":{\"topK\":1}}"));
    tp_buffer body = TP_BUFFER(1 << 16);
    tp_request_out out = { .arena = *state, .body = &body, .model = T("gemini-2.5-flash"), .count = true };

    assert_true(tp_formats_write(&tp_format_gemini, chat, &out));
    assert_same(out.path, T("/v1beta/models/gemini-2.5-flash:countTokens"));
    assert_int_equal(out.query.length, 0);
    assert_same(tp_buffer_bytes(&body),
                T("{\"generateContentRequest\":{\"model\":\"models/gemini-2.5-flash\",\"contents\":[{\"role\":\"user\","
                  "\"parts\":[{\"text\":\"hi\"}]}]}}"));
    tp_buffer_free(&body);
}

static void a_count_is_read_and_written(void **state)
{
    tp_buffer body = TP_BUFFER(1 << 16);
    uint64_t tokens = 0;

    assert_true(tp_format_gemini.read_count(scan(*state, T("{\"totalTokens\":31,\"promptTokensDetails\":[]}")), &tokens));
    assert_int_equal(tokens, 31);
    assert_false(tp_format_gemini.read_count(scan(*state, T("{}")), &tokens));
    tp_format_gemini.write_count(&body, 31);
    assert_same(tp_buffer_bytes(&body), T("{\"totalTokens\":31}"));
    tp_buffer_free(&body);
}

static uint64_t retry_of(tp_arena *arena, const char *delay)
{
    tp_told told = { .status = 429 };
    const char *form = "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"quota\",\"details\":[{\"@type\":\"x\"},"
                       "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"%s\"}]}}";

    assert_true(tp_format_gemini.read_error(scan(arena, tp_bytes_text(tp_arena_printf(arena, form, delay))), &told, arena));
    return told.retry_ms;
}

static void an_error_says_when_to_ask_again(void **state)
{
    assert_int_equal(retry_of(*state, "34s"), 34000);
    assert_int_equal(retry_of(*state, "34.074824224s"), 34074);
    assert_int_equal(retry_of(*state, "0.5s"), 500);
    assert_int_equal(retry_of(*state, "soon"), 0);
    assert_int_equal(retry_of(*state, ""), 0);
    assert_int_equal(retry_of(*state, "s"), 0);
}

static void assert_returns(tp_arena *arena, const tp_seal *seal)
{
    tp_seal back = tp_gemini_signature_unpack(arena, tp_gemini_signature_pack(arena, seal));

    assert_int_equal(back.maker, seal->maker);
    assert_same(back.data, seal->data);
    assert_same(back.id, seal->id);
}

static void seals_of_any_length_come_back_through_a_signature(void **state)
{
    static const char DATA[] = "Eq\\/\\u003dabcdefgh+/==";

    for (size_t length = 1; length < sizeof(DATA); length++) {
        tp_seal seal = { tp_bytes_of(DATA + (sizeof(DATA) - 1 - length), length), T("rs_1"), TP_DIALECT_OPENAI };

        if (DATA[sizeof(DATA) - 1 - length] != 'u' && DATA[sizeof(DATA) - 1 - length] != '/')
            assert_returns(*state, &seal);
    }
}

static void what_nobody_made_is_no_seal(void **state)
{
    assert_int_equal(tp_gemini_signature_unpack(*state, T("dHA6IiI6Ig==")).data.length, 0);
    assert_int_equal(tp_gemini_signature_unpack(*state, T("dHA6")).data.length, 0);
    assert_int_equal(tp_gemini_signature_unpack(*state, T("")).data.length, 0);
    assert_int_equal(tp_gemini_signature_unpack(*state, T("c2ln")).maker, TP_DIALECT_GEMINI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_path_names_model_and_stream, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_method_of_a_chat_is_of_this_format, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_count_is_asked_of_the_whole_request_without_how_to_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_count_is_read_and_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_error_says_when_to_ask_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(seals_of_any_length_come_back_through_a_signature, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_made_is_no_seal, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
