/* store/test_ledger.c - sums since start, sessions and the ring of the last requests. */

#include "support.h"

#include "store/ledger.h"

static void percentiles_are_within_the_error_of_a_step(void **state)
{
    tp_histogram h = { 0 };

    (void)state;
    for (uint64_t us = 1; us <= 100000; us++)
        tp_histogram_add(&h, us);
    assert_in_range((uint64_t)tp_histogram_quantile(&h, 0.5), 48400, 51600);
    assert_in_range((uint64_t)tp_histogram_quantile(&h, 0.9), 87120, 92880);
    assert_in_range((uint64_t)tp_histogram_quantile(&h, 0.99), 95832, 102168);
    tp_histogram_free(&h);
}

static void a_histogram_survives_its_form_in_the_database(void **state)
{
    tp_histogram h = { 0 }, read = { 0 };
    tp_buffer blob = TP_BUFFER(TP_HISTOGRAM_BLOB);

    (void)state;
    tp_histogram_add(&h, 0);
    tp_histogram_add(&h, 1000);
    for (unsigned i = 0; i < 300; i++)
        tp_histogram_add(&h, UINT64_MAX);
    tp_histogram_write(&h, &blob);
    assert_true(tp_histogram_read(&read, tp_buffer_bytes(&blob)));
    assert_int_equal(read.total, 302);
    assert_true(tp_histogram_quantile(&read, 0.9) == tp_histogram_quantile(&h, 0.9));
    for (size_t cut = 0; cut < blob.length; cut++)
        assert_false(tp_histogram_read(&read, tp_bytes_of(blob.data, cut)));
    assert_int_equal(read.total, 302);
    tp_buffer_free(&blob);
    tp_histogram_free(&h);
    tp_histogram_free(&read);
}

static void classes_tokens_and_providers_add_up(void **state)
{
    tp_ledger *ledger = tp_ledger_new(4);
    const tp_stats *stats = tp_ledger_stats(ledger);
    tp_row row = sample();

    (void)state;
    tp_ledger_add(ledger, &row);
    row.class = TP_ROW_PROVIDER_ERROR;
    row.error = TP_BYTES("provider_timeout");
    tp_ledger_add(ledger, &row);
    assert_int_equal(tp_stats_requests(stats->sums), 2);
    assert_int_equal(stats->sums[TP_STATS_ok], 1);
    assert_int_equal(stats->sums[TP_STATS_provider_error], 1);
    assert_int_equal(stats->sums[TP_STATS_input], 24);
    assert_int_equal(HASH_COUNT(stats->names[TP_STATS_BY_PROVIDER]), 1);
    assert_string_equal(stats->names[TP_STATS_BY_PROVIDER]->last_error, "provider_timeout");
    assert_int_equal(stats->names[TP_STATS_BY_PROVIDER]->sums[TP_STATS_attempts], 2);
    assert_string_equal(stats->names[TP_STATS_BY_DAY]->name, "2026-01-31");
    tp_ledger_free(ledger);
}

static void names_beyond_a_thousand_count_as_other(void **state)
{
    tp_ledger *ledger = tp_ledger_new(1);
    tp_row row = sample();
    char name[16];

    (void)state;
    for (int i = 0; i < 1005; i++) {
        snprintf(name, sizeof name, "m%d", i);
        row.model = tp_bytes_text(name);
        tp_ledger_add(ledger, &row);
    }
    tp_stats *stats = (tp_stats *)(uintptr_t)tp_ledger_stats(ledger);
    assert_int_equal(HASH_COUNT(stats->names[TP_STATS_BY_MODEL]), 1001);
    assert_int_equal(tp_stats_find(stats, TP_STATS_BY_MODEL, TP_BYTES("other"))->sums[TP_STATS_ok], 5);
    tp_ledger_free(ledger);
}

