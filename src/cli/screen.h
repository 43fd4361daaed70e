/* cli/screen.h - text for a person: gathered, coloured on a terminal, plain in a pipe. One thread.
 *
 * Whatever is printed may hold text from outside: control characters in it become `?`, so that nothing of it can drive the terminal. */

#ifndef TP_CLI_SCREEN_H
#define TP_CLI_SCREEN_H

#include <stdio.h>

#include "base/buffer.h"

typedef enum tp_cli_style {
    TP_CLI_PLAIN,
    TP_CLI_BOLD,
    TP_CLI_DIM,
    TP_CLI_GOOD,
    TP_CLI_POOR, /* worth a look */
    TP_CLI_BAD,
    TP_CLI_BAR,
} tp_cli_style;

typedef struct tp_cli_screen {
    FILE *file;
    tp_buffer text;
    bool colour, utf8;
} tp_cli_screen;

/* Colour: on a terminal that is not dumb, without NO_COLOR. UTF-8: as the locale of the environment says. */
tp_cli_screen tp_cli_screen_of(FILE *file, char *const *environment);

void tp_cli_screen_print(tp_cli_screen *screen, tp_cli_style style, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same bytes, unchanged: JSON and pages. */
void tp_cli_screen_raw(tp_cli_screen *screen, tp_bytes text);

/* Writes what has gathered; the exit code: TP_CLI_FAILED, said on standard error, when that cannot be. May be called again. */
int tp_cli_screen_flush(tp_cli_screen *screen);

/* `name`'s value, "" when it is not set. */
const char *tp_cli_screen_variable(char *const *environment, const char *name);

/* Replaces control characters, C1 ones as well, by `?`; line ends stay if `lines`. In place. */
void tp_cli_screen_clean(char *text, bool lines);

#endif
