/* cli/screen.c - text for a person: gathered, coloured on a terminal, plain in a pipe. */

#include "cli/screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/command.h"

enum { MOST = 64 << 20 };

const char *tp_cli_screen_variable(char *const *environment, const char *name)
{
    size_t length = strlen(name);

    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

/* The first of these that is set decides. */
static bool is_utf8(char *const *environment)
{
    static const char *const NAMES[] = { "LC_ALL", "LC_CTYPE", "LANG" };

    for (unsigned i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
        const char *value = tp_cli_screen_variable(environment, NAMES[i]);

        if (*value)
            return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
    }
    return false;
}

tp_cli_screen tp_cli_screen_of(FILE *file, char *const *environment)
{
    bool terminal = isatty(fileno(file)) && strcmp(tp_cli_screen_variable(environment, "TERM"), "dumb") != 0;

    return (tp_cli_screen){
        .file = file,
        .text = TP_BUFFER(MOST),
        .colour = terminal && !*tp_cli_screen_variable(environment, "NO_COLOR"),
        .utf8 = is_utf8(environment),
    };
}

void tp_cli_screen_clean(char *text, bool lines)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (at[0] == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0)
            at[0] = at[1] = '?';
        else if ((*at < 0x20 && !(lines && *at == '\n')) || *at == 0x7F)
            *at = '?';
    }
}

void tp_cli_screen_print(tp_cli_screen *screen, tp_cli_style style, const char *format, ...)
{
    static const char *const CODES[] = {
        [TP_CLI_BOLD] = "1", [TP_CLI_DIM] = "2", [TP_CLI_GOOD] = "32", [TP_CLI_POOR] = "33", [TP_CLI_BAD] = "31", [TP_CLI_BAR] = "36",
    };
    bool coloured = screen->colour && style != TP_CLI_PLAIN;
    char *text;
    va_list list;

    va_start(list, format);
    if (vasprintf(&text, format, list) < 0)
        text = tp_memory_text("");
    va_end(list);
    tp_cli_screen_clean(text, true);
    if (coloured && *text)
        tp_buffer_printf(&screen->text, "\033[%sm%s\033[0m", CODES[style], text);
    else
        tp_buffer_text(&screen->text, text);
    free(text);
}

void tp_cli_screen_raw(tp_cli_screen *screen, tp_bytes text)
{
    tp_buffer_add(&screen->text, text);
}

int tp_cli_screen_flush(tp_cli_screen *screen)
{
    bool written = !screen->text.length || fwrite(screen->text.data, 1, screen->text.length, screen->file) == screen->text.length;

    if (fflush(screen->file) != 0)
        written = false;
    if (!written)
        fprintf(stderr, "tokenpak: cannot write: %s\n", strerror(errno));
    tp_buffer_free(&screen->text);
    return written ? TP_CLI_DONE : TP_CLI_FAILED;
}
