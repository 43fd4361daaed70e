/* cli/numbers.c - the blocks of /stats as lines and tables. */

#include "cli/numbers.h"

#include "cli/field.h"
#include "cli/table.h"
#include "cli/units.h"

enum { BAR = 20 };

static const struct {
    const char *path, *word;
    const char *plural; /* ending */
    tp_cli_style style;
} ENDS[] = {
    { "ok", "ok", "", TP_CLI_GOOD },
    { "caller_error", "caller error", "s", TP_CLI_POOR },
    { "policy_error", "policy error", "s", TP_CLI_POOR },
    { "provider_error", "provider error", "s", TP_CLI_BAD },
    { "own_error", "own error", "s", TP_CLI_BAD },
    { "cancelled", "cancelled", "", TP_CLI_POOR },
    { "in_flight", "in flight", "", TP_CLI_PLAIN },
};

static void requests_line(tp_cli_screen *screen, const cJSON *stats)
{
    const cJSON *requests = tp_cli_field_at(stats, "requests");

    tp_cli_screen_print(screen, TP_CLI_DIM, "  requests   ");
    tp_cli_screen_print(screen, TP_CLI_BOLD, "%s", tp_cli_units_count(tp_cli_field_count(requests, "total")).text);
    for (unsigned i = 0; i < sizeof(ENDS) / sizeof(*ENDS); i++) {
        uint64_t count = tp_cli_field_count(requests, ENDS[i].path);

        if (count)
            tp_cli_screen_print(screen, ENDS[i].style, "   %s %s%s", tp_cli_units_count(count).text, ENDS[i].word,
                                count == 1 ? "" : ENDS[i].plural);
    }
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
}

static void part(tp_cli_screen *screen, const cJSON *tokens, const char *path, const char *word)
{
    uint64_t count = tp_cli_field_count(tokens, path);

    if (count)
        tp_cli_screen_print(screen, TP_CLI_DIM, "   %s %s", tp_cli_units_count(count).text, word);
}

static void tokens_line(tp_cli_screen *screen, const cJSON *stats)
{
    const cJSON *tokens = tp_cli_field_at(stats, "tokens");

    tp_cli_screen_print(screen, TP_CLI_DIM, "  tokens     ");
    tp_cli_screen_print(screen, TP_CLI_BOLD, "%s", tp_cli_units_count(tp_cli_field_count(tokens, "input")).text);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, " in   ");
    tp_cli_screen_print(screen, TP_CLI_BOLD, "%s", tp_cli_units_count(tp_cli_field_count(tokens, "output")).text);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, " out");
    part(screen, tokens, "cache_read", "read from cache");
    part(screen, tokens, "cache_creation", "written to cache");
    part(screen, tokens, "reasoning", "reasoning");
    part(screen, tokens, "missing_requests", "replies without usage");
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
}

/* Money is told once there are prices. */
static void cost_line(tp_cli_screen *screen, const cJSON *stats)
{
    const char *usd = tp_cli_field_text(stats, "cost.usd");

    if (*usd)
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "  cost       %s USD\n", usd);
}

/* Most durations come in whole milliseconds, so that 0 is none of them. */
static void add_quantile(tp_cli_table *table, const cJSON *latency, const char *name)
{
    double ms = tp_cli_field_number(latency, name, -1);

    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", ms > 0 ? tp_cli_units_duration(ms * 1000).text : tp_cli_units_ms(ms).text);
}

static void add_quantiles(tp_cli_table *table, const cJSON *latency)
{
    add_quantile(table, latency, "p50");
    add_quantile(table, latency, "p90");
    add_quantile(table, latency, "p99");
}

static void durations_table(tp_cli_screen *screen, const cJSON *stats)
{
    static const tp_cli_column COLUMNS[] = { { "time", false }, { "p50", true }, { "p90", true }, { "p99", true }, { "", false } };
    tp_cli_table table = { .columns = COLUMNS, .width = 5 };
    const cJSON *latencies = tp_cli_field_at(stats, "latency_ms"), *one;
    double longest = tp_cli_field_number(latencies, "total.p90", 0);

    cJSON_ArrayForEach(one, latencies)
    {
        if (tp_cli_field_number(one, "p50", -1) < 0)
            continue;
        tp_cli_table_add(&table, TP_CLI_DIM, "%s", strcmp(one->string, "first_token") == 0 ? "first token" : one->string);
        add_quantiles(&table, one);
        tp_cli_table_add(&table, TP_CLI_BAR, "%s",
                         tp_cli_units_bar(longest > 0 ? tp_cli_field_number(one, "p90", 0) / longest : 0, BAR, screen->utf8).text);
    }
    if (table.count)
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
    tp_cli_table_print(&table, screen);
}

void tp_cli_numbers_totals(tp_cli_screen *screen, const cJSON *stats)
{
    requests_line(screen, stats);
    tokens_line(screen, stats);
    cost_line(screen, stats);
    durations_table(screen, stats);
}

static double total_of(const cJSON *group, const char *path)
{
    const cJSON *one;
    double sum = 0;

    cJSON_ArrayForEach(one, group) sum += tp_cli_field_number(one, path, 0);
    return sum > 0 ? sum : 1;
}

