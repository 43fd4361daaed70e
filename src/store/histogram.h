/* store/histogram.h - how often each duration occurred: 16 steps to a power of two (error at most 3.2 %), up to 25 days. One thread. */

#ifndef TP_STORE_HISTOGRAM_H
#define TP_STORE_HISTOGRAM_H

#include "base/buffer.h"

enum {
    TP_HISTOGRAM_SLOTS = 608,
    TP_HISTOGRAM_BLOB = TP_HISTOGRAM_SLOTS * 10 + 10, /* longest form in the database */
};

/* Zeroed = empty. Holds only the stretch of slots in use: at most 608 * 8 bytes. */
typedef struct tp_histogram {
    uint64_t *counts;
    uint32_t first, length; /* counts[0] is slot `first` */
    uint64_t total;
} tp_histogram;

void tp_histogram_free(tp_histogram *histogram);

void tp_histogram_add(tp_histogram *histogram, uint64_t us);

void tp_histogram_merge(tp_histogram *to, const tp_histogram *from);

/* The duration in microseconds that `share` (0 to 1) of all do not exceed; 0 when there are none. */
double tp_histogram_quantile(const tp_histogram *histogram, double share);

/* The form in the database: first slot, number of slots, their counts, as base-128 numbers. */
void tp_histogram_write(const tp_histogram *histogram, tp_buffer *blob);

/* Adds what a blob says; false, and nothing added, when it is not one. */
bool tp_histogram_read(tp_histogram *histogram, tp_bytes blob);

#endif
