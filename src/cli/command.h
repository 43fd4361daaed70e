/* cli/command.h - what a subcommand is: its words, its options as a table, and what it does. Any thread. */

#ifndef TP_CLI_COMMAND_H
#define TP_CLI_COMMAND_H

#include <stdbool.h>

enum {
    TP_CLI_DONE = 0,
    TP_CLI_FAILED = 1,
    TP_CLI_USAGE = 2, /* or a wrong configuration */
    TP_CLI_NOT_RUNNING = 3,
};

/* A table of them ends with a row of NULLs. */
typedef struct tp_cli_option {
    const char *name;     /* without its dashes */
    const char *argument; /* as help shows it; NULL = a switch */
    const char *help;
} tp_cli_option;

enum { TP_CLI_MOST_OPTIONS = 8 };

/* The options that every command takes, by their place in the table. */
typedef enum tp_cli_common { TP_CLI_CONFIG, TP_CLI_LOG_LEVEL, TP_CLI_HELP, TP_CLI_VERSION, TP_CLI_COMMONS } tp_cli_common;

typedef struct tp_cli_call tp_cli_call;

typedef struct tp_cli_command {
    const char *name;  /* "serve", or with a second word: "config check" */
    const char *words; /* what may stand behind it, for help; NULL = nothing */
    const char *help;
    const tp_cli_option *options; /* NULL = none of its own */
    unsigned least, most;         /* words */
    bool passes_on;               /* its words are another program's: the first one ends the options */
    bool hidden;                  /* from the list of commands */
    int (*run)(const tp_cli_call *call);
} tp_cli_command;

/* One command line, understood. Everything is borrowed but `words`. */
struct tp_cli_call {
    const tp_cli_command *command;
    const char *values[TP_CLI_MOST_OPTIONS]; /* by the option's place in its table; NULL = not given, "" = a switch that is */
    const char *common[TP_CLI_COMMONS];
    const char **words; /* ended by NULL */
    unsigned count;
    char *const *environment;
};

#endif
