/* store/history.c - a queue of puts and gets, done one after the other on a worker. */

#include "store/history.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tokenpak/log.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/offload.h"
#include "store/database.h"

#define FILE_NAME "responses.db"
#define SCHEMA                                                                                                                             \
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"                                                                                  \
    "CREATE TABLE IF NOT EXISTS history(number INTEGER PRIMARY KEY, id TEXT NOT NULL, tenant BLOB NOT NULL, until_ms INTEGER NOT NULL,"    \
    " items BLOB NOT NULL);"                                                                                                               \
    "CREATE UNIQUE INDEX IF NOT EXISTS history_id ON history(id, tenant);"

struct tp_history {
    uv_loop_t *loop;
    char *path;
    sqlite3 *handle; /* the worker's */
    tp_list jobs;    /* the first is with the worker while `busy` */
    bool busy, failed;
    void (*closed)(void *arg); /* set: it is to be closed */
    void *closed_arg;
};

typedef struct job {
    tp_link link;
    tp_history *history;
    void (*done)(void *arg, tp_bytes items); /* of a get; NULL = a put */
    void *arg;
    uint64_t keep_ms;
    uint32_t most;
    bool failed;
    tp_bytes id, tenant, items; /* in `room`; the items of a get are found */
    char *found;
    char room[];
} job;

static char *path_beside(const char *store)
{
    const char *slash = strrchr(store, '/');
    size_t folder = slash ? (size_t)(slash - store) + 1 : 0;
    char *path;

    if (strcmp(store, ":memory:") == 0)
        return tp_memory_text(store);
    path = tp_memory_new(folder + sizeof(FILE_NAME));
    memcpy(path, store, folder);
    memcpy(path + folder, FILE_NAME, sizeof(FILE_NAME));
    return path;
}

tp_history *tp_history_open(uv_loop_t *loop, const char *store)
{
    tp_history *h = tp_new(tp_history);

    *h = (tp_history){ .loop = loop, .path = path_beside(store) };
    tp_list_init(&h->jobs);
    return h;
}

/* ---- on the worker ---- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool open_file(tp_history *h)
{
    if (h->handle)
        return true;
    tp_database_private(h->path);
    if (sqlite3_open_v2(h->path, &h->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(h->handle, 1000) == SQLITE_OK && sqlite3_exec(h->handle, SCHEMA, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    sqlite3_close_v2(h->handle);
    h->handle = NULL;
    return false;
}

static bool run(tp_history *h, const char *sql, const job *j, int64_t number, sqlite3_stmt **row)
{
    sqlite3_stmt *statement;
    int code;

    if (sqlite3_prepare_v2(h->handle, sql, -1, &statement, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_int64(statement, 1, number);
    sqlite3_bind_text(statement, 2, j->id.data, (int)j->id.length, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 3, j->tenant.data, (int)j->tenant.length, SQLITE_STATIC);
    sqlite3_bind_blob64(statement, 4, j->items.data, j->items.length, SQLITE_STATIC);
    code = sqlite3_step(statement);
    if (row && code == SQLITE_ROW) {
        *row = statement;
        return true;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE;
}

/* What is too old goes with each put, and what is too much. */
static void put(tp_history *h, job *j)
{
    int64_t now = now_ms();

    j->failed =
        !run(h, "INSERT OR REPLACE INTO history(until_ms, id, tenant, items) VALUES(?1, ?2, ?3, ?4)", j, now + (int64_t)j->keep_ms, NULL) ||
        !run(h, "DELETE FROM history WHERE until_ms < ?1", j, now, NULL) ||
        !run(h, "DELETE FROM history WHERE number <= (SELECT max(number) FROM history) - ?1", j, j->most, NULL);
}

static void get(tp_history *h, job *j)
{
    sqlite3_stmt *row = NULL;
    size_t length;

    j->failed = !run(h, "SELECT items FROM history WHERE until_ms >= ?1 AND id = ?2 AND tenant = ?3", j, now_ms(), &row);
    if (!row)
        return;
    length = (size_t)sqlite3_column_bytes(row, 0);
    j->found = tp_memory_new(length + 1);
    memcpy(j->found, sqlite3_column_blob(row, 0), length);
    j->items = tp_bytes_of(j->found, length);
    sqlite3_finalize(row);
}

static void work(void *arg)
{
    job *j = arg;

    if (!open_file(j->history))
        j->failed = true;
    else if (j->done)
        get(j->history, j);
    else
        put(j->history, j);
}

/* ---- on the loop ---- */

static void decide(tp_history *h);

static void on_worked(void *arg)
{
    job *j = arg;
    tp_history *h = j->history;

    tp_list_remove(&j->link);
    h->busy = false;
    if (j->failed && !h->failed)
        tp_log(TP_LOG_ERROR, TP_AREA_STORE, "%s cannot be used: replies are not kept for previous_response_id", h->path);
    h->failed = j->failed;
    if (j->done)
        j->done(j->arg, j->items);
    free(j->found);
    free(j);
    decide(h);
}

static void close_file(void *arg)
{
    sqlite3_close_v2(((tp_history *)arg)->handle);
}

static void on_closed(void *arg)
{
    tp_history *h = arg;
    void (*closed)(void *) = h->closed;
    void *closed_arg = h->closed_arg;

    free(h->path);
    free(h);
    closed(closed_arg);
}

/* The only place that gives the worker something to do. */
static void decide(tp_history *h)
{
    if (h->busy)
        return;
    if (!tp_list_empty(&h->jobs)) {
        h->busy = true;
        tp_offload(h->loop, work, on_worked, tp_list_entry(h->jobs.head.next, job, link));
    } else if (h->closed) {
        h->busy = true;
        tp_offload(h->loop, close_file, on_closed, h);
    }
}

static job *add_job(tp_history *h, const tp_history_key *key, tp_bytes items)
{
    const tp_bytes parts[] = { key->id, key->tenant, items };
    job *j = tp_memory_new(sizeof(*j) + key->id.length + key->tenant.length + items.length + 1);
    tp_bytes *const places[] = { &j->id, &j->tenant, &j->items };
    char *at = j->room;

    j->history = h;
    for (unsigned i = 0; i < 3; i++) {
        *places[i] = tp_bytes_of(at, parts[i].length);
        if (parts[i].length)
            memcpy(at, parts[i].data, parts[i].length);
        at += parts[i].length;
    }
    tp_list_append(&h->jobs, &j->link);
    return j;
}

void tp_history_put(tp_history *h, const tp_history_key *key, tp_bytes items, uint64_t keep_ms, uint32_t most)
{
    job *j = add_job(h, key, items);

    j->keep_ms = keep_ms;
    j->most = most;
    decide(h);
}

void tp_history_get(tp_history *h, const tp_history_key *key, void (*done)(void *arg, tp_bytes items), void *arg)
{
    job *j = add_job(h, key, tp_bytes_of(NULL, 0));

    j->items = tp_bytes_of(NULL, 0);
    j->done = done;
    j->arg = arg;
    decide(h);
}

void tp_history_close(tp_history *h, void (*closed)(void *arg), void *arg)
{
    h->closed = closed;
    h->closed_arg = arg;
    decide(h);
}
