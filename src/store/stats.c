/* store/stats.c - adds rows to sums, in all and by name. */

#include "store/stats.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

enum { ALL_KINDS = (1 << TP_STATS_BY_COUNT) - 1, DAY_MS = 86400000 };

static const char *const BY_WORDS[TP_STATS_BY_COUNT] = { "model", "provider", "key", "client", "day" };

void tp_stats_init(tp_stats *stats)
{
    *stats = (tp_stats){ .kinds = ALL_KINDS, .most = TP_STATS_NAMES, .day = -1 };
}

static void free_names(tp_stats_name **names)
{
    tp_stats_name *name, *next;

    HASH_ITER(hh, *names, name, next)
    {
        HASH_DEL(*names, name);
        tp_histogram_free(&name->latency);
        free(name);
    }
}

void tp_stats_free(tp_stats *stats)
{
    for (unsigned i = 0; i < TP_STATS_BY_COUNT; i++)
        free_names(&stats->names[i]);
    for (unsigned i = 0; i < TP_STATS_LATENCY_COUNT; i++)
        tp_histogram_free(&stats->latency[i]);
}

static tp_stats_name *lookup(tp_stats_name *names, tp_bytes name)
{
    tp_stats_name *found;

    HASH_FIND(hh, names, name.data, (unsigned)name.length, found);
    return found;
}

static tp_stats_name *find_or_add(tp_stats *stats, tp_stats_by by, tp_bytes name)
{
    tp_stats_name *found = lookup(stats->names[by], name);

    if (!found && HASH_COUNT(stats->names[by]) >= stats->most) {
        name = TP_BYTES("other");
        found = lookup(stats->names[by], name);
    }
    if (found)
        return found;
    found = tp_memory_new(sizeof *found + name.length + 1);
    memcpy(found->name, name.data, name.length);
    HASH_ADD_KEYPTR(hh, stats->names[by], found->name, (unsigned)name.length, found);
    return found;
}

tp_stats_name *tp_stats_find(tp_stats *stats, tp_stats_by by, tp_bytes name)
{
    tp_stats_name *recent = stats->recent[by];

    if (!recent || !tp_bytes_equal(tp_bytes_of(recent->name, recent->hh.keylen), name))
        recent = stats->recent[by] = find_or_add(stats, by, name);
    return recent;
}

static void sums_of(const tp_row *row, uint64_t sums[TP_STATS_SUM_COUNT])
{
    bool guessed = tp_bytes_equal(row->source, TP_BYTES("heuristic")) || tp_bytes_equal(row->source, TP_BYTES("calibrated"));

    sums[row->class >= 0 && row->class < TP_ROW_CLASS_COUNT ? row->class : TP_ROW_OWN_ERROR] = 1;
    sums[TP_STATS_input] = (uint64_t)row->input;
    sums[TP_STATS_output] = (uint64_t)row->output;
    sums[TP_STATS_cache_read] = (uint64_t)row->cache_read;
    sums[TP_STATS_cache_creation] = (uint64_t)row->cache_creation;
    sums[TP_STATS_reasoning] = (uint64_t)row->reasoning;
    sums[TP_STATS_estimated] = guessed;
    sums[TP_STATS_unpriced] = row->input > 0 || row->output > 0;
    sums[TP_STATS_no_usage] = row->no_usage != 0;
    sums[TP_STATS_attempts] = (uint64_t)row->attempts;
    sums[TP_STATS_bytes_in] = (uint64_t)row->bytes_in;
    sums[TP_STATS_bytes_out] = (uint64_t)row->bytes_out;
}

static void add_sums(uint64_t to[TP_STATS_SUM_COUNT], const uint64_t from[TP_STATS_SUM_COUNT])
{
    for (unsigned i = 0; i < TP_STATS_SUM_COUNT; i++)
        to[i] += from[i];
}

static void add_latency(tp_histogram *histogram, int64_t amount, uint64_t unit_us)
{
    if (amount >= 0)
        tp_histogram_add(histogram, (uint64_t)amount * unit_us);
}

static void set_error(tp_stats_name *provider, tp_bytes error)
{
    size_t length = error.length < TP_STATS_ERROR ? error.length : TP_STATS_ERROR - 1;

    memset(provider->last_error, 0, sizeof provider->last_error);
    if (length)
        memcpy(provider->last_error, error.data, length);
}

