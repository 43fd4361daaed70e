/* bench/samples.h - every latency of a run, kept exactly. */

#ifndef TP_BENCH_SAMPLES_H
#define TP_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

typedef struct bench_samples {
    uint64_t *values;
    size_t count, room;
} bench_samples;

void bench_samples_add(bench_samples *samples, uint64_t value);

/* Must come before bench_samples_at. */
void bench_samples_sort(bench_samples *samples);

/* The value that `share` (0 to 1) of all do not exceed; 0 when there is none. */
uint64_t bench_samples_at(const bench_samples *samples, double share);

#endif
