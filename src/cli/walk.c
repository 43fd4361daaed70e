/* cli/walk.c - the object of /trace for a person. */

#include "cli/walk.h"

#include "cli/field.h"
#include "cli/table.h"
#include "cli/units.h"

enum { BAR = 20, LONGEST_DETAIL = 1024 };

/* A value of `detail` as text: a word without quotes, anything else as JSON. */
static void put_detail(tp_buffer *out, const cJSON *value)
{
    char *json = cJSON_IsString(value) ? NULL : cJSON_PrintUnformatted(value);

    tp_buffer_printf(out, "%s%s=%s", out->length ? " " : "", value->string ? value->string : "", json ? json : value->valuestring);
    cJSON_free(json);
}

static void add_detail(tp_cli_table *table, const cJSON *stage)
{
    tp_buffer text = TP_BUFFER(LONGEST_DETAIL);
    const cJSON *value;

    cJSON_ArrayForEach(value, tp_cli_field_at(stage, "detail")) put_detail(&text, value);
    tp_cli_table_add(table, TP_CLI_DIM, "%.*s", (int)text.length, text.length ? text.data : "");
    tp_buffer_free(&text);
}

static double longest_stage(const cJSON *stages)
{
    const cJSON *one;
    double most = 1;

    cJSON_ArrayForEach(one, stages)
    {
        double us = tp_cli_field_number(one, "us", 0);

        most = us > most ? us : most;
    }
    return most;
}

static tp_cli_style verdict_style(const char *verdict)
{
    if (strcasestr(verdict, "fail"))
        return TP_CLI_BAD;
    return strcasestr(verdict, "answer") ? TP_CLI_GOOD : TP_CLI_PLAIN;
}

void tp_cli_walk_stages(tp_cli_screen *screen, const cJSON *trace)
{
    static const tp_cli_column COLUMNS[] = {
        { "stage", false }, { "verdict", false }, { "time", true }, { "", false }, { "detail", false }
    };
    tp_cli_table table = { .columns = COLUMNS, .width = 5 };
    const cJSON *stages = tp_cli_field_at(trace, "stages"), *one;
    double most = longest_stage(stages);

    cJSON_ArrayForEach(one, stages)
    {
        const char *verdict = tp_cli_field_text(one, "verdict");
        double us = tp_cli_field_number(one, "us", -1);

        tp_cli_table_add(&table, TP_CLI_BOLD, "%s", tp_cli_field_text(one, "name"));
        tp_cli_table_add(&table, verdict_style(verdict), "%s", verdict);
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", tp_cli_units_duration(us).text);
        tp_cli_table_add(&table, TP_CLI_BAR, "%s", tp_cli_units_bar(us / most, BAR, screen->utf8).text);
        add_detail(&table, one);
    }
    tp_cli_table_print(&table, screen);
}

static void attempts_table(tp_cli_screen *screen, const cJSON *trace)
{
    static const tp_cli_column COLUMNS[] = { { "attempt", true }, { "provider", false }, { "model", false },
                                             { "status", true },  { "time", true },      { "error", false } };
    tp_cli_table table = { .columns = COLUMNS, .width = 6 };
    const cJSON *one;
    unsigned number = 0;

    cJSON_ArrayForEach(one, tp_cli_field_at(trace, "attempts"))
    {
        const char *error = tp_cli_field_text(one, "error");
        int status = (int)tp_cli_field_count(one, "status");

        tp_cli_table_add(&table, TP_CLI_DIM, "%u", ++number);
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", tp_cli_field_text(one, "provider"));
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", tp_cli_field_text(one, "model"));
        tp_cli_table_add(&table, *error ? TP_CLI_BAD : TP_CLI_PLAIN, status ? "%d" : "-", status);
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", tp_cli_units_duration(tp_cli_field_number(one, "us", -1)).text);
        tp_cli_table_add(&table, TP_CLI_BAD, "%s", error);
    }
    if (table.count)
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
    tp_cli_table_print(&table, screen);
}

static void fact(tp_cli_table *table, const char *name, const char *value)
{
    if (!*value)
        return;
    tp_cli_table_add(table, TP_CLI_DIM, "%s", name);
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", value);
}

static void facts_before(tp_cli_screen *screen, const cJSON *trace)
{
    static const tp_cli_column COLUMNS[] = { { NULL, false }, { NULL, false } };
    static const char *const NAMES[] = { "started_at", "client",         "key",      "session", "tag", "path",
                                         "model",      "upstream_model", "provider", "error" };
    tp_cli_table table = { .columns = COLUMNS, .width = 2 };

    for (unsigned i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
        fact(&table, NAMES[i], tp_cli_field_text(trace, NAMES[i]));
    tp_cli_table_print(&table, screen);
}

static void count_fact(tp_cli_screen *screen, const cJSON *trace, const char *path, const char *word)
{
    if (tp_cli_field_number(trace, path, -1) > 0)
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "   %s %s", tp_cli_units_count(tp_cli_field_count(trace, path)).text, word);
}

static void time_fact(tp_cli_screen *screen, const cJSON *trace, const char *path, const char *word)
{
    double ms = tp_cli_field_number(trace, path, -1);

    if (ms >= 0)
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "   %s %s", tp_cli_units_ms(ms).text, word);
}

static void facts_behind(tp_cli_screen *screen, const cJSON *trace)
{
    tp_cli_screen_print(screen, TP_CLI_DIM, "\n  tokens");
    if (!*tp_cli_field_text(trace, "tokens.source"))
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "   none told");
    count_fact(screen, trace, "tokens.input", "in");
    count_fact(screen, trace, "tokens.output", "out");
    count_fact(screen, trace, "tokens.cache_read", "read from cache");
    count_fact(screen, trace, "tokens.cache_creation", "written to cache");
    count_fact(screen, trace, "tokens.reasoning", "reasoning");
    tp_cli_screen_print(screen, TP_CLI_DIM, "\n  bytes ");
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "   %s in   %s out", tp_cli_units_size(tp_cli_field_count(trace, "bytes_in")).text,
                        tp_cli_units_size(tp_cli_field_count(trace, "bytes_out")).text);
    tp_cli_screen_print(screen, TP_CLI_DIM, "\n  time  ");
    time_fact(screen, trace, "total_ms", "in all");
    time_fact(screen, trace, "first_token_ms", "to the first token");
    time_fact(screen, trace, "provider_ms", "at the provider");
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "   %s in the proxy\n",
                        tp_cli_units_duration(tp_cli_field_number(trace, "overhead_us", -1)).text);
}

void tp_cli_walk_print(tp_cli_screen *screen, const cJSON *trace)
{
    int status = (int)tp_cli_field_count(trace, "status");

    tp_cli_screen_print(screen, TP_CLI_BOLD, "%s", tp_cli_field_text(trace, "id"));
    tp_cli_screen_print(screen, status >= 500 ? TP_CLI_BAD : status >= 400 ? TP_CLI_POOR : TP_CLI_GOOD, "   %d", status);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "%s\n\n", cJSON_IsTrue(tp_cli_field_at(trace, "stream")) ? "   streamed" : "");
    facts_before(screen, trace);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
    tp_cli_walk_stages(screen, trace);
    attempts_table(screen, trace);
    facts_behind(screen, trace);
}
