/* store/aggregate.c - gathers a batch of rows into sums by bucket and adds those to the table. */

#include "store/aggregate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/columns.h"

enum { KINDS = TP_STATS_BY_DAY, REBUILD_ROWS = 5000, MINUTES_KEPT_MS = 2 * 3600 * 1000 };

static const int64_t LENGTHS[TP_AGGREGATE_SPANS] = { 60000, 3600000, 86400000 };

#define LATENCY_MARK(name, column, word) ",?"
#define SUM_ADD(name) #name "=" #name "+excluded." #name ","
#define LATENCY_MERGE(name, column, word) #column "=tp_merge(" #column ",excluded." #column "),"

static const char UPSERT[] =
    "INSERT INTO aggregate (span,kind,bucket,name" TP_COLUMNS_SUMS ") VALUES (?,?,?,?" TP_STATS_SUMS(TP_COLUMNS_MARK)
        TP_STATS_LATENCIES(LATENCY_MARK) ",?) ON CONFLICT DO UPDATE SET " TP_STATS_SUMS(SUM_ADD)
            TP_STATS_LATENCIES(LATENCY_MERGE) "last_error=coalesce(excluded.last_error,last_error)";
static const char HAS[] = "SELECT 1 FROM aggregate WHERE span=? AND kind=? AND bucket=? AND name=?";
static const char NAMES[] = "SELECT count(*) FROM aggregate WHERE span=? AND kind=? AND bucket=?";

enum { FIRST_SUM_PARAMETER = 5 };

typedef struct place {
    int64_t span, number; /* a tp_aggregate_span; milliseconds since 1970 by its length */
} place;

/* The sums of one bucket. */
typedef struct bucket {
    UT_hash_handle hh;
    place place;
    tp_stats stats;
} bucket;

/* A row is added to its minute alone; when all is written, hours and days are made of the minutes. */
struct tp_aggregate {
    bucket *buckets; /* by place */
    bucket *recent;  /* the one used last: a batch touches few */
    int64_t newest;  /* minute */
};

int64_t tp_aggregate_length(tp_aggregate_span span)
{
    return LENGTHS[span];
}

tp_aggregate *tp_aggregate_new(void)
{
    return tp_new(tp_aggregate);
}

static void forget(tp_aggregate *aggregate, bucket *b)
{
    HASH_DEL(aggregate->buckets, b);
    tp_stats_free(&b->stats);
    free(b);
}

void tp_aggregate_free(tp_aggregate *aggregate)
{
    while (aggregate->buckets)
        forget(aggregate, aggregate->buckets);
    free(aggregate);
}

static bucket *find_bucket(tp_aggregate *aggregate, place wanted)
{
    bucket *b = aggregate->recent;

    if (b && b->place.span == wanted.span && b->place.number == wanted.number)
        return b;
    HASH_FIND(hh, aggregate->buckets, &wanted, sizeof wanted, b);
    if (!b) {
        b = tp_new(bucket);
        b->place = wanted;
        tp_stats_init(&b->stats);
        b->stats.kinds &= ~(1u << TP_STATS_BY_DAY);
        HASH_ADD(hh, aggregate->buckets, place, sizeof b->place, b);
    }
    return aggregate->recent = b;
}

void tp_aggregate_add(tp_aggregate *aggregate, const tp_row *row)
{
    int64_t minute = row->started_ms / LENGTHS[TP_AGGREGATE_MINUTE];

    aggregate->newest = minute > aggregate->newest ? minute : aggregate->newest;
    tp_stats_add(&find_bucket(aggregate, (place){ TP_AGGREGATE_MINUTE, minute })->stats, row);
}

/* Minutes become hours and days; those that would be removed at once are then not needed themselves. */
static void fold(tp_aggregate *aggregate)
{
    int64_t oldest = aggregate->newest - MINUTES_KEPT_MS / LENGTHS[TP_AGGREGATE_MINUTE];
    bucket *b, *next;

    HASH_ITER(hh, aggregate->buckets, b, next)
    {
        int64_t ms = b->place.number * LENGTHS[TP_AGGREGATE_MINUTE];

        if (b->place.span != TP_AGGREGATE_MINUTE)
            continue;
        for (unsigned span = TP_AGGREGATE_HOUR; span < TP_AGGREGATE_SPANS; span++)
            tp_stats_merge(&find_bucket(aggregate, (place){ span, ms / LENGTHS[span] })->stats, &b->stats);
        if (b->place.number < oldest)
            forget(aggregate, b);
    }
}