static void add_share(tp_cli_table *table, double share, bool utf8)
{
    tp_cli_table_add(table, TP_CLI_BAR, "%s", tp_cli_units_bar(share, BAR, utf8).text);
}

static void print_titled(tp_cli_screen *screen, tp_cli_table *table)
{
    if (table->count)
        tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
    tp_cli_table_print(table, screen);
}

void tp_cli_numbers_providers(tp_cli_screen *screen, const cJSON *stats)
{
    static const tp_cli_column COLUMNS[] = { { "provider", false }, { "requests", true }, { "errors", true }, { "p50", true },
                                             { "p90", true },       { "p99", true },      { "share", false }, { "last error", false } };
    tp_cli_table table = { .columns = COLUMNS, .width = 8 };
    const cJSON *providers = tp_cli_field_at(stats, "providers"), *one;
    double total = total_of(providers, "requests");

    cJSON_ArrayForEach(one, providers)
    {
        double rate = tp_cli_field_number(one, "error_rate", 0);

        tp_cli_table_add(&table, TP_CLI_BOLD, "%s", *one->string ? one->string : "-");
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", tp_cli_units_count(tp_cli_field_count(one, "requests")).text);
        tp_cli_table_add(&table, rate > 0 ? TP_CLI_BAD : TP_CLI_PLAIN, "%s", tp_cli_units_share(rate).text);
        add_quantiles(&table, tp_cli_field_at(one, "latency_ms"));
        add_share(&table, tp_cli_field_number(one, "requests", 0) / total, screen->utf8);
        tp_cli_table_add(&table, TP_CLI_POOR, "%s", tp_cli_field_text(one, "last_error"));
    }
    print_titled(screen, &table);
}

static void add_tokens(tp_cli_table *table, const cJSON *tokens)
{
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", tp_cli_units_count(tp_cli_field_count(tokens, "input")).text);
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", tp_cli_units_count(tp_cli_field_count(tokens, "output")).text);
    tp_cli_table_add(table, TP_CLI_PLAIN, "%s", tp_cli_units_count(tp_cli_field_count(tokens, "cache_read")).text);
}

void tp_cli_numbers_models(tp_cli_screen *screen, const cJSON *stats)
{
    static const tp_cli_column COLUMNS[] = { { "model", false }, { "requests", true }, { "input", true },
                                             { "output", true }, { "cached", true },   { "share", false } };
    tp_cli_table table = { .columns = COLUMNS, .width = 6 };
    const cJSON *models = tp_cli_field_at(stats, "models"), *one;
    double total = total_of(models, "requests");

    cJSON_ArrayForEach(one, models)
    {
        tp_cli_table_add(&table, TP_CLI_BOLD, "%s", *one->string ? one->string : "-");
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", tp_cli_units_count(tp_cli_field_count(one, "requests")).text);
        add_tokens(&table, one);
        add_share(&table, tp_cli_field_number(one, "requests", 0) / total, screen->utf8);
    }
    print_titled(screen, &table);
}

void tp_cli_numbers_by(tp_cli_screen *screen, const cJSON *stats, const char *title)
{
    const tp_cli_column COLUMNS[] = { { title, false },   { "requests", true }, { "failed", true }, { "input", true },
                                      { "output", true }, { "cached", true },   { "share", false } };
    tp_cli_table table = { .columns = COLUMNS, .width = 7 };
    const cJSON *entries = tp_cli_field_at(stats, "by"), *one;
    double total = total_of(entries, "requests.total");

    cJSON_ArrayForEach(one, entries)
    {
        const char *name = tp_cli_field_text(one, "name");
        uint64_t requests = tp_cli_field_count(one, "requests.total"), ok = tp_cli_field_count(one, "requests.ok");

        tp_cli_table_add(&table, TP_CLI_BOLD, "%s", *name ? name : "-");
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", tp_cli_units_count(requests).text);
        tp_cli_table_add(&table, requests > ok ? TP_CLI_POOR : TP_CLI_PLAIN, "%s",
                         tp_cli_units_count(requests > ok ? requests - ok : 0).text);
        add_tokens(&table, tp_cli_field_at(one, "tokens"));
        add_share(&table, (double)requests / total, screen->utf8);
    }
    print_titled(screen, &table);
}

void tp_cli_numbers_store(tp_cli_screen *screen, const cJSON *stats)
{
    const cJSON *store = tp_cli_field_at(stats, "store");
    const char *state = tp_cli_field_text(store, "state"), *problem = tp_cli_field_text(store, "problem");
    uint64_t dropped = tp_cli_field_count(store, "dropped");

    if (!store)
        return;
    tp_cli_screen_print(screen, TP_CLI_DIM, "  store      ");
    tp_cli_screen_print(screen, *problem ? TP_CLI_BAD : TP_CLI_GOOD, "%s", *state ? state : "ok");
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "   %s rows   %s", tp_cli_units_count(tp_cli_field_count(store, "rows")).text,
                        tp_cli_units_size(tp_cli_field_count(store, "db_bytes")).text);
    if (dropped)
        tp_cli_screen_print(screen, TP_CLI_BAD, "   %s rows lost", tp_cli_units_count(dropped).text);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "%s%s\n", *problem ? "\n             " : "", problem);
}