static void add_provider(tp_stats_name *provider, const tp_row *row)
{
    char status[16];

    add_latency(&provider->latency, row->provider_ms, 1000);
    if (row->class != TP_ROW_PROVIDER_ERROR)
        return;
    snprintf(status, sizeof status, "%d", (int)row->status);
    set_error(provider, row->error.length ? row->error : tp_bytes_text(status));
}

static bool keeps(const tp_stats *stats, unsigned by)
{
    return stats->kinds >> by & 1;
}

/* Each failed attempt counts on the provider that failed, which need not be the one that answered. */
static void add_failures(tp_stats *stats, tp_bytes failures)
{
    tp_bytes item;

    while (tp_bytes_next(&failures, ',', &item)) {
        size_t colon = tp_bytes_find(item, ':');

        stats->sums[TP_STATS_failed]++;
        if (keeps(stats, TP_STATS_BY_PROVIDER) && colon) {
            tp_stats_name *provider = tp_stats_find(stats, TP_STATS_BY_PROVIDER, tp_bytes_of(item.data, colon));

            provider->sums[TP_STATS_failed]++;
            set_error(provider, tp_bytes_from(item, colon + 1));
        }
    }
}

static tp_bytes day_of(tp_stats *stats, int64_t ms)
{
    char text[TP_CLOCK_TEXT];

    if (ms / DAY_MS != stats->day)
        memcpy(stats->day_text, tp_clock_rfc3339(ms, text), TP_STATS_DAY);
    stats->day = ms / DAY_MS;
    return tp_bytes_of(stats->day_text, TP_STATS_DAY);
}

void tp_stats_add(tp_stats *stats, const tp_row *row)
{
    uint64_t sums[TP_STATS_SUM_COUNT] = { 0 };
    tp_bytes names[TP_STATS_BY_COUNT] = { row->model, row->provider, row->key, row->client };

    sums_of(row, sums);
    add_sums(stats->sums, sums);
    add_latency(&stats->latency[TP_STATS_LATENCY_TOTAL], row->total_ms, 1000);
    add_latency(&stats->latency[TP_STATS_LATENCY_PROVIDER], row->provider_ms, 1000);
    add_latency(&stats->latency[TP_STATS_LATENCY_FIRST_TOKEN], row->first_token_ms, 1000);
    add_latency(&stats->latency[TP_STATS_LATENCY_OVERHEAD], row->overhead_us, 1);
    if (keeps(stats, TP_STATS_BY_DAY))
        names[TP_STATS_BY_DAY] = day_of(stats, row->started_ms);
    for (unsigned by = 0; by < TP_STATS_BY_COUNT; by++)
        if (keeps(stats, by) && names[by].length)
            add_sums(tp_stats_find(stats, by, names[by])->sums, sums);
    if (keeps(stats, TP_STATS_BY_PROVIDER) && row->provider.length)
        add_provider(tp_stats_find(stats, TP_STATS_BY_PROVIDER, row->provider), row);
    add_failures(stats, row->failures);
}

static void merge_name(tp_stats *to, tp_stats_by by, const tp_stats_name *from)
{
    tp_stats_name *name = tp_stats_find(to, by, tp_bytes_of(from->name, from->hh.keylen));

    add_sums(name->sums, from->sums);
    tp_histogram_merge(&name->latency, &from->latency);
    if (from->last_error[0])
        memcpy(name->last_error, from->last_error, sizeof name->last_error);
}

void tp_stats_merge(tp_stats *to, const tp_stats *from)
{
    add_sums(to->sums, from->sums);
    for (unsigned i = 0; i < TP_STATS_LATENCY_COUNT; i++)
        tp_histogram_merge(&to->latency[i], &from->latency[i]);
    for (unsigned by = 0; by < TP_STATS_BY_COUNT; by++)
        for (const tp_stats_name *name = from->names[by]; name && keeps(to, by); name = name->hh.next)
            merge_name(to, (tp_stats_by)by, name);
}

uint64_t tp_stats_requests(const uint64_t sums[TP_STATS_SUM_COUNT])
{
    uint64_t requests = 0;

    for (unsigned i = 0; i < TP_ROW_CLASS_COUNT; i++)
        requests += sums[i];
    return requests;
}

tp_stats_by tp_stats_by_of(tp_bytes word)
{
    unsigned by = 0;

    while (by < TP_STATS_BY_COUNT && !tp_bytes_equal(word, tp_bytes_text(BY_WORDS[by])))
        by++;
    return (tp_stats_by)by;
}

const char *tp_stats_by_word(tp_stats_by by)
{
    return by < TP_STATS_BY_COUNT ? BY_WORDS[by] : "";
}
