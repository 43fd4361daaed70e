/* unit/config/test_load.c - order of strength, names, expansion, and all problems of a file in one run. */

#include "loading.h"

#include <sys/stat.h>

static void without_anything_the_defaults_hold(void **state)
{
    tp_config_problems problems = { 0 };
    const tp_settings *s = tp_config_load(&(tp_config_source){ 0 }, &problems);
    const tp_provider *openai = tp_settings_provider(s, TP_BYTES("openai"));

    (void)state;
    assert_int_equal(problems.count, 0);
    assert_string_equal(s->listen.address, "127.0.0.1");
    assert_int_equal(s->listen.port, 8766);
    assert_int_equal(s->listen.max_body, 64 << 20);
    assert_int_equal(s->store.retain, 90ull * 86400000);
    assert_string_equal(s->store.path, "~/.tokenpak/monitor.db");
    assert_int_equal(s->providers.count, 4);
    assert_string_equal(openai->base_url, "https://api.openai.com/v1");
    assert_int_equal(openai->timeout.first_byte, 600000);
    assert_int_equal(s->retry.on.count, 9);
    assert_null(tp_config_load_file(s));
    tp_settings_drop(s);
}

static void the_file_fills_every_kind_of_option(void **state)
{
    loading *l =
        load_text("listen: {port: 80, max-header: 32k, allow_from: [10.0.0.0/8, \"::1\"]}\n"
                  "log:\n  level: warning\n"
                  "providers:\n  my-vllm: {dialect: openai, base_url: 'http://10.0.0.5:8000/v1/', headers: {x-team: ml}, models: ['q*']}\n"
                  "models:\n  fast: {targets: [{provider: my-vllm, model: q}, {provider: ollama}]}\n"
                  "routes:\n- {match: {path: /v1/*, header: {x-a: b}}, use: fast}\n");
    const tp_settings *s = l->settings;
    const tp_provider *vllm;
    const tp_alias *fast;
    const tp_route *route;

    (void)state;
    assert_string_equal(l->said, "");
    assert_int_equal(s->listen.max_header, 32768);
    assert_string_equal(s->listen.allow_from.items[1], "::1");
    assert_int_equal(s->log.level, 1);
    vllm = tp_settings_provider(s, TP_BYTES("MY-vllm"));
    assert_string_equal(vllm->base_url, "http://10.0.0.5:8000/v1");
    assert_string_equal(vllm->headers.items[0].value, "ml");
    assert_int_equal(vllm->timeout.connect, 10000);
    fast = tp_settings_alias(s, TP_BYTES("fast"));
    assert_int_equal(fast->targets.count, 2);
    assert_string_equal(((const tp_target *)fast->targets.items)[0].model, "q");
    assert_string_equal(((const tp_target *)fast->targets.items)[1].model, "");
    route = s->routes.items;
    assert_string_equal(route->match.header.items[0].name, "x-a");
    assert_string_equal(route->match.model, "");
    load_end(l);
}

static void a_built_in_provider_is_overridden_key_by_key(void **state)
{
    loading *l =
        load_text("providers:\n  ollama:\n    base_url: http://gpu:11434\n  x: {dialect: gemini, base_url: http://x}\n  openai:\n");
    const tp_provider *all = l->settings->providers.items;

    (void)state;
    assert_int_equal(l->settings->providers.count, 5);
    assert_string_equal(all[3].name, "ollama");
    assert_int_equal(all[3].dialect, TP_DIALECT_OLLAMA);
    assert_string_equal(all[3].base_url, "http://gpu:11434");
    assert_string_equal(all[4].name, "x");
    load_end(l);
}

static void command_line_beats_environment_beats_file(void **state)
{
    char *environment[] = { "TOKENPAK_LISTEN_PORT=2", "TOKENPAK_LISTEN_ADDRESS=::1", NULL };
    tp_config_override override = { "listen.port", "--port", "3" };
    loading *l = load_with("listen: {port: 1, address: 0.0.0.0, max_connections: 7}\n",
                           (tp_config_source){ .environment = environment, .overrides = &override, .override_count = 1 });

    (void)state;
    assert_int_equal(l->settings->listen.port, 3);
    assert_string_equal(l->settings->listen.address, "::1");
    assert_int_equal(l->settings->listen.max_connections, 7);
    load_end(l);
}

