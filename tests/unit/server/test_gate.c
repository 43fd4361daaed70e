/* unit/server/test_gate.c - which requests are let in by their framing, target, Host and Origin. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/gate.h"

static const char *const HOSTS[] = { "proxy.example", "other.example:9000" };
static const char *const ORIGINS[] = { "https://app.example" };
static const char *const ANY[] = { "*" };

static const tp_listen STRICT = {
    .address = "192.168.1.5",
    .allowed_hosts = { HOSTS, 2 },
    .allowed_origins = { ORIGINS, 1 },
};
static const tp_listen OPEN = { .address = "::1", .allowed_hosts = { ANY, 1 }, .allowed_origins = { ANY, 1 } };

/* Reads `text` as the server does and asks the gate; what is refused earlier has no verdict. */
static tp_gate_verdict ask(tp_arena *arena, const char *text, const tp_listen *listen, tp_bytes *path)
{
    tp_http1 http;
    tp_http1_read read;

    tp_http1_init(&http, true, 100000);
    tp_http1_feed(&http, tp_bytes_text(text), arena, &read);
    tp_http1_close(&http);
    if (read.err != TP_OK || !read.head)
        return (tp_gate_verdict){ .err = read.err != TP_OK ? read.err : TP_ERR_OWN_INTERNAL, .message = "not read" };
    if (path)
        *path = tp_gate_path(&read.parsed);
    return tp_gate_check(&read.parsed, listen);
}

static void assert_verdict(const char *text, const tp_listen *listen, tp_err err)
{
    tp_arena *arena = tp_arena_new();
    tp_gate_verdict verdict = ask(arena, text, listen, NULL);

    if (verdict.err != err)
        fail_msg("%s instead of %s for %s", tp_err_code(verdict.err), tp_err_code(err), text);
    assert_true(err == TP_OK || verdict.message);
    tp_arena_free(arena);
}

/* A request with that Host. */
static void assert_host(const char *host, const tp_listen *listen, tp_err err)
{
    tp_arena *arena = tp_arena_new();

    assert_verdict(tp_arena_printf(arena, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host), listen, err);
    tp_arena_free(arena);
}

static void a_host_is_loopback_or_our_own_or_listed(void **state)
{
    static const char *const GOOD[] = { "localhost",     "LocalHost:8787",     "127.0.0.1:1",        "127.8.9.1",
                                        "[::1]",         "[::1]:8787",         "a.localhost",        "192.168.1.5:80",
                                        "proxy.example", "PROXY.example:1234", "other.example:9000", "localhost:" };
    static const char *const FOREIGN[] = {
        "evil.example", "other.example", "other.example:9001", "127.evil.example", "localhost.evil.example", "evillocalhost", "192.168.1.6",
        "[::2]",        "0x7f.1",        "2130706433"
    };

    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(*GOOD); i++)
        assert_host(GOOD[i], &STRICT, TP_OK);
    for (size_t i = 0; i < sizeof(FOREIGN) / sizeof(*FOREIGN); i++)
        assert_host(FOREIGN[i], &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_host("evil.example", &OPEN, TP_OK);
}

