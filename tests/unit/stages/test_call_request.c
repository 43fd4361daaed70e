/* unit/stages/test_call_request.c - what a provider is asked: target, fields, credentials and the few edits of the body. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/metrics.h"
#include "bench.h"
#include "config/load.h"
#include "json/scan.h"
#include "stages/call.h"

/* The stage `call` with its services, and one request that is composed for one provider. */
typedef struct desk {
    bench bench;
    uv_loop_t loop;
    tp_timers timers;
    tp_metrics *metrics;
    tp_services services;
    const tp_settings *settings;
    void *self;
    tp_provider provider;
    tp_candidate candidate;
    tp_request request;
    tp_header headers[8];
    tp_exchange *x;
    tp_call_note note;
    tp_json json;
} desk;

static int open_desk(void **state)
{
    desk *d = calloc(1, sizeof(*d));
    tp_config_source source = { 0 };
    tp_config_problems problems = { 0 };
    tp_stage_env env;

    bench_open(&d->bench);
    uv_loop_init(&d->loop);
    tp_timer_init(&d->timers, &tp_clock_system);
    d->metrics = tp_metrics_new();
    d->services = (tp_services){ .loop = &d->loop, .clock = &tp_clock_system, .timers = &d->timers, .metrics = d->metrics };
    d->services.upstream = tp_upstream_open(&d->loop, &d->timers, d->metrics);
    d->settings = tp_config_load(&source, &problems);
    tp_config_problems_free(&problems);
    env = (tp_stage_env){ NULL, d->settings, &d->services };
    assert_int_equal(tp_stage_call.open(&d->self, NULL, &env), TP_OK);
    d->provider = (tp_provider){ .name = "p", .dialect = TP_DIALECT_OPENAI, .base_url = "https://p.example/v1" };
    d->candidate.provider = &d->provider;
    d->request = (tp_request){ .method = TP_BYTES("POST"), .path = TP_BYTES("/v1/chat/completions"), .headers = d->headers };
    *state = d;
    return 0;
}

static int close_desk(void **state)
{
    desk *d = *state;

    tp_stage_call.close(d->self);
    tp_settings_drop(d->settings);
    tp_upstream_close(d->services.upstream);
    uv_run(&d->loop, UV_RUN_DEFAULT);
    uv_loop_close(&d->loop);
    tp_timer_close(&d->timers);
    tp_metrics_free(d->metrics);
    free(d);
    return 0;
}

static void add_field(desk *d, const char *name, const char *value)
{
    d->headers[d->request.header_count++] = (tp_header){ tp_bytes_text(name), tp_bytes_text(value) };
}

/* An exchange whose body is held; the caller may change it before desk_compose. */
static tp_exchange *desk_begin(desk *d, const char *body)
{
    d->x = bench_exchange(&d->bench, body, true);
    d->x->request = &d->request;
    d->x->settings = d->settings;
    d->x->dialect = TP_DIALECT_OPENAI;
    d->x->shape = TP_SHAPE_OPENAI_CHAT;
    d->x->held = true;
    d->x->plan = (tp_plan){ &d->candidate, 1 };
    d->request.body_length = (int64_t)strlen(body);
    if (tp_json_scan(tp_body_held(d->x), d->x->arena, TP_JSON_MEMBERS, &d->json, NULL))
        d->x->json = &d->json;
    return d->x;
}

static bool desk_compose(desk *d)
{
    d->note = (tp_call_note){ .x = d->x, .self = d->self };
    return tp_call_request_compose(&d->note);
}

static void desk_end(desk *d)
{
    bench_start(&d->bench, d->x);
    bench_answer(d->x, TP_EVENT_HEAD);
    bench_answer(d->x, TP_EVENT_END);
    bench_turn(&d->bench);
    d->request.header_count = 0;
}

static void assert_bytes(tp_bytes bytes, const char *expected)
{
    if (!tp_bytes_equal(bytes, tp_bytes_text(expected)))
        fail_msg("'%.*s' is not '%s'", (int)bytes.length, bytes.data, expected);
}