static void the_environment_reaches_maps_lists_and_short_names(void **state)
{
    char *environment[] = { "TOKENPAK_PROVIDERS_OPENAI_API_KEY=k",
                            "TOKENPAK_PROVIDERS_MY_VLLM_MODELS=a, b",
                            "TOKENPAK_PORT=9",
                            "TOKENPAK_DB=:memory:",
                            "TOKENPAK_LISTEN_PORT=10",
                            "TOKENPAK_LOG_LEVEL=",
                            "TOKENPAK_CONFIG=/ignored/because/a/file/is/named",
                            NULL };
    loading *l =
        load_with("providers: {my-vllm: {dialect: openai, base_url: http://h}}\n", (tp_config_source){ .environment = environment });

    (void)state;
    assert_string_equal(l->said, "");
    assert_string_equal(tp_settings_provider(l->settings, TP_BYTES("openai"))->api_key, "k");
    assert_string_equal(tp_settings_provider(l->settings, TP_BYTES("my-vllm"))->models.items[1], "b");
    assert_string_equal(l->settings->store.path, ":memory:");
    assert_int_equal(l->settings->listen.port, 10);
    load_end(l);
}

static void a_provider_s_own_variable_is_not_taken(void **state)
{
    char *environment[] = { "OPENAI_API_KEY=k", NULL };
    loading *l = load_with("", (tp_config_source){ .environment = environment });

    (void)state;
    assert_false(tp_settings_has_key(tp_settings_provider(l->settings, TP_BYTES("openai"))));
    assert_true(tp_settings_has_key(tp_settings_provider(l->settings, TP_BYTES("ollama"))));
    load_end(l);
}

static void an_unknown_variable_is_a_warning(void **state)
{
    char *environment[] = { "TOKENPAK_LISTEN_PROT=1", "TOKENPAK_RETRY_ATTEMPTS=x", NULL };
    loading *l = load_with("", (tp_config_source){ .environment = environment });

    (void)state;
    assert_string_equal(l->said,
                        "environment variable TOKENPAK_LISTEN_PROT: names no option and is ignored; the nearest known name is "
                        "TOKENPAK_LISTEN_PORT (a warning)\n"
                        "environment variable TOKENPAK_RETRY_ATTEMPTS: retry.attempts: expected a whole number from 1 to 100, not 'x'\n");
    assert_int_equal(l->errors, 1);
    load_end(l);
}

static void an_unknown_override_is_an_error(void **state)
{
    tp_config_override override = { "listen.prt", NULL, "3" };
    loading *l = load_with("", (tp_config_source){ .overrides = &override, .override_count = 1 });

    (void)state;
    assert_string_equal(l->said, "command line, listen.prt: unknown option 'listen.prt'; the nearest known one is listen.port\n");
    load_end(l);
}

static void all_problems_come_in_one_run_in_the_order_of_the_file(void **state)
{
    (void)state;
    assert_said("listen:\n  prot: 80\n  port: 70000\n  max_body: many\n  max-body: 1m\n  address: [a]\n"
                "cache: {}\nstore: 5\n"
                "providers:\n  x:\n    dialect: opnai\n"
                "routes:\n  - match: {client: nowhere}\n",
                "2:3: unknown key 'prot' in listen; the nearest known key is 'port'\n"
                "3:9: listen.port: expected a whole number from 0 to 65535, not '70000'\n"
                "4:13: listen.max_body: expected a size such as 64k, 32m or 1g, from 1k to 64g, not 'many'\n"
                "5:3: duplicate key 'max-body'\n"
                "6:12: listen.address: expected a text without line breaks or other control characters, not a list\n"
                "7:1: unknown key 'cache'; the nearest known key is 'trace'\n"
                "8:8: store: expected a map of its keys, not '5'\n"
                "10:3: providers.x: 'base_url' is required (where it is: http(s)://host[:port][/path])\n"
                "11:14: providers.x.dialect: expected openai, anthropic, gemini or ollama, not 'opnai'\n"
                "13:5: routes[0]: 'use' is required (an alias, a provider, or provider/model)\n"
                "13:21: match.client: expected a network such as 10.0.0.0/8 or fd00::/8, not 'nowhere'\n");
}

