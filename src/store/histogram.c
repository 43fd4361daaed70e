/* store/histogram.c - log-linear histograms, and their compact form in the database. */

#include "store/histogram.h"

#include <stdlib.h>

#include "base/memory.h"

enum { STEP_BITS = 4, STEPS = 1 << STEP_BITS };

void tp_histogram_free(tp_histogram *histogram)
{
    free(histogram->counts);
    *histogram = (tp_histogram){ 0 };
}

/* Below 16 us each microsecond has its slot; above, each power of two has 16. */
static uint32_t slot_of(uint64_t us)
{
    unsigned shift;
    uint64_t slot;

    if (us < STEPS)
        return (uint32_t)us;
    shift = 63u - (unsigned)__builtin_clzll(us) - STEP_BITS;
    slot = (uint64_t)(shift + 1) * STEPS + ((us >> shift) & (STEPS - 1));
    return slot < TP_HISTOGRAM_SLOTS ? (uint32_t)slot : TP_HISTOGRAM_SLOTS - 1;
}

static double middle_of(uint32_t slot)
{
    uint32_t shift = slot / STEPS ? slot / STEPS - 1 : 0;
    uint64_t low = slot < STEPS ? slot : (uint64_t)(STEPS + slot % STEPS) << shift;

    return (double)low + (double)((1ull << shift) - 1) / 2;
}

/* Makes the stretch hold slots first..end-1 as well, in whole steps so that it grows seldom. */
static void cover(tp_histogram *h, uint32_t first, uint32_t end)
{
    uint32_t old_end = h->first + h->length;
    uint64_t *counts;

    if (h->length && first >= h->first && end <= old_end)
        return;
    if (h->length) {
        first = first < h->first ? first : h->first;
        end = end > old_end ? end : old_end;
    }
    first -= first % STEPS;
    end += (STEPS - end % STEPS) % STEPS;
    counts = tp_memory_new((end - first) * sizeof *counts);
    if (h->length)
        memcpy(counts + (h->first - first), h->counts, h->length * sizeof *counts);
    free(h->counts);
    h->counts = counts;
    h->first = first;
    h->length = end - first;
}

void tp_histogram_add(tp_histogram *histogram, uint64_t us)
{
    uint32_t slot = slot_of(us);

    cover(histogram, slot, slot + 1);
    histogram->counts[slot - histogram->first]++;
    histogram->total++;
}

void tp_histogram_merge(tp_histogram *to, const tp_histogram *from)
{
    if (from->length == 0)
        return;
    cover(to, from->first, from->first + from->length);
    for (uint32_t i = 0; i < from->length; i++)
        to->counts[from->first - to->first + i] += from->counts[i];
    to->total += from->total;
}

double tp_histogram_quantile(const tp_histogram *histogram, double share)
{
    double wanted = share * (double)histogram->total;
    uint64_t seen = 0;

    for (uint32_t i = 0; i < histogram->length; i++) {
        seen += histogram->counts[i];
        if (seen > 0 && (double)seen >= wanted)
            return middle_of(histogram->first + i);
    }
    return 0;
}

static void write_number(tp_buffer *out, uint64_t number)
{
    char byte;

    for (; number >= 128; number >>= 7) {
        byte = (char)(number | 128);
        tp_buffer_add(out, tp_bytes_of(&byte, 1));
    }
    byte = (char)number;
    tp_buffer_add(out, tp_bytes_of(&byte, 1));
}

static bool read_number(tp_bytes *blob, uint64_t *number)
{
    *number = 0;
    for (unsigned i = 0; i < blob->length && i < 10; i++) {
        *number |= (uint64_t)((unsigned char)blob->data[i] & 127) << (7 * i);
        if (!((unsigned char)blob->data[i] & 128)) {
            *blob = tp_bytes_from(*blob, i + 1);
            return true;
        }
    }
    return false;
}

void tp_histogram_write(const tp_histogram *histogram, tp_buffer *blob)
{
    uint32_t begin = 0, end = histogram->length;

    while (begin < end && histogram->counts[begin] == 0)
        begin++;
    while (end > begin && histogram->counts[end - 1] == 0)
        end--;
    write_number(blob, histogram->first + begin);
    write_number(blob, end - begin);
    for (uint32_t i = begin; i < end; i++)
        write_number(blob, histogram->counts[i]);
}

bool tp_histogram_read(tp_histogram *histogram, tp_bytes blob)
{
    uint64_t first, length, counts[TP_HISTOGRAM_SLOTS];
    tp_histogram read;

    if (!read_number(&blob, &first) || !read_number(&blob, &length))
        return false;
    if (first > TP_HISTOGRAM_SLOTS || length > TP_HISTOGRAM_SLOTS - first)
        return false;
    read = (tp_histogram){ .counts = counts, .first = (uint32_t)first, .length = (uint32_t)length };
    for (uint64_t i = 0; i < length; i++) {
        if (!read_number(&blob, &counts[i]))
            return false;
        read.total += counts[i];
    }
    tp_histogram_merge(histogram, &read);
    return blob.length == 0;
}
