/* store/writer.c - BEGIN IMMEDIATE, rows, sums, traces, COMMIT; then the write-ahead log back into the file when it has grown. */

#include "store/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "store/aggregate.h"
#include "store/columns.h"

enum {
    TIDY_ROWS = 2000,            /* removed in one transaction */
    LOG_BYTES = 4 * 1024 * 1024, /* of write-ahead log before it is written back */
    LAST_BUSY_MS = 2000,
};

struct tp_writer {
    char *path;
    tp_database database;
    int64_t rows, traces; /* in the file, as of the last commit */
};

tp_writer *tp_writer_new(const char *path)
{
    tp_writer *writer = tp_new(tp_writer);

    writer->path = tp_memory_text(path);
    writer->database.state = TP_DATABASE_OPENING;
    return writer;
}

void tp_writer_free(tp_writer *writer)
{
    tp_database_close(&writer->database);
    free(writer->path);
    free(writer);
}

tp_database *tp_writer_database(tp_writer *writer)
{
    return &writer->database;
}

uint64_t tp_writer_discard(tp_list *jobs)
{
    uint64_t count = 0;

    for (tp_link *link = tp_list_shift(jobs); link; link = tp_list_shift(jobs)) {
        tp_writer_job *job = tp_list_entry(link, tp_writer_job, link);
        tp_row_drop(job->row);
        free(job);
        count++;
    }
    return count;
}

static int64_t number_of(tp_writer *writer, const char *sql)
{
    sqlite3_stmt *statement;
    int64_t number = 0;

    if (sqlite3_prepare_v2(writer->database.handle, sql, -1, &statement, NULL) != SQLITE_OK)
        return 0;
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

/* A file that was removed or replaced under us would swallow everything without a word. */
static bool still_there(tp_writer *writer)
{
    int moved = 0;

    sqlite3_file_control(writer->database.handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved)
        tp_database_close(&writer->database);
    return !moved;
}

static bool open_file(tp_writer *writer)
{
    if (writer->database.handle && still_there(writer))
        return true;
    if (!tp_database_open(&writer->database, writer->path))
        return false;
    writer->rows = number_of(writer, "SELECT value FROM counter WHERE name='rows'");
    writer->traces = number_of(writer, "SELECT count(*) FROM trace");
    return true;
}

/* A fault of the row itself leaves the transaction whole: SQLite undoes that one statement, so a savepoint would add nothing. */
static bool fault_of_row(sqlite3 *handle, int code)
{
    int kind = code & 0xFF;

    return (kind == SQLITE_CONSTRAINT || kind == SQLITE_TOOBIG || kind == SQLITE_MISMATCH) && !sqlite3_get_autocommit(handle);
}

/* Runs `sql` once for each job; those that the database refuses are counted in *lost, the others added to `sums` unless it is NULL. */
static int each_job(sqlite3 *handle, const char *sql, const tp_list *jobs, void (*bind)(sqlite3_stmt *, const tp_writer_job *),
                    tp_aggregate *sums, uint64_t *lost)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);

    for (const tp_link *link = jobs->head.next; link != &jobs->head && code == SQLITE_OK; link = link->next) {
        const tp_writer_job *job = tp_list_entry(link, tp_writer_job, link);
        bind(statement, job);
        code = sqlite3_step(statement);
        sqlite3_reset(statement);
        if (code == SQLITE_DONE && sums)
            tp_aggregate_add(sums, job->row);
        if (code != SQLITE_DONE && !fault_of_row(handle, code))
            break;
        *lost += code != SQLITE_DONE;
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

static void bind_row(sqlite3_stmt *statement, const tp_writer_job *job)
{
    tp_columns_bind_row(statement, job->id, job->row);
}

static void bind_trace(sqlite3_stmt *statement, const tp_writer_job *job)
{
    sqlite3_bind_int64(statement, 1, job->id);
    tp_columns_bind_text(statement, 2, job->row->request);
    tp_columns_bind_text(statement, 3, job->row->trace);
}

static int run_with(sqlite3 *handle, const char *sql, int64_t first, int64_t second, int64_t *changed)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);

    if (changed)
        *changed = 0;
    if (code != SQLITE_OK)
        return code;
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, second);
    code = sqlite3_step(statement);
    if (changed && code == SQLITE_DONE)
        *changed = sqlite3_changes(handle);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int64_t length_of(const tp_list *jobs)
{
    int64_t length = 0;

    for (const tp_link *link = jobs->head.next; link != &jobs->head; link = link->next)
        length++;
    return length;
}

/* What a transaction changes in the counts; taken over when it is committed. */
typedef struct change {
    int64_t rows, traces;
} change;

