/* bench/samples.c - every latency of a run, kept exactly. */

#include "samples.h"

#include <stdlib.h>

void bench_samples_add(bench_samples *samples, uint64_t value)
{
    if (samples->count == samples->room) {
        samples->room = samples->room ? samples->room * 2 : 65536;
        samples->values = realloc(samples->values, samples->room * sizeof *samples->values);
        if (!samples->values)
            abort();
    }
    samples->values[samples->count++] = value;
}

static int by_value(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

    return (a > b) - (a < b);
}

void bench_samples_sort(bench_samples *samples)
{
    if (samples->count > 0)
        qsort(samples->values, samples->count, sizeof *samples->values, by_value);
}

uint64_t bench_samples_at(const bench_samples *samples, double share)
{
    size_t index = (size_t)((double)samples->count * share);

    if (samples->count == 0)
        return 0;
    return samples->values[index < samples->count ? index : samples->count - 1];
}
