/* unit/cli/test_table.c - columns, colours, and text from outside that would drive a terminal. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/table.h"

static const tp_cli_column COLUMNS[] = { { "name", false }, { "n", true }, { "note", false } };

static void add_row(tp_cli_table *table, const char *name, const char *number, const char *note)
{
    tp_cli_table_add(table, TP_CLI_BOLD, "%s", name);
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", number);
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", note);
}

static void assert_prints(tp_cli_table *table, tp_cli_screen *screen, const char *expected)
{
    tp_cli_table_print(table, screen);
    tp_cli_screen_raw(screen, tp_bytes_of("", 1));
    assert_string_equal(screen->text.data, expected);
    tp_buffer_free(&screen->text);
}

static void columns_stand_under_each_other(void **state)
{
    tp_cli_table table = { .columns = COLUMNS, .width = 3 };
    tp_cli_screen screen = { .text = TP_BUFFER(4096) };

    (void)state;
    add_row(&table, "openai", "12", "x");
    add_row(&table, "ä", "1,234", "yy");
    assert_prints(&table, &screen,
                  "  name        n  note\n"
                  "  openai     12  x\n"
                  "  ä       1,234  yy\n");
}

static void a_row_ends_behind_its_last_word(void **state)
{
    tp_cli_table table = { .columns = COLUMNS, .width = 3 };
    tp_cli_screen screen = { .text = TP_BUFFER(4096) };

    (void)state;
    add_row(&table, "a", "", "");
    add_row(&table, "bb", "2", "");
    assert_prints(&table, &screen, "  name  n  note\n  a\n  bb    2\n");
}

static void a_table_without_rows_prints_nothing(void **state)
{
    tp_cli_table table = { .columns = COLUMNS, .width = 3 };
    tp_cli_screen screen = { .text = TP_BUFFER(4096) };

    (void)state;
    assert_prints(&table, &screen, "");
}

static void control_characters_never_reach_the_terminal(void **state)
{
    tp_cli_table table = { .columns = COLUMNS, .width = 3 };
    tp_cli_screen screen = { .text = TP_BUFFER(4096) };

    (void)state;
    add_row(&table, "a\033[2Jb", "1\n2",
            "\xC2\x9B"
            "c\x7F");
    assert_prints(&table, &screen, "  name      n  note\n  a?[2Jb  1?2  ??c?\n");
}

static void colour_surrounds_text_only_where_it_is_welcome(void **state)
{
    tp_cli_screen screen = { .text = TP_BUFFER(4096), .colour = true };

    (void)state;
    tp_cli_screen_print(&screen, TP_CLI_BAD, "%s", "no");
    tp_cli_screen_print(&screen, TP_CLI_PLAIN, "%s", "yes");
    tp_cli_screen_print(&screen, TP_CLI_BAD, "%s", "");
    screen.colour = false;
    tp_cli_screen_print(&screen, TP_CLI_BAD, "%s", "no");
    tp_cli_screen_raw(&screen, tp_bytes_of("", 1));
    assert_string_equal(screen.text.data, "\033[31mno\033[0myesno");
    tp_buffer_free(&screen.text);
}

static void a_file_is_no_terminal_and_the_locale_says_utf8(void **state)
{
    char *const utf8[] = { (char[]){ "LC_ALLX=C" }, (char[]){ "LANG=de_DE.utf8" }, NULL };
    char *const stronger[] = { (char[]){ "LANG=C.UTF-8" }, (char[]){ "LC_ALL=C" }, NULL };
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    assert_false(tp_cli_screen_of(file, utf8).colour);
    assert_true(tp_cli_screen_of(file, utf8).utf8);
    assert_false(tp_cli_screen_of(file, stronger).utf8);
    assert_false(tp_cli_screen_of(file, NULL).utf8);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_stand_under_each_other),
        cmocka_unit_test(a_row_ends_behind_its_last_word),
        cmocka_unit_test(a_table_without_rows_prints_nothing),
        cmocka_unit_test(control_characters_never_reach_the_terminal),
        cmocka_unit_test(colour_surrounds_text_only_where_it_is_welcome),
        cmocka_unit_test(a_file_is_no_terminal_and_the_locale_says_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
