/* unit/config/test_nearest.c - the nearest of some words. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "config/nearest.h"

static const char *nearest_of(const char *word)
{
    static const char *const KNOWN[] = { "port", "address", "max_body", "max_header", "path" };
    tp_config_nearest nearest = { .word = word };

    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++)
        tp_config_nearest_offer(&nearest, KNOWN[i]);
    return nearest.best;
}

static void the_word_with_the_fewest_changes_is_nearest(void **state)
{
    (void)state;
    assert_string_equal(nearest_of("prot"), "port");
    assert_string_equal(nearest_of("adress"), "address");
    assert_string_equal(nearest_of("MAX-BODY"), "max_body");
    assert_string_equal(nearest_of("header"), "max_header");
    assert_string_equal(nearest_of(""), "port");
}

static void long_words_are_cut_and_not_overrun(void **state)
{
    char word[1000];

    (void)state;
    memset(word, 'x', sizeof(word) - 1);
    word[sizeof(word) - 1] = 0;
    assert_non_null(nearest_of(word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_word_with_the_fewest_changes_is_nearest),
        cmocka_unit_test(long_words_are_cut_and_not_overrun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
