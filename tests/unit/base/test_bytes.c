/* unit/base/test_bytes.c - comparing, cutting, matching and reading of borrowed bytes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <tokenpak/bytes.h>

static bool matches(const char *pattern, const char *text)
{
    return tp_bytes_match(tp_bytes_text(pattern), tp_bytes_text(text));
}

static void a_pattern_fits_the_whole_text(void **state)
{
    static const char *const FIT[][2] = {
        { "", "" },
        { "*", "" },
        { "*", "anything" },
        { "a?c", "abc" },
        { "gpt-*", "gpt-4o" },
        { "*-mini", "a-mini" },
        { "a*b*c", "aXbYbZc" },
        { "*a", "aaaa" },
        { "**?**", "x" },
        { "/v1/*:gen*", "/v1/a:b:generate" },
        { "*abab", "abaabab" },
        { "???", "abc" },
    };
    static const char *const NOT[][2] = {
        { "", "a" },       { "a", "" },      { "?", "" },   { "a?c", "ac" },   { "gpt-*", "gpt" }, { "*-mini", "a-mini-2" },
        { "a*b", "aXbY" }, { "abc", "ABC" }, { "a", "ab" }, { "????", "abc" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(FIT) / sizeof(*FIT); i++)
        if (!matches(FIT[i][0], FIT[i][1]))
            fail_msg("%s must fit %s", FIT[i][0], FIT[i][1]);
    for (size_t i = 0; i < sizeof(NOT) / sizeof(*NOT); i++)
        if (matches(NOT[i][0], NOT[i][1]))
            fail_msg("%s must not fit %s", NOT[i][0], NOT[i][1]);
}

/* Would take 2^40 steps if each star tried every way. */
static void many_stars_are_no_bomb(void **state)
{
    char text[5000];

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_false(tp_bytes_match(TP_BYTES("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), tp_bytes_of(text, sizeof(text))));
}

static void next_cuts_trimmed_items_off_a_list(void **state)
{
    tp_bytes rest = TP_BYTES(" a ,, b\tc\t,"), item;

    (void)state;
    assert_true(tp_bytes_next(&rest, ',', &item));
    assert_true(tp_bytes_equal(item, TP_BYTES("a")));
    assert_true(tp_bytes_next(&rest, ',', &item));
    assert_int_equal(item.length, 0);
    assert_true(tp_bytes_next(&rest, ',', &item));
    assert_true(tp_bytes_equal(item, TP_BYTES("b\tc")));
    assert_false(tp_bytes_next(&rest, ',', &item));
}

static void a_number_has_only_digits_and_fits(void **state)
{
    static const char *const NOT[] = { "", "-1", "+1", " 1", "1 ", "0x10", "1.0", "18446744073709551616", "99999999999999999999", "1\x80" };
    uint64_t number = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(NOT) / sizeof(*NOT); i++)
        if (tp_bytes_number(tp_bytes_text(NOT[i]), &number))
            fail_msg("'%s' is no number", NOT[i]);
    assert_int_equal(number, 7);
    assert_false(tp_bytes_number(tp_bytes_of(NULL, 0), &number));
    assert_true(tp_bytes_number(TP_BYTES("18446744073709551615"), &number));
    assert_true(number == UINT64_MAX);
    assert_true(tp_bytes_number(TP_BYTES("0007"), &number));
    assert_int_equal(number, 7);
}

static void only_the_case_of_ascii_letters_does_not_count(void **state)
{
    (void)state;
    assert_true(tp_bytes_equal_nocase(TP_BYTES("Content-Type"), TP_BYTES("cONTENT-tYPE")));
    assert_false(tp_bytes_equal_nocase(TP_BYTES("a"), TP_BYTES("ab")));
    assert_false(tp_bytes_equal_nocase(TP_BYTES("["), TP_BYTES("{")));
    assert_false(tp_bytes_equal_nocase(TP_BYTES("@"), TP_BYTES("`")));
    assert_false(tp_bytes_equal_nocase(TP_BYTES("\xC3\x84"), TP_BYTES("\xC3\xA4")));
}

static void parts_are_found_and_nothing_is_in_everything(void **state)
{
    (void)state;
    assert_true(tp_bytes_contains(TP_BYTES("abcabd"), TP_BYTES("abd")));
    assert_false(tp_bytes_contains(TP_BYTES("ab"), TP_BYTES("abd")));
    assert_true(tp_bytes_contains(tp_bytes_of(NULL, 0), tp_bytes_of(NULL, 0)));
    assert_true(tp_bytes_starts(TP_BYTES("abc"), TP_BYTES("ab")));
    assert_false(tp_bytes_starts(TP_BYTES("a"), TP_BYTES("ab")));
    assert_true(tp_bytes_ends(TP_BYTES("abc"), TP_BYTES("bc")));
    assert_false(tp_bytes_ends(TP_BYTES("c"), TP_BYTES("bc")));
    assert_int_equal(tp_bytes_find(TP_BYTES("abc"), 'c'), 2);
    assert_int_equal(tp_bytes_find(TP_BYTES("abc"), 'd'), 3);
    assert_int_equal(tp_bytes_from(TP_BYTES("abc"), 5).length, 0);
    assert_int_equal(tp_bytes_trim(TP_BYTES(" \t ")).length, 0);
}

static void the_first_byte_below_a_limit_is_found_wherever_it_lies(void **state)
{
    char text[70];

    (void)state;
    for (size_t length = 0; length <= sizeof(text); length++)
        for (size_t at = 0; at <= length; at++) {
            memset(text, 0xFF, sizeof(text));
            if (at < length)
                text[at] = '\r';
            assert_int_equal(tp_bytes_find_below(tp_bytes_of(text, length), '\r' + 1), at);
            assert_int_equal(tp_bytes_find_below(tp_bytes_of(text, length), '\r'), length);
        }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_pattern_fits_the_whole_text),
        cmocka_unit_test(many_stars_are_no_bomb),
        cmocka_unit_test(next_cuts_trimmed_items_off_a_list),
        cmocka_unit_test(the_first_byte_below_a_limit_is_found_wherever_it_lies),
        cmocka_unit_test(a_number_has_only_digits_and_fits),
        cmocka_unit_test(only_the_case_of_ascii_letters_does_not_count),
        cmocka_unit_test(parts_are_found_and_nothing_is_in_everything),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
