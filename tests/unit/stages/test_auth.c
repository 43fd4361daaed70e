/* unit/stages/test_auth.c - where proxy keys stand in a request, who is let in, and what a key may use. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/load.h"
#include "stages/auth.h"

static const char KEYS[] = "auth:\n  keys:\n    - {name: ci, key: secret-1}\n    - {name: dev, key: secret-2}\n";

/* The stage alone, opened with settings of a text. */
typedef struct guard {
    const tp_settings *settings;
    void *self;
} guard;

static const tp_settings *load(const char *yaml)
{
    const tp_section section = { tp_stage_auth.name, tp_stage_auth.options, tp_stage_auth.settings_size, tp_stage_auth.help };
    char path[] = "/tmp/tokenpak-auth-XXXXXX";
    tp_config_source source = { .file = path, .sections = &section, .section_count = 1 };
    tp_config_problems problems = { 0 };
    int fd = mkstemp(path);
    const tp_settings *settings;

    assert_int_equal(write(fd, yaml, strlen(yaml)), strlen(yaml));
    close(fd);
    settings = tp_config_load(&source, &problems);
    unlink(path);
    assert_int_equal(problems.errors, 0);
    tp_config_problems_free(&problems);
    return settings;
}

static guard *open_guard(const char *yaml)
{
    guard *g = calloc(1, sizeof(*g));
    tp_stage_env env;

    g->settings = load(yaml);
    env = (tp_stage_env){ tp_settings_section(g->settings, tp_stage_auth.name), g->settings, NULL };
    assert_int_equal(tp_stage_auth.open(&g->self, NULL, &env), TP_OK);
    return g;
}

static void close_guard(guard *g)
{
    tp_stage_auth.close(g->self);
    tp_settings_drop(g->settings);
    free(g);
}

/* What the stage says to a request with one field and a query; the name of the key that was found, NULL = refused. */
static const char *ask(guard *g, const char *name, const char *value, const char *query)
{
    tp_header field = { tp_bytes_text(name), tp_bytes_text(value) };
    tp_request request = { .headers = &field, .header_count = 1, .query = tp_bytes_text(query) };
    tp_arena *arena = tp_arena_new();
    tp_exchange x = { .arena = arena, .request = &request, .settings = g->settings };
    tp_verdict verdict = tp_stage_auth.request(g->self, NULL, &x);

    assert_int_equal(verdict == TP_NEXT, x.proxy_key != NULL);
    tp_arena_free(arena);
    return x.key_name;
}

static void each_place_of_a_key_is_looked_at(void **state)
{
    guard *g = open_guard(KEYS);

    (void)state;
    assert_string_equal(ask(g, "authorization", "Bearer secret-1", ""), "ci");
    assert_string_equal(ask(g, "Authorization", "bearer  secret-2 ", ""), "dev");
    assert_string_equal(ask(g, "X-Api-Key", "secret-1", ""), "ci");
    assert_string_equal(ask(g, "x-goog-api-key", "secret-2", ""), "dev");
    assert_string_equal(ask(g, "accept", "x", "alt=sse&key=secret-2"), "dev");
    close_guard(g);
}

static void a_key_of_the_query_is_found_however_it_is_encoded(void **state)
{
    tp_bytes value;
    guard *g = open_guard(KEYS);

    (void)state;
    assert_true(tp_auth_query_item(TP_BYTES("key=a%2Db"), &value));
    assert_true(tp_bytes_equal(value, TP_BYTES("a%2Db")));
    assert_true(tp_auth_query_item(TP_BYTES("k%65y=x"), &value));
    assert_true(tp_auth_query_item(TP_BYTES("key="), &value));
    assert_int_equal(value.length, 0);
    assert_false(tp_auth_query_item(TP_BYTES("apikey=x"), &value));
    assert_false(tp_auth_query_item(TP_BYTES("keys=x"), &value));
    assert_false(tp_auth_query_item(TP_BYTES("key"), &value));
    assert_non_null(tp_auth_find_encoded(g->settings, TP_BYTES("secret%2D1")));
    assert_null(tp_auth_find_encoded(g->settings, TP_BYTES("secret%2D")));
    close_guard(g);
}

