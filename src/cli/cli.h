/* cli/cli.h - the command line: finds the command, runs it, gives the exit code. */

#ifndef TP_CLI_CLI_H
#define TP_CLI_CLI_H

/* `arguments`: without the program's name, ended by NULL. 0 done, 1 failed, 2 wrong usage or configuration, 3 not running. */
int tp_cli_main(char *const *arguments, char *const *environment);

#endif
