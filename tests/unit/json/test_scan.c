/* unit/json/test_scan.c - the scanner accepts exactly JSON, says where it is not, and finds what is in it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "json/scan.h"

typedef struct scene {
    tp_arena *arena;
    tp_json doc;
    tp_json_error error;
} scene;

static int open_scene(void **state)
{
    scene *s = calloc(1, sizeof(*s));

    s->arena = tp_arena_new();
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    scene *s = *state;

    tp_arena_free(s->arena);
    free(s);
    return 0;
}

static bool scan(scene *s, const char *text)
{
    return tp_json_scan(tp_bytes_text(text), s->arena, TP_JSON_EVERYTHING, &s->doc, &s->error);
}

static void assert_bytes(tp_bytes got, const char *expected)
{
    assert_int_equal(got.length, strlen(expected));
    assert_memory_equal(got.data, expected, got.length);
}

static void what_the_grammar_allows_is_accepted(void **state)
{
    static const char *const GOOD[] = {
        "{}",
        "[]",
        " [ ] ",
        "\"\"",
        "0",
        "-0",
        "12345678901234567890123",
        "1.50e+400",
        "1E-2",
        "true",
        "false",
        "null",
        "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
        "\t\r\n[1 , 2]\n",
        "\"\\ud800\"",
        "\"\\u0000 \\/ \\b\\f\\n\\r\\t\\\\\\\"\"",
        "\"\xff\xfe\"",
        "\"\x7f\"",
        "{\"a\":1,\"a\":2}",
    };

    for (size_t i = 0; i < sizeof(GOOD) / sizeof(*GOOD); i++)
        if (!scan(*state, GOOD[i]))
            fail_msg("refused: %s", GOOD[i]);
}

static void what_the_grammar_does_not_allow_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        " ",
        "{",
        "[",
        "}",
        "]",
        "[}",
        "{]",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{1:2}",
        "[,1]",
        "[1 2]",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "NaN",
        "tru",
        "truex",
        "'a'",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u123",
        "\"a\nb\"",
        "\"\x01\"",
        "{} {}",
        "[1]]",
        "1 1",
        "\xef\xbb\xbf{}",
        "[1,/**/2]",
        "{\"a\":1 \"b\":2}",
        "\"\\",
    };

    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        if (scan(*state, BAD[i]))
            fail_msg("accepted: %s", BAD[i]);
}

static void an_error_names_its_place(void **state)
{
    scene *s = *state;

    assert_false(scan(s, "{\n  \"a\": 1,\n  \"b\" 2\n}"));
    assert_int_equal(s->error.line, 3);
    assert_int_equal(s->error.column, 7);
    assert_int_equal(s->error.offset, 18);
    assert_string_equal(s->error.what, "expected ':' after the key");
}

static void a_zero_byte_is_no_escape_and_no_blank(void **state)
{
    scene *s = *state;

    assert_false(tp_json_scan(tp_bytes_of("\"\\\0\"", 4), s->arena, 1, &s->doc, &s->error));
    assert_false(tp_json_scan(tp_bytes_of("1\0", 2), s->arena, 1, &s->doc, &s->error));
}

static bool scan_nested(scene *s, size_t depth)
{
    char *text = malloc(2 * depth);
    bool good;

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    good = tp_json_scan(tp_bytes_of(text, 2 * depth), s->arena, TP_JSON_EVERYTHING, &s->doc, &s->error);
    free(text);
    return good;
}

static void a_thousand_levels_are_the_limit(void **state)
{
    assert_true(scan_nested(*state, TP_JSON_DEPTH));
    assert_false(scan_nested(*state, TP_JSON_DEPTH + 1));
}

static void members_are_found_by_key(void **state)
{
    scene *s = *state;
    uint32_t node;

    assert_true(scan(s, "{\"model\" : \"gpt\", \"n\":[1,{\"x\":2},3], \"stream\":true}"));
    assert_bytes(tp_json_raw(&s->doc, tp_json_get(&s->doc, 0, TP_BYTES("model"))), "\"gpt\"");
    assert_int_equal(tp_json_get(&s->doc, 0, TP_BYTES("x")), TP_JSON_NONE);
    assert_int_equal(tp_json_get(&s->doc, tp_json_get(&s->doc, 0, TP_BYTES("model")), TP_BYTES("x")), TP_JSON_NONE);
    node = tp_json_get(&s->doc, 0, TP_BYTES("n"));
    assert_bytes(tp_json_raw(&s->doc, node), "[1,{\"x\":2},3]");
    node = tp_json_next(&s->doc, tp_json_first(&s->doc, node));
    assert_bytes(tp_json_raw(&s->doc, tp_json_get(&s->doc, node, TP_BYTES("x"))), "2");
    assert_bytes(tp_json_raw(&s->doc, tp_json_next(&s->doc, node)), "3");
    assert_int_equal(tp_json_next(&s->doc, tp_json_next(&s->doc, node)), TP_JSON_NONE);
}

static void a_key_written_with_escapes_is_found(void **state)
{
    scene *s = *state;

    assert_true(scan(s, "{\"mod\\u0065l\":1,\"mode\":2}"));
    assert_bytes(tp_json_raw(&s->doc, tp_json_get(&s->doc, 0, TP_BYTES("model"))), "1");
    assert_bytes(tp_json_raw(&s->doc, tp_json_get(&s->doc, 0, TP_BYTES("mode"))), "2");
}

