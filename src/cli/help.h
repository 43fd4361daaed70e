/* cli/help.h - what --help says, made from the tables of commands and options. */

#ifndef TP_CLI_HELP_H
#define TP_CLI_HELP_H

#include "cli/command.h"
#include "cli/screen.h"

void tp_cli_help_command(const tp_cli_command *command, tp_cli_screen *screen);

/* All commands, or those whose first word is `group`. */
void tp_cli_help_all(const char *group, tp_cli_screen *screen);

/* The man page, in troff. */
void tp_cli_help_man(tp_buffer *out);

#endif
