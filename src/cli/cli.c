/* cli/cli.c - finds the command, runs it, gives the exit code. */

#include "cli/cli.h"

#include <stdio.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/help.h"

enum { LONGEST_PROBLEM = 4096 };

static int help_wanted(const tp_cli_call *call)
{
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);

    if (call->command)
        tp_cli_help_command(call->command, &screen);
    else
        tp_cli_help_all(call->count ? call->words[0] : "", &screen);
    return tp_cli_screen_flush(&screen);
}

static int wrong_usage(const tp_cli_call *call, const tp_buffer *problem)
{
    char text[LONGEST_PROBLEM];

    snprintf(text, sizeof(text), "%.*s", (int)problem->length, problem->data);
    tp_cli_screen_clean(text, false);
    fprintf(stderr, "tokenpak: %s\nSee: tokenpak %s%s--help\n", text, call->command ? call->command->name : "", call->command ? " " : "");
    return TP_CLI_USAGE;
}

int tp_cli_main(char *const *arguments, char *const *environment)
{
    tp_cli_call call = { .environment = environment };
    tp_buffer problem = TP_BUFFER(LONGEST_PROBLEM);
    int code = TP_CLI_USAGE;

    switch (tp_cli_arguments_parse(tp_cli_commands, arguments, &call, &problem)) {
    case TP_CLI_WISH_RUN:
        code = call.command->run(&call);
        break;
    case TP_CLI_WISH_HELP:
        code = help_wanted(&call);
        break;
    case TP_CLI_WISH_WRONG:
        code = wrong_usage(&call, &problem);
        break;
    }
    tp_buffer_free(&problem);
    tp_cli_arguments_free(&call);
    return code;
}