static void of_a_key_given_twice_the_last_wins_and_it_can_be_told(void **state)
{
    scene *s = *state;

    assert_true(scan(s, "{\"a\":1,\"b\":2,\"\\u0061\":3}"));
    assert_bytes(tp_json_raw(&s->doc, tp_json_get(&s->doc, 0, TP_BYTES("a"))), "3");
    assert_int_equal(tp_json_times(&s->doc, 0, TP_BYTES("a")), 2);
    assert_int_equal(tp_json_times(&s->doc, 0, TP_BYTES("b")), 1);
    assert_int_equal(tp_json_times(&s->doc, 0, TP_BYTES("c")), 0);
}

static void only_what_is_shallow_enough_is_recorded(void **state)
{
    scene *s = *state;
    tp_bytes text = TP_BYTES("{\"a\":[1,2],\"b\":{\"c\":{}}}");

    assert_true(tp_json_scan(text, s->arena, TP_JSON_MEMBERS, &s->doc, NULL));
    assert_int_equal(s->doc.count, 5);
    assert_bytes(tp_json_raw(&s->doc, tp_json_get(&s->doc, 0, TP_BYTES("b"))), "{\"c\":{}}");
    assert_int_equal(tp_json_first(&s->doc, tp_json_get(&s->doc, 0, TP_BYTES("a"))), TP_JSON_NONE);
    assert_true(tp_json_scan(text, s->arena, 1, &s->doc, NULL));
    assert_int_equal(s->doc.count, 1);
    assert_true(tp_json_scan(text, s->arena, 3, &s->doc, NULL));
    assert_int_equal(s->doc.count, 9);
}

static void strings_are_decoded(void **state)
{
    scene *s = *state;

    assert_true(scan(s, "[\"a\\u00e9\\ud83d\\ude00\\n\\\"\\\\\\/\", \"\\ud83dx\\ude00\", \"\\ud83d\\ud83d\\ude00\", \"plain\"]"));
    assert_bytes(tp_json_text(&s->doc, 1, s->arena), "a\xc3\xa9\xf0\x9f\x98\x80\n\"\\/");
    assert_bytes(tp_json_text(&s->doc, 2, s->arena), "\xef\xbf\xbdx\xef\xbf\xbd");
    assert_bytes(tp_json_text(&s->doc, 3, s->arena), "\xef\xbf\xbd\xf0\x9f\x98\x80");
    assert_bytes(tp_json_text(&s->doc, 4, s->arena), "plain");
    assert_ptr_equal(tp_json_text(&s->doc, 4, s->arena).data, s->doc.text.data + s->doc.nodes[4].start + 1);
    assert_true(tp_json_is(&s->doc, 1, TP_BYTES("a\xc3\xa9\xf0\x9f\x98\x80\n\"\\/")));
    assert_false(tp_json_is(&s->doc, 1, TP_BYTES("a\xc3\xa9")));
}

static void a_zero_in_a_string_is_kept(void **state)
{
    scene *s = *state;
    tp_bytes text;

    assert_true(scan(s, "\"a\\u0000b\""));
    text = tp_json_text(&s->doc, 0, s->arena);
    assert_int_equal(text.length, 3);
    assert_memory_equal(text.data, "a\0b", 3);
}

static void numbers_and_booleans_are_read(void **state)
{
    scene *s = *state;
    uint64_t number;
    bool truth;

    assert_true(scan(s, "[18446744073709551615, 12.0, 18446744073709551616, -1, 1.5, 1e3, true, false, null]"));
    assert_true(tp_json_uint(&s->doc, 1, &number) && number == UINT64_MAX);
    assert_true(tp_json_uint(&s->doc, 2, &number) && number == 12);
    for (uint32_t node = 3; node <= 7; node++)
        assert_false(tp_json_uint(&s->doc, node, &number));
    assert_true(tp_json_bool(&s->doc, 7, &truth) && truth);
    assert_true(tp_json_bool(&s->doc, 8, &truth) && !truth);
    assert_false(tp_json_bool(&s->doc, 9, &truth));
}

/* Each special byte at each place of the words that the skip reads at once. */
static void every_byte_of_a_string_is_looked_at(void **state)
{
    scene *s = *state;
    char text[64];

    for (size_t at = 1; at < 40; at++) {
        memset(text, 0xC3, sizeof(text));
        text[0] = text[41] = '"';
        text[at] = 0x1F;
        assert_false(tp_json_scan(tp_bytes_of(text, 42), s->arena, 1, &s->doc, &s->error));
        assert_int_equal(s->error.offset, at);
        text[at] = '\\';
        assert_false(tp_json_scan(tp_bytes_of(text, 42), s->arena, 1, &s->doc, &s->error));
        text[at] = '"';
        assert_false(tp_json_scan(tp_bytes_of(text, 42), s->arena, 1, &s->doc, &s->error));
        text[at] = 0x20;
        assert_true(tp_json_scan(tp_bytes_of(text, 42), s->arena, 1, &s->doc, &s->error));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        TEST(what_the_grammar_allows_is_accepted),
        TEST(what_the_grammar_does_not_allow_is_refused),
        TEST(an_error_names_its_place),
        TEST(a_zero_byte_is_no_escape_and_no_blank),
        TEST(a_thousand_levels_are_the_limit),
        TEST(members_are_found_by_key),
        TEST(a_key_written_with_escapes_is_found),
        TEST(of_a_key_given_twice_the_last_wins_and_it_can_be_told),
        TEST(only_what_is_shallow_enough_is_recorded),
        TEST(strings_are_decoded),
        TEST(a_zero_in_a_string_is_kept),
        TEST(numbers_and_booleans_are_read),
        TEST(every_byte_of_a_string_is_looked_at),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
