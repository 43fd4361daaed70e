/* unit/admin/test_stats.c - sums since start, of a window, by name and of a session. */

#include "support.h"

static void since_start_comes_from_memory(void **state)
{
    office *o = *state;

    office_add(o, "a", "gpt-4o", NOW_MS);
    tp_ledger_in_flight(o->services.ledger, 2);
    office_get(o, "/stats");
    assert_int_equal(o->status, 200);
    assert_string_equal(member(o, "window")->valuestring, "start");
    assert_int_equal(member(o, "requests ok")->valueint, 1);
    assert_int_equal(member(o, "requests in_flight")->valueint, 2);
    assert_int_equal(member(o, "tokens input")->valueint, 12);
    assert_null(cJSON_GetObjectItem(o->json, "by"));
}

static void the_process_is_described(void **state)
{
    office *o = *state;

    office_get(o, "/stats");
    assert_int_equal(member(o, "process connections")->valueint, 7);
    assert_true(member(o, "process rss_bytes")->valuedouble > 1 << 20);
    assert_in_range(member(o, "process open_fds")->valueint, 3, 200);
}

static void the_process_is_measured_once_a_second(void **state)
{
    office *o = *state;
    int pipes[2], before;

    office_get(o, "/stats");
    before = member(o, "process open_fds")->valueint;
    assert_int_equal(pipe(pipes), 0);
    office_get(o, "/stats");
    assert_int_equal(member(o, "process open_fds")->valueint, before);
    o->admin.process.measured_ns -= 1000000000;
    office_get(o, "/stats");
    assert_int_equal(member(o, "process open_fds")->valueint, before + 2);
    close(pipes[0]);
    close(pipes[1]);
}

static void by_without_a_window_lists_the_names_since_start(void **state)
{
    office *o = *state;

    office_add(o, "a", "gpt-4o", NOW_MS);
    office_add(o, "b", "gpt-5", NOW_MS);
    office_add(o, "c", "gpt-5", NOW_MS);
    office_get(o, "/stats?by=model");
    assert_int_equal(cJSON_GetArraySize(member(o, "by")), 2);
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(member(o, "by"), 0), "name")->valuestring, "gpt-5");
}

static void a_window_comes_from_the_store(void **state)
{
    office *o = *state;

    office_open_store(o);
    office_add_stored(o, "old", NOW_MS - 1000);
    office_get(o, "/stats?window=24h&by=day");
    assert_int_equal(o->status, 200);
    assert_string_equal(member(o, "window")->valuestring, "24h");
    assert_int_equal(member(o, "requests total")->valueint, 1);
    assert_int_equal(member(o, "store rows")->valueint, 1);
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(member(o, "by"), 0), "name")->valuestring, "2026-01-31");
}

static void a_window_that_cannot_be_read_says_why(void **state)
{
    office *o = *state;
    tp_store_status status;
    sqlite3 *other;

    office_open_store(o);
    office_add_stored(o, "old", NOW_MS);
    assert_int_equal(sqlite3_open(o->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "DROP TABLE aggregate", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    office_get(o, "/stats?window=all");
    assert_int_equal(o->status, 200);
    tp_store_status_get(o->services.store, &status);
    assert_string_equal(status.problem, "");
    assert_string_not_equal(member(o, "store problem")->valuestring, "");
}

static void unknown_words_are_refused_with_the_known_ones(void **state)
{
    office *o = *state;

    office_get(o, "/stats?window=2h");
    assert_int_equal(o->err, TP_ERR_CALLER_BAD_REQUEST);
    assert_string_equal(o->message, "window must be one of 1h, 24h, 7d, 30d, all");
    office_get(o, "/stats?by=colour");
    assert_int_equal(o->err, TP_ERR_CALLER_BAD_REQUEST);
    assert_string_equal(o->message, "by must be one of model, provider, key, client, day");
    office_get(o, "/stats?window=");
    assert_int_equal(o->err, TP_ERR_CALLER_BAD_REQUEST);
}

static void a_session_is_found_by_its_decoded_name_and_by_default_the_last(void **state)
{
    office *o = *state;

    office_get(o, "/stats/session");
    assert_int_equal(member(o, "requests total")->valueint, 0); /* nothing was seen yet */
    office_add(o, "a", "gpt-4o", NOW_MS);
    office_get(o, "/stats/session");
    assert_int_equal(member(o, "requests total")->valueint, 1);
    office_get(o, "/stats/session?x=1&id=session%20one");
    assert_int_equal(member(o, "tokens output")->valueint, 3);
    office_get(o, "/stats/session?id=another");
    assert_int_equal(o->err, TP_ERR_CALLER_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(since_start_comes_from_memory),
        IN_OFFICE(the_process_is_described),
        IN_OFFICE(the_process_is_measured_once_a_second),
        IN_OFFICE(by_without_a_window_lists_the_names_since_start),
        IN_OFFICE(a_window_comes_from_the_store),
        IN_OFFICE(a_window_that_cannot_be_read_says_why),
        IN_OFFICE(unknown_words_are_refused_with_the_known_ones),
        IN_OFFICE(a_session_is_found_by_its_decoded_name_and_by_default_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