static void a_key_in_the_wrong_place_or_the_wrong_words_is_not_found(void **state)
{
    guard *g = open_guard(KEYS);

    (void)state;
    assert_null(ask(g, "authorization", "secret-1", ""));
    assert_null(ask(g, "authorization", "Basic secret-1", ""));
    assert_null(ask(g, "x-other", "secret-1", "apikey=secret-1"));
    for (unsigned i = 0; i < TP_AUTH_PLACES; i++)
        assert_int_equal(tp_auth_credential(&tp_auth_places[i], TP_BYTES("")).length, 0);
    assert_int_equal(tp_auth_credential(&tp_auth_places[0], TP_BYTES("Basic secret-1")).length, 0);
    assert_int_equal(tp_auth_credential(&tp_auth_places[0], TP_BYTES("secret-1")).length, 0);
    assert_int_equal(tp_auth_credential(&tp_auth_places[0], TP_BYTES("Bearer")).length, 0);
    assert_null(tp_auth_find(g->settings, TP_BYTES("secret-")));
    assert_null(tp_auth_find(g->settings, TP_BYTES("secret-11")));
    assert_null(tp_auth_find(g->settings, TP_BYTES("SECRET-1")));
    assert_null(tp_auth_find(g->settings, TP_BYTES("")));
    close_guard(g);
}

static void without_configured_keys_everyone_is_let_in(void **state)
{
    guard *g = open_guard("auth: {keys: []}\n");
    tp_request request = { 0 };
    tp_exchange x = { .request = &request, .settings = g->settings };

    (void)state;
    assert_int_equal(tp_stage_auth.request(g->self, NULL, &x), TP_NEXT);
    assert_null(x.proxy_key);
    close_guard(g);
}

static void allows_is_by_patterns_and_an_empty_list_allows_all(void **state)
{
    static const char *const PATTERNS[] = { "gpt-*", "claude" };
    const tp_texts some = { PATTERNS, 2 }, none = { NULL, 0 };

    (void)state;
    assert_true(tp_auth_allows(&none, TP_BYTES("anything")));
    assert_true(tp_auth_allows(&some, TP_BYTES("gpt-4o")));
    assert_true(tp_auth_allows(&some, TP_BYTES("claude")));
    assert_false(tp_auth_allows(&some, TP_BYTES("claude-2")));
    assert_false(tp_auth_allows(&some, TP_BYTES("")));
}

static void a_provider_is_shown_its_key_as_its_dialect_wants_it(void **state)
{
    static const char *const NAMES[TP_DIALECT_COUNT] = { "Authorization", "x-api-key", "x-goog-api-key", "Authorization" };
    tp_arena *arena = tp_arena_new();

    (void)state;
    for (int d = 0; d < TP_DIALECT_COUNT; d++) {
        tp_header field = tp_auth_field((tp_dialect)d, "k", arena);

        assert_true(tp_bytes_equal(field.name, tp_bytes_text(NAMES[d])));
        assert_true(tp_bytes_equal(field.value, tp_bytes_text(NAMES[d][0] == 'A' ? "Bearer k" : "k")));
    }
    tp_arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_place_of_a_key_is_looked_at),
        cmocka_unit_test(a_key_of_the_query_is_found_however_it_is_encoded),
        cmocka_unit_test(a_key_in_the_wrong_place_or_the_wrong_words_is_not_found),
        cmocka_unit_test(without_configured_keys_everyone_is_let_in),
        cmocka_unit_test(allows_is_by_patterns_and_an_empty_list_allows_all),
        cmocka_unit_test(a_provider_is_shown_its_key_as_its_dialect_wants_it),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
