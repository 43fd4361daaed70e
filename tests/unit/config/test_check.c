/* unit/config/test_check.c - values that fit no other value, or nothing in the world. */

#include "loading.h"

static void names_of_providers_can_be_a_path_and_a_variable(void **state)
{
    (void)state;
    assert_said("providers: {a.b: {dialect: openai, base_url: http://h}}\n",
                "1:13: provider 'a.b': expected a name of letters, digits, '-' and '_'\n");
    assert_said("providers: {Health: {dialect: openai, base_url: http://h}}\n",
                "1:13: provider 'Health': this name is the start of a path of the proxy\n");
    assert_said("providers: {OpenAI: {dialect: openai, base_url: http://h}}\n",
                "1:13: provider 'OpenAI': too like 'openai', there already\n");
    assert_said("providers: {a-b: {dialect: openai, base_url: http://h}, a_b: {dialect: openai, base_url: http://h}}\n",
                "1:57: provider 'a_b': too like 'a-b', there already\n");
}

static void a_base_url_is_checked_where_it_stands(void **state)
{
    (void)state;
    assert_said("providers:\n  openai:\n    base_url: ftp://x\n", "3:15: providers.openai.base_url: must begin with http:// or https://\n");
    assert_said("providers:\n  openai:\n    base_url: https://u:secret@x\n",
                "3:15: providers.openai.base_url: must not hold a user name or password: use api_key\n");
}

static void headers_are_names_that_are_not_ours(void **state)
{
    (void)state;
    assert_said("providers: {openai: {headers: {\"a b\": c, Content-Length: 5}}}\n",
                "1:32: providers.openai.headers: 'a b' is no name of a header field\n"
                "1:42: providers.openai.headers: 'Content-Length' is written by the proxy itself\n");
}

static void a_target_names_a_provider(void **state)
{
    (void)state;
    assert_said("models:\n  fast: {targets: [{provider: opnai}]}\n",
                "2:31: models.fast.targets: there is no provider 'opnai'; the nearest is 'openai'\n");
    assert_said("models: {fast: {targets: []}}\n", "1:26: models.fast.targets: expected at least one target\n");
    assert_said("models: {fast: {}}\n", "1:10: models.fast: 'targets' is required (where requests for this name go)\n");
}

static void a_route_leads_to_something(void **state)
{
    (void)state;
    assert_accepted("models: {a/b: {targets: [{provider: openai}]}}\nroutes: [{use: a/b}, {use: ollama}, {use: ollama/llama3.2}]\n");
    assert_said("routes: [{use: fast}, {use: openai/}]\n",
                "1:16: routes[0].use: 'fast' is neither an alias nor a provider nor provider/model\n"
                "1:29: routes[1].use: no model behind the '/' of 'openai/'\n");
}

static void retry_knows_three_words_and_error_statuses(void **state)
{
    (void)state;
    assert_accepted("retry: {on: [reset, 400, 599]}\n");
    assert_said("retry: {on: [429, 399, conect]}\n",
                "1:19: retry.on: expected connect, timeout, reset or a status from 400 to 599, not '399'\n"
                "1:24: retry.on: expected connect, timeout, reset or a status from 400 to 599, not 'conect'\n");
}

static void networks_from_the_environment_are_checked_too(void **state)
{
    char *environment[] = { "TOKENPAK_LISTEN_ALLOW_FROM=10.0.0.0/8, 10.0.0.0/33", NULL };
    loading *l = load_with("", (tp_config_source){ .environment = environment });

    (void)state;
    assert_string_equal(l->said,
                        "environment variable TOKENPAK_LISTEN_ALLOW_FROM: listen.allow_from: expected a network such as 10.0.0.0/8 "
                        "or fd00::/8, not '10.0.0.0/33'\n");
    load_end(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_providers_can_be_a_path_and_a_variable),
        cmocka_unit_test(a_base_url_is_checked_where_it_stands),
        cmocka_unit_test(headers_are_names_that_are_not_ours),
        cmocka_unit_test(a_target_names_a_provider),
        cmocka_unit_test(a_route_leads_to_something),
        cmocka_unit_test(retry_knows_three_words_and_error_statuses),
        cmocka_unit_test(networks_from_the_environment_are_checked_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