static void a_host_that_is_malformed_missing_or_twice_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",    "[::1",        "[::1]x",      "localhost:x", "localhost:65536", "a@localhost",   "localhost/x", "local host", "localhost, b",
        ":80", "local\thost", "localhost?x", "localhost#x", "localhost\\x",    "\"localhost\"", "[]",          "[x]y",       "localhost\xff"
    };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_host(BAD[i], &OPEN, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict("GET / HTTP/1.1\r\n\r\n", &OPEN, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", &OPEN, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict("GET / HTTP/1.0\r\n\r\n", &STRICT, TP_OK);
    assert_verdict("GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
}

#define GET "GET / HTTP/1.1\r\nHost: localhost:8787\r\n"

static void a_request_of_a_foreign_page_is_refused(void **state)
{
    (void)state;
    assert_verdict(GET "Origin: https://evil.example\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Origin: null\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Origin:\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Origin: http://localhost:3000\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Origin: https://app.example.evil\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Sec-Fetch-Site: cross-site\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Origin: http://localhost:8787\r\nSec-Fetch-Site: cross-site\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
}

static void a_request_of_our_own_or_an_allowed_page_passes(void **state)
{
    (void)state;
    assert_verdict(GET "\r\n", &STRICT, TP_OK);
    assert_verdict(GET "Origin: http://localhost:8787\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(GET "Sec-Fetch-Site: same-origin\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(GET "Sec-Fetch-Site: none\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(GET "Origin: https://app.example\r\nSec-Fetch-Site: cross-site\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(GET "Origin: https://any.example\r\n\r\n", &OPEN, TP_OK);
}

static void two_origins_are_refused_if_either_is_foreign(void **state)
{
    (void)state;
    assert_verdict(GET "Origin: https://app.example\r\nOrigin: https://evil.example\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Origin: http://localhost:8787\r\nOrigin: https://evil.example\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(GET "Origin: https://evil.example\r\nOrigin: https://app.example\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
}

#define PREFLIGHT "OPTIONS /v1/x HTTP/1.1\r\nHost: localhost\r\nAccess-Control-Request-Method: POST\r\n"

static void a_preflight_is_answered_only_for_an_allowed_origin(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_gate_verdict verdict = ask(arena, PREFLIGHT "Origin: https://app.example\r\n\r\n", &STRICT, NULL);

    (void)state;
    assert_int_equal(verdict.err, TP_OK);
    assert_true(verdict.preflight);
    assert_true(tp_bytes_equal(verdict.origin, TP_BYTES("https://app.example")));
    assert_verdict(PREFLIGHT "Origin: https://evil.example\r\n\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    assert_verdict(PREFLIGHT "\r\n", &STRICT, TP_ERR_CALLER_FORBIDDEN_ORIGIN);
    verdict = ask(arena, GET "Origin: https://app.example\r\n\r\n", &STRICT, NULL);
    assert_false(verdict.preflight);
    assert_int_equal(verdict.origin.length, 19);
    verdict = ask(arena, GET "Origin: http://localhost:8787\r\n\r\n", &STRICT, NULL);
    assert_int_equal(verdict.origin.length, 0);
    tp_arena_free(arena);
}

static void assert_path(const char *target, const char *host, const char *expected)
{
    tp_arena *arena = tp_arena_new();
    tp_bytes path = TP_BYTES("unset");
    tp_gate_verdict verdict = ask(arena, tp_arena_printf(arena, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, host), &OPEN, &path);

    if (!tp_bytes_equal(path, tp_bytes_text(expected)))
        fail_msg("'%.*s' is not '%s'", (int)path.length, path.data, expected);
    assert_int_equal(verdict.err, expected[0] ? TP_OK : TP_ERR_CALLER_BAD_REQUEST);
    tp_arena_free(arena);
}

static void the_absolute_form_is_a_path_behind_the_host_of_the_request(void **state)
{
    (void)state;
    assert_path("/v1/x?y=http://z/", "localhost", "/v1/x?y=http://z/");
    assert_path("http://localhost:8787/v1/x?y", "localhost:8787", "/v1/x?y");
    assert_path("https://localhost/v1", "localhost", "/v1");
    assert_path("HTTP://LOCALHOST/v1", "localhost", "/v1");
    assert_path("http://localhost", "localhost", "");
    assert_path("http://evil.example/v1", "localhost", "");
    assert_path("http://localhost.evil/v1", "localhost", "");
    assert_path("http://localhost:99/v1", "localhost", "");
    assert_path("http://user@localhost/v1", "localhost", "");
    assert_path("*", "localhost", "");
}

static void a_target_is_a_path_without_a_fragment_or_the_asterisk_of_options(void **state)
{
    (void)state;
    assert_verdict("GET /v1/x#y HTTP/1.1\r\nHost: localhost\r\n\r\n", &OPEN, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict("GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", &OPEN, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", &OPEN, TP_OK);
}

static void connect_and_trace_are_not_served(void **state)
{
    (void)state;
    assert_verdict("CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", &OPEN, TP_ERR_CALLER_METHOD_NOT_ALLOWED);
    assert_verdict("TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", &OPEN, TP_ERR_CALLER_METHOD_NOT_ALLOWED);
}

#define POST "POST / HTTP/1.1\r\nHost: localhost\r\n"

static void framing_is_by_one_length_or_by_chunked_alone(void **state)
{
    (void)state;
    assert_verdict(POST "Content-Length: 1\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(POST "Transfer-Encoding: chunked\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(POST "Transfer-Encoding: Chunked\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(POST "Transfer-Encoding: gzip, chunked\r\n\r\n", &STRICT, TP_ERR_CALLER_BAD_CODING);
    assert_verdict(POST "Transfer-Encoding: chunked, chunked\r\n\r\n", &STRICT, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", &STRICT, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict(POST "Transfer-Encoding:\r\n\r\n", &STRICT, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict(POST "Content-Length:\r\n\r\n", &STRICT, TP_ERR_CALLER_BAD_REQUEST);
    assert_verdict("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", &STRICT, TP_ERR_CALLER_BAD_REQUEST);
}

static void the_only_expectation_is_100_continue(void **state)
{
    (void)state;
    assert_verdict(POST "Expect: 100-Continue\r\n\r\n", &STRICT, TP_OK);
    assert_verdict(POST "Expect: 200-ok\r\n\r\n", &STRICT, TP_ERR_CALLER_EXPECTATION_FAILED);
    assert_verdict(POST "Expect:\r\n\r\n", &STRICT, TP_ERR_CALLER_EXPECTATION_FAILED);
    assert_verdict(POST "Expect: 100-continue\r\nExpect: x\r\n\r\n", &STRICT, TP_ERR_CALLER_EXPECTATION_FAILED);
    assert_verdict("POST / HTTP/1.0\r\nExpect: x\r\n\r\n", &STRICT, TP_OK);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_host_is_loopback_or_our_own_or_listed),
        cmocka_unit_test(a_host_that_is_malformed_missing_or_twice_is_refused),
        cmocka_unit_test(a_request_of_a_foreign_page_is_refused),
        cmocka_unit_test(a_request_of_our_own_or_an_allowed_page_passes),
        cmocka_unit_test(two_origins_are_refused_if_either_is_foreign),
        cmocka_unit_test(a_preflight_is_answered_only_for_an_allowed_origin),
        cmocka_unit_test(the_absolute_form_is_a_path_behind_the_host_of_the_request),
        cmocka_unit_test(a_target_is_a_path_without_a_fragment_or_the_asterisk_of_options),
        cmocka_unit_test(connect_and_trace_are_not_served),
        cmocka_unit_test(framing_is_by_one_length_or_by_chunked_alone),
        cmocka_unit_test(the_only_expectation_is_100_continue),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