static int write_rows(tp_writer *writer, tp_writer_batch *batch, change *c)
{
    sqlite3 *handle = writer->database.handle;
    tp_aggregate *sums = tp_aggregate_new();
    int code = each_job(handle, "INSERT INTO request (" TP_COLUMNS_ROW ") VALUES (" TP_COLUMNS_ROW_MARKS ")", &batch->rows, bind_row, sums,
                        &batch->lost);

    if (code == SQLITE_OK)
        code = tp_aggregate_write(sums, handle);
    c->rows = length_of(&batch->rows) - (int64_t)batch->lost;
    tp_aggregate_free(sums);
    return code;
}

static int write_traces(tp_writer *writer, tp_writer_batch *batch, change *c)
{
    sqlite3 *handle = writer->database.handle;
    uint64_t refused = 0;
    int64_t removed, excess;
    int code =
        each_job(handle, "INSERT OR REPLACE INTO trace (id,request,body) VALUES (?,?,?)", &batch->traces, bind_trace, NULL, &refused);

    c->traces = length_of(&batch->traces) - (int64_t)refused;
    excess = writer->traces + c->traces - batch->keep;
    if (code != SQLITE_OK || excess <= 0)
        return code;
    code = run_with(handle, "DELETE FROM trace WHERE id IN (SELECT id FROM trace ORDER BY id LIMIT ?1)", excess, 0, &removed);
    c->traces -= removed;
    return code;
}

static int tidy(tp_writer *writer, tp_writer_batch *batch, change *c)
{
    sqlite3 *handle = writer->database.handle;
    int64_t removed, oldest = batch->now_ms > batch->retain_ms ? batch->now_ms - batch->retain_ms : 0;
    int code = run_with(handle, "DELETE FROM request WHERE id IN (SELECT id FROM request WHERE id<?1 ORDER BY id LIMIT ?2)", oldest << 20,
                        TIDY_ROWS, &removed);

    c->rows -= removed;
    batch->more = removed == TIDY_ROWS;
    return code == SQLITE_OK ? tp_aggregate_expire(handle, batch->now_ms, batch->retain_ms, TIDY_ROWS) : code;
}

static int write_all(tp_writer *writer, tp_writer_batch *batch, change *c)
{
    int code = write_rows(writer, batch, c);

    if (code == SQLITE_OK && !tp_list_empty(&batch->traces))
        code = write_traces(writer, batch, c);
    if (code == SQLITE_OK && batch->tidy)
        code = tidy(writer, batch, c);
    if (code == SQLITE_OK)
        code = run_with(writer->database.handle, "UPDATE counter SET value=value+?1 WHERE name='rows'", c->rows, 0, NULL);
    return code;
}

/* A file that is damaged or gone is closed, so that the next try looks at whatever is there then. */
static void failed(tp_writer *writer, int code)
{
    tp_database *database = &writer->database;

    tp_database_failed(database, writer->path, code);
    sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
    if (database->state != TP_DATABASE_LOCKED && database->state != TP_DATABASE_FULL && strcmp(writer->path, ":memory:") != 0)
        tp_database_close(database);
}

static void transact(tp_writer *writer, tp_writer_batch *batch)
{
    sqlite3 *handle = writer->database.handle;
    change c = { 0 };
    bool rows = !tp_list_empty(&batch->rows);
    int code = sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);

    if (code == SQLITE_OK)
        code = write_all(writer, batch, &c);
    if (code == SQLITE_OK)
        code = sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        batch->lost = 0;
        failed(writer, code);
        return;
    }
    batch->written = true;
    writer->rows += c.rows;
    writer->traces += c.traces;
    if (rows || writer->database.state != TP_DATABASE_FULL)
        writer->database.state = TP_DATABASE_OK;
}

static uint64_t size_of(const char *path, const char *suffix)
{
    struct stat status;
    char name[4096];

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void write_back(tp_writer *writer, const tp_writer_batch *batch)
{
    sqlite3 *handle = writer->database.handle;

    if (!handle || strcmp(writer->path, ":memory:") == 0)
        return;
    if (batch->last || size_of(writer->path, "-wal") > LOG_BYTES)
        sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static void report(tp_writer *writer, tp_writer_batch *batch)
{
    batch->state = writer->database.state;
    if (batch->state != TP_DATABASE_OK)
        memcpy(batch->problem, writer->database.problem, sizeof batch->problem);
    batch->row_count = writer->rows > 0 ? (uint64_t)writer->rows : 0;
    batch->bytes = size_of(writer->path, "") + size_of(writer->path, "-wal");
}

void tp_writer_run(tp_writer *writer, tp_writer_batch *batch)
{
    if (open_file(writer)) {
        if (batch->last)
            sqlite3_busy_timeout(writer->database.handle, LAST_BUSY_MS);
        transact(writer, batch);
        write_back(writer, batch);
    }
    report(writer, batch);
    if (batch->last)
        tp_database_close(&writer->database);
}
