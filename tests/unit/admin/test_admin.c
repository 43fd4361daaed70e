/* unit/admin/test_admin.c - who is let in, and what each small path says. */

#include "support.h"

static void it_owns_its_paths_and_no_other(void **state)
{
    (void)state;
    assert_true(tp_admin_owns(TP_BYTES("/health")));
    assert_true(tp_admin_owns(TP_BYTES("/trace/last")));
    assert_true(tp_admin_owns(TP_BYTES("/trace/tp-0001")));
    assert_true(tp_admin_owns(TP_BYTES("/admin/reload")));
    assert_false(tp_admin_owns(TP_BYTES("/healthy")));
    assert_false(tp_admin_owns(TP_BYTES("/stats/")));
    assert_false(tp_admin_owns(TP_BYTES("/cache-stats")));
    assert_false(tp_admin_owns(TP_BYTES("/admin/cache/clear")));
    assert_false(tp_admin_owns(TP_BYTES("/v1/models")));
}

static void health_is_open_to_anyone(void **state)
{
    office *o = *state;

    o->elsewhere = true;
    office_get(o, "/health");
    assert_int_equal(o->status, 200);
    assert_string_equal(o->content_type, "application/json");
    assert_string_equal(o->body, "{\"status\":\"ok\"}");
}

static void ready_until_it_drains(void **state)
{
    office *o = *state;

    o->elsewhere = true;
    office_get(o, "/ready");
    assert_int_equal(o->status, 200);
    assert_string_equal(o->body, "{\"status\":\"ready\"}");
    o->admin.draining = true;
    office_get(o, "/ready");
    assert_int_equal(o->status, 503);
    assert_int_equal(o->err, TP_OK);
    assert_string_equal(o->body, "{\"status\":\"draining\"}");
}

static void another_method_is_refused(void **state)
{
    static const char *const CALLS[][2] = {
        { "POST", "/health" }, { "DELETE", "/trace/x" }, { "GET", "/admin/reload" }, { "HEAD", "/admin/reload" }
    };
    office *o = *state;

    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        office_call(o, CALLS[i][0], CALLS[i][1]);
        assert_int_equal(o->err, TP_ERR_CALLER_METHOD_NOT_ALLOWED);
    }
    assert_int_equal(o->reloads, 0);
}

static void head_is_served_like_get(void **state)
{
    office *o = *state;

    office_call(o, "HEAD", "/health");
    assert_int_equal(o->status, 200);
}

static const char *const CLOSED[] = { "/stats", "/stats/last", "/stats/session", "/traces", "/trace/last", "/trace/x", "/metrics" };

static void from_elsewhere_the_rest_needs_the_admin_key(void **state)
{
    office *o = *state;

    o->elsewhere = true;
    office_add(o, "x", "gpt-4o", NOW_MS);
    for (size_t i = 0; i < sizeof CLOSED / sizeof *CLOSED; i++) {
        office_get(o, CLOSED[i]);
        assert_int_equal(o->err, TP_ERR_CALLER_FORBIDDEN);
        assert_int_equal(o->status, 403);
    }
    office_header(o, "Authorization", "Bearer open-sesame");
    for (size_t i = 0; i < sizeof CLOSED / sizeof *CLOSED; i++) {
        office_get(o, CLOSED[i]);
        assert_int_equal(o->status, 200);
    }
}

static void a_wrong_key_opens_nothing(void **state)
{
    static const char *const WRONG[] = { "Bearer open-sesamE", "Bearer open-sesame2", "Bearer ", "open-sesame", "Basic open-sesame", "" };
    office *o = *state;

    o->elsewhere = true;
    o->header_count = 1;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        o->headers[0] = (tp_header){ TP_BYTES("authorization"), tp_bytes_text(WRONG[i]) };
        office_get(o, "/stats");
        assert_int_equal(o->err, TP_ERR_CALLER_FORBIDDEN);
    }
}

static void without_an_admin_key_an_empty_one_opens_nothing(void **state)
{
    office *o = *state;

    office_configure(o, "auth: { admin_key: \"\" }");
    o->elsewhere = true;
    office_header(o, "authorization", "Bearer ");
    office_get(o, "/stats");
    assert_int_equal(o->err, TP_ERR_CALLER_FORBIDDEN);
}

static void reload_says_what_came_of_it(void **state)
{
    office *o = *state;

    o->reload_works = true;
    office_call(o, "POST", "/admin/reload");
    assert_int_equal(o->status, 200);
    assert_string_equal(o->body, "{\"status\":\"reloaded\"}\n");
    o->reload_works = false;
    office_call(o, "POST", "/admin/reload");
    assert_int_equal(o->err, TP_ERR_CALLER_BAD_REQUEST);
    assert_string_equal(o->message, "nothing was changed: config.yaml:1:1: unknown key \"lisen\"");
    assert_int_equal(o->reloads, 2);
}

static void a_web_page_on_loopback_cannot_reload(void **state)
{
    office *o = *state;

    office_header(o, "origin", "http://127.0.0.1:8766");
    office_call(o, "POST", "/admin/reload");
    assert_int_equal(o->err, TP_ERR_CALLER_FORBIDDEN);
    assert_int_equal(o->reloads, 0);
    o->reload_works = true;
    office_header(o, "authorization", "Bearer open-sesame");
    office_call(o, "POST", "/admin/reload");
    assert_int_equal(o->status, 200);
}

static void metrics_come_as_prometheus_text_or_openmetrics(void **state)
{
    office *o = *state;

    office_get(o, "/metrics");
    assert_string_equal(o->content_type, "text/plain; version=0.0.4; charset=utf-8");
    assert_non_null(strstr(o->body, "# TYPE tokenpak_requests_total counter\n"));
    assert_null(strstr(o->body, "# EOF"));
    office_header(o, "Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    office_get(o, "/metrics");
    assert_string_equal(o->content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert_non_null(strstr(o->body, "# TYPE tokenpak_requests counter\n"));
    assert_non_null(strstr(o->body, "# EOF\n"));
}

static void metrics_can_be_switched_off(void **state)
{
    office *o = *state;

    office_configure(o, "metrics: { prometheus: false }");
    office_get(o, "/metrics");
    assert_int_equal(o->err, TP_ERR_CALLER_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_owns_its_paths_and_no_other),
        IN_OFFICE(health_is_open_to_anyone),
        IN_OFFICE(ready_until_it_drains),
        IN_OFFICE(another_method_is_refused),
        IN_OFFICE(head_is_served_like_get),
        IN_OFFICE(from_elsewhere_the_rest_needs_the_admin_key),
        IN_OFFICE(a_wrong_key_opens_nothing),
        IN_OFFICE(without_an_admin_key_an_empty_one_opens_nothing),
        IN_OFFICE(reload_says_what_came_of_it),
        IN_OFFICE(a_web_page_on_loopback_cannot_reload),
        IN_OFFICE(metrics_come_as_prometheus_text_or_openmetrics),
        IN_OFFICE(metrics_can_be_switched_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
