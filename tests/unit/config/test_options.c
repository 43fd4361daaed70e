/* unit/config/test_options.c - values of each type, from text and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/options.h"

static const char *const COLOURS[] = { "red", "green|verdant", NULL };

typedef union field {
    bool b;
    uint32_t u32;
    uint64_t u64;
    const char *text;
    tp_texts texts;
    tp_pairs pairs;
} field;

/* Parses `text`, formats the value back. NULL = the value must be refused. */
static void check(const tp_option *option, const char *text, const char *back)
{
    tp_arena *arena = tp_arena_new();
    tp_buffer out = TP_BUFFER(1000);
    field f = { 0 };
    bool taken = tp_config_options_parse(arena, option, tp_bytes_text(text), &f);

    assert_int_equal(taken, back != NULL);
    if (taken) {
        tp_config_options_format(option, &f, &out);
        tp_buffer_add(&out, tp_bytes_of("", 1));
        assert_string_equal(out.data, back);
    }
    tp_buffer_free(&out);
    tp_arena_free(arena);
}

static void booleans_have_four_words_each(void **state)
{
    static const tp_option OPTION = { .type = TP_OPTION_TYPE_BOOL };

    (void)state;
    check(&OPTION, "true", "true");
    check(&OPTION, "1", "true");
    check(&OPTION, "Yes", "true");
    check(&OPTION, "on", "true");
    check(&OPTION, "false", "false");
    check(&OPTION, "0", "false");
    check(&OPTION, "no", "false");
    check(&OPTION, "OFF", "false");
    check(&OPTION, "2", NULL);
    check(&OPTION, "", NULL);
}

static void numbers_are_whole_and_within_bounds(void **state)
{
    static const tp_option OPTION = { .type = TP_OPTION_TYPE_U32, .min = 2, .max = 65535 };

    (void)state;
    check(&OPTION, "2", "2");
    check(&OPTION, "65535", "65535");
    check(&OPTION, "1", NULL);
    check(&OPTION, "65536", NULL);
    check(&OPTION, "-3", NULL);
    check(&OPTION, "3.0", NULL);
    check(&OPTION, "3x", NULL);
    check(&OPTION, "18446744073709551618", NULL);
}

static void sizes_are_powers_of_1024(void **state)
{
    static const tp_option OPTION = { .type = TP_OPTION_TYPE_SIZE, .max = 1ull << 50 };
    uint64_t size = 0;

    (void)state;
    assert_true(tp_config_options_parse(NULL, &OPTION, TP_BYTES("32m"), &size));
    assert_int_equal(size, 32 << 20);
    check(&OPTION, "2048k", "2m");
    check(&OPTION, "64K", "64k");
    check(&OPTION, "1000", "1000");
    check(&OPTION, "0", "0");
    check(&OPTION, "1.5m", NULL);
    check(&OPTION, "m", NULL);
    check(&OPTION, "5s", NULL);
    check(&OPTION, "17179869184g", NULL);
}

static void times_have_units_and_only_zero_needs_none(void **state)
{
    static const tp_option OPTION = { .type = TP_OPTION_TYPE_TIME, .max = 100ull * 86400000 };
    uint64_t time = 0;

    (void)state;
    assert_true(tp_config_options_parse(NULL, &OPTION, TP_BYTES("10m"), &time));
    assert_int_equal(time, 600000);
    check(&OPTION, "250ms", "250ms");
    check(&OPTION, "60s", "1m");
    check(&OPTION, "24h", "1d");
    check(&OPTION, "90d", "90d");
    check(&OPTION, "0", "0");
    check(&OPTION, "00", "0");
    check(&OPTION, "30", NULL);
    check(&OPTION, "101d", NULL);
    check(&OPTION, "5 s", NULL);
}

static void choices_may_have_a_second_word(void **state)
{
    static const tp_option OPTION = { .type = TP_OPTION_TYPE_CHOICE, .choices = COLOURS };

    (void)state;
    check(&OPTION, "red", "red");
    check(&OPTION, "verdant", "green");
    check(&OPTION, "gre", NULL);
    check(&OPTION, "green|verdant", NULL);
    check(&OPTION, "", NULL);
}

static void texts_have_no_control_characters(void **state)
{
    static const tp_option OPTION = { .type = TP_OPTION_TYPE_TEXT };

    (void)state;
    check(&OPTION, "", "");
    check(&OPTION, "größe", "größe");
    check(&OPTION, "key\n", NULL);
    check(&OPTION, "a\x7f", NULL);
}

static void lists_and_pairs_have_a_form_on_one_line(void **state)
{
    static const tp_option TEXTS = { .type = TP_OPTION_TYPE_TEXTS }, PAIRS = { .type = TP_OPTION_TYPE_PAIRS };

    (void)state;
    check(&TEXTS, "", "");
    check(&TEXTS, " a ,b,, c", "a, b, c");
    check(&TEXTS, "a,b\r", NULL);
    check(&PAIRS, "", "");
    check(&PAIRS, "x-team = ml,y=1=2", "x-team=ml, y=1=2");
    check(&PAIRS, "x-team", NULL);
}

static void what_is_expected_names_the_bounds(void **state)
{
    static const tp_option SIZE = { .type = TP_OPTION_TYPE_SIZE, .min = 1024, .max = 1 << 20 };
    static const tp_option COLOUR = { .type = TP_OPTION_TYPE_CHOICE, .choices = COLOURS };
    tp_buffer out = TP_BUFFER(1000);

    (void)state;
    tp_config_options_expected(&SIZE, &out);
    tp_buffer_text(&out, "; ");
    tp_config_options_expected(&COLOUR, &out);
    tp_buffer_add(&out, tp_bytes_of("", 1));
    assert_string_equal(out.data, "a size such as 64k, 32m or 1g, from 1k to 1m; red or green");
    tp_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(booleans_have_four_words_each),
        cmocka_unit_test(numbers_are_whole_and_within_bounds),
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(times_have_units_and_only_zero_needs_none),
        cmocka_unit_test(choices_may_have_a_second_word),
        cmocka_unit_test(texts_have_no_control_characters),
        cmocka_unit_test(lists_and_pairs_have_a_form_on_one_line),
        cmocka_unit_test(what_is_expected_names_the_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
