/* store/schema.c - every version of the tables, oldest first; a step that has been released is never edited. */

#include "store/schema.h"

#include <stdio.h>

#include "store/aggregate.h"

#define APPLICATION_ID 1414545771 /* "TPAk" */
#define STRING(value) #value
#define VALUE(macro) STRING(macro)

/* Ids are time-ordered: (started_ms << 20) + a counter, so that rows are appended and no random key is indexed. */
static const char ROWS[] = "PRAGMA application_id = " VALUE(
    APPLICATION_ID) ";"
                    "CREATE TABLE request (id INTEGER PRIMARY KEY,"
                    " request TEXT NOT NULL, client TEXT NOT NULL, key TEXT NOT NULL, session TEXT NOT NULL, tag TEXT NOT NULL,"
                    " dialect TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, model TEXT NOT NULL,"
                    " upstream_model TEXT NOT NULL, provider TEXT NOT NULL, error TEXT NOT NULL, failures TEXT NOT NULL, source TEXT NOT "
                    "NULL,"
                    " usage TEXT NOT NULL, started_ms INTEGER NOT NULL, stream INTEGER NOT NULL, status INTEGER NOT NULL,"
                    " class INTEGER NOT NULL, attempts INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL,"
                    " cache_read INTEGER NOT NULL, cache_creation INTEGER NOT NULL, reasoning INTEGER NOT NULL,"
                    " no_usage INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL,"
                    " first_token_ms INTEGER NOT NULL, total_ms INTEGER NOT NULL, overhead_us INTEGER NOT NULL,"
                    " provider_ms INTEGER NOT NULL);"
                    "CREATE TABLE trace (id INTEGER PRIMARY KEY, request TEXT NOT NULL, body TEXT NOT NULL);"
                    "CREATE INDEX trace_request ON trace (request);"
                    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
                    "INSERT INTO counter VALUES ('rows', 0);";

static const char AGGREGATES[] =
    "CREATE TABLE aggregate (span INTEGER NOT NULL, kind INTEGER NOT NULL, bucket INTEGER NOT NULL, name TEXT NOT NULL,"
    " ok INTEGER NOT NULL, caller_error INTEGER NOT NULL, policy_error INTEGER NOT NULL, provider_error INTEGER NOT NULL,"
    " own_error INTEGER NOT NULL, cancelled INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL,"
    " cache_read INTEGER NOT NULL, cache_creation INTEGER NOT NULL, reasoning INTEGER NOT NULL, estimated INTEGER NOT NULL,"
    " unpriced INTEGER NOT NULL, no_usage INTEGER NOT NULL, attempts INTEGER NOT NULL, failed INTEGER NOT NULL, bytes_in INTEGER NOT NULL,"
    " bytes_out INTEGER NOT NULL, total_us BLOB, provider_us BLOB, first_token_us BLOB, overhead_us BLOB, last_error TEXT,"
    " PRIMARY KEY (span, kind, bucket, name)) WITHOUT ROWID;";

typedef struct step {
    const char *sql;
    int (*fill)(sqlite3 *handle); /* what SQL cannot compute; may be NULL */
} step;

/* STEPS[n] leads from version n to n + 1. */
static const step STEPS[TP_SCHEMA_VERSION] = {
    { ROWS, NULL },
    { AGGREGATES, tp_aggregate_rebuild },
};

static int number_of(sqlite3 *handle, const char *sql, int *number)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);

    *number = 0;
    if (code != SQLITE_OK)
        return code;
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

int tp_schema_version(sqlite3 *handle, int *version)
{
    return number_of(handle, "PRAGMA user_version", version);
}

bool tp_schema_ours(sqlite3 *handle)
{
    int id, tables;

    return number_of(handle, "PRAGMA application_id", &id) == SQLITE_OK &&
           number_of(handle, "SELECT count(*) FROM sqlite_master", &tables) == SQLITE_OK && (tables == 0 || id == APPLICATION_ID);
}

static int run(sqlite3 *handle, const char *sql)
{
    return sqlite3_exec(handle, sql, NULL, NULL, NULL);
}

static int take_step(sqlite3 *handle, int from)
{
    char version[48];
    int code = run(handle, STEPS[from].sql);

    if (code == SQLITE_OK && STEPS[from].fill)
        code = STEPS[from].fill(handle);
    snprintf(version, sizeof version, "PRAGMA user_version = %d", from + 1);
    return code == SQLITE_OK ? run(handle, version) : code;
}

/* The version is read again under the lock: another process may just have migrated. */
static int take_steps(sqlite3 *handle)
{
    int version, code = tp_schema_version(handle, &version);

    for (; code == SQLITE_OK && version < TP_SCHEMA_VERSION; version++)
        code = take_step(handle, version);
    return code == SQLITE_OK ? run(handle, "COMMIT") : code;
}

int tp_schema_migrate(sqlite3 *handle)
{
    int version, code = tp_schema_version(handle, &version);

    if (code == SQLITE_OK && version >= TP_SCHEMA_VERSION)
        return SQLITE_OK;
    if (code == SQLITE_OK)
        code = run(handle, "BEGIN IMMEDIATE");
    if (code != SQLITE_OK)
        return code;
    code = take_steps(handle);
    if (code != SQLITE_OK)
        run(handle, "ROLLBACK");
    return code;
}
