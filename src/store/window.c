/* store/window.c - reads a window as hours up to the first midnight in it and days from there, or as minutes. */

#include "store/window.h"

#include <stdio.h>

#include "base/clock.h"
#include "store/aggregate.h"
#include "store/columns.h"

enum { NAME_COLUMN = 1, FIRST_SUM_COLUMN = 2, DAY_LENGTH = 10 };

static const char READ[] =
    "SELECT bucket,name" TP_COLUMNS_SUMS " FROM aggregate WHERE span=? AND kind=? AND bucket>=? AND bucket<? ORDER BY bucket";

static const struct {
    const char *word;
    int64_t ms;
} WINDOWS[] = {
#define WINDOW(name, word, ms) { word, ms },
    TP_WINDOWS(WINDOW)
#undef WINDOW
};

tp_window tp_window_of(tp_bytes word)
{
    unsigned window = 0;

    while (window < TP_WINDOW_COUNT && !tp_bytes_equal(word, tp_bytes_text(WINDOWS[window].word)))
        window++;
    return (tp_window)window;
}

const char *tp_window_word(tp_window window)
{
    return window < TP_WINDOW_COUNT ? WINDOWS[window].word : "";
}

/* Buckets first..end-1 of one length. */
typedef struct stretch {
    tp_aggregate_span span;
    int64_t first, end;
} stretch;

static void read_sums(sqlite3_stmt *statement, uint64_t *sums)
{
    for (int i = 0; i < TP_STATS_SUM_COUNT; i++)
        sums[i] += (uint64_t)sqlite3_column_int64(statement, FIRST_SUM_COLUMN + i);
}

static void read_all(sqlite3_stmt *statement, const stretch *s, tp_stats *stats)
{
    int at = FIRST_SUM_COLUMN + TP_STATS_SUM_COUNT;
    char day[TP_CLOCK_TEXT];

    read_sums(statement, stats->sums);
    for (int i = 0; i < TP_STATS_LATENCY_COUNT; i++)
        tp_histogram_read(&stats->latency[i], tp_columns_blob(statement, at + i));
    if (!(stats->kinds & (1u << TP_STATS_BY_DAY)))
        return;
    tp_clock_rfc3339(sqlite3_column_int64(statement, 0) * tp_aggregate_length(s->span), day);
    read_sums(statement, tp_stats_find(stats, TP_STATS_BY_DAY, tp_bytes_of(day, DAY_LENGTH))->sums);
}

static void read_name(sqlite3_stmt *statement, tp_stats_by by, tp_stats *stats)
{
    int at = FIRST_SUM_COLUMN + TP_STATS_SUM_COUNT;
    tp_stats_name *name = tp_stats_find(stats, by, tp_columns_text(statement, NAME_COLUMN));
    tp_bytes error = tp_columns_text(statement, at + TP_STATS_LATENCY_COUNT);

    read_sums(statement, name->sums);
    tp_histogram_read(&name->latency, tp_columns_blob(statement, at + TP_STATS_LATENCY_PROVIDER));
    if (error.length)
        snprintf(name->last_error, sizeof name->last_error, "%.*s", (int)error.length, error.data);
}

static int read_stretch(sqlite3 *handle, const stretch *s, int kind, tp_stats *stats)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(handle, READ, -1, &statement, NULL);

    if (code != SQLITE_OK)
        return code;
    sqlite3_bind_int(statement, 1, (int)s->span);
    sqlite3_bind_int(statement, 2, kind);
    sqlite3_bind_int64(statement, 3, s->first);
    sqlite3_bind_int64(statement, 4, s->end);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (kind == TP_AGGREGATE_ALL)
            read_all(statement, s, stats);
        else
            read_name(statement, (tp_stats_by)(kind - TP_AGGREGATE_FIRST_NAME), stats);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* All kinds that are wanted; a kind that is not is not read, so that a thousand clients cost nothing unless asked for. */
static int read_kinds(sqlite3 *handle, const stretch *s, tp_stats *stats)
{
    int code = read_stretch(handle, s, TP_AGGREGATE_ALL, stats);

    for (int by = 0; by < TP_STATS_BY_DAY && code == SQLITE_OK; by++)
        if (stats->kinds & (1u << by))
            code = read_stretch(handle, s, TP_AGGREGATE_FIRST_NAME + by, stats);
    return code;
}

static unsigned stretches_of(tp_window window, int64_t now_ms, stretch parts[2])
{
    int64_t hour = tp_aggregate_length(TP_AGGREGATE_HOUR), day = tp_aggregate_length(TP_AGGREGATE_DAY);
    int64_t start = now_ms - WINDOWS[window].ms, midnight = start / day + 1;

    if (window == TP_WINDOW_ALL) {
        parts[0] = (stretch){ TP_AGGREGATE_DAY, 0, INT64_MAX };
        return 1;
    }
    if (window == TP_WINDOW_HOUR) {
        parts[0] = (stretch){ TP_AGGREGATE_MINUTE, start / tp_aggregate_length(TP_AGGREGATE_MINUTE), INT64_MAX };
        return 1;
    }
    parts[0] = (stretch){ TP_AGGREGATE_HOUR, start / hour, midnight * (day / hour) };
    parts[1] = (stretch){ TP_AGGREGATE_DAY, midnight, INT64_MAX };
    return 2;
}

int tp_window_read(sqlite3 *handle, tp_window window, tp_stats_by by, int64_t now_ms, tp_stats *stats)
{
    stretch parts[2];
    unsigned count = stretches_of(window, now_ms, parts);
    int code = sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL);

    stats->kinds = 1u << TP_STATS_BY_MODEL | 1u << TP_STATS_BY_PROVIDER | (by < TP_STATS_BY_COUNT ? 1u << by : 0);
    for (unsigned i = 0; i < count && code == SQLITE_OK; i++)
        code = read_kinds(handle, &parts[i], stats);
    sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
    return code;
}
