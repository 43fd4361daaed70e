/* unit/base/test_metrics.c - what was counted can be read by Prometheus, whatever the label values are, and stays bounded. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/metrics.h"

static tp_metrics *metrics;
static tp_buffer out = TP_BUFFER(4 << 20);

static int open_metrics(void **state)
{
    (void)state;
    metrics = tp_metrics_new();
    return 0;
}

static int close_metrics(void **state)
{
    (void)state;
    tp_metrics_free(metrics);
    tp_buffer_free(&out);
    return 0;
}

static const char *print(bool openmetrics)
{
    tp_buffer_clear(&out, SIZE_MAX);
    tp_metrics_print(metrics, openmetrics, &out);
    tp_buffer_add(&out, TP_BYTES("\0"));
    return out.data;
}

/* One whole line. */
static void assert_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);

    while (at && ((at != text && at[-1] != '\n') || at[strlen(line)] != '\n'))
        at = strstr(at + 1, line);
    if (!at)
        fail_msg("no line '%s'", line);
}

static unsigned lines_of(const char *text, const char *name)
{
    unsigned count = 0;

    for (const char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
        count += strncmp(at, name, strlen(name)) == 0;
    return count;
}

static void every_metric_has_its_help_and_type(void **state)
{
    const char *text = print(false);
    char line[300];

    (void)state;
    for (int m = 0; m < TP_METRIC_COUNT; m++) {
        const tp_metric_row *row = tp_metrics_row((tp_metric)m);

        snprintf(line, sizeof(line), "# TYPE %s %s", row->name, tp_metrics_kind(row->kind));
        assert_line(text, line);
        snprintf(line, sizeof(line), "# HELP %s %s", row->name, row->help);
        assert_line(text, line);
    }
    assert_null(strstr(text, "# EOF"));
}

static void what_has_no_labels_is_there_from_the_start_as_zero(void **state)
{
    const char *text = print(false);

    (void)state;
    assert_line(text, "tokenpak_request_bytes_total 0");
    assert_line(text, "tokenpak_client_connections 0");
    assert_int_equal(lines_of(text, "tokenpak_errors_total"), 0);
}

static void counters_add_and_gauges_can_be_set(void **state)
{
    const char *text;

    (void)state;
    tp_metric_add(metrics, TP_METRIC_REQUESTS, 1, "openai", "xai", "ok");
    tp_metric_add(metrics, TP_METRIC_REQUESTS, 2, "openai", "xai", "ok");
    tp_metric_add(metrics, TP_METRIC_REQUESTS, 1, "openai", NULL, "");
    tp_metric_add(metrics, TP_METRIC_BYTES_IN, 9007199254740991.0, NULL, NULL, NULL);
    tp_metric_add(metrics, TP_METRIC_IN_FLIGHT, 1, NULL, NULL, NULL);
    tp_metric_add(metrics, TP_METRIC_IN_FLIGHT, -1, NULL, NULL, NULL);
    tp_metric_set(metrics, TP_METRIC_CONNECTIONS, 5);
    tp_metric_set(metrics, TP_METRIC_CONNECTIONS, 3);
    text = print(false);
    assert_line(text, "tokenpak_requests_total{dialect=\"openai\",provider=\"xai\",class=\"ok\"} 3");
    assert_line(text, "tokenpak_requests_total{dialect=\"openai\",provider=\"-\",class=\"-\"} 1");
    assert_line(text, "tokenpak_request_bytes_total 9007199254740991");
    assert_line(text, "tokenpak_requests_in_flight 0");
    assert_line(text, "tokenpak_client_connections 3");
}

static void buckets_of_a_histogram_are_cumulative_and_hold_their_bound(void **state)
{
    const char *text;

    (void)state;
    tp_metric_observe(metrics, TP_METRIC_DURATION, 0.00001, "xai");
    tp_metric_observe(metrics, TP_METRIC_DURATION, 0.5, "xai");
    tp_metric_observe(metrics, TP_METRIC_DURATION, 1000, "xai");
    text = print(false);
    assert_line(text, "tokenpak_request_duration_seconds_bucket{provider=\"xai\",le=\"5e-05\"} 1");
    assert_line(text, "tokenpak_request_duration_seconds_bucket{provider=\"xai\",le=\"0.25\"} 1");
    assert_line(text, "tokenpak_request_duration_seconds_bucket{provider=\"xai\",le=\"0.5\"} 2");
    assert_line(text, "tokenpak_request_duration_seconds_bucket{provider=\"xai\",le=\"600\"} 2");
    assert_line(text, "tokenpak_request_duration_seconds_bucket{provider=\"xai\",le=\"+Inf\"} 3");
    assert_line(text, "tokenpak_request_duration_seconds_sum{provider=\"xai\"} 1000.50001");
    assert_line(text, "tokenpak_request_duration_seconds_count{provider=\"xai\"} 3");
}

static void a_histogram_without_labels_still_names_its_bounds(void **state)
{
    const char *text;

    (void)state;
    tp_metric_observe(metrics, TP_METRIC_OVERHEAD, 0.001, NULL);
    text = print(false);
    assert_line(text, "tokenpak_overhead_seconds_bucket{le=\"0.001\"} 1");
    assert_line(text, "tokenpak_overhead_seconds_bucket{le=\"+Inf\"} 1");
    assert_line(text, "tokenpak_overhead_seconds_count 1");
}

static void openmetrics_names_the_family_without_total_and_ends_in_eof(void **state)
{
    const char *text;

    (void)state;
    tp_metric_add(metrics, TP_METRIC_ERRORS, 1, "own_internal", NULL, NULL);
    text = print(true);
    assert_line(text, "# TYPE tokenpak_errors counter");
    assert_line(text, "tokenpak_errors_total{code=\"own_internal\"} 1");
    assert_line(text, "# TYPE tokenpak_client_connections gauge");
    assert_string_equal(text + strlen(text) - 6, "# EOF\n");
}

static void quotes_backslashes_and_line_ends_in_a_label_break_nothing(void **state)
{
    (void)state;
    tp_metric_add(metrics, TP_METRIC_NO_USAGE, 1, "a\"b\\c\nd} 5", NULL, NULL);
    assert_line(print(false), "tokenpak_replies_without_usage_total{provider=\"a\\\"b\\\\c d} 5\"} 1");
}

/* The values of a set are kept with separators, and a client may send that byte. */
static void a_separator_inside_a_value_does_not_shift_the_others(void **state)
{
    (void)state;
    tp_metric_add(metrics, TP_METRIC_TOKENS, 1, "xai",
                  "a\x1f"
                  "b",
                  "input");
    assert_line(print(false), "tokenpak_tokens_total{provider=\"xai\",model=\"a b\",kind=\"input\"} 1");
}

/* Prometheus throws the whole page away when a label is not UTF-8. */
static void a_value_that_is_too_long_is_cut_between_characters(void **state)
{
    char value[100] = "", expected[300];

    (void)state;
    for (unsigned i = 0; i < 33; i++)
        memcpy(value + 3 * i, "\xE2\x82\xAC", 3);
    tp_metric_add(metrics, TP_METRIC_NO_USAGE, 1, value, NULL, NULL);
    snprintf(expected, sizeof(expected), "tokenpak_replies_without_usage_total{provider=\"%.78s\"} 1", value);
    assert_line(print(false), expected);
}

static void after_a_thousand_sets_the_rest_is_counted_as_other(void **state)
{
    char name[32];
    const char *text;

    (void)state;
    for (unsigned i = 0; i < 1500; i++) {
        snprintf(name, sizeof(name), "m%u", i);
        tp_metric_add(metrics, TP_METRIC_TOKENS, 1, "xai", name, "input");
    }
    tp_metric_add(metrics, TP_METRIC_TOKENS, 1, "xai", "m7", "input");
    text = print(false);
    assert_int_equal(lines_of(text, "tokenpak_tokens_total{"), 1001);
    assert_line(text, "tokenpak_tokens_total{provider=\"other\",model=\"other\",kind=\"other\"} 500");
    assert_line(text, "tokenpak_tokens_total{provider=\"xai\",model=\"m7\",kind=\"input\"} 2");
    assert_line(text, "tokenpak_tokens_total{provider=\"xai\",model=\"m999\",kind=\"input\"} 1");
}

#define WITH_METRICS(test) cmocka_unit_test_setup_teardown(test, open_metrics, close_metrics)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WITH_METRICS(every_metric_has_its_help_and_type),
        WITH_METRICS(what_has_no_labels_is_there_from_the_start_as_zero),
        WITH_METRICS(counters_add_and_gauges_can_be_set),
        WITH_METRICS(buckets_of_a_histogram_are_cumulative_and_hold_their_bound),
        WITH_METRICS(a_histogram_without_labels_still_names_its_bounds),
        WITH_METRICS(openmetrics_names_the_family_without_total_and_ends_in_eof),
        WITH_METRICS(quotes_backslashes_and_line_ends_in_a_label_break_nothing),
        WITH_METRICS(a_separator_inside_a_value_does_not_shift_the_others),
        WITH_METRICS(a_value_that_is_too_long_is_cut_between_characters),
        WITH_METRICS(after_a_thousand_sets_the_rest_is_counted_as_other),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
