/* base/metrics.c - one hash of label sets per metric, printed in the order of the table. */

#include "base/metrics.h"

#include <stdlib.h>
#include <stdio.h>

#include <uthash.h>

#include "base/memory.h"

enum { MOST_SETS = 1000, MOST_LABELS = 3, BUCKETS = 18, LONGEST_VALUE = 80, KEY_SIZE = MOST_LABELS * (LONGEST_VALUE + 1), RECENT = 4 };

/* Seconds. */
static const double BOUNDS[BUCKETS] = { 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                        0.05,    0.1,    0.25,    0.5,    1,     2.5,    10,    60,   600 };

static const tp_metric_row ROWS[TP_METRIC_COUNT] = {
#define METRIC_ROW(name, kind, text, labels, help) [TP_METRIC_##name] = { text, TP_METRIC_##kind, labels, help },
    TP_METRICS(METRIC_ROW)
#undef METRIC_ROW
};

/* One label set of one metric. */
typedef struct series {
    UT_hash_handle hh;
    double value;      /* of a histogram: the sum */
    uint64_t *buckets; /* of a histogram: BUCKETS + 1 counts, not cumulative */
    char key[];        /* the label values without control characters, each ended by \x1f */
} series;

struct tp_metrics {
    series *sets[TP_METRIC_COUNT];
    series *recent[TP_METRIC_COUNT][RECENT]; /* those used last, the last one first; of a metric without labels the only one */
};

tp_metrics *tp_metrics_new(void)
{
    return tp_new(tp_metrics);
}

static void series_free(series *s)
{
    free(s->buckets);
    free(s);
}

void tp_metrics_free(tp_metrics *metrics)
{
    if (!metrics)
        return;
    for (int m = 0; m < TP_METRIC_COUNT; m++) {
        series *s, *next;

        HASH_ITER(hh, metrics->sets[m], s, next)
        {
            HASH_DEL(metrics->sets[m], s);
            series_free(s);
        }
    }
    free(metrics);
}

const tp_metric_row *tp_metrics_row(tp_metric metric)
{
    return &ROWS[metric];
}

const char *tp_metrics_kind(tp_metric_kind kind)
{
    static const char *const NAMES[] = { "counter", "gauge", "histogram" };

    return NAMES[kind];
}

static unsigned label_count(tp_metric metric)
{
    const char *labels = ROWS[metric].labels;
    unsigned count = labels[0] != 0;

    for (; *labels; labels++)
        count += *labels == ' ';
    return count;
}

/* Bytes of `value` that are kept: a long one is cut in front of a character, so that UTF-8 stays UTF-8. */
static size_t kept_length(const char *value)
{
    size_t size = strnlen(value, LONGEST_VALUE);

    if (size == LONGEST_VALUE)
        while (size > 0 && (value[size] & 0xC0) == 0x80)
            size--;
    return size;
}

static size_t make_key(tp_metric metric, const char *const values[MOST_LABELS], char key[KEY_SIZE])
{
    size_t length = 0;

    for (unsigned i = 0, count = label_count(metric); i < count; i++) {
        const char *value = values[i] && values[i][0] ? values[i] : "-"; /* NOLINT: no row has more than MOST_LABELS */
        size_t size = kept_length(value);

        for (size_t at = 0; at < size; at++)
            key[length++] = (unsigned char)value[at] < ' ' ? ' ' : value[at];
        key[length++] = '\x1f';
    }
    return length;
}

static series *add_series(tp_metrics *metrics, tp_metric metric, const char *key, size_t length)
{
    series *s = tp_memory_new(sizeof(*s) + length + 1);

    memcpy(s->key, key, length);
    if (ROWS[metric].kind == TP_METRIC_HISTOGRAM)
        s->buckets = tp_memory_new(sizeof(uint64_t) * (BUCKETS + 1));
    HASH_ADD(hh, metrics->sets[metric], key, (unsigned)length, s);
    return s;
}

static series *find_or_add(tp_metrics *metrics, tp_metric metric, const char *const values[MOST_LABELS])
{
    static const char *const OTHER[MOST_LABELS] = { "other", "other", "other" };
    char key[KEY_SIZE];
    size_t length;
    series *s;

    length = make_key(metric, values, key);
    HASH_FIND(hh, metrics->sets[metric], key, length, s);
    if (s)
        return s;
    if (values != OTHER && HASH_COUNT(metrics->sets[metric]) >= MOST_SETS)
        return find_or_add(metrics, metric, OTHER);
    return add_series(metrics, metric, key, length);
}

/* Whether the values are those of the key, byte for byte; one that was cut or cleaned for the key is found the long way. */
static bool has_values(const series *s, const char *const values[MOST_LABELS])
{
    const char *key = s->key;

    for (unsigned i = 0; *key; i++, key++) {
        const char *value = values[i] && values[i][0] ? values[i] : "-";

        while (*value && *value == *key) {
            value++;
            key++;
        }
        if (*value || *key != '\x1f')
            return false;
    }
    return true;
}

