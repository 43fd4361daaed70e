/* unit/stages/test_demo_tool.c - arguments that a schema accepts. */

#include "demo_support.h"

static void assert_arguments(const char *schema, const char *arguments)
{
    tp_arena *arena = tp_arena_new();
    tp_json json;

    assert_true(tp_json_scan(tp_bytes_text(schema), arena, TP_JSON_EVERYTHING, &json, NULL));
    assert_string_equal(tp_demo_tool_arguments(&json, tp_json_get(&json, 0, TP_BYTES("s")), arena), arguments);
    tp_arena_free(arena);
}

#define SCHEMA_OF(properties, required) "{\"s\":{\"type\":\"object\",\"properties\":{" properties "},\"required\":[" required "]}}"

static void only_what_is_required_is_filled_in(void **state)
{
    (void)state;
    assert_arguments(SCHEMA_OF("\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"string\"}", "\"b\""), "{\"b\": \"demo\"}");
    assert_arguments(SCHEMA_OF("\"a\":{\"type\":\"string\"}", ""), "{}");
    assert_arguments("{}", "{}");
    assert_arguments("{\"s\":true}", "{}");
    assert_arguments("{\"s\":{\"required\":\"a\"}}", "{}");
}

static void each_type_has_its_value(void **state)
{
    static const char *const CASES[][2] = {
        { "{\"type\":\"string\"}", "\"demo\"" },
        { "{\"type\":\"integer\"}", "1" },
        { "{\"type\":\"NUMBER\"}", "1" },
        { "{\"type\":\"boolean\"}", "true" },
        { "{\"type\":\"null\"}", "null" },
        { "{\"type\":[\"integer\",\"null\"]}", "1" },
        { "{\"type\":\"array\"}", "[]" },
        { "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "[1]" },
        { "{\"enum\":[{\"x\":1},2]}", "{\"x\":1}" },
        { "{\"const\":\"fixed\"}", "\"fixed\"" },
        { "{\"anyOf\":[{\"type\":\"boolean\"},{\"type\":\"string\"}]}", "true" },
        { "{\"type\":\"object\",\"properties\":{\"y\":{\"type\":\"integer\"}},\"required\":[\"y\"]}", "{\"y\": 1}" },
        { "{\"type\":\"object\"}", "{}" },
        { "{}", "\"demo\"" },
        { "true", "\"demo\"" },
    };
    char schema[512], arguments[64];

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        snprintf(schema, sizeof schema, SCHEMA_OF("\"a\":%s", "\"a\""), CASES[i][0]);
        snprintf(arguments, sizeof arguments, "{\"a\": %s}", CASES[i][1]);
        assert_arguments(schema, arguments);
    }
}

static void a_required_property_without_schema_is_a_text(void **state)
{
    (void)state;
    assert_arguments("{\"s\":{\"required\":[\"a\",7]}}", "{\"a\": \"demo\"}");
}

static void a_schema_that_is_too_deep_or_too_large_gives_no_arguments(void **state)
{
    tp_buffer deep = TP_BUFFER(1 << 20), wide = TP_BUFFER(1 << 20);

    (void)state;
    tp_buffer_text(&deep, "{\"s\":");
    for (int i = 0; i < 50; i++)
        tp_buffer_text(&deep, "{\"required\":[\"a\"],\"properties\":{\"a\":");
    tp_buffer_text(&deep, "1");
    for (int i = 0; i < 50; i++)
        tp_buffer_text(&deep, "}}");
    tp_buffer_add(&deep, tp_bytes_of("}", 2));
    assert_arguments(deep.data, "{}");
    tp_buffer_text(&wide, "{\"s\":{\"required\":[\"a\"");
    for (int i = 0; i < 5000; i++)
        tp_buffer_text(&wide, ",\"a\"");
    tp_buffer_add(&wide, tp_bytes_of("]}}", 4));
    assert_arguments(wide.data, "{}");
    tp_buffer_free(&deep);
    tp_buffer_free(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_required_is_filled_in),
        cmocka_unit_test(each_type_has_its_value),
        cmocka_unit_test(a_required_property_without_schema_is_a_text),
        cmocka_unit_test(a_schema_that_is_too_deep_or_too_large_gives_no_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
