/* unit/json/test_pick.c - values are picked out of pushed JSON, however it is cut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/pick.h"

enum { USAGE, RESPONSE_USAGE, MODEL, FINISH };

static const tp_pick_path PATHS[] = {
    { { TP_BYTES_INIT("usage") }, USAGE },
    { { TP_BYTES_INIT("response"), TP_BYTES_INIT("usage") }, RESPONSE_USAGE },
    { { TP_BYTES_INIT("model") }, MODEL },
    { { TP_BYTES_INIT("candidates"), TP_BYTES_INIT("finishReason") }, FINISH },
};

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

static tp_bytes values[4]; /* the last one picked at each path */

static void keep(void *arg, const tp_pick_path *path, tp_bytes raw)
{
    (void)arg;
    values[path->tag] = tp_arena_copy(arena, raw);
}

static tp_pick *new_pick(void)
{
    memset(values, 0, sizeof(values));
    return tp_pick_new(arena, PATHS, 4, 64, keep, NULL);
}

static tp_pick *pick_cut(const char *text, size_t cut)
{
    tp_pick *pick = new_pick();
    tp_bytes whole = tp_bytes_text(text);

    tp_pick_feed(pick, tp_bytes_of(whole.data, cut));
    tp_pick_feed(pick, tp_bytes_from(whole, cut));
    tp_pick_end(pick);
    return pick;
}

static void assert_value(unsigned path, const char *expected)
{
    assert_string_equal(values[path].data ? values[path].data : "", expected);
}

/* At every cut. */
static void assert_picked(const char *text, unsigned path, const char *expected)
{
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        pick_cut(text, cut);
        assert_value(path, expected);
    }
}

static void a_member_is_picked_raw(void **state)
{
    (void)state;
    assert_picked("{\"id\":\"x\",\"usage\": {\"n\": 1.0 , \"d\":{\"a\":[1]}} }", USAGE, "{\"n\": 1.0 , \"d\":{\"a\":[1]}}");
    assert_picked("{\"model\":\"a\\\"b\"}", MODEL, "\"a\\\"b\"");
    assert_picked("{\"mod\\u0065l\":12}", MODEL, "12");
    assert_picked("{\"response\":{\"x\":[{}],\"usage\":{}},\"usage\":7}", RESPONSE_USAGE, "{}");
}

static void a_key_of_the_same_name_elsewhere_is_not_picked(void **state)
{
    (void)state;
    assert_picked("{\"x\":{\"usage\":1},\"response\":{\"response\":{\"usage\":2}},\"text\":\"\\\"usage\\\":3\"}", USAGE, "");
    assert_picked("{\"x\":{\"usage\":1},\"response\":{\"response\":{\"usage\":2}}}", RESPONSE_USAGE, "");
    assert_picked("{\"response\":{},\"usage\":1}", RESPONSE_USAGE, "");
    assert_picked("[\"usage\",1]", USAGE, "");
}

static void the_last_value_that_is_not_null_wins(void **state)
{
    (void)state;
    assert_picked("{\"usage\":1,\"usage\":2}", USAGE, "2");
    assert_picked("{\"usage\":1}\n{\"usage\":null}", USAGE, "1");
}

static void many_texts_in_a_row_and_arrays_are_walked(void **state)
{
    (void)state;
    assert_picked("{\"model\":\"a\"}\n{\"model\":\"b\",\"usage\":3}\n", USAGE, "3");
    assert_picked("[{\"usage\":1},\r\n{\"usage\":{\"x\":2}}\n]", USAGE, "{\"x\":2}");
    assert_picked("[{\"candidates\":[{\"content\":{\"finishReason\":1}},{\"finishReason\":\"STOP\"}]}]", FINISH, "\"STOP\"");
    assert_int_equal(tp_pick_elements(pick_cut("[{},[1,2],{\"a\":[3]}]", 0)), 3);
    assert_int_equal(tp_pick_texts(pick_cut("{} []\n1 \"x\"2", 0)), 5);
}

static void a_value_that_is_too_long_is_left_out(void **state)
{
    (void)state;
    assert_picked("{\"usage\":\"0123456789012345678901234567890123456789012345678901234567890123456789\",\"model\":1}", USAGE, "");
    assert_picked("{\"usage\":\"0123456789012345678901234567890123456789012345678901234567890123456789\",\"model\":1}", MODEL, "1");
}

static void what_is_not_json_stops_it_until_a_reset(void **state)
{
    static const char *const BAD[] = { "[DONE]", "{\"a\" 1", "{]", "[}", "}", "{\"a\":1,}", "{1", "[\"a\" \"b\"", "<html>", "\"a\nb\"" };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        tp_pick *pick = new_pick();

        tp_pick_feed(pick, tp_bytes_text(BAD[i]));
        assert_false(tp_pick_feed(pick, TP_BYTES("{\"usage\":1}")));
        assert_value(USAGE, "");
        tp_pick_reset(pick);
        assert_true(tp_pick_feed(pick, TP_BYTES("{\"usage\":1}")));
        assert_value(USAGE, "1");
    }
}

static void nesting_without_end_stops_it(void **state)
{
    tp_pick *pick = new_pick();

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        assert_true(tp_pick_feed(pick, TP_BYTES("[")));
    assert_false(tp_pick_feed(pick, TP_BYTES("[")));
}

static void note(void *arg, const tp_pick_path *path, tp_bytes raw)
{
    unsigned *sum = arg;

    *sum += path->tag * 100 + (unsigned)raw.length;
}

static void each_value_is_told_when_it_is_complete(void **state)
{
    unsigned sum = 0;
    tp_pick *pick = tp_pick_new(arena, PATHS, 4, 64, note, &sum);

    (void)state;
    tp_pick_feed(pick, TP_BYTES("{\"model\":\"ab\",\"usage\":12"));
    assert_int_equal(sum, 204);
    tp_pick_feed(pick, TP_BYTES("3}"));
    assert_int_equal(sum, 207);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        TEST(a_member_is_picked_raw),
        TEST(a_key_of_the_same_name_elsewhere_is_not_picked),
        TEST(the_last_value_that_is_not_null_wins),
        TEST(many_texts_in_a_row_and_arrays_are_walked),
        TEST(a_value_that_is_too_long_is_left_out),
        TEST(what_is_not_json_stops_it_until_a_reset),
        TEST(nesting_without_end_stops_it),
        TEST(each_value_is_told_when_it_is_complete),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
