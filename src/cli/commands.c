/* cli/commands.c - the table of all subcommands. */

#include "cli/commands.h"

#include <stddef.h>

const tp_cli_command *const tp_cli_commands[] = {
    &tp_cli_serve,          &tp_cli_status,      &tp_cli_stats,  &tp_cli_traces, &tp_cli_trace, &tp_cli_config_check,
    &tp_cli_config_example, &tp_cli_config_show, &tp_cli_doctor, &tp_cli_demo,   &tp_cli_run,   &tp_cli_run_env,
    &tp_cli_version,        &tp_cli_help,        &tp_cli_docs,   NULL,
};
