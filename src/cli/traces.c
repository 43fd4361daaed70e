/* cli/traces.c - `traces`: the last requests, one line each. */

#include "cli/answer.h"
#include "cli/commands.h"
#include "cli/field.h"
#include "cli/table.h"
#include "cli/units.h"

enum { LAST, JSON };
enum { MOST = 10000, BAR = 12 };

static const tp_cli_option OPTIONS[] = {
    [LAST] = { "last", "N", "how many, at most 10000; default 20" },
    [JSON] = { "json", NULL, "prints the object of /traces" },
    { NULL, NULL, NULL },
};

static const tp_cli_column COLUMNS[] = {
    { "started", false }, { "id", false },    { "status", true }, { "provider", false }, { "model", false },
    { "input", true },    { "output", true }, { "time", true },   { "", false },
};

static double longest(const cJSON *traces)
{
    const cJSON *one;
    double most = 1;

    cJSON_ArrayForEach(one, traces)
    {
        double ms = tp_cli_field_number(one, "total_ms", 0);

        most = ms > most ? ms : most;
    }
    return most;
}

static void add_tokens(tp_cli_table *table, const cJSON *trace, const char *path)
{
    bool known = tp_cli_field_number(trace, path, -1) >= 0;

    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", known ? tp_cli_units_count(tp_cli_field_count(trace, path)).text : "-");
}

static void add_row(tp_cli_table *table, const cJSON *trace, double most, bool utf8)
{
    const char *error = tp_cli_field_text(trace, "error"), *model = tp_cli_field_text(trace, "model");
    double ms = tp_cli_field_number(trace, "total_ms", 0);
    uint64_t status = tp_cli_field_count(trace, "status");
    tp_cli_style style = status >= 500 ? TP_CLI_BAD : status >= 400 || *error ? TP_CLI_POOR : TP_CLI_GOOD;

    tp_cli_table_add(table, TP_CLI_DIM, "%.19s", tp_cli_field_text(trace, "started_at"));
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", tp_cli_field_text(trace, "id"));
    tp_cli_table_add(table, style, status ? "%d" : "-", (int)status);
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", tp_cli_field_text(trace, "provider"));
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", *model ? model : tp_cli_field_text(trace, "path"));
    add_tokens(table, trace, "tokens.input");
    add_tokens(table, trace, "tokens.output");
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", tp_cli_units_ms(ms).text);
    if (*error)
        tp_cli_table_add(table, style, "%s", error);
    else
        tp_cli_table_add(table, TP_CLI_BAR, "%s", tp_cli_units_bar(ms / most, BAR, utf8).text);
}

static void print(tp_cli_screen *screen, const cJSON *answer, const tp_cli_asked *asked)
{
    tp_cli_table table = { .columns = COLUMNS, .width = sizeof(COLUMNS) / sizeof(*COLUMNS) };
    const cJSON *traces = cJSON_IsArray(answer) ? answer : tp_cli_field_at(answer, "traces"), *one;
    double most = longest(traces);

    (void)asked;
    cJSON_ArrayForEach(one, traces) add_row(&table, one, most, screen->utf8);
    if (!table.count)
        tp_cli_screen_print(screen, TP_CLI_DIM, "  no requests yet\n");
    tp_cli_table_print(&table, screen);
}

static int traces(const tp_cli_call *call)
{
    uint64_t last = 20;
    tp_cli_question question = { .database = { .kind = TP_READER_LAST } };

    if (call->values[LAST] && (!tp_bytes_number(tp_bytes_text(call->values[LAST]), &last) || last < 1 || last > MOST)) {
        fprintf(stderr, "tokenpak: --last must be a number from 1 to %d\n", MOST);
        return TP_CLI_USAGE;
    }
    question.database.limit = (uint32_t)last;
    snprintf(question.path, sizeof(question.path), "/traces?limit=%u", question.database.limit);
    return tp_cli_answer_show(call, &question, call->values[JSON] != NULL, print);
}

const tp_cli_command tp_cli_traces = {
    .name = "traces",
    .help = "the last requests, newest first",
    .options = OPTIONS,
    .run = traces,
};
