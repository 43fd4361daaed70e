/* unit/cli/test_units.c - numbers as people read them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cli/units.h"

static void counts_have_a_comma_before_each_three_digits(void **state)
{
    (void)state;
    assert_string_equal(tp_cli_units_count(0).text, "0");
    assert_string_equal(tp_cli_units_count(999).text, "999");
    assert_string_equal(tp_cli_units_count(1000).text, "1,000");
    assert_string_equal(tp_cli_units_count(1234567).text, "1,234,567");
    assert_string_equal(tp_cli_units_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
}

static void durations_take_the_unit_that_fits(void **state)
{
    (void)state;
    assert_string_equal(tp_cli_units_duration(-1).text, "-");
    assert_string_equal(tp_cli_units_duration(0).text, "0 us");
    assert_string_equal(tp_cli_units_duration(999).text, "999 us");
    assert_string_equal(tp_cli_units_duration(999.7).text, "1.0 ms");
    assert_string_equal(tp_cli_units_duration(12345).text, "12.3 ms");
    assert_string_equal(tp_cli_units_duration(123456).text, "123 ms");
    assert_string_equal(tp_cli_units_duration(999600).text, "1.0 s");
    assert_string_equal(tp_cli_units_duration(59.96e6).text, "1 min 0 s");
    assert_string_equal(tp_cli_units_duration(3599.6e6).text, "1 h 0 min");
    assert_string_equal(tp_cli_units_duration(185e6).text, "3 min 5 s");
    assert_string_equal(tp_cli_units_duration(7800e6).text, "2 h 10 min");
    assert_string_equal(tp_cli_units_duration(100 * 3600e6).text, "4 d 4 h");
}

static void less_than_a_millisecond_is_not_nothing(void **state)
{
    (void)state;
    assert_string_equal(tp_cli_units_ms(0).text, "<1 ms");
    assert_string_equal(tp_cli_units_ms(-1).text, "-");
    assert_string_equal(tp_cli_units_ms(54).text, "54.0 ms");
}

static void sizes_are_powers_of_1024(void **state)
{
    (void)state;
    assert_string_equal(tp_cli_units_size(0).text, "0 B");
    assert_string_equal(tp_cli_units_size(1023).text, "1023 B");
    assert_string_equal(tp_cli_units_size(1024).text, "1.0 KiB");
    assert_string_equal(tp_cli_units_size(1048575).text, "1.0 MiB");
    assert_string_equal(tp_cli_units_size(UINT64_MAX).text, "16.0 EiB");
}

static void a_small_share_is_not_nothing(void **state)
{
    (void)state;
    assert_string_equal(tp_cli_units_share(0).text, "0.0 %");
    assert_string_equal(tp_cli_units_share(0.00001).text, "<0.1 %");
    assert_string_equal(tp_cli_units_share(0.1234).text, "12.3 %");
    assert_string_equal(tp_cli_units_share(1).text, "100.0 %");
}

static void bars_are_as_long_as_their_share(void **state)
{
    (void)state;
    assert_string_equal(tp_cli_units_bar(0, 10, true).text, "");
    assert_string_equal(tp_cli_units_bar(0.5, 4, true).text, "██");
    assert_string_equal(tp_cli_units_bar(0.3, 4, true).text, "█▎");
    assert_string_equal(tp_cli_units_bar(0.0001, 4, true).text, "▏");
    assert_string_equal(tp_cli_units_bar(0.5, 4, false).text, "##");
    assert_string_equal(tp_cli_units_bar(-3, 4, false).text, "");
}

static void a_bar_never_leaves_its_room(void **state)
{
    (void)state;
    assert_string_equal(tp_cli_units_bar(7, 4, false).text, "####");
    assert_int_equal(strlen(tp_cli_units_bar(1, 1000, true).text), 3 * TP_CLI_UNITS_WIDEST_BAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_a_comma_before_each_three_digits),
        cmocka_unit_test(durations_take_the_unit_that_fits),
        cmocka_unit_test(less_than_a_millisecond_is_not_nothing),
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(a_small_share_is_not_nothing),
        cmocka_unit_test(bars_are_as_long_as_their_share),
        cmocka_unit_test(a_bar_never_leaves_its_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