static void a_secret_is_never_repeated(void **state)
{
    char *environment[] = { "KEY=sk-secret\n", NULL };
    loading *l = load_with("providers: {openai: {api_key: \"${KEY}\", api_keys: [\"sk-secret\\n\"]}}\nlisten: {port: \"${KEY}\"}\n",
                           (tp_config_source){ .environment = environment });

    (void)state;
    assert_int_equal(l->errors, 3);
    assert_null(strstr(l->said, "sk-secret"));
    assert_non_null(strstr(l->said, "not '${KEY}'"));
    load_end(l);
}

static void variables_are_put_in_and_must_be_set(void **state)
{
    char *environment[] = { "HOST=gpu", "EMPTY=", NULL };
    loading *l = load_with("providers: {ollama: {base_url: 'http://${HOST}:1${EMPTY}', api_key: 'a$${HOST}b'}}\n",
                           (tp_config_source){ .environment = environment });

    (void)state;
    assert_string_equal(tp_settings_provider(l->settings, TP_BYTES("ollama"))->base_url, "http://gpu:1");
    assert_string_equal(tp_settings_provider(l->settings, TP_BYTES("ollama"))->api_key, "a${HOST}b");
    load_end(l);
    assert_said("providers: {ollama: {api_key: '${NO_SUCH}'}}\n", "1:31: the environment variable NO_SUCH is not set\n");
    assert_said("providers: {ollama: {api_key: '${a-b}'}}\n",
                "1:31: '${' must be followed by the name of a variable and '}' ($${ stands for ${)\n");
}

static void a_secret_of_the_store_is_unknown(void **state)
{
    (void)state;
    assert_said("providers: {openai: {api_key: secret:ci}}\n",
                "1:31: unknown secret 'ci': there is no encrypted store of secrets yet; use ${NAME} or an environment variable\n");
}

static void the_file_is_the_named_one_or_the_one_at_home(void **state)
{
    char home[] = "/tmp/tokenpak-home-XXXXXX", folder[200], file[300], home_line[100], config_line[] = "TOKENPAK_CONFIG=/tmp/no/such/file";
    char *environment[] = { home_line, NULL, NULL };
    tp_config_source source = { .environment = environment };
    tp_config_problems problems = { 0 };
    const tp_settings *s;

    (void)state;
    assert_non_null(mkdtemp(home));
    snprintf(home_line, sizeof(home_line), "HOME=%s", home);
    snprintf(folder, sizeof(folder), "%s/.tokenpak", home);
    snprintf(file, sizeof(file), "%s/config.yaml", folder);
    mkdir(folder, 0700);
    put_file(file, "listen: {port: 5}\n");
    s = tp_config_load(&source, &problems);
    assert_int_equal(s->listen.port, 5);
    assert_string_equal(tp_config_load_file(s), file);
    assert_int_equal(strncmp(s->store.path, home, strlen(home)), 0);
    tp_settings_drop(s);
    environment[1] = config_line;
    assert_null(tp_config_load(&source, &problems));
    assert_string_equal(problems.items[0].text, "/tmp/no/such/file: cannot be read: No such file or directory");
    tp_config_problems_free(&problems);
    unlink(file);
    rmdir(folder);
    rmdir(home);
}

