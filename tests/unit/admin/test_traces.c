/* unit/admin/test_traces.c - the last requests from memory and file, and one of them. */

#include "support.h"

static const char *id_at(const office *o, int index)
{
    return cJSON_GetObjectItem(cJSON_GetArrayItem(member(o, "traces"), index), "id")->valuestring;
}

static void the_list_is_newest_first_and_without_stages(void **state)
{
    office *o = *state;

    office_add(o, "first", "gpt-4o", NOW_MS);
    office_add(o, "second", "gpt-4o", NOW_MS + 5);
    office_get(o, "/traces");
    assert_int_equal(cJSON_GetArraySize(member(o, "traces")), 2);
    assert_string_equal(id_at(o, 0), "second");
    assert_string_equal(id_at(o, 1), "first");
    assert_null(cJSON_GetObjectItem(cJSON_GetArrayItem(member(o, "traces"), 0), "stages"));
}

static void limit_and_last_bound_the_list(void **state)
{
    office *o = *state;

    office_add(o, "first", "gpt-4o", NOW_MS);
    office_add(o, "second", "gpt-4o", NOW_MS + 5);
    office_get(o, "/traces?limit=1");
    assert_int_equal(cJSON_GetArraySize(member(o, "traces")), 1);
    assert_string_equal(id_at(o, 0), "second");
    office_get(o, "/traces?last=1");
    assert_int_equal(cJSON_GetArraySize(member(o, "traces")), 1);
}

static void a_limit_that_is_no_number_in_range_is_refused(void **state)
{
    static const char *const BAD[] = { "/traces?limit=0", "/traces?limit=10001", "/traces?limit=ten",
                                       "/traces?limit=", "/traces?limit=-1" };
    office *o = *state;

    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        office_get(o, BAD[i]);
        assert_int_equal(o->err, TP_ERR_CALLER_BAD_REQUEST);
    }
}

static void an_empty_list_is_a_list(void **state)
{
    office *o = *state;

    office_get(o, "/traces");
    assert_string_equal(o->body, "{\"traces\":[]}\n");
}

static void what_memory_lacks_comes_from_the_file_each_request_once(void **state)
{
    office *o = *state;

    office_open_store(o);
    office_add_stored(o, "old", NOW_MS - 1000);
    office_add_stored(o, "both", NOW_MS);
    office_add(o, "both", "gpt-4o", NOW_MS);
    office_add(o, "new", "gpt-4o", NOW_MS + 1);
    office_get(o, "/traces?limit=10");
    assert_int_equal(cJSON_GetArraySize(member(o, "traces")), 3);
    assert_string_equal(id_at(o, 0), "new");
    assert_string_equal(id_at(o, 1), "both");
    assert_string_equal(id_at(o, 2), "old");
}

static void a_trace_is_whole(void **state)
{
    office *o = *state;

    office_add(o, "req/1", "gpt-4o", NOW_MS);
    office_add(o, "req 2", "gpt-4o", NOW_MS);
    office_get(o, "/trace/req/1");
    assert_string_equal(member(o, "id")->valuestring, "req/1");
    assert_int_equal(cJSON_GetArraySize(member(o, "stages")), 1);
    office_get(o, "/trace/req%202");
    assert_string_equal(member(o, "id")->valuestring, "req 2");
}

static void the_last_trace_is_the_newest(void **state)
{
    static const char *const PATHS[] = { "/trace/last", "/stats/last" };
    office *o = *state;

    for (size_t i = 0; i < 2; i++) {
        office_get(o, PATHS[i]);
        assert_int_equal(o->err, TP_ERR_CALLER_NOT_FOUND);
    }
    office_add(o, "a", "gpt-4o", NOW_MS);
    office_add(o, "b", "gpt-4o", NOW_MS);
    for (size_t i = 0; i < 2; i++) {
        office_get(o, PATHS[i]);
        assert_string_equal(member(o, "id")->valuestring, "b");
    }
}

static void an_older_trace_comes_from_the_file(void **state)
{
    office *o = *state;

    office_open_store(o);
    office_add_stored(o, "old", NOW_MS - 1000);
    for (int i = 0; i < 3000 && (o->json == NULL || o->status != 200); i++)
        office_get(o, "/trace/old"); /* traces are written once a second */
    assert_string_equal(member(o, "id")->valuestring, "old");
    assert_int_equal(cJSON_GetArraySize(member(o, "stages")), 1);
    office_get(o, "/trace/last");
    assert_string_equal(member(o, "id")->valuestring, "old");
    office_get(o, "/trace/unknown");
    assert_int_equal(o->err, TP_ERR_CALLER_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(the_list_is_newest_first_and_without_stages),
        IN_OFFICE(limit_and_last_bound_the_list),
        IN_OFFICE(a_limit_that_is_no_number_in_range_is_refused),
        IN_OFFICE(an_empty_list_is_a_list),
        IN_OFFICE(what_memory_lacks_comes_from_the_file_each_request_once),
        IN_OFFICE(a_trace_is_whole),
        IN_OFFICE(the_last_trace_is_the_newest),
        IN_OFFICE(an_older_trace_comes_from_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
