/* unit/upstream/test_origin.c - a base URL is taken apart into what is needed to connect and to ask. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "upstream/origin.h"

static void a_base_url_has_its_parts(void **state)
{
    static const struct {
        const char *base, *url, *host, *authority, *path;
        bool tls;
    } CASES[] = {
        { "https://api.openai.com", "http://api.openai.com:443", "api.openai.com", "api.openai.com", "", true },
        { "http://127.0.0.1:11434", "http://127.0.0.1:11434", "127.0.0.1", "127.0.0.1:11434", "", false },
        { "https://x.example/v1/", "http://x.example:443", "x.example", "x.example", "/v1", true },
        { "https://x.example:443/a/b//", "http://x.example:443", "x.example", "x.example", "/a/b", true },
        { "http://x.example:80", "http://x.example:80", "x.example", "x.example", "", false },
        { "https://x.example.:80", "http://x.example.:80", "x.example", "x.example.:80", "", true },
        { "https://[::1]:8080/p", "http://[::1]:8080", "::1", "[::1]:8080", "/p", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        tp_origin *origin = tp_origin_new(CASES[i].base);

        assert_non_null(origin);
        assert_string_equal(origin->base_url, CASES[i].base);
        assert_string_equal(origin->url, CASES[i].url);
        assert_string_equal(origin->host, CASES[i].host);
        assert_string_equal(origin->authority, CASES[i].authority);
        assert_string_equal(origin->path, CASES[i].path);
        assert_int_equal(origin->tls, CASES[i].tls);
        assert_true(tp_list_empty(&origin->idle));
        tp_origin_free(origin);
    }
}

static void what_is_no_http_url_has_no_origin(void **state)
{
    static const char *const BAD[] = { "",           "api.openai.com",         "ftp://x.example",
                                       "http://",    "http://x.example:99999", "file:///etc/passwd",
                                       "http://x y/" };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_null(tp_origin_new(BAD[i]));
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_base_url_has_its_parts),
        cmocka_unit_test(what_is_no_http_url_has_no_origin),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
