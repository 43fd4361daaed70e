/* cli/stats.c - `stats`: what happened in a stretch of time. */

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/field.h"
#include "cli/numbers.h"
#include "cli/units.h"

enum { WINDOW, BY, JSON };

static const tp_cli_option OPTIONS[] = {
    [WINDOW] = { "window", "1h|24h|7d|30d|all", "how far back; default: since the daemon's start, else all" },
    [BY] = { "by", "model|provider|key|client|day", "one line for each" },
    [JSON] = { "json", NULL, "prints the object of /stats" },
    { NULL, NULL, NULL },
};

/* False: standard error says which word is wrong. */
static bool understand(const tp_cli_call *call, tp_cli_question *question)
{
    const char *window = call->values[WINDOW], *by = call->values[BY];

    question->database = (tp_reader_question){ .kind = TP_READER_WINDOW, .window = TP_WINDOW_ALL, .by = TP_STATS_BY_NONE };
    if (window)
        question->database.window = tp_window_of(tp_bytes_text(window));
    if (by)
        question->database.by = tp_stats_by_of(tp_bytes_text(by));
    if (question->database.window == TP_WINDOW_COUNT)
        fprintf(stderr, "tokenpak: --window must be one of %s\n", OPTIONS[WINDOW].argument);
    else if (by && question->database.by == TP_STATS_BY_NONE)
        fprintf(stderr, "tokenpak: --by must be one of %s\n", OPTIONS[BY].argument);
    else
        return true;
    return false;
}

static void write_path(const tp_cli_call *call, tp_cli_question *question)
{
    const char *window = call->values[WINDOW], *by = call->values[BY];

    snprintf(question->path, sizeof(question->path), "/stats?%s%s%s%s", window ? "window=" : "", window ? window : "", by ? "&by=" : "",
             by ? by : "");
}

static void print(tp_cli_screen *screen, const cJSON *stats, const tp_cli_asked *asked)
{
    const char *window = tp_cli_field_text(stats, "window"), *by = asked->call->values[BY];

    tp_cli_screen_print(screen, TP_CLI_BOLD, "tokenpak %s", tp_cli_field_text(stats, "version"));
    if (asked->running)
        tp_cli_screen_print(screen, TP_CLI_DIM, "   up %s", tp_cli_units_duration(tp_cli_field_number(stats, "uptime_s", 0) * 1e6).text);
    else
        tp_cli_screen_print(screen, TP_CLI_POOR, "   not running; from %s", asked->settings->store.path);
    tp_cli_screen_print(screen, TP_CLI_DIM, "   %s%s\n\n", strcmp(window, "start") == 0 ? "since " : "window ", window);
    tp_cli_numbers_totals(screen, stats);
    if (by) {
        tp_cli_numbers_by(screen, stats, by);
        return;
    }
    tp_cli_numbers_providers(screen, stats);
    tp_cli_numbers_models(screen, stats);
}

static int stats(const tp_cli_call *call)
{
    tp_cli_question question = { .path = "" };

    if (!understand(call, &question))
        return TP_CLI_USAGE;
    write_path(call, &question);
    return tp_cli_answer_show(call, &question, call->values[JSON] != NULL, print);
}

const tp_cli_command tp_cli_stats = {
    .name = "stats",
    .help = "requests, tokens and times; from the database when the daemon is down",
    .options = OPTIONS,
    .run = stats,
};
