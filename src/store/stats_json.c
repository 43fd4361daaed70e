/* store/stats_json.c - prints the object of /stats in the order of its members. */

#include "store/stats_json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"

static void text(tp_buffer *out, const char *name, const char *value)
{
    tp_buffer_printf(out, "\"%s\":\"", name);
    tp_buffer_json(out, tp_bytes_text(value));
    tp_buffer_text(out, "\"");
}

static void number(tp_buffer *out, const char *name, uint64_t value, const char *behind)
{
    tp_buffer_printf(out, "\"%s\":%" PRIu64 "%s", name, value, behind);
}

/* Members first..last of the sums, by their column names. */
static void sums_from(tp_buffer *out, const uint64_t *sums, tp_stats_sum first, tp_stats_sum last)
{
    static const char *const NAMES[] = {
#define NAME(name) #name,
        TP_STATS_SUMS(NAME)
#undef NAME
    };

    for (unsigned i = first; i <= last; i++)
        number(out, NAMES[i], sums[i], i < last ? "," : "");
}

static void requests(tp_buffer *out, const uint64_t *sums, const tp_stats_json_frame *now)
{
    tp_buffer_text(out, "\"requests\":{");
    number(out, "total", tp_stats_requests(sums), ",");
    sums_from(out, sums, TP_STATS_ok, TP_STATS_cancelled);
    if (now) {
        tp_buffer_text(out, ",");
        number(out, "in_flight", now->in_flight, ",");
        number(out, "streaming", now->streaming, "");
    }
    tp_buffer_text(out, "}");
}

static void tokens(tp_buffer *out, const uint64_t *sums)
{
    tp_buffer_text(out, ",\"tokens\":{");
    sums_from(out, sums, TP_STATS_input, TP_STATS_reasoning);
    tp_buffer_text(out, ",");
    number(out, "estimated_requests", sums[TP_STATS_estimated], ","); /* NOLINT: a name is listed with its sums */
    number(out, "missing_requests", sums[TP_STATS_no_usage], "}");
}

/* Money is null until prices are known. */
static void cost(tp_buffer *out, const uint64_t *sums)
{
    tp_buffer_text(out, ",\"cost\":{\"usd\":null,");
    number(out, "unpriced_requests", sums[TP_STATS_unpriced], "}");
}

static void latency(tp_buffer *out, const char *name, const tp_histogram *h)
{
    static const struct {
        const char *word;
        double share;
    } QUANTILES[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 } };

    tp_buffer_printf(out, "\"%s\":{", name);
    for (unsigned i = 0; i < 3; i++) {
        const char *comma = i ? "," : "";
        if (h->total)
            tp_buffer_printf(out, "%s\"%s\":%.3f", comma, QUANTILES[i].word, tp_histogram_quantile(h, QUANTILES[i].share) / 1000);
        else
            tp_buffer_printf(out, "%s\"%s\":null", comma, QUANTILES[i].word);
    }
    tp_buffer_text(out, "}");
}

static void latencies(tp_buffer *out, const tp_stats *stats)
{
    static const char *const WORDS[] = {
#define WORD(name, column, word) word,
        TP_STATS_LATENCIES(WORD)
#undef WORD
    };

    tp_buffer_text(out, ",\"latency_ms\":{");
    for (unsigned i = 0; i < TP_STATS_LATENCY_COUNT; i++) {
        tp_buffer_text(out, i ? "," : "");
        latency(out, WORDS[i], &stats->latency[i]);
    }
    tp_buffer_text(out, "}");
}

static void provider(tp_buffer *out, const tp_stats_name *p)
{
    uint64_t total = tp_stats_requests(p->sums), attempts = total + p->sums[TP_STATS_failed];
    uint64_t errors = p->sums[TP_STATS_provider_error] + p->sums[TP_STATS_failed];

    tp_buffer_text(out, "\"");
    tp_buffer_json(out, tp_bytes_text(p->name));
    tp_buffer_text(out, "\":{");
    number(out, "requests", total, ",");
    number(out, "attempts", attempts, ",");
    number(out, "errors", errors, ",");
    tp_buffer_printf(out, "\"error_rate\":%.4f,", attempts ? (double)errors / (double)attempts : 0);
    latency(out, "latency_ms", &p->latency);
    tp_buffer_text(out, ",");
    if (p->last_error[0])
        text(out, "last_error", p->last_error);
    else
        tp_buffer_text(out, "\"last_error\":null");
    tp_buffer_text(out, "}");
}