static void assert_fields(const desk *d, const char *expected)
{
    tp_buffer all = TP_BUFFER(10000);

    for (size_t i = 0; i < d->note.request.header_count; i++) {
        const tp_header *field = &d->note.request.headers[i];

        tp_buffer_printf(&all, "%.*s: %.*s\n", (int)field->name.length, field->name.data, (int)field->value.length, field->value.data);
    }
    assert_bytes(tp_buffer_bytes(&all), expected);
    tp_buffer_free(&all);
}

static void assert_body(const desk *d, const char *expected)
{
    tp_buffer all = TP_BUFFER(10000);

    for (unsigned i = 0; i < d->note.request.part_count; i++)
        tp_buffer_add(&all, d->note.request.parts[i]);
    assert_int_equal(d->note.request.body_length, all.length);
    assert_bytes(tp_buffer_bytes(&all), expected);
    tp_buffer_free(&all);
}

static void a_body_that_needs_no_edit_leaves_as_it_came(void **state)
{
    desk *d = *state;

    desk_begin(d, " {\"model\" : \"m\"}\n")->model = TP_BYTES("m");
    assert_true(desk_compose(d));
    assert_body(d, " {\"model\" : \"m\"}\n");
    assert_bytes(d->note.request.target, "/v1/chat/completions");
    assert_bytes(d->note.request.method, "POST");
    desk_end(d);
}

static void a_renamed_model_is_the_only_change(void **state)
{
    desk *d = *state;

    d->candidate.model = TP_BYTES("a\"b");
    desk_begin(d, "{\"x\":1, \"model\": \"m\" ,\"y\":2}")->model = TP_BYTES("m");
    assert_true(desk_compose(d));
    assert_body(d, "{\"x\":1, \"model\": \"a\\\"b\" ,\"y\":2}");
    assert_bytes(d->x->outcome.upstream_model, "a\"b");
    desk_end(d);
}

static void a_stream_is_asked_for_its_usage_unless_the_client_asks(void **state)
{
    static const char *const CASES[][2] = {
        { "{\"model\":\"m\"}", "{\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}" },
        { "{\"stream_options\":null}", "{\"stream_options\":{\"include_usage\":true}}" },
        { "{\"stream_options\":{}}", "{\"stream_options\":{\"include_usage\":true}}" },
        { "{\"stream_options\":{\"a\":1}}", "{\"stream_options\":{\"a\":1,\"include_usage\":true}}" },
        { "{\"stream_options\":{\"include_usage\":false}}", "{\"stream_options\":{\"include_usage\":true}}" },
        { "{\"stream_options\":{\"include_usage\":true}}", "{\"stream_options\":{\"include_usage\":true}}" },
        { "{\"stream_options\":7}", "{\"stream_options\":7}" },
    };
    desk *d = *state;

    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        desk_begin(d, CASES[i][0])->stream = true;
        assert_true(desk_compose(d));
        assert_body(d, CASES[i][1]);
        assert_int_equal(d->note.added, strcmp(CASES[i][0], CASES[i][1]) != 0);
        desk_end(d);
    }
}

static void both_edits_fit_in_either_order(void **state)
{
    static const char *const CASES[][2] = {
        { "{\"model\":\"m\",\"stream_options\":{}}", "{\"model\":\"n\",\"stream_options\":{\"include_usage\":true}}" },
        { "{\"stream_options\":null,\"model\":\"m\"}", "{\"stream_options\":{\"include_usage\":true},\"model\":\"n\"}" },
    };
    desk *d = *state;

    d->candidate.model = TP_BYTES("n");
    for (size_t i = 0; i < 2; i++) {
        desk_begin(d, CASES[i][0])->stream = true;
        d->x->model = TP_BYTES("m");
        assert_true(desk_compose(d));
        assert_body(d, CASES[i][1]);
        desk_end(d);
    }
}

static void fields_of_one_connection_and_our_own_stay_behind(void **state)
{
    desk *d = *state;

    desk_begin(d, "{}");
    add_field(d, "Host", "localhost");
    add_field(d, "Connection", "close, X-Hop");
    add_field(d, "X-Hop", "1");
    add_field(d, "X-Tokenpak-Tag", "t");
    add_field(d, "Content-Length", "2");
    add_field(d, "Content-Type", "application/json");
    add_field(d, "X-Custom", "kept");
    assert_true(desk_compose(d));
    assert_fields(d, "Content-Type: application/json\nX-Custom: kept\n");
    desk_end(d);
}

