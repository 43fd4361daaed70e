/* unit/cli/test_field.c - members of an answer by their path; what is missing is nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/field.h"

static cJSON *parse(const char *text)
{
    tp_buffer buffer = TP_BUFFER(4096);
    cJSON *json;

    tp_buffer_text(&buffer, text);
    json = tp_cli_field_parse(&buffer);
    tp_buffer_free(&buffer);
    return json;
}

static void a_path_goes_through_objects_and_arrays(void **state)
{
    cJSON *json = parse("{\"a\":{\"b\":[{\"c\":7},{\"c\":\"x\"}]}}");

    (void)state;
    assert_int_equal(tp_cli_field_count(json, "a.b.0.c"), 7);
    assert_string_equal(tp_cli_field_text(json, "a.b.1.c"), "x");
    cJSON_Delete(json);
}

static void what_is_missing_or_of_another_type_is_nothing(void **state)
{
    cJSON *json = parse("{\"a\":null,\"n\":-3,\"t\":\"x\",\"l\":[1]}");

    (void)state;
    assert_null(tp_cli_field_at(json, "l.1"));
    assert_null(tp_cli_field_at(json, "l.x"));
    assert_null(tp_cli_field_at(json, "t.x"));
    assert_null(tp_cli_field_at(NULL, "a"));
    assert_string_equal(tp_cli_field_text(json, "a"), "");
    assert_int_equal(tp_cli_field_count(json, "n"), 0);
    assert_true(tp_cli_field_number(json, "t", -1) < 0);
    cJSON_Delete(json);
}

static void what_is_not_json_is_null(void **state)
{
    (void)state;
    assert_null(parse(""));
    assert_null(parse("<html>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_goes_through_objects_and_arrays),
        cmocka_unit_test(what_is_missing_or_of_another_type_is_nothing),
        cmocka_unit_test(what_is_not_json_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
