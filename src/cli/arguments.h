/* cli/arguments.h - from the words of a command line to the command they name, its options and its words. Pure; any thread. */

#ifndef TP_CLI_ARGUMENTS_H
#define TP_CLI_ARGUMENTS_H

#include "base/buffer.h"
#include "cli/command.h"

typedef enum tp_cli_wish {
    TP_CLI_WISH_RUN,   /* call->command */
    TP_CLI_WISH_HELP,  /* of call->command, or of all whose name begins with call->words[0], or of everything */
    TP_CLI_WISH_WRONG, /* `problem` says why, in a line without its end */
} tp_cli_wish;

/* config, log-level, help and version, as a table in the order of tp_cli_common. */
extern const tp_cli_option tp_cli_arguments_common[];

/* `arguments`: without the program's name, ended by NULL; borrowed as long as the call, which begins zeroed and is freed in any case. */
tp_cli_wish tp_cli_arguments_parse(const tp_cli_command *const *commands, char *const *arguments, tp_cli_call *call, tp_buffer *problem);

void tp_cli_arguments_free(tp_cli_call *call);

/* Whether `name` begins with the whole word `word`, and with another one behind it. */
bool tp_cli_arguments_in_group(const char *name, const char *word);

#endif
