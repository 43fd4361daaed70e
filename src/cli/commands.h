/* cli/commands.h - the table of all subcommands; each lives in the file of its name. */

#ifndef TP_CLI_COMMANDS_H
#define TP_CLI_COMMANDS_H

#include "cli/command.h"

extern const tp_cli_command tp_cli_serve, tp_cli_status, tp_cli_stats, tp_cli_traces, tp_cli_trace;
extern const tp_cli_command tp_cli_config_check, tp_cli_config_example, tp_cli_config_show;
extern const tp_cli_command tp_cli_doctor, tp_cli_demo, tp_cli_run, tp_cli_run_env, tp_cli_version, tp_cli_help, tp_cli_docs;

/* In the order of `tokenpak help`, ended by NULL; the first one is run when none is named. */
extern const tp_cli_command *const tp_cli_commands[];

#endif
