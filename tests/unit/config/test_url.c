/* unit/config/test_url.c - which base URLs are good, and their normal form. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/url.h"

static void good_urls_get_a_normal_form(void **state)
{
    static const char *const URLS[][2] = { { "http://h", "http://h" },
                                           { "HTTPS://API.Example.com/V1//", "https://api.example.com/V1" },
                                           { "http://[::1]:8000/", "http://[::1]:8000" },
                                           { "http://my_host.local:1/a%20b", "http://my_host.local:1/a%20b" } };
    tp_arena *arena = tp_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(URLS) / sizeof(*URLS); i++) {
        assert_null(tp_config_url_problem(URLS[i][0]));
        assert_string_equal(tp_config_url_normal(arena, URLS[i][0]), URLS[i][1]);
    }
    tp_arena_free(arena);
}

static void bad_urls_are_refused(void **state)
{
    static const char *const BAD[] = { "",
                                       "h",
                                       "http:/h",
                                       "http://",
                                       "http:///v1",
                                       "http://u@h",
                                       "http://h?q",
                                       "http://h/#f",
                                       "http://h:0",
                                       "http://h:65536",
                                       "http://h:",
                                       "http://a b/",
                                       "http://[::1",
                                       "http://[h]/",
                                       "http://h:1:2",
                                       "http://h\xc3\xa4/",
                                       "ws://h",
                                       "http://[::1]x" };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_non_null(tp_config_url_problem(BAD[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_urls_get_a_normal_form),
        cmocka_unit_test(bad_urls_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
