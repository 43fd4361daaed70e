/* cli/report.h - what `doctor` has found: one line each, with a verdict. One thread. */

#ifndef TP_CLI_REPORT_H
#define TP_CLI_REPORT_H

#include "cli/screen.h"

typedef enum tp_cli_verdict { TP_CLI_FINE, TP_CLI_NOTE, TP_CLI_PROBLEM } tp_cli_verdict;

typedef struct tp_cli_finding {
    tp_cli_verdict verdict;
    char what[96];
    char text[640];
} tp_cli_finding;

/* Begins zeroed. */
typedef struct tp_cli_report {
    tp_cli_finding *items;
    size_t count, capacity;
    size_t problems;
} tp_cli_report;

/* The text must not hold a secret. */
void tp_cli_report_add(tp_cli_report *report, tp_cli_verdict verdict, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A table and a sentence, or {"problems": N, "checks": [{"what","verdict","text"}]}. */
void tp_cli_report_print(const tp_cli_report *report, bool json, tp_cli_screen *screen);

void tp_cli_report_free(tp_cli_report *report);

#endif
