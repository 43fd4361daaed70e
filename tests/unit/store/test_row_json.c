/* store/test_row_json.c - one request as the JSON of /trace. */

#include "support.h"

#include <cJSON.h>

#include "store/row_json.h"

static cJSON *print(const tp_row *row, bool whole)
{
    tp_buffer out = TP_BUFFER(1 << 20);
    cJSON *json;

    tp_row_json_print(row, whole, &out);
    json = cJSON_ParseWithLength(out.data, out.length);
    assert_non_null(json);
    tp_buffer_free(&out);
    return json;
}

static void a_request_prints_with_its_stages_when_asked_for(void **state)
{
    tp_row row = sample();
    cJSON *json;

    (void)state;
    row.trace = TP_BYTES("{\"stages\":[{\"name\":\"route\"}],\"attempts\":[]}");
    json = print(&row, true);
    assert_string_equal(cJSON_GetObjectItem(json, "id")->valuestring, "req-1");
    assert_string_equal(cJSON_GetObjectItem(json, "started_at")->valuestring, "2026-01-31T12:00:00.000Z");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "stages")), 1);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "error")));
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(json, "stream")));
    assert_true(cJSON_IsObject(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "tokens"), "usage")));
    cJSON_Delete(json);
    json = print(&row, false);
    assert_null(cJSON_GetObjectItem(json, "stages"));
    cJSON_Delete(json);
}

static void what_is_unknown_is_null(void **state)
{
    tp_row row = { .request = TP_BYTES("a\"b"), .first_token_ms = -1, .provider_ms = -1 };
    cJSON *json = print(&row, true);

    (void)state;
    assert_string_equal(cJSON_GetObjectItem(json, "id")->valuestring, "a\"b");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "first_token_ms")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "provider")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "tokens"), "usage")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "stages")), 0);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_prints_with_its_stages_when_asked_for),
        cmocka_unit_test(what_is_unknown_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
