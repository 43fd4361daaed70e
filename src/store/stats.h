/* store/stats.h - sums over many requests, since start or of a window: what /stats tells. One thread at a time. */

#ifndef TP_STORE_STATS_H
#define TP_STORE_STATS_H

#include <uthash.h>

#include "store/histogram.h"
#include "store/row.h"

/* The sums; each is a column of the table `aggregate`. The classes come first, in the order of tp_row_class. X(column) */
#define TP_STATS_SUMS(X)                                                                                                                   \
    X(ok)                                                                                                                                  \
    X(caller_error)                                                                                                                        \
    X(policy_error)                                                                                                                        \
    X(provider_error)                                                                                                                      \
    X(own_error)                                                                                                                           \
    X(cancelled)                                                                                                                           \
    X(input)                                                                                                                               \
    X(output)                                                                                                                              \
    X(cache_read)                                                                                                                          \
    X(cache_creation)                                                                                                                      \
    X(reasoning)                                                                                                                           \
    X(estimated) /* requests whose tokens we counted ourselves, roughly */                                                                 \
    X(unpriced)  /* requests with tokens but no known price */                                                                             \
    X(no_usage)  /* complete replies in which the provider told no usage */                                                                \
    X(attempts)                                                                                                                            \
    X(failed) /* of them: those that another one followed; of providers and in all */                                                      \
    X(bytes_in)                                                                                                                            \
    X(bytes_out)

typedef enum tp_stats_sum {
#define TP_STATS_SUM_ENUM(name) TP_STATS_##name,
    TP_STATS_SUMS(TP_STATS_SUM_ENUM)
#undef TP_STATS_SUM_ENUM
        TP_STATS_SUM_COUNT
} tp_stats_sum;

/* The durations; each is a column of the table `aggregate`. X(NAME, column, word) */
#define TP_STATS_LATENCIES(X)                                                                                                              \
    X(TOTAL, total_us, "total")                                                                                                            \
    X(PROVIDER, provider_us, "provider")                                                                                                   \
    X(FIRST_TOKEN, first_token_us, "first_token")                                                                                          \
    X(OVERHEAD, overhead_us, "overhead")

typedef enum tp_stats_latency {
#define TP_STATS_LATENCY_ENUM(name, column, word) TP_STATS_LATENCY_##name,
    TP_STATS_LATENCIES(TP_STATS_LATENCY_ENUM)
#undef TP_STATS_LATENCY_ENUM
        TP_STATS_LATENCY_COUNT
} tp_stats_latency;

typedef enum tp_stats_by {
    TP_STATS_BY_MODEL,
    TP_STATS_BY_PROVIDER,
    TP_STATS_BY_KEY,
    TP_STATS_BY_CLIENT,
    TP_STATS_BY_DAY,
    TP_STATS_BY_COUNT,
    TP_STATS_BY_NONE = TP_STATS_BY_COUNT
} tp_stats_by;

enum {
    TP_STATS_NAMES = 1000, /* of one kind; what comes later counts under `other` */
    TP_STATS_ERROR = 64,
    TP_STATS_DAY = 10, /* length of 2026-01-31 */
};

typedef struct tp_stats_name {
    UT_hash_handle hh;
    uint64_t sums[TP_STATS_SUM_COUNT];
    tp_histogram latency;            /* waiting for it; of providers only */
    char last_error[TP_STATS_ERROR]; /* code of its last provider_error; of providers only */
    char name[];
} tp_stats_name;

/* At most 5 * 1,001 names of about 400 bytes and a histogram for each provider: 2 MB, without histograms of thousands of providers. */
typedef struct tp_stats {
    uint64_t sums[TP_STATS_SUM_COUNT];
    tp_histogram latency[TP_STATS_LATENCY_COUNT];
    tp_stats_name *names[TP_STATS_BY_COUNT];  /* uthash, in the order of first sight */
    unsigned kinds;                           /* bit 1 << tp_stats_by: names of this kind are kept */
    tp_stats_name *recent[TP_STATS_BY_COUNT]; /* the one found last: most requests in a row are alike */
    uint32_t most;                            /* names of one kind */
    int64_t day;                              /* since 1970, that `day_text` tells */
    char day_text[TP_STATS_DAY + 1];
    uint64_t in_flight, streaming; /* now; 0 in a window */
} tp_stats;

/* Empty, keeping names of all kinds. */
void tp_stats_init(tp_stats *stats);
void tp_stats_free(tp_stats *stats);

void tp_stats_add(tp_stats *stats, const tp_row *row);

/* Adds all of `from`; of its names those of the kinds that `to` keeps. */
void tp_stats_merge(tp_stats *to, const tp_stats *from);

/* The sums of a name, made when it is new; `other` when there are too many. */
tp_stats_name *tp_stats_find(tp_stats *stats, tp_stats_by by, tp_bytes name);

/* All requests, whatever their class. */
uint64_t tp_stats_requests(const uint64_t sums[TP_STATS_SUM_COUNT]);

/* model, provider, key, client, day; TP_STATS_BY_NONE when it is none of them. */
tp_stats_by tp_stats_by_of(tp_bytes word);
const char *tp_stats_by_word(tp_stats_by by);

#endif
