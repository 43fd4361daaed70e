/* store/test_window.c - windows and their lists, from what the writer has added up; old schemas, full files, rows that are refused. */

#include "support.h"

#include "store/columns.h"
#include "store/schema.h"
#include "store/stats_json.h"
#include "store/writer.h"

#include <cJSON.h>

static void put(tp_list *jobs, int64_t id, const tp_row *row)
{
    tp_writer_job *job = tp_new(tp_writer_job);

    *job = (tp_writer_job){ .id = id, .row = tp_row_copy(row) };
    tp_list_append(jobs, &job->link);
}

static void begin(tp_writer_batch *batch)
{
    *batch = (tp_writer_batch){ .now_ms = NOW_MS, .retain_ms = INT64_C(90) * 86400000, .keep = 10 };
    tp_list_init(&batch->rows);
    tp_list_init(&batch->traces);
}

static void run(tp_writer *writer, tp_writer_batch *batch)
{
    tp_writer_run(writer, batch);
    tp_writer_discard(&batch->rows);
    tp_writer_discard(&batch->traces);
}

static void put_aged(tp_writer_batch *batch, int64_t age_ms, const char *model, const char *client)
{
    tp_row row = sample();

    row.started_ms -= age_ms;
    row.model = tp_bytes_text(model);
    row.client = tp_bytes_text(client);
    put(&batch->rows, row.started_ms << 20, &row);
}

static const int64_t MINUTE = 60000, HOUR = 3600000, DAY = 86400000;

static void fill(house *h)
{
    tp_writer *writer = tp_writer_new(h->path);
    tp_writer_batch batch;

    begin(&batch);
    put_aged(&batch, 1 * MINUTE, "a", "10.0.0.1");
    put_aged(&batch, 50 * MINUTE, "b", "10.0.0.2");
    put_aged(&batch, 70 * MINUTE, "b", "10.0.0.1");
    put_aged(&batch, 23 * HOUR, "a", "10.0.0.1");
    put_aged(&batch, 26 * HOUR, "a", "10.0.0.1");
    put_aged(&batch, 6 * DAY, "a", "10.0.0.1");
    put_aged(&batch, 8 * DAY, "a", "10.0.0.1");
    put_aged(&batch, 29 * DAY, "a", "10.0.0.1");
    put_aged(&batch, 40 * DAY, "c", "10.0.0.1");
    run(writer, &batch);
    assert_true(batch.written);
    assert_int_equal(batch.row_count, 9);
    tp_writer_free(writer);
}

static tp_reader_answer ask(house *h, tp_window window, tp_stats_by by)
{
    tp_reader_answer answer;

    tp_reader_ask(h->path, &(tp_reader_question){ .window = window, .by = by, .now_ms = NOW_MS }, &answer);
    assert_string_equal(answer.problem, "");
    return answer;
}

static void each_window_counts_what_falls_into_it(void **state)
{
    static const uint64_t EXPECTED[TP_WINDOW_COUNT] = { 2, 4, 6, 8, 9 };
    house *h = *state;

    fill(h);
    for (unsigned window = 0; window < TP_WINDOW_COUNT; window++) {
        tp_reader_answer answer = ask(h, window, TP_STATS_BY_NONE);
        assert_int_equal(tp_stats_requests(answer.stats.sums), EXPECTED[window]);
        assert_int_equal(answer.stats.latency[TP_STATS_LATENCY_TOTAL].total, EXPECTED[window]);
        assert_int_equal(answer.stats.sums[TP_STATS_input], 12 * EXPECTED[window]);
        tp_reader_free(&answer);
    }
}

static uint64_t requests_of(tp_reader_answer *answer, tp_stats_by by, const char *name)
{
    return tp_stats_requests(tp_stats_find(&answer->stats, by, tp_bytes_text(name))->sums);
}

static void a_window_is_told_by_every_kind_of_name(void **state)
{
    house *h = *state;
    tp_reader_answer answer;

    fill(h);
    answer = ask(h, TP_WINDOW_DAY, TP_STATS_BY_MODEL);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_MODEL, "a"), 2);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_MODEL, "b"), 2);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_PROVIDER, "openai"), 4);
    assert_null(answer.stats.names[TP_STATS_BY_CLIENT]);
    tp_reader_free(&answer);
    answer = ask(h, TP_WINDOW_ALL, TP_STATS_BY_CLIENT);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_CLIENT, "10.0.0.1"), 8);
    tp_reader_free(&answer);
    answer = ask(h, TP_WINDOW_WEEK, TP_STATS_BY_DAY);
    assert_int_equal(HASH_COUNT(answer.stats.names[TP_STATS_BY_DAY]), 3);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_DAY, "2026-01-31"), 3);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_DAY, "2026-01-30"), 2);
    tp_reader_free(&answer);
    answer = ask(h, TP_WINDOW_MONTH, TP_STATS_BY_KEY);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_KEY, "-"), 8);
    tp_reader_free(&answer);
}

