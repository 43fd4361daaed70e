/* cli/docs.c - `docs`: prints the pages that are made from tables; scripts/check_docs.py keeps the committed ones fresh. */

#include "app/app.h"
#include "base/metrics.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/screen.h"
#include "config/print.h"

#include <tokenpak/err.h>

static void config_page(tp_buffer *out)
{
    size_t count;
    const tp_section *sections = tp_app_sections(&count);

    tp_config_describe_docs(sections, count, out);
}

static void metrics_page(tp_buffer *out)
{
    tp_buffer_text(out,
                   "# Metrics\n\nMade from the table of metrics by the program; do not edit. Served at /metrics, as Prometheus text or as\n"
                   "OpenMetrics. Beyond 1,000 sets of label values a metric counts under `other`.\n\n"
                   "| Name | Kind | Labels | What it counts |\n|---|---|---|---|\n");
    for (unsigned i = 0; i < TP_METRIC_COUNT; i++) {
        const tp_metric_row *row = tp_metrics_row((tp_metric)i);

        tp_buffer_printf(out, "| `%s` | %s | %s | %s |\n", row->name, tp_metrics_kind(row->kind), row->labels, row->help);
    }
}

static void errors_page(tp_buffer *out)
{
    tp_buffer_text(
        out, "# Errors\n\nMade from the table of errors by the program; do not edit. The code stands in the header `x-tokenpak-error` and "
             "in the\n"
             "body, which is in the form of the client's dialect; `x-should-retry` says whether the same request may do better later.\n\n"
             "| Code | Status | Retry | When |\n|---|---|---|---|\n");
    for (unsigned i = TP_OK + 1; i < TP_ERR_COUNT; i++)
        tp_buffer_printf(out, "| `%s` | %d | %s | %s |\n", tp_err_code((tp_err)i), tp_err_status((tp_err)i),
                         tp_err_retry((tp_err)i) ? "yes" : "no", tp_err_text((tp_err)i));
}

static const struct {
    const char *name;
    void (*print)(tp_buffer *out);
} PAGES[] = {
    { "config", config_page },
    { "metrics", metrics_page },
    { "errors", errors_page },
    { "man", tp_cli_help_man },
};

static int docs(const tp_cli_call *call)
{
    tp_cli_screen screen = tp_cli_screen_of(stdout, call->environment);

    for (unsigned i = 0; i < sizeof(PAGES) / sizeof(*PAGES); i++) {
        if (strcmp(PAGES[i].name, call->words[0]) != 0)
            continue;
        PAGES[i].print(&screen.text);
        return tp_cli_screen_flush(&screen);
    }
    fprintf(stderr, "tokenpak: docs needs config, metrics, errors or man\n");
    return TP_CLI_USAGE;
}

const tp_cli_command tp_cli_docs = {
    .name = "docs",
    .words = "config|metrics|errors|man",
    .help = "prints a page of the documentation that is made from tables",
    .least = 1,
    .most = 1,
    .hidden = true,
    .run = docs,
};
