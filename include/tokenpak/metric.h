/* tokenpak/metric.h - every metric, declared once: the table makes the enum, /metrics and docs/metrics.md. Loop thread only. */

#ifndef TOKENPAK_METRIC_H
#define TOKENPAK_METRIC_H

#include <stdint.h>

typedef enum tp_metric_kind { TP_METRIC_COUNTER, TP_METRIC_GAUGE, TP_METRIC_HISTOGRAM } tp_metric_kind;

/* X(NAME, kind, name as exported, labels separated by blanks, help). Counters end in _total; histograms count seconds. */
#define TP_METRICS(X)                                                                                                                      \
    X(REQUESTS, COUNTER, "tokenpak_requests_total", "dialect provider class", "requests that reached the first stage, by result class")    \
    X(REFUSED, COUNTER, "tokenpak_refused_total", "code", "messages refused before the first stage")                                       \
    X(ERRORS, COUNTER, "tokenpak_errors_total", "code", "requests that ended with an error of the proxy, by code")                         \
    X(IN_FLIGHT, GAUGE, "tokenpak_requests_in_flight", "", "requests between their head and their end")                                    \
    X(TOKENS, COUNTER, "tokenpak_tokens_total", "provider model kind", "tokens by kind: input output cache_read cache_creation reasoning") \
    X(NO_USAGE, COUNTER, "tokenpak_replies_without_usage_total", "provider", "complete chat replies in which the provider told no usage")  \
    X(ATTEMPTS, COUNTER, "tokenpak_attempts_total", "provider result", "attempts at providers, by result")                                 \
    X(DURATION, HISTOGRAM, "tokenpak_request_duration_seconds", "provider", "from the head of the request to the end of the reply")        \
    X(FIRST_BYTE, HISTOGRAM, "tokenpak_first_byte_seconds", "provider", "from the request sent to the first byte of the reply's body")     \
    X(OVERHEAD, HISTOGRAM, "tokenpak_overhead_seconds", "", "time in the proxy: total less the waiting for client and provider")           \
    X(BYTES_IN, COUNTER, "tokenpak_request_bytes_total", "", "bytes of request bodies")                                                    \
    X(BYTES_OUT, COUNTER, "tokenpak_reply_bytes_total", "", "bytes of reply bodies")                                                       \
    X(CONNECTIONS, GAUGE, "tokenpak_client_connections", "", "open client connections")                                                    \
    X(ACCEPT_PAUSES, COUNTER, "tokenpak_accept_pauses_total", "", "times that no client was let in, because descriptors were short")       \
    X(UPSTREAM_OPEN, COUNTER, "tokenpak_upstream_connects_total", "provider result", "connections opened to providers")                    \
    X(UPSTREAM_IDLE, GAUGE, "tokenpak_upstream_idle_connections", "", "kept-alive provider connections without a request")                 \
    X(STORE_QUEUED, GAUGE, "tokenpak_store_queued", "", "rows waiting for the next batch")                                                 \
    X(STORE_DROPPED, COUNTER, "tokenpak_store_dropped_total", "", "rows that could not be stored")                                         \
    X(LOOP_LAG, HISTOGRAM, "tokenpak_loop_turn_seconds", "", "wall time of one turn of the event loop without its waiting")                \
    X(LOOP_CPU, HISTOGRAM, "tokenpak_loop_turn_cpu_seconds", "", "CPU time of the loop's thread in one turn of the event loop")

typedef enum tp_metric {
#define TP_METRIC_ENUM(name, kind, text, labels, help) TP_METRIC_##name,
    TP_METRICS(TP_METRIC_ENUM)
#undef TP_METRIC_ENUM
        TP_METRIC_COUNT
} tp_metric;

typedef struct tp_metrics tp_metrics;

/* Adds to a counter or gauge. The label values stand in the order of the table, NULL counts as "-"; a metric keeps 1,000 label
 * sets, what comes later is counted under `other`. */
void tp_metric_add(tp_metrics *metrics, tp_metric metric, double amount, const char *first, const char *second, const char *third);

/* Sets a gauge without labels. */
void tp_metric_set(tp_metrics *metrics, tp_metric metric, double value);

/* Adds one observation to a histogram with at most one label. */
void tp_metric_observe(tp_metrics *metrics, tp_metric metric, double seconds, const char *label);

#endif