static void the_session_seen_longest_ago_is_forgotten(void **state)
{
    tp_ledger *ledger = tp_ledger_new(1);
    tp_row row = sample();
    char name[16];

    (void)state;
    assert_null(tp_ledger_session(ledger, TP_BYTES("")));
    for (int i = 0; i < 1001; i++) {
        snprintf(name, sizeof name, "s%d", i);
        row.session = tp_bytes_text(name);
        tp_ledger_add(ledger, &row);
        row.session = TP_BYTES("s0");
        tp_ledger_add(ledger, &row);
    }
    assert_int_equal(tp_ledger_session(ledger, TP_BYTES("s0"))->sums[TP_STATS_ok], 1002);
    assert_null(tp_ledger_session(ledger, TP_BYTES("s1")));
    assert_non_null(tp_ledger_session(ledger, TP_BYTES("s2")));
    assert_ptr_equal(tp_ledger_session(ledger, TP_BYTES("")), tp_ledger_session(ledger, TP_BYTES("s0")));
    assert_int_equal(tp_ledger_session(ledger, TP_BYTES("s2"))->sums[TP_STATS_ok], 1);
    tp_ledger_free(ledger);
}

static void push_numbered(tp_ledger *ledger, int number)
{
    tp_row row = sample();
    char id[16];

    snprintf(id, sizeof id, "r%d", number);
    row.request = tp_bytes_text(id);
    tp_ledger_add(ledger, &row);
}

static void the_ring_holds_the_last_requests_newest_first(void **state)
{
    tp_ledger *ledger = tp_ledger_new(3);

    (void)state;
    for (int i = 0; i < 5; i++)
        push_numbered(ledger, i);
    assert_string_equal(tp_ledger_recent(ledger, 0)->request.data, "r4");
    assert_string_equal(tp_ledger_recent(ledger, 2)->request.data, "r2");
    assert_null(tp_ledger_recent(ledger, 3));
    assert_null(tp_ledger_find(ledger, TP_BYTES("r1")));
    assert_string_equal(tp_ledger_find(ledger, TP_BYTES("r3"))->trace.data, "{\"stages\":[],\"attempts\":[]}");
    tp_ledger_free(ledger);
}

static void the_ring_keeps_the_newest_when_it_shrinks(void **state)
{
    tp_ledger *ledger = tp_ledger_new(4);

    (void)state;
    for (int i = 0; i < 6; i++)
        push_numbered(ledger, i);
    tp_ledger_keep(ledger, 2);
    assert_string_equal(tp_ledger_recent(ledger, 0)->request.data, "r5");
    assert_string_equal(tp_ledger_recent(ledger, 1)->request.data, "r4");
    assert_null(tp_ledger_recent(ledger, 2));
    tp_ledger_keep(ledger, 3);
    push_numbered(ledger, 6);
    assert_string_equal(tp_ledger_recent(ledger, 2)->request.data, "r4");
    tp_ledger_free(ledger);
}

static void a_text_that_is_too_long_is_cut_between_characters(void **state)
{
    char path[600], usage[5000];
    tp_row row = sample(), *copy;

    (void)state;
    memset(path, 'a', sizeof path);
    memcpy(path + 511, "\xC3\xA9", 2);
    memset(usage, '{', sizeof usage);
    row.path = tp_bytes_of(path, sizeof path);
    row.usage = tp_bytes_of(usage, sizeof usage);
    copy = tp_row_copy(&row);
    assert_int_equal(copy->path.length, 511);
    assert_int_equal(copy->usage.length, 0);
    tp_row_drop(copy);
}

static void a_copy_is_kept_without_copying_and_a_row_is_copied(void **state)
{
    tp_row row = sample(), *copy = tp_row_keep(&row);

    (void)state;
    assert_ptr_not_equal(copy, &row);
    assert_ptr_equal(tp_row_keep(copy), copy);
    tp_row_drop(copy);
    assert_string_equal(copy->model.data, row.model.data);
    tp_row_drop(copy);
    tp_row_drop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_within_the_error_of_a_step),
        cmocka_unit_test(a_histogram_survives_its_form_in_the_database),
        cmocka_unit_test(classes_tokens_and_providers_add_up),
        cmocka_unit_test(names_beyond_a_thousand_count_as_other),
        cmocka_unit_test(the_session_seen_longest_ago_is_forgotten),
        cmocka_unit_test(the_ring_holds_the_last_requests_newest_first),
        cmocka_unit_test(a_copy_is_kept_without_copying_and_a_row_is_copied),
        cmocka_unit_test(the_ring_keeps_the_newest_when_it_shrinks),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
