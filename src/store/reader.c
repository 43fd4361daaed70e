/* store/reader.c - one question, one connection, one answer. */

#include "store/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/columns.h"
#include "store/schema.h"

enum { MOST_ROWS = 10000 };

#define ROW_AND_TRACE "SELECT " TP_COLUMNS_ROW ",(SELECT body FROM trace WHERE trace.id=request.id) FROM request "

static const char LAST[] = ROW_AND_TRACE "ORDER BY id DESC LIMIT ?";
static const char TRACE[] = ROW_AND_TRACE "WHERE id=(SELECT max(id) FROM trace WHERE request=?)";

static void take_row(sqlite3_stmt *statement, tp_reader_answer *answer)
{
    tp_row row;
    int trace = tp_columns_read_row(statement, &row);

    row.trace = tp_columns_text(statement, trace);
    answer->rows[answer->count++] = tp_row_copy(&row);
}

static int read_rows(sqlite3 *handle, const tp_reader_question *question, tp_reader_answer *answer)
{
    uint32_t limit = question->kind == TP_READER_TRACE ? 1 : question->limit < MOST_ROWS ? question->limit : MOST_ROWS;
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(handle, question->kind == TP_READER_TRACE ? TRACE : LAST, -1, &statement, NULL);

    if (code != SQLITE_OK)
        return code;
    if (question->kind == TP_READER_TRACE)
        tp_columns_bind_text(statement, 1, question->id);
    else
        sqlite3_bind_int64(statement, 1, limit);
    answer->rows = tp_memory_new(limit * sizeof *answer->rows);
    while (answer->count < limit && (code = sqlite3_step(statement)) == SQLITE_ROW)
        take_row(statement, answer);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

static void init(tp_reader_answer *answer)
{
    *answer = (tp_reader_answer){ 0 };
    tp_stats_init(&answer->stats);
}

static void ask(tp_database *database, const tp_reader_question *question, tp_reader_answer *answer)
{
    int version, code = tp_schema_version(database->handle, &version);

    if (code == SQLITE_OK && version == 0)
        return;
    if (code == SQLITE_OK && version < TP_SCHEMA_VERSION) {
        snprintf(answer->problem, sizeof answer->problem, "the database is from an older version; `tokenpak serve` brings it up to date");
        return;
    }
    if (code == SQLITE_OK && question->kind == TP_READER_WINDOW)
        code = tp_window_read(database->handle, question->window, question->by, question->now_ms, &answer->stats);
    else if (code == SQLITE_OK)
        code = read_rows(database->handle, question, answer);
    if (code != SQLITE_OK)
        snprintf(answer->problem, sizeof answer->problem, "cannot read the database: %s", sqlite3_errmsg(database->handle));
}

void tp_reader_ask_open(tp_database *database, const tp_reader_question *question, tp_reader_answer *answer)
{
    init(answer);
    if (database->handle)
        ask(database, question, answer);
}

void tp_reader_ask(const char *path, const tp_reader_question *question, tp_reader_answer *answer)
{
    tp_database database = { 0 };

    init(answer);
    if (access(path, F_OK) != 0)
        return;
    if (tp_database_open_reader(&database, path))
        ask(&database, question, answer);
    else
        snprintf(answer->problem, sizeof answer->problem, "%s", database.problem);
    tp_database_close(&database);
}

void tp_reader_free(tp_reader_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        tp_row_drop(answer->rows[i]);
    free(answer->rows);
    tp_stats_free(&answer->stats);
    *answer = (tp_reader_answer){ 0 };
}