static void a_bucket_keeps_a_thousand_clients(void **state)
{
    house *h = *state;
    tp_writer *writer = tp_writer_new(h->path);
    tp_writer_batch batch;
    tp_row row = sample();
    char client[32];
    sqlite3 *other;

    for (int i = 0; i < 1300; i++) {
        if (i % 650 == 0)
            begin(&batch);
        snprintf(client, sizeof client, "10.0.%d.%d", i / 200, i % 200);
        row.client = tp_bytes_text(client);
        put(&batch.rows, (row.started_ms << 20) + i, &row);
        if (i % 650 == 649)
            run(writer, &batch);
    }
    tp_reader_answer answer = ask(h, TP_WINDOW_HOUR, TP_STATS_BY_CLIENT);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_CLIENT, "other"), 300);
    assert_int_equal(HASH_COUNT(answer.stats.names[TP_STATS_BY_CLIENT]), 1001);
    tp_reader_free(&answer);
    other = other_program(h);
    assert_int_equal(number_in(other, "SELECT count(*) FROM aggregate WHERE span=0 AND kind=4"), 1001);
    sqlite3_close(other);
    tp_writer_free(writer);
}

static void a_row_that_is_refused_does_not_take_others_with_it(void **state)
{
    house *h = *state;
    tp_writer *writer = tp_writer_new(h->path);
    tp_writer_batch batch;
    tp_row row = sample();

    begin(&batch);
    put(&batch.rows, 1, &row);
    put(&batch.rows, 1, &row);
    put(&batch.rows, 2, &row);
    run(writer, &batch);
    assert_true(batch.written);
    assert_int_equal(batch.lost, 1);
    assert_int_equal(batch.row_count, 2);
    tp_reader_answer answer = ask(h, TP_WINDOW_ALL, TP_STATS_BY_NONE);
    assert_int_equal(tp_stats_requests(answer.stats.sums), 2);
    tp_reader_free(&answer);
    tp_writer_free(writer);
}

static void a_full_file_loses_a_whole_batch_and_recovers(void **state)
{
    house *h = *state;
    tp_writer *writer = tp_writer_new(h->path);
    tp_writer_batch batch;
    tp_row row = sample();

    begin(&batch);
    run(writer, &batch);
    assert_int_equal(batch.state, TP_DATABASE_OK);
    sql(tp_writer_database(writer)->handle, "PRAGMA max_page_count=12");
    begin(&batch);
    for (int i = 1; i < 500; i++)
        put(&batch.rows, i, &row);
    run(writer, &batch);
    assert_false(batch.written);
    assert_int_equal(batch.state, TP_DATABASE_FULL);
    assert_non_null(strstr(batch.problem, "no space"));
    begin(&batch);
    run(writer, &batch);
    assert_int_equal(batch.state, TP_DATABASE_FULL);
    sql(tp_writer_database(writer)->handle, "PRAGMA max_page_count=100000");
    begin(&batch);
    put(&batch.rows, 1, &row);
    run(writer, &batch);
    assert_int_equal(batch.state, TP_DATABASE_OK);
    assert_int_equal(batch.row_count, 1);
    tp_writer_free(writer);
}

static void the_oldest_traces_make_room(void **state)
{
    house *h = *state;
    tp_writer *writer = tp_writer_new(h->path);
    tp_writer_batch batch;
    tp_row row = sample();
    sqlite3 *other;

    for (int64_t i = 1; i <= 30; i++) {
        if (i % 15 == 1)
            begin(&batch);
        put(&batch.traces, i, &row);
        if (i % 15 == 0)
            run(writer, &batch);
    }
    other = other_program(h);
    assert_int_equal(number_in(other, "SELECT count(*) FROM trace"), 10);
    assert_int_equal(number_in(other, "SELECT min(id) FROM trace"), 21);
    sqlite3_close(other);
    tp_writer_free(writer);
}