static void the_clients_credential_passes_only_to_its_own_dialect(void **state)
{
    desk *d = *state;

    desk_begin(d, "{}");
    add_field(d, "Authorization", "Bearer client");
    add_field(d, "x-api-key", "anthropic");
    add_field(d, "x-goog-api-key", "google");
    assert_true(desk_compose(d));
    assert_fields(d, "Authorization: Bearer client\n");
    d->provider.dialect = TP_DIALECT_ANTHROPIC;
    assert_true(desk_compose(d));
    assert_fields(d, "x-api-key: anthropic\n");
    desk_end(d);
}

static void a_provider_with_its_own_key_never_sees_the_clients(void **state)
{
    desk *d = *state;

    d->candidate.key = "own";
    desk_begin(d, "{}");
    add_field(d, "Authorization", "Bearer client");
    d->request.query = TP_BYTES("alt=sse&key=client&x=1");
    assert_true(desk_compose(d));
    assert_fields(d, "Authorization: Bearer own\n");
    assert_bytes(d->note.request.target, "/v1/chat/completions?alt=sse&x=1");
    d->provider.dialect = TP_DIALECT_GEMINI;
    assert_true(desk_compose(d));
    assert_fields(d, "x-goog-api-key: own\n");
    d->request.query = tp_bytes_of(NULL, 0);
    desk_end(d);
}

static void configured_fields_stand_over_the_clients(void **state)
{
    tp_pair pair = { "X-Custom", "ours" };
    desk *d = *state;

    d->provider.headers = (tp_pairs){ &pair, 1 };
    desk_begin(d, "{}");
    add_field(d, "x-custom", "theirs");
    assert_true(desk_compose(d));
    assert_fields(d, "X-Custom: ours\n");
    desk_end(d);
}

static void a_model_in_the_path_is_renamed_there(void **state)
{
    desk *d = *state;

    d->provider.dialect = TP_DIALECT_GEMINI;
    d->provider.base_url = "https://g.example";
    d->candidate.model = TP_BYTES("new");
    d->request.path = TP_BYTES("/v1beta/models/old:streamGenerateContent");
    desk_begin(d, "{}")->dialect = TP_DIALECT_GEMINI;
    d->x->model = TP_BYTES("old");
    assert_true(desk_compose(d));
    assert_bytes(d->note.request.target, "/v1beta/models/new:streamGenerateContent");
    assert_body(d, "{}");
    desk_end(d);
}

static void a_body_that_cannot_be_read_cannot_be_renamed(void **state)
{
    desk *d = *state;

    d->candidate.model = TP_BYTES("n");
    desk_begin(d, "{}")->model = TP_BYTES("m");
    d->x->json = NULL;
    assert_false(desk_compose(d));
    assert_int_equal(d->x->failure.err, TP_ERR_CALLER_UNSUPPORTED);
    desk_end(d);
}

static void a_request_without_a_body_announces_none(void **state)
{
    desk *d = *state;

    d->request.method = TP_BYTES("GET");
    desk_begin(d, "");
    d->x->held = false;
    assert_true(desk_compose(d));
    assert_true(d->note.request.no_body_field);
    assert_false(d->note.request.streams);
    add_field(d, "Content-Length", "0");
    assert_true(desk_compose(d));
    assert_false(d->note.request.no_body_field);
    d->request.body_length = -1;
    assert_true(desk_compose(d));
    assert_true(d->note.request.streams);
    desk_end(d);
}

#define ON_DESK(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        ON_DESK(a_body_that_needs_no_edit_leaves_as_it_came),
        ON_DESK(a_renamed_model_is_the_only_change),
        ON_DESK(a_stream_is_asked_for_its_usage_unless_the_client_asks),
        ON_DESK(both_edits_fit_in_either_order),
        ON_DESK(fields_of_one_connection_and_our_own_stay_behind),
        ON_DESK(the_clients_credential_passes_only_to_its_own_dialect),
        ON_DESK(a_provider_with_its_own_key_never_sees_the_clients),
        ON_DESK(configured_fields_stand_over_the_clients),
        ON_DESK(a_model_in_the_path_is_renamed_there),
        ON_DESK(a_body_that_cannot_be_read_cannot_be_renamed),
        ON_DESK(a_request_without_a_body_announces_none),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
