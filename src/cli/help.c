/* cli/help.c - `help` and --help: the tables of commands and options as text and as the man page. */

#include "cli/help.h"

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/table.h"

enum { MOST_WORDS = 2 }; /* of a command's name */

static const tp_cli_column COLUMNS[] = { { NULL, false }, { NULL, false } };

static void add_options(tp_cli_table *table, const tp_cli_option *options)
{
    for (; options && options->name; options++) {
        tp_cli_table_add(table, TP_CLI_PLAIN, "--%s%s%s", options->name, options->argument ? " " : "",
                         options->argument ? options->argument : "");
        tp_cli_table_add(table, TP_CLI_DIM, "%s", options->help);
    }
}

void tp_cli_help_command(const tp_cli_command *command, tp_cli_screen *screen)
{
    tp_cli_table table = { .columns = COLUMNS, .width = 2 };

    tp_cli_screen_print(screen, TP_CLI_BOLD, "tokenpak %s", command->name);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "%s%s%s\n\n%s\n\n", command->options ? " [options]" : "", command->words ? " " : "",
                        command->words ? command->words : "", command->help);
    add_options(&table, command->options);
    add_options(&table, tp_cli_arguments_common);
    tp_cli_table_print(&table, screen);
}

void tp_cli_help_all(const char *group, tp_cli_screen *screen)
{
    tp_cli_table commands = { .columns = COLUMNS, .width = 2 }, options = { .columns = COLUMNS, .width = 2 };

    tp_cli_screen_print(screen, TP_CLI_BOLD, "tokenpak");
    tp_cli_screen_print(screen, TP_CLI_PLAIN, " [--config FILE] [--log-level LEVEL] COMMAND\n\n");
    for (const tp_cli_command *const *c = tp_cli_commands; *c; c++) {
        if (*group ? !tp_cli_arguments_in_group((*c)->name, group) : (*c)->hidden)
            continue;
        tp_cli_table_add(&commands, TP_CLI_PLAIN, "%s%s%s", (*c)->name, (*c)->words ? " " : "", (*c)->words ? (*c)->words : "");
        tp_cli_table_add(&commands, TP_CLI_DIM, "%s", (*c)->help);
    }
    tp_cli_table_print(&commands, screen);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
    add_options(&options, tp_cli_arguments_common);
    tp_cli_table_print(&options, screen);
    tp_cli_screen_print(screen, TP_CLI_PLAIN,
                        "\nWithout a command: serve. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not running.\n");
}

/* A dash that may be copied into a shell, and no line that begins with a request of troff. */
static void put_troff(tp_buffer *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (at == text && (*at == '.' || *at == '\''))
            tp_buffer_text(out, "\\&");
        tp_buffer_printf(out, *at == '-' || *at == '\\' ? "\\%c" : "%c", *at);
    }
    tp_buffer_text(out, "\n");
}

static void man_options(tp_buffer *out, const tp_cli_option *options)
{
    for (; options && options->name; options++) {
        tp_buffer_printf(out, ".TP\n.B \\-\\-");
        put_troff(out, options->name);
        out->length--;
        tp_buffer_printf(out, "%s%s\n", options->argument ? " " : "", options->argument ? options->argument : "");
        put_troff(out, options->help);
    }
}

static void man_command(tp_buffer *out, const tp_cli_command *command)
{
    tp_buffer_printf(out, ".SS \"tokenpak %s%s%s\"\n", command->name, command->words ? " " : "", command->words ? command->words : "");
    put_troff(out, command->help);
    man_options(out, command->options);
}

void tp_cli_help_man(tp_buffer *out)
{
    tp_buffer_text(out, ".TH TOKENPAK 1 \"\" \"tokenpak " TP_VERSION "\" \"User Commands\"\n.SH NAME\n"
                        "tokenpak \\- one local address for every model provider\n.SH SYNOPSIS\n"
                        ".B tokenpak\n[\\-\\-config FILE] [\\-\\-log\\-level LEVEL] COMMAND\n.SH OPTIONS\n");
    man_options(out, tp_cli_arguments_common);
    tp_buffer_text(out, ".SH COMMANDS\nWithout a command: serve.\n");
    for (const tp_cli_command *const *c = tp_cli_commands; *c; c++)
        if (!(*c)->hidden)
            man_command(out, *c);
    tp_buffer_text(out, ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage or configuration, 3 not running.\n.SH FILES\n"
                        "~/.tokenpak/config.yaml, ~/.tokenpak/monitor.db\n.SH ENVIRONMENT\n"
                        "TOKENPAK_CONFIG names the configuration file; every option has a name of its own, see docs/config.md.\n"
                        "NO_COLOR turns colours off.\n");
}

/* `help trace` is `trace --help`. */
static int help_run(const tp_cli_call *call)
{
    static const char HELP[] = "--help";
    char *arguments[MOST_WORDS + 2] = { 0 };
    unsigned count = 0;

    for (; count < call->count; count++)
        arguments[count] = (char *)(uintptr_t)call->words[count];
    arguments[count] = (char *)(uintptr_t)HELP;
    return tp_cli_main(arguments, call->environment);
}

const tp_cli_command tp_cli_help = {
    .name = "help",
    .words = "[COMMAND]",
    .help = "lists the commands, or says what one of them does",
    .most = MOST_WORDS,
    .run = help_run,
};
