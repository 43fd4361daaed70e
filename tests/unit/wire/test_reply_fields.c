/* unit/wire/test_reply_fields.c - rate limits keep their meaning under the names of another dialect. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "wire/reply_fields.h"

#define F(name, value)                                                                                                                     \
    {                                                                                                                                      \
        TP_BYTES_INIT(name), TP_BYTES_INIT(value)                                                                                          \
    }

static tp_bytes field(const tp_reply_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (tp_bytes_equal_nocase(head->headers[i].name, tp_bytes_text(name)))
            return head->headers[i].value;
    return tp_bytes_of(NULL, 0);
}

static void assert_field(const tp_reply_head *head, const char *name, const char *value)
{
    tp_bytes got = field(head, name);

    assert_int_equal(got.length, strlen(value));
    assert_memory_equal(got.data, value, got.length);
}

static void limits_of_openai_are_told_as_anthropic_does(void **state)
{
    static const tp_header FIELDS[] = { F("Content-Type", "text/event-stream"),
                                        F("x-ratelimit-limit-requests", "60"),
                                        F("x-ratelimit-reset-requests", "1m0.5s"),
                                        F("x-ratelimit-reset-tokens", "soon"),
                                        F("x-request-id", "r"),
                                        F("content-encoding", "gzip") };
    tp_arena *arena = tp_arena_new();
    tp_reply_head head = { .headers = FIELDS, .header_count = sizeof(FIELDS) / sizeof(*FIELDS) };
    struct tm utc = { 0 };
    time_t now = time(NULL), when;

    (void)state;
    tp_reply_fields_translate(&head, TP_DIALECT_OPENAI, TP_DIALECT_ANTHROPIC, arena);
    assert_field(&head, "content-type", "application/json");
    assert_field(&head, "anthropic-ratelimit-requests-limit", "60");
    assert_field(&head, "x-request-id", "r");
    assert_field(&head, "content-encoding", "");
    assert_field(&head, "x-ratelimit-limit-requests", "");
    assert_field(&head, "anthropic-ratelimit-tokens-reset", "");
    assert_non_null(strptime(tp_arena_copy(arena, field(&head, "anthropic-ratelimit-requests-reset")).data, "%Y-%m-%dT%H:%M:%SZ", &utc));
    when = timegm(&utc);
    assert_in_range(when, now + 60, now + 63);
    tp_arena_free(arena);
}

static void limits_of_anthropic_are_told_as_openai_does(void **state)
{
    static const tp_header FIELDS[] = { F("anthropic-ratelimit-tokens-remaining", "7"),
                                        F("anthropic-ratelimit-requests-reset", "2020-01-01T00:00:00Z"), F("retry-after", "3") };
    tp_arena *arena = tp_arena_new();
    tp_reply_head head = { .headers = FIELDS, .header_count = sizeof(FIELDS) / sizeof(*FIELDS) };

    (void)state;
    tp_reply_fields_translate(&head, TP_DIALECT_ANTHROPIC, TP_DIALECT_OPENAI, arena);
    assert_field(&head, "x-ratelimit-remaining-tokens", "7");
    assert_field(&head, "x-ratelimit-reset-requests", "0s");
    assert_field(&head, "retry-after", "3");
    tp_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_openai_are_told_as_anthropic_does),
        cmocka_unit_test(limits_of_anthropic_are_told_as_openai_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
