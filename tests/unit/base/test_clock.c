/* unit/base/test_clock.c - points in time as text, in the two forms that are sent. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static const struct {
    int64_t ms;
    const char *rfc3339, *http;
} CASES[] = {
    { 0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT" },
    { 1769860800123, "2026-01-31T12:00:00.123Z", "Sat, 31 Jan 2026 12:00:00 GMT" },
    { 1709164799999, "2024-02-28T23:59:59.999Z", "Wed, 28 Feb 2024 23:59:59 GMT" },
    { 1709164800000, "2024-02-29T00:00:00.000Z", "Thu, 29 Feb 2024 00:00:00 GMT" },
    { 4102444799007, "2099-12-31T23:59:59.007Z", "Thu, 31 Dec 2099 23:59:59 GMT" },
};

static void a_time_is_written_in_utc_with_its_milliseconds(void **state)
{
    char text[TP_CLOCK_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
        assert_string_equal(tp_clock_rfc3339(CASES[i].ms, text), CASES[i].rfc3339);
}

static void an_http_date_has_the_length_that_the_standard_fixes(void **state)
{
    char text[TP_CLOCK_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
        assert_string_equal(tp_clock_http(CASES[i].ms, text), CASES[i].http);
}

static void the_system_clock_goes_forward(void **state)
{
    uint64_t first = tp_clock_ns(&tp_clock_system);

    (void)state;
    assert_true(first > 0);
    assert_true(tp_clock_ns(&tp_clock_system) >= first);
    assert_true(tp_clock_wall(&tp_clock_system) > CASES[2].ms);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_time_is_written_in_utc_with_its_milliseconds),
        cmocka_unit_test(an_http_date_has_the_length_that_the_standard_fixes),
        cmocka_unit_test(the_system_clock_goes_forward),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
