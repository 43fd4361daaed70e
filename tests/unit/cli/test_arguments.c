/* unit/cli/test_arguments.c - what a command line is understood as. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/arguments.h"

enum { PORT, DEMO };

static const tp_cli_option SERVE_OPTIONS[] = {
    [PORT] = { "port", "N", "" },
    [DEMO] = { "demo", NULL, "" },
    { NULL, NULL, NULL },
};

static const tp_cli_command SERVE = { .name = "serve", .options = SERVE_OPTIONS };
static const tp_cli_command TRACE = { .name = "trace", .words = "ID", .least = 1, .most = 1 };
static const tp_cli_command CHECK = { .name = "config check", .most = 1 };
static const tp_cli_command SHOW = { .name = "config show" };
static const tp_cli_command RUN = { .name = "run", .words = "-- PROGRAM", .least = 1, .most = 100, .passes_on = true };
static const tp_cli_command VERSION = { .name = "version" };
static const tp_cli_command SECRET = { .name = "stats", .hidden = true };
static const tp_cli_command *const COMMANDS[] = { &SERVE, &TRACE, &CHECK, &SHOW, &RUN, &VERSION, &SECRET, NULL };

/* One command line and what became of it; `line` is split at blanks. */
typedef struct understood {
    tp_cli_wish wish;
    tp_cli_call call;
    tp_buffer problem;
    char text[256];
    char *words[32];
} understood;

static understood *understand(const char *line)
{
    static understood u;
    size_t count = 0;

    tp_cli_arguments_free(&u.call);
    tp_buffer_free(&u.problem);
    u = (understood){ .problem = TP_BUFFER(4096) };
    strncpy(u.text, line, sizeof(u.text) - 1);
    for (char *at = u.text, *word; (word = strsep(&at, " "));)
        if (*word)
            u.words[count++] = word;
    u.wish = tp_cli_arguments_parse(COMMANDS, u.words, &u.call, &u.problem);
    return &u;
}

static void assert_wrong(const char *line, const char *problem)
{
    understood *u = understand(line);

    assert_int_equal(u->wish, TP_CLI_WISH_WRONG);
    tp_buffer_add(&u->problem, tp_bytes_of("", 1));
    assert_string_equal(u->problem.data, problem);
}

static void no_command_is_the_first_one_with_its_options(void **state)
{
    understood *u = understand("");

    (void)state;
    assert_int_equal(u->wish, TP_CLI_WISH_RUN);
    assert_ptr_equal(u->call.command, &SERVE);
    u = understand("--port 80 --demo");
    assert_int_equal(u->wish, TP_CLI_WISH_RUN);
    assert_string_equal(u->call.values[PORT], "80");
    assert_non_null(u->call.values[DEMO]);
}

static void common_options_stand_before_or_behind_the_command(void **state)
{
    const char *const LINES[] = { "--config a.yaml trace x", "trace --config a.yaml x", "trace x --config=a.yaml" };

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        understood *u = understand(LINES[i]);

        assert_int_equal(u->wish, TP_CLI_WISH_RUN);
        assert_ptr_equal(u->call.command, &TRACE);
        assert_string_equal(u->call.common[TP_CLI_CONFIG], "a.yaml");
        assert_string_equal(u->call.words[0], "x");
    }
}

static void a_command_may_have_two_words(void **state)
{
    understood *u = understand("config --log-level debug check file.yaml");

    (void)state;
    assert_int_equal(u->wish, TP_CLI_WISH_RUN);
    assert_ptr_equal(u->call.command, &CHECK);
    assert_int_equal(u->call.count, 1);
    assert_wrong("config", "config needs one of: check, show");
    assert_wrong("config shwo", "unknown command 'config shwo'; the nearest is 'config show'");
}

static void a_wrong_name_names_the_nearest(void **state)
{
    (void)state;
    assert_wrong("srve", "unknown command 'srve'; the nearest is 'serve'");
    assert_wrong("confg", "unknown command 'confg'; the nearest is 'config'");
    assert_wrong("serve --prot 1", "serve: unknown option '--prot'; the nearest is '--port'");
    assert_wrong("serve --prot=1", "serve: unknown option '--prot=1'; the nearest is '--port'");
    assert_wrong("trace -x id", "trace: unknown option '-x'; the nearest is '--help'");
}

static void a_hidden_command_is_run_but_never_named(void **state)
{
    (void)state;
    assert_ptr_equal(understand("stats")->call.command, &SECRET);
    assert_wrong("sttas", "unknown command 'sttas'; the nearest is 'serve'");
}

static void values_and_words_must_be_as_many_as_needed(void **state)
{
    (void)state;
    assert_wrong("serve --port", "--port needs N");
    assert_wrong("serve --port --demo", "--port needs N");
    assert_wrong("serve --demo=1", "--demo takes no value");
    assert_wrong("trace", "trace needs ID");
    assert_wrong("trace a b", "trace: 'b' is one word too many");
}

static void help_is_given_without_the_words_that_are_needed(void **state)
{
    understood *u = understand("trace --help");

    (void)state;
    assert_int_equal(u->wish, TP_CLI_WISH_HELP);
    assert_ptr_equal(u->call.command, &TRACE);
    u = understand("-h");
    assert_int_equal(u->wish, TP_CLI_WISH_HELP);
    assert_null(u->call.command);
    u = understand("config --help");
    assert_int_equal(u->wish, TP_CLI_WISH_HELP);
    assert_string_equal(u->call.words[0], "config");
}

static void version_is_an_option_too(void **state)
{
    const char *const LINES[] = { "--version", "-V", "trace --version", "serve --demo -V" };

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        understood *u = understand(LINES[i]);

        assert_int_equal(u->wish, TP_CLI_WISH_RUN);
        assert_ptr_equal(u->call.command, &VERSION);
        assert_null(u->call.values[DEMO]);
    }
}

static void what_another_program_is_given_is_not_read(void **state)
{
    const char *const LINES[] = { "run -- sh --port --help", "run sh --port --help" };

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        understood *u = understand(LINES[i]);

        assert_int_equal(u->wish, TP_CLI_WISH_RUN);
        assert_int_equal(u->call.count, 3);
        assert_string_equal(u->call.words[2], "--help");
        assert_null(u->call.words[3]);
    }
    assert_int_equal(understand("run --help")->wish, TP_CLI_WISH_HELP);
}

static void behind_two_dashes_all_are_words(void **state)
{
    understood *u = understand("trace -- --odd-id");

    (void)state;
    assert_int_equal(u->wish, TP_CLI_WISH_RUN);
    assert_string_equal(u->call.words[0], "--odd-id");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_command_is_the_first_one_with_its_options),
        cmocka_unit_test(common_options_stand_before_or_behind_the_command),
        cmocka_unit_test(a_command_may_have_two_words),
        cmocka_unit_test(a_wrong_name_names_the_nearest),
        cmocka_unit_test(a_hidden_command_is_run_but_never_named),
        cmocka_unit_test(values_and_words_must_be_as_many_as_needed),
        cmocka_unit_test(help_is_given_without_the_words_that_are_needed),
        cmocka_unit_test(version_is_an_option_too),
        cmocka_unit_test(what_another_program_is_given_is_not_read),
        cmocka_unit_test(behind_two_dashes_all_are_words),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    understand("");
    return failed;
}
