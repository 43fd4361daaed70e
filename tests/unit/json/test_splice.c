/* unit/json/test_splice.c - edits change what they name and nothing else. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/splice.h"

static tp_arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = tp_arena_new();
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    tp_arena_free(arena);
    return 0;
}

static tp_json scan(const char *text)
{
    tp_json doc;

    assert_true(tp_json_scan(tp_bytes_text(text), arena, TP_JSON_MEMBERS, &doc, NULL));
    return doc;
}

static void assert_spliced(tp_bytes text, tp_splice *edits, unsigned count, const char *expected)
{
    tp_buffer out = TP_BUFFER(1000);

    assert_true(tp_splice_apply(text, edits, count, &out));
    assert_int_equal(out.length, strlen(expected));
    assert_memory_equal(out.data, expected, out.length);
    tp_buffer_free(&out);
}

static void a_value_is_replaced(void **state)
{
    tp_json doc = scan("{ \"n\": 1.0, \"model\" : \"fast\" , \"z\":[]}");
    tp_splice edit = tp_splice_value(&doc, tp_json_get(&doc, 0, TP_BYTES("model")), TP_BYTES("\"gpt\""));

    (void)state;
    assert_spliced(doc.text, &edit, 1, "{ \"n\": 1.0, \"model\" : \"gpt\" , \"z\":[]}");
}

static void a_member_is_added_at_the_end(void **state)
{
    static const char *const CASES[][2] = {
        { "{}", "{\"k\":1}" },
        { " { \n } ", " {\"k\":1 \n } " },
        { "{\"a\":2}", "{\"a\":2,\"k\":1}" },
        { "{\"a\":{} \t\n}\n", "{\"a\":{},\"k\":1 \t\n}\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        tp_json doc = scan(CASES[i][0]);
        tp_splice edit = tp_splice_member(&doc, 0, TP_BYTES("k"), TP_BYTES("1"), arena);

        assert_spliced(doc.text, &edit, 1, CASES[i][1]);
    }
}

static void a_member_is_added_to_an_object_whose_inside_was_not_recorded(void **state)
{
    tp_json doc = scan("{\"stream_options\":{\"include_obfuscation\":false}}");
    tp_splice edit =
        tp_splice_member(&doc, tp_json_get(&doc, 0, TP_BYTES("stream_options")), TP_BYTES("include_usage"), TP_BYTES("true"), arena);

    (void)state;
    assert_spliced(doc.text, &edit, 1, "{\"stream_options\":{\"include_obfuscation\":false,\"include_usage\":true}}");
}

static void edits_may_come_in_any_order(void **state)
{
    tp_splice edits[] = {
        { 4, 1, TP_BYTES("E") }, { 0, 1, TP_BYTES("") }, { 2, 0, TP_BYTES("x") }, { 2, 0, TP_BYTES("y") }, { 6, 0, TP_BYTES("!") }
    };

    (void)state;
    assert_spliced(TP_BYTES("abcdef"), edits, 5, "bxycdEf!");
}

static void edits_that_overlap_or_lie_outside_are_refused(void **state)
{
    tp_splice overlap[] = { { 0, 3, TP_BYTES("x") }, { 2, 2, TP_BYTES("y") } };
    tp_splice outside[] = { { 5, 2, TP_BYTES("x") } };
    tp_buffer out = TP_BUFFER(1000);

    (void)state;
    assert_false(tp_splice_apply(TP_BYTES("abcdef"), overlap, 2, &out));
    assert_false(tp_splice_apply(TP_BYTES("abcdef"), outside, 1, &out));
    assert_int_equal(out.length, 0);
    tp_buffer_free(&out);
}

static void the_limit_of_the_output_holds(void **state)
{
    tp_splice edit = { 3, 0, TP_BYTES("1234567890") };
    tp_buffer out = TP_BUFFER(10);

    (void)state;
    assert_true(tp_buffer_text(&out, "before"));
    assert_false(tp_splice_apply(TP_BYTES("abcdef"), &edit, 1, &out));
    assert_int_equal(out.length, 6);
    tp_buffer_free(&out);
}

static void quoting_makes_a_json_string(void **state)
{
    tp_bytes quoted = tp_json_quote(arena, tp_bytes_of("a\"\\\n\x01\xff", 6));
    const char *expected = "\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\"";

    (void)state;
    assert_int_equal(quoted.length, strlen(expected));
    assert_memory_equal(quoted.data, expected, quoted.length);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        TEST(a_value_is_replaced),
        TEST(a_member_is_added_at_the_end),
        TEST(a_member_is_added_to_an_object_whose_inside_was_not_recorded),
        TEST(edits_may_come_in_any_order),
        TEST(edits_that_overlap_or_lie_outside_are_refused),
        TEST(the_limit_of_the_output_holds),
        TEST(quoting_makes_a_json_string),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
