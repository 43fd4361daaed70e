/* unit/config/test_yaml.c - what the loader of YAML takes and refuses, with places. */

#include "loading.h"

#include "config/yaml.h"

static void nothing_at_all_is_an_empty_configuration(void **state)
{
    (void)state;
    assert_accepted("");
    assert_accepted("# only a comment\n");
    assert_accepted("---\n");
    assert_accepted("listen:\nproviders:\n  openai:\nroutes:\n");
    assert_accepted("listen: {address: !!str localhost, port: ~}\n");
}

static void a_broken_document_says_where(void **state)
{
    (void)state;
    assert_said("listen: {port: 1\nlog: x\n", "2:4: not YAML: while parsing a flow mapping, did not find expected ',' or '}'\n");
    assert_said("a\n", "1:1: expected sections such as 'listen:' with their keys indented below them\n");
    assert_said("log: {level: info}\nx: \xff\n", "2:4: not YAML: invalid leading UTF-8 octet\n");
}

static void what_we_do_not_support_is_refused_by_name(void **state)
{
    (void)state;
    assert_said("listen: &a {port: 1}\nlog: *a\n", "2:6: aliases (*name) are not supported: write the value out\n");
    assert_said("listen: !include other.yaml\n", "1:9: tags (!name) are not supported: write the plain value\n");
    assert_said("listen: {}\n---\nlog: {}\n", "2:1: a second document (after ---) is not supported\n");
    assert_said("[1, 2]: x\n", "1:1: a key must be a word\n");
}

static void a_key_twice_is_a_problem_and_the_rest_is_read_on(void **state)
{
    (void)state;
    assert_said("log: {level: info}\nlisten:\n  port: 1\n  port: 2\n  prt: 3\nlog: {}\n",
                "4:3: duplicate key 'port': it stands on line 3 already\n"
                "5:3: unknown key 'prt' in listen; the nearest known key is 'port'\n"
                "6:1: duplicate key 'log': it stands on line 1 already\n");
}

static void depth_and_size_have_limits(void **state)
{
    static char deep[20000], large[TP_CONFIG_YAML_MOST_BYTES + 2];

    (void)state;
    memset(deep, '[', sizeof(deep) - 1);
    assert_said(deep, "1:33: nested too deeply\n");
    memset(large, '#', sizeof(large) - 1);
    assert_said(large, " larger than 1 MiB\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_at_all_is_an_empty_configuration),
        cmocka_unit_test(a_broken_document_says_where),
        cmocka_unit_test(what_we_do_not_support_is_refused_by_name),
        cmocka_unit_test(a_key_twice_is_a_problem_and_the_rest_is_read_on),
        cmocka_unit_test(depth_and_size_have_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