static tp_bytes value_blob(sqlite3_value *value)
{
    const char *blob = sqlite3_value_blob(value);

    return tp_bytes_of(blob, (size_t)sqlite3_value_bytes(value));
}

static void blob_free(void *blob)
{
    free(blob);
}

/* SQL function tp_merge(a, b): the sum of two histograms, NULL = none. What is not a histogram counts as none. */
static void merge(sqlite3_context *context, int count, sqlite3_value **values)
{
    tp_histogram sum = { 0 };
    tp_buffer blob = TP_BUFFER(TP_HISTOGRAM_BLOB);

    for (int i = 0; i < count; i++)
        tp_histogram_read(&sum, value_blob(values[i]));
    if (sum.total > 0) {
        tp_histogram_write(&sum, &blob);
        sqlite3_result_blob(context, blob.data, (int)blob.length, blob_free);
    }
    tp_histogram_free(&sum);
}

int tp_aggregate_register(sqlite3 *handle)
{
    return sqlite3_create_function(handle, "tp_merge", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, merge, NULL, NULL);
}

/* The statements of one write. */
typedef struct writing {
    sqlite3_stmt *upsert, *has, *names;
} writing;

static int prepare(sqlite3 *handle, writing *w)
{
    int code = sqlite3_prepare_v2(handle, UPSERT, -1, &w->upsert, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(handle, HAS, -1, &w->has, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(handle, NAMES, -1, &w->names, NULL);
    return code;
}

static void finalize(writing *w)
{
    sqlite3_finalize(w->upsert);
    sqlite3_finalize(w->has);
    sqlite3_finalize(w->names);
}

static void bind_key(sqlite3_stmt *statement, const bucket *b, int kind)
{
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, b->place.span);
    sqlite3_bind_int(statement, 2, kind);
    sqlite3_bind_int64(statement, 3, b->place.number);
}

static void bind_histogram(sqlite3_stmt *statement, int parameter, const tp_histogram *histogram)
{
    tp_buffer blob = TP_BUFFER(TP_HISTOGRAM_BLOB);

    if (histogram->total == 0) {
        sqlite3_bind_null(statement, parameter);
        return;
    }
    tp_histogram_write(histogram, &blob);
    sqlite3_bind_blob(statement, parameter, blob.data, (int)blob.length, blob_free);
}

static void bind_sums(sqlite3_stmt *statement, const uint64_t *sums)
{
    for (int i = 0; i < TP_STATS_SUM_COUNT; i++)
        sqlite3_bind_int64(statement, FIRST_SUM_PARAMETER + i, (int64_t)sums[i]);
}

static int step_once(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);

    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int write_all(writing *w, const bucket *b)
{
    int at = FIRST_SUM_PARAMETER + TP_STATS_SUM_COUNT;

    bind_key(w->upsert, b, TP_AGGREGATE_ALL);
    tp_columns_bind_text(w->upsert, 4, TP_BYTES(""));
    bind_sums(w->upsert, b->stats.sums);
    for (int i = 0; i < TP_STATS_LATENCY_COUNT; i++)
        bind_histogram(w->upsert, at++, &b->stats.latency[i]);
    sqlite3_bind_null(w->upsert, at);
    return step_once(w->upsert);
}

/* The name under which the table counts it: itself when it is there already or there is room, else `other`. */
static tp_bytes name_in_table(writing *w, const bucket *b, int kind, tp_bytes name)
{
    bool known, full;

    bind_key(w->has, b, kind);
    tp_columns_bind_text(w->has, 4, name);
    known = sqlite3_step(w->has) == SQLITE_ROW;
    sqlite3_reset(w->has);
    if (known)
        return name;
    bind_key(w->names, b, kind);
    full = sqlite3_step(w->names) == SQLITE_ROW && sqlite3_column_int(w->names, 0) >= TP_STATS_NAMES;
    sqlite3_reset(w->names);
    return full ? TP_BYTES("other") : name;
}

static int write_name(writing *w, const bucket *b, int kind, const tp_stats_name *name)
{
    int latencies = FIRST_SUM_PARAMETER + TP_STATS_SUM_COUNT, error = latencies + TP_STATS_LATENCY_COUNT;
    tp_bytes text = name_in_table(w, b, kind, tp_bytes_text(name->name));

    bind_key(w->upsert, b, kind);
    tp_columns_bind_text(w->upsert, 4, text);
    bind_sums(w->upsert, name->sums);
    for (int i = 0; i < TP_STATS_LATENCY_COUNT; i++)
        sqlite3_bind_null(w->upsert, latencies + i);
    bind_histogram(w->upsert, latencies + TP_STATS_LATENCY_PROVIDER, &name->latency);
    sqlite3_bind_null(w->upsert, error);
    if (name->last_error[0])
        tp_columns_bind_text(w->upsert, error, tp_bytes_text(name->last_error));
    return step_once(w->upsert);
}

static int write_bucket(writing *w, const bucket *b)
{
    int code = write_all(w, b);

    for (int by = 0; by < KINDS; by++)
        for (const tp_stats_name *name = b->stats.names[by]; name && code == SQLITE_OK; name = name->hh.next)
            code = write_name(w, b, TP_AGGREGATE_FIRST_NAME + by, name);
    return code;
}

int tp_aggregate_write(tp_aggregate *aggregate, sqlite3 *handle)
{
    writing w = { 0 };
    int code = prepare(handle, &w);

    fold(aggregate);
    for (const bucket *b = aggregate->buckets; b && code == SQLITE_OK; b = b->hh.next)
        code = write_bucket(&w, b);
    finalize(&w);
    return code;
}

static int flush(tp_aggregate **aggregate, sqlite3 *handle)
{
    int code = tp_aggregate_write(*aggregate, handle);

    tp_aggregate_free(*aggregate);
    *aggregate = tp_aggregate_new();
    return code;
}

int tp_aggregate_rebuild(sqlite3 *handle)
{
    sqlite3_stmt *rows;
    tp_aggregate *aggregate;
    tp_row row;
    int code = sqlite3_prepare_v2(handle, "SELECT " TP_COLUMNS_ROW " FROM request ORDER BY id", -1, &rows, NULL);

    if (code != SQLITE_OK)
        return code;
    aggregate = tp_aggregate_new();
    for (unsigned n = 1; code == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW; n++) {
        tp_columns_read_row(rows, &row);
        tp_aggregate_add(aggregate, &row);
        if (n % REBUILD_ROWS == 0)
            code = flush(&aggregate, handle);
    }
    if (code == SQLITE_OK)
        code = flush(&aggregate, handle);
    tp_aggregate_free(aggregate);
    sqlite3_finalize(rows);
    return code;
}

static int expire(sqlite3 *handle, const char *which, int64_t bucket_before, int most)
{
    char *sql = sqlite3_mprintf("DELETE FROM aggregate WHERE (span,kind,bucket,name) IN"
                                " (SELECT span,kind,bucket,name FROM aggregate WHERE %s AND bucket<%lld LIMIT %d)",
                                which, (long long)bucket_before, most);
    int code = sqlite3_exec(handle, sql, NULL, NULL, NULL);

    sqlite3_free(sql);
    return code;
}

int tp_aggregate_expire(sqlite3 *handle, int64_t now_ms, int64_t retain_ms, int most)
{
    int client = TP_AGGREGATE_FIRST_NAME + TP_STATS_BY_CLIENT;
    char days_of_clients[64];
    int code = SQLITE_OK;

    snprintf(days_of_clients, sizeof days_of_clients, "span=%d AND kind=%d", TP_AGGREGATE_DAY, client);
    for (int kind = TP_AGGREGATE_ALL; kind <= client && code == SQLITE_OK; kind++) {
        char which[64];
        snprintf(which, sizeof which, "span=%d AND kind=%d", TP_AGGREGATE_MINUTE, kind);
        code = expire(handle, which, (now_ms - MINUTES_KEPT_MS) / LENGTHS[TP_AGGREGATE_MINUTE], most);
        snprintf(which, sizeof which, "span=%d AND kind=%d", TP_AGGREGATE_HOUR, kind);
        if (code == SQLITE_OK)
            code = expire(handle, which, (now_ms - retain_ms) / LENGTHS[TP_AGGREGATE_HOUR], most);
    }
    return code == SQLITE_OK ? expire(handle, days_of_clients, (now_ms - retain_ms) / LENGTHS[TP_AGGREGATE_DAY], most) : code;
}
