/* unit/tokens/test_count.c - counts of texts that the reference gives, with and without a memo, and of texts that are hard to count. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/buffer.h"
#include "tokens/count.h"

static const tp_vocabulary *named(const char *name)
{
    const tp_vocabulary *v = tp_vocabulary_named(tp_bytes_text(name));

    assert_non_null(v);
    return v;
}

/* PyPI tiktoken 0.14 says so. */
static const struct {
    const char *vocabulary, *text;
    uint64_t tokens;
} KNOWN[] = {
    { "o200k_base", "hello world", 2 },         { "cl100k_base", "hello world", 2 },  { "o200k_base", "", 0 },
    { "cl100k_base", "tiktoken is great!", 6 }, { "o200k_base", "<|endoftext|>", 7 },
};

static void known_texts_have_known_counts(void **state)
{
    tp_memo *memo = tp_memo_new();

    (void)state;
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++) {
        const tp_vocabulary *v = named(KNOWN[i].vocabulary);
        tp_bytes text = tp_bytes_text(KNOWN[i].text);

        assert_int_equal(tp_count_text(v, NULL, text), KNOWN[i].tokens);
        for (unsigned again = 0; again < 2; again++)
            assert_int_equal(tp_count_text(v, memo, text), KNOWN[i].tokens);
    }
    tp_memo_free(memo);
}

static void every_table_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; tp_vocabulary_at(i); i++)
        assert_true(tp_count_is_ready(tp_vocabulary_at(i)));
}

static void a_memo_changes_no_count(void **state)
{
    static const char TEXT[] =
        "if (x == 1) { return \"d\xC3\xA9j\xC3\xA0 vu\"; } // \xF0\x9F\x98\x80\xF0\x9F\x98\x80 12345 \xFF\xFE  \r\n\n";
    tp_memo *memo = tp_memo_new();

    (void)state;
    for (size_t i = 0; tp_vocabulary_at(i); i++)
        for (size_t length = 0; length < sizeof(TEXT); length++) {
            tp_bytes text = tp_bytes_of(TEXT, length);
            uint64_t plain = tp_count_text(tp_vocabulary_at(i), NULL, text);

            assert_int_equal(tp_count_text(tp_vocabulary_at(i), memo, text), plain);
            assert_int_equal(tp_count_text(tp_vocabulary_at(i), memo, text), plain);
        }
    tp_memo_free(memo);
}

static void models_have_their_vocabularies(void **state)
{
    static const struct {
        const char *model, *vocabulary;
        tp_sureness sureness;
    } MODELS[] = {
        { "gpt-4o-mini", "o200k_base", TP_SURE_EXACT },        { "openai/gpt-4", "cl100k_base", TP_SURE_EXACT },
        { "gpt-99", "o200k_base", TP_SURE_CALIBRATED },        { "claude-sonnet-4-5", "claude2", TP_SURE_CALIBRATED },
        { "something-else", "o200k_base", TP_SURE_HEURISTIC },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(MODELS) / sizeof(*MODELS); i++) {
        tp_vocabulary_choice choice = tp_vocabulary_for_model(tp_bytes_text(MODELS[i].model));

        assert_string_equal(choice.vocabulary->name, MODELS[i].vocabulary);
        assert_int_equal(choice.sureness, MODELS[i].sureness);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts_have_known_counts),
        cmocka_unit_test(every_table_is_whole),
        cmocka_unit_test(a_memo_changes_no_count),
        cmocka_unit_test(models_have_their_vocabularies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
