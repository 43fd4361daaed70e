/* unit/config/test_print.c - the pages made of the tables. */

#include "loading.h"

#include <cjson/cJSON.h>

#include "config/each.h"
#include "config/print.h"

typedef struct part {
    const char *key;
    tp_pairs more;
} part;

static const tp_option PART[] = {
    TP_OPTION_SECRET_TEXT(part, key, "a key"),
    TP_OPTION_PAIRS(part, more, "more"),
    TP_OPTION_END,
};

static const tp_section SECTIONS[] = { { "auth", PART, sizeof(part), "who may ask" } };

static char *ended(tp_buffer *out)
{
    tp_buffer_add(out, tp_bytes_of("", 1));
    return out->data;
}

static char *shown(const tp_settings *settings)
{
    tp_buffer out = TP_BUFFER(1 << 20);

    tp_config_print_show(settings, false, &out);
    return ended(&out);
}

static void no_place(void *context, const tp_config_entry *entry)
{
    tp_buffer_printf(context, "%s=%s\n", entry->name, entry->value);
}

static char *values(const tp_settings *settings)
{
    tp_buffer out = TP_BUFFER(1 << 20);

    tp_config_each(settings, no_place, &out);
    return ended(&out);
}

static void the_example_loads_and_changes_nothing(void **state)
{
    tp_buffer example = TP_BUFFER(1 << 20);
    loading *with, *without;
    char *a, *b;

    (void)state;
    tp_config_describe_example(SECTIONS, 1, &example);
    with = load_with(ended(&example), (tp_config_source){ .sections = SECTIONS, .section_count = 1 });
    without = load_with("", (tp_config_source){ .sections = SECTIONS, .section_count = 1 });
    assert_string_equal(with->said, "");
    a = values(with->settings);
    b = values(without->settings);
    assert_string_equal(a, b);
    free(a);
    free(b);
    load_end(with);
    load_end(without);
    tp_buffer_free(&example);
}

/* Without the `#` in front, the commented parts are YAML of known keys too. */
static void the_commented_parts_of_the_example_are_known_keys(void **state)
{
    tp_buffer example = TP_BUFFER(1 << 20);
    loading *l;

    (void)state;
    tp_config_describe_example(SECTIONS, 1, &example);
    for (size_t i = 0; i + 1 < example.length; i++)
        if (example.data[i] == '#' && (i == 0 || example.data[i - 1] == '\n') && example.data[i + 1] == ' ' && example.data[i + 2] == ' ')
            example.data[i] = ' ';
    l = load_with(ended(&example), (tp_config_source){ .sections = SECTIONS, .section_count = 1 });
    assert_null(strstr(l->said, "unknown key"));
    assert_null(strstr(l->said, "not YAML"));
    assert_non_null(strstr(l->said, "providers.NAME.base_url: must begin with"));
    load_end(l);
    tp_buffer_free(&example);
}

static void show_says_where_each_value_came_from_and_masks_secrets(void **state)
{
    char *environment[] = { "TOKENPAK_AUTH_KEY=sk-1", "TOKENPAK_LISTEN_PORT=9", NULL };
    loading *l = load_with("log:\n  level: debug\nproviders: {openai: {headers: {authorization: sk-1}, api_keys: [sk-1]}}\n",
                           (tp_config_source){ .environment = environment, .sections = SECTIONS, .section_count = 1 });
    char *text = shown(l->settings);

    (void)state;
    assert_null(strstr(text, "sk-1"));
    assert_non_null(strstr(text, "environment variable TOKENPAK_LISTEN_PORT\n"));
    assert_non_null(strstr(text, ":2:10\n"));
    assert_non_null(strstr(text, "********"));
    free(text);
    load_end(l);
}

static const cJSON *option_named(const cJSON *options, const char *name)
{
    const cJSON *option;

    cJSON_ArrayForEach(option, options) if (strcmp(cJSON_GetObjectItem(option, "name")->valuestring, name) == 0) return option;
    return NULL;
}

static void show_as_json_is_json(void **state)
{
    loading *l = load_text("routes: [{use: openai, match: {model: 'a\"b'}}]\nlisten: {port: 3}\n");
    tp_buffer out = TP_BUFFER(1 << 20);
    cJSON *json;
    const cJSON *options, *option;

    (void)state;
    tp_config_print_show(l->settings, true, &out);
    json = cJSON_Parse(ended(&out));
    assert_non_null(json);
    options = cJSON_GetObjectItem(json, "options");
    option = option_named(options, "routes[0].match.model");
    assert_string_equal(cJSON_GetObjectItem(option, "value")->valuestring, "a\"b");
    assert_string_equal(cJSON_GetObjectItem(option, "origin")->valuestring, "file");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(option, "variable")));
    option = option_named(options, "listen.port");
    assert_string_equal(cJSON_GetObjectItem(option, "variable")->valuestring, "TOKENPAK_LISTEN_PORT");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(option_named(options, "log.level"), "at")));
    cJSON_Delete(json);
    tp_buffer_free(&out);
    load_end(l);
}

static void the_docs_name_every_option_with_its_variable(void **state)
{
    tp_buffer out = TP_BUFFER(1 << 20);
    const char *docs;

    (void)state;
    tp_config_describe_docs(SECTIONS, 1, &out);
    docs = ended(&out);
    assert_non_null(strstr(docs, "| `listen.port` | number | `8766` | port to listen on; 0 = any free one | `TOKENPAK_LISTEN_PORT` |\n"));
    assert_non_null(strstr(docs, "`TOKENPAK_PROVIDERS_NAME_TIMEOUT_FIRST_BYTE`"));
    assert_non_null(strstr(docs, "| `models.NAME.targets[].provider` | text | required | name of a provider |  |\n"));
    assert_non_null(strstr(docs, "| `auth.key` | text, secret | empty | a key | `TOKENPAK_AUTH_KEY` |\n"));
    tp_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_loads_and_changes_nothing),
        cmocka_unit_test(the_commented_parts_of_the_example_are_known_keys),
        cmocka_unit_test(show_says_where_each_value_came_from_and_masks_secrets),
        cmocka_unit_test(show_as_json_is_json),
        cmocka_unit_test(the_docs_name_every_option_with_its_variable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
