/* cli/report.c - what `doctor` has found. */

#include "cli/report.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"
#include "cli/table.h"

static const struct {
    const char *word;
    tp_cli_style style;
} VERDICTS[] = {
    [TP_CLI_FINE] = { "ok", TP_CLI_GOOD },
    [TP_CLI_NOTE] = { "note", TP_CLI_POOR },
    [TP_CLI_PROBLEM] = { "problem", TP_CLI_BAD },
};

void tp_cli_report_add(tp_cli_report *report, tp_cli_verdict verdict, const char *what, const char *format, ...)
{
    tp_cli_finding *finding;
    va_list list;

    if (report->count == report->capacity) {
        report->capacity = report->capacity ? 2 * report->capacity : 16;
        report->items = tp_memory_resize(report->items, report->capacity * sizeof(*report->items));
    }
    finding = &report->items[report->count++];
    finding->verdict = verdict;
    snprintf(finding->what, sizeof(finding->what), "%s", what);
    va_start(list, format);
    vsnprintf(finding->text, sizeof(finding->text), format, list);
    va_end(list);
    report->problems += verdict == TP_CLI_PROBLEM;
}

static void print_text(const tp_cli_report *report, tp_cli_screen *screen)
{
    static const tp_cli_column COLUMNS[] = { { NULL, false }, { NULL, false }, { NULL, false } };
    tp_cli_table table = { .columns = COLUMNS, .width = 3 };

    for (size_t i = 0; i < report->count; i++) {
        const tp_cli_finding *finding = &report->items[i];

        tp_cli_table_add(&table, VERDICTS[finding->verdict].style, "%s", VERDICTS[finding->verdict].word);
        tp_cli_table_add(&table, TP_CLI_PLAIN, "%s", finding->what);
        tp_cli_table_add(&table, finding->verdict == TP_CLI_FINE ? TP_CLI_DIM : TP_CLI_PLAIN, "%s", finding->text);
    }
    tp_cli_table_print(&table, screen);
    if (report->problems)
        tp_cli_screen_print(screen, TP_CLI_BAD, "\n  %zu problem%s\n", report->problems, report->problems > 1 ? "s" : "");
    else
        tp_cli_screen_print(screen, TP_CLI_GOOD, "\n  no problem\n");
}

static void put_member(tp_buffer *out, const char *name, const char *value)
{
    tp_buffer_printf(out, "\"%s\":\"", name);
    tp_buffer_json(out, tp_bytes_text(value));
    tp_buffer_text(out, "\"");
}

static void print_json(const tp_cli_report *report, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"problems\":%zu,\"checks\":[", report->problems);
    for (size_t i = 0; i < report->count; i++) {
        tp_buffer_text(out, i ? ",{" : "{");
        put_member(out, "what", report->items[i].what);
        tp_buffer_text(out, ",");
        put_member(out, "verdict", VERDICTS[report->items[i].verdict].word);
        tp_buffer_text(out, ",");
        put_member(out, "text", report->items[i].text);
        tp_buffer_text(out, "}");
    }
    tp_buffer_text(out, "]}\n");
}

void tp_cli_report_print(const tp_cli_report *report, bool json, tp_cli_screen *screen)
{
    if (json)
        print_json(report, &screen->text);
    else
        print_text(report, screen);
}

void tp_cli_report_free(tp_cli_report *report)
{
    free(report->items);
    *report = (tp_cli_report){ 0 };
}