static void maps_and_lists_have_at_most_a_thousand_entries(void **state)
{
    tp_buffer yaml = TP_BUFFER(1 << 20);

    (void)state;
    tp_buffer_text(&yaml, "retry: {on: [");
    for (int i = 0; i < 1001; i++)
        tp_buffer_text(&yaml, "500,");
    tp_buffer_printf(&yaml, "]}\n");
    tp_buffer_add(&yaml, tp_bytes_of("", 1));
    assert_said(yaml.data, "1:13: retry.on: at most 1000 entries, not 1001\n");
    tp_buffer_free(&yaml);
}

static void of_a_broken_file_nothing_else_is_said(void **state)
{
    char *environment[] = { "TOKENPAK_PROVIDERS_MINE_API_KEY=k", NULL };
    loading *l = load_with("listen: [\n", (tp_config_source){ .environment = environment });

    (void)state;
    assert_int_equal(l->errors, 1);
    assert_null(strstr(l->said, "MINE"));
    load_end(l);
}

static void a_folder_is_no_file(void **state)
{
    tp_config_problems problems = { 0 };

    (void)state;
    assert_null(tp_config_load(&(tp_config_source){ .file = "/tmp" }, &problems));
    assert_string_equal(problems.items[0].text, "/tmp: cannot be read: Is a directory");
    tp_config_problems_free(&problems);
}

typedef struct auth {
    const char *admin_key;
    bool open;
} auth;

static const tp_option AUTH[] = {
    TP_OPTION_SECRET_TEXT(auth, admin_key, "key of the administrator"),
    TP_OPTION_BOOL(auth, open, "false", "serve anyone"),
    TP_OPTION_END,
};

static void a_stage_s_section_is_one_like_the_others(void **state)
{
    static const tp_section SECTIONS[] = { { "auth", AUTH, sizeof(auth), "who may ask" }, { "other", AUTH, sizeof(auth), "more" } };
    char *environment[] = { "TOKENPAK_AUTH_ADMIN_KEY=k", NULL };
    loading *l = load_with("auth: {open: yes}\nother: {admin_key: o}\n",
                           (tp_config_source){ .environment = environment, .sections = SECTIONS, .section_count = 2 });
    const auth *a = tp_settings_section(l->settings, "auth"), *o = tp_settings_section(l->settings, "other");

    (void)state;
    assert_string_equal(a->admin_key, "k");
    assert_true(a->open);
    assert_string_equal(o->admin_key, "o");
    assert_false(o->open);
    assert_null(tp_settings_section(l->settings, "cache"));
    load_end(l);
}

static void a_snapshot_lives_until_its_last_holder_lets_go(void **state)
{
    tp_config_problems problems = { 0 };
    const tp_settings *s = tp_config_load(&(tp_config_source){ 0 }, &problems);

    (void)state;
    tp_settings_take(s);
    tp_settings_drop(s);
    assert_string_equal(s->listen.address, "127.0.0.1");
    tp_settings_drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_anything_the_defaults_hold),
        cmocka_unit_test(the_file_fills_every_kind_of_option),
        cmocka_unit_test(a_built_in_provider_is_overridden_key_by_key),
        cmocka_unit_test(command_line_beats_environment_beats_file),
        cmocka_unit_test(the_environment_reaches_maps_lists_and_short_names),
        cmocka_unit_test(a_provider_s_own_variable_is_not_taken),
        cmocka_unit_test(an_unknown_variable_is_a_warning),
        cmocka_unit_test(an_unknown_override_is_an_error),
        cmocka_unit_test(all_problems_come_in_one_run_in_the_order_of_the_file),
        cmocka_unit_test(a_secret_is_never_repeated),
        cmocka_unit_test(variables_are_put_in_and_must_be_set),
        cmocka_unit_test(a_secret_of_the_store_is_unknown),
        cmocka_unit_test(the_file_is_the_named_one_or_the_one_at_home),
        cmocka_unit_test(maps_and_lists_have_at_most_a_thousand_entries),
        cmocka_unit_test(of_a_broken_file_nothing_else_is_said),
        cmocka_unit_test(a_folder_is_no_file),
        cmocka_unit_test(a_stage_s_section_is_one_like_the_others),
        cmocka_unit_test(a_snapshot_lives_until_its_last_holder_lets_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