static void version_one_is_migrated_with_its_rows(void **state)
{
    house *h = *state;
    tp_writer *writer = tp_writer_new(h->path);
    tp_writer_batch batch;
    tp_reader_answer answer;
    sqlite3 *other;

    fill(h);
    other = other_program(h);
    sql(other, "DROP TABLE aggregate; PRAGMA user_version=1");
    tp_reader_ask(h->path, &(tp_reader_question){ .window = TP_WINDOW_ALL, .by = TP_STATS_BY_NONE }, &answer);
    assert_non_null(strstr(answer.problem, "older version"));
    tp_reader_free(&answer);
    begin(&batch);
    run(writer, &batch);
    assert_int_equal(batch.state, TP_DATABASE_OK);
    assert_int_equal(batch.row_count, 9);
    answer = ask(h, TP_WINDOW_DAY, TP_STATS_BY_MODEL);
    assert_int_equal(tp_stats_requests(answer.stats.sums), 4);
    assert_int_equal(requests_of(&answer, TP_STATS_BY_MODEL, "b"), 2);
    tp_reader_free(&answer);
    assert_int_equal(number_in(other, "PRAGMA user_version"), TP_SCHEMA_VERSION);
    sqlite3_close(other);
    tp_writer_free(writer);
}

/* More than twice as many as are summed up at once. */
static void many_rows_are_migrated_too(void **state)
{
    house *h = *state;
    tp_writer *writer = tp_writer_new(h->path);
    tp_writer_batch batch;
    sqlite3 *other;
    char statement[2048];

    fill(h);
    other = other_program(h);
    snprintf(statement, sizeof statement,
             "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<11000)"
             " INSERT INTO request (%s) SELECT i%s FROM n, (SELECT * FROM request LIMIT 1)",
             TP_COLUMNS_ROW, strchr(TP_COLUMNS_ROW, ','));
    sql(other, statement);
    sql(other, "DROP TABLE aggregate; PRAGMA user_version=1");
    begin(&batch);
    run(writer, &batch);
    assert_int_equal(batch.state, TP_DATABASE_OK);
    assert_int_equal(number_in(other, "SELECT sum(ok+caller_error+policy_error+provider_error+own_error+cancelled) FROM aggregate"
                                      " WHERE span=2 AND kind=0"),
                     11009);
    sqlite3_close(other);
    tp_writer_free(writer);
}

static double member(const cJSON *object, const char *first, const char *second)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(object, first), second);

    assert_true(cJSON_IsNumber(at));
    return cJSON_GetNumberValue(at);
}

static void a_window_prints_as_the_json_of_stats(void **state)
{
    house *h = *state;
    tp_buffer out = TP_BUFFER(1 << 20);
    tp_store_status status = { .state = "ok", .problem = "", .rows = 9 };
    tp_stats_json_frame frame = {
        .version = "1.0", .window = "24h", .by = TP_STATS_BY_MODEL, .in_flight = 2, .store = &status, .process = "{\"rss_bytes\":1}"
    };
    tp_reader_answer answer;
    cJSON *json;

    fill(h);
    answer = ask(h, TP_WINDOW_DAY, TP_STATS_BY_MODEL);
    tp_stats_json_print(&answer.stats, &frame, &out);
    json = cJSON_ParseWithLength(out.data, out.length);
    assert_non_null(json);
    assert_int_equal(member(json, "requests", "total"), 4);
    assert_int_equal(member(json, "requests", "in_flight"), 2);
    assert_int_equal(member(json, "tokens", "input"), 48);
    assert_int_equal(member(json, "store", "rows"), 9);
    assert_int_equal(member(cJSON_GetObjectItem(json, "providers"), "openai", "requests"), 4);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "cost"), "usd")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "by")), 2);
    assert_in_range((int)member(cJSON_GetObjectItem(json, "latency_ms"), "total", "p50"), 96, 104);
    cJSON_Delete(json);
    tp_buffer_free(&out);
    tp_reader_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(each_window_counts_what_falls_into_it),
        IN_HOUSE(a_window_is_told_by_every_kind_of_name),
        IN_HOUSE(a_bucket_keeps_a_thousand_clients),
        IN_HOUSE(a_row_that_is_refused_does_not_take_others_with_it),
        IN_HOUSE(a_full_file_loses_a_whole_batch_and_recovers),
        IN_HOUSE(the_oldest_traces_make_room),
        IN_HOUSE(version_one_is_migrated_with_its_rows),
        IN_HOUSE(many_rows_are_migrated_too),
        IN_HOUSE(a_window_prints_as_the_json_of_stats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