static series *find_series(tp_metrics *metrics, tp_metric metric, const char *const values[MOST_LABELS])
{
    series **recent = metrics->recent[metric], *found;
    unsigned at = 0;

    while (at < RECENT && recent[at] && !has_values(recent[at], values))
        at++;
    found = at < RECENT && recent[at] ? recent[at] : find_or_add(metrics, metric, values);
    for (unsigned i = at < RECENT ? at : RECENT - 1; i > 0; i--)
        recent[i] = recent[i - 1];
    return recent[0] = found;
}

void tp_metric_add(tp_metrics *metrics, tp_metric metric, double amount, const char *first, const char *second, const char *third)
{
    find_series(metrics, metric, (const char *const[MOST_LABELS]){ first, second, third })->value += amount;
}

void tp_metric_set(tp_metrics *metrics, tp_metric metric, double value)
{
    find_series(metrics, metric, (const char *const[MOST_LABELS]){ NULL })->value = value;
}

void tp_metric_observe(tp_metrics *metrics, tp_metric metric, double seconds, const char *label)
{
    series *s = find_series(metrics, metric, (const char *const[MOST_LABELS]){ label });
    unsigned bucket = 0;

    while (bucket < BUCKETS && seconds > BOUNDS[bucket])
        bucket++;
    s->buckets[bucket]++;
    s->value += seconds;
}

static void print_escaped(tp_buffer *out, tp_bytes value)
{
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] == '"' || value.data[i] == '\\')
            tp_buffer_text(out, "\\");
        tp_buffer_add(out, tp_bytes_of(value.data + i, 1));
    }
}

/* {a="x",b="y",le="..."}; `le` may be NULL. Nothing when there is no label at all. */
static void print_labels(tp_buffer *out, tp_metric metric, const char *key, const char *le)
{
    tp_bytes names = tp_bytes_text(ROWS[metric].labels), values = tp_bytes_text(key), name, value;
    const char *before = "{";

    while (tp_bytes_next(&names, ' ', &name) && tp_bytes_next(&values, '\x1f', &value)) {
        tp_buffer_printf(out, "%s%.*s=\"", before, (int)name.length, name.data);
        print_escaped(out, value);
        tp_buffer_text(out, "\"");
        before = ",";
    }
    if (le) {
        tp_buffer_printf(out, "%sle=\"%s\"", before, le);
        before = ",";
    }
    if (before[0] == ',')
        tp_buffer_text(out, "}");
}

static void print_histogram(tp_buffer *out, tp_metric metric, const series *s)
{
    uint64_t sum = 0;
    char le[32];

    for (unsigned i = 0; i <= BUCKETS; i++) {
        sum += s->buckets[i];
        snprintf(le, sizeof(le), "%.12g", i < BUCKETS ? BOUNDS[i] : 0);
        tp_buffer_printf(out, "%s_bucket", ROWS[metric].name);
        print_labels(out, metric, s->key, i < BUCKETS ? le : "+Inf");
        tp_buffer_printf(out, " %llu\n", (unsigned long long)sum);
    }
    tp_buffer_printf(out, "%s_sum", ROWS[metric].name);
    print_labels(out, metric, s->key, NULL);
    tp_buffer_printf(out, " %.9g\n%s_count", s->value, ROWS[metric].name);
    print_labels(out, metric, s->key, NULL);
    tp_buffer_printf(out, " %llu\n", (unsigned long long)sum);
}

static void print_series(tp_buffer *out, tp_metric metric, const series *s)
{
    if (s->buckets) {
        print_histogram(out, metric, s);
        return;
    }
    tp_buffer_text(out, ROWS[metric].name);
    print_labels(out, metric, s->key, NULL);
    tp_buffer_printf(out, " %.17g\n", s->value);
}

/* OpenMetrics names a counter's family without _total. */
static int family_length(tp_metric metric, bool openmetrics)
{
    size_t length = strlen(ROWS[metric].name);
    bool cut = openmetrics && ROWS[metric].kind == TP_METRIC_COUNTER;

    return (int)(cut ? length - strlen("_total") : length);
}

static void print_family(const tp_metrics *metrics, tp_metric metric, bool openmetrics, tp_buffer *out)
{
    const tp_metric_row *row = &ROWS[metric];
    int length = family_length(metric, openmetrics);

    tp_buffer_printf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", length, row->name, row->help, length, row->name, tp_metrics_kind(row->kind));
    for (const series *s = metrics->sets[metric]; s; s = s->hh.next)
        print_series(out, metric, s);
    if (!metrics->sets[metric] && row->labels[0] == 0 && row->kind != TP_METRIC_HISTOGRAM)
        tp_buffer_printf(out, "%s 0\n", row->name);
}

void tp_metrics_print(const tp_metrics *metrics, bool openmetrics, tp_buffer *out)
{
    for (unsigned m = 0; m < TP_METRIC_COUNT; m++)
        print_family(metrics, (tp_metric)m, openmetrics, out);
    if (openmetrics)
        tp_buffer_text(out, "# EOF\n");
}