static void model(tp_buffer *out, const tp_stats_name *m)
{
    tp_buffer_text(out, "\"");
    tp_buffer_json(out, tp_bytes_text(m->name));
    tp_buffer_text(out, "\":{");
    number(out, "requests", tp_stats_requests(m->sums), ",");
    sums_from(out, m->sums, TP_STATS_input, TP_STATS_cache_creation);
    tp_buffer_text(out, ",\"cost_usd\":null}");
}

static void by_entry(tp_buffer *out, const tp_stats_name *entry)
{
    tp_buffer_text(out, "{");
    text(out, "name", entry->name);
    tp_buffer_text(out, ",");
    requests(out, entry->sums, NULL);
    tokens(out, entry->sums);
    cost(out, entry->sums);
    tp_buffer_text(out, "}");
}

static int busiest_first(const void *left, const void *right)
{
    const tp_stats_name *const *a = left, *const *b = right;
    uint64_t first = tp_stats_requests((*a)->sums), second = tp_stats_requests((*b)->sums);

    return first != second ? (first < second ? 1 : -1) : strcmp((*a)->name, (*b)->name);
}

static int by_name(const void *left, const void *right)
{
    const tp_stats_name *const *a = left, *const *b = right;

    return strcmp((*a)->name, (*b)->name);
}

/* Days in their order, everything else the busiest first. */
static void each_name(tp_buffer *out, const tp_stats *stats, tp_stats_by by, void (*print)(tp_buffer *, const tp_stats_name *))
{
    unsigned count = HASH_COUNT(stats->names[by]), i = 0;
    const tp_stats_name **sorted = tp_memory_new(count * sizeof *sorted);

    for (const tp_stats_name *name = stats->names[by]; name; name = name->hh.next)
        sorted[i++] = name;
    qsort(sorted, count, sizeof *sorted, by == TP_STATS_BY_DAY ? by_name : busiest_first);
    for (i = 0; i < count; i++) {
        tp_buffer_text(out, i ? "," : "");
        print(out, sorted[i]);
    }
    free(sorted);
}

static void store(tp_buffer *out, const tp_store_status *status)
{
    tp_buffer_text(out, ",\"store\":{");
    text(out, "state", status->state);
    tp_buffer_text(out, ",");
    text(out, "problem", status->problem);
    tp_buffer_text(out, ",");
    number(out, "rows", status->rows, ",");
    number(out, "queued", status->queued, ",");
    number(out, "dropped", status->dropped, ",");
    number(out, "db_bytes", status->db_bytes, "}");
}

void tp_stats_json_print(const tp_stats *stats, const tp_stats_json_frame *frame, tp_buffer *out)
{
    tp_buffer_text(out, "{");
    text(out, "version", frame->version);
    tp_buffer_text(out, ",");
    number(out, "uptime_s", frame->uptime_s, ",");
    text(out, "window", frame->window);
    tp_buffer_text(out, ",");
    requests(out, stats->sums, frame);
    tokens(out, stats->sums);
    cost(out, stats->sums);
    latencies(out, stats);
    tp_buffer_text(out, ",\"providers\":{");
    each_name(out, stats, TP_STATS_BY_PROVIDER, provider);
    tp_buffer_text(out, "},\"models\":{");
    each_name(out, stats, TP_STATS_BY_MODEL, model);
    tp_buffer_text(out, "}");
    if (frame->store)
        store(out, frame->store);
    if (frame->process)
        tp_buffer_printf(out, ",\"process\":%s", frame->process);
    if (frame->by < TP_STATS_BY_COUNT) {
        tp_buffer_text(out, ",\"by\":[");
        each_name(out, stats, frame->by, by_entry);
        tp_buffer_text(out, "]");
    }
    tp_buffer_text(out, "}");
}
