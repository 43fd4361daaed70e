/* base/metrics.h - makes, frees and prints the metrics of tokenpak/metric.h. Loop thread only. */

#ifndef TP_BASE_METRICS_H
#define TP_BASE_METRICS_H

#include <tokenpak/metric.h>

#include "base/buffer.h"

tp_metrics *tp_metrics_new(void);
void tp_metrics_free(tp_metrics *metrics);

/* Prometheus text format 0.0.4, or OpenMetrics 1.0 with its # EOF. */
void tp_metrics_print(const tp_metrics *metrics, bool openmetrics, tp_buffer *out);

/* The row of the table, for docs/metrics.md. */
typedef struct tp_metric_row {
    const char *name;
    tp_metric_kind kind;
    const char *labels;
    const char *help;
} tp_metric_row;

const tp_metric_row *tp_metrics_row(tp_metric metric);

/* counter, gauge, histogram */
const char *tp_metrics_kind(tp_metric_kind kind);

#endif
