/* store/database.c - opening the file, and turning SQLite's codes into states that a person understands. */

#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/aggregate.h"
#include "store/schema.h"

enum { BUSY_MS = 100 };

static const struct {
    const char *word, *sentence;
} STATES[] = {
#define STATE(name, word, sentence) { word, sentence },
    TP_DATABASE_STATES(STATE)
#undef STATE
};

static tp_database_state state_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return TP_DATABASE_LOCKED;
    case SQLITE_FULL:
        return TP_DATABASE_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return TP_DATABASE_READONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return TP_DATABASE_CORRUPT;
    default:
        return TP_DATABASE_FAILED;
    }
}

const char *tp_database_word(tp_database_state state)
{
    return STATES[state].word;
}

static bool fail(tp_database *database, const char *path, tp_database_state state, const char *detail)
{
    database->state = state;
    snprintf(database->problem, sizeof database->problem, "%s: %s (%s)", path && *path ? path : "store", STATES[state].sentence, detail);
    return false;
}

bool tp_database_failed(tp_database *database, const char *path, int code)
{
    return fail(database, path, state_of(code), database->handle ? sqlite3_errmsg(database->handle) : sqlite3_errstr(code));
}

bool tp_database_run(tp_database *database, const char *sql)
{
    int code = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);

    return code == SQLITE_OK || tp_database_failed(database, sqlite3_db_filename(database->handle, "main"), code);
}

void tp_database_close(tp_database *database)
{
    sqlite3_close_v2(database->handle);
    database->handle = NULL;
}

/* Only a missing file is touched: closing any descriptor of an open database would drop the locks that SQLite holds on it. The -wal and
 * -shm files take their mode from the file. */
void tp_database_private(const char *path)
{
    struct stat status;
    int fd;

    if (strcmp(path, ":memory:") == 0 || stat(path, &status) == 0 || errno != ENOENT)
        return;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static bool connect_to(tp_database *database, const char *path, int flags)
{
    int code;

    database->state = TP_DATABASE_OPENING;
    database->problem[0] = '\0';
    code = sqlite3_open_v2(path, &database->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return tp_database_failed(database, path, code);
    sqlite3_busy_timeout(database->handle, BUSY_MS);
    return true;
}

static bool migrate(tp_database *database, const char *path)
{
    char detail[96];
    int version, code = tp_schema_version(database->handle, &version);

    if (code != SQLITE_OK)
        return tp_database_failed(database, path, code);
    if (version > TP_SCHEMA_VERSION) {
        snprintf(detail, sizeof detail, "its schema is version %d, this program knows %d", version, TP_SCHEMA_VERSION);
        return fail(database, path, TP_DATABASE_NEWER, detail);
    }
    if (!tp_schema_ours(database->handle))
        return fail(database, path, TP_DATABASE_FAILED, "it is the database of another program");
    if (sqlite3_db_readonly(database->handle, "main") == 1)
        return fail(database, path, TP_DATABASE_READONLY, "no permission");
    /* Each page takes two writes to the log; of a file that is there the size of pages stays. */
    if (!tp_database_run(database,
                         "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0"))
        return false;
    code = tp_aggregate_register(database->handle);
    if (code == SQLITE_OK)
        code = tp_schema_migrate(database->handle);
    return code == SQLITE_OK || tp_database_failed(database, path, code);
}

bool tp_database_open(tp_database *database, const char *path)
{
    tp_database_private(path);
    if (connect_to(database, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) && migrate(database, path)) {
        database->state = TP_DATABASE_OK;
        return true;
    }
    tp_database_close(database);
    return false;
}

bool tp_database_open_reader(tp_database *database, const char *path)
{
    int version, code;

    if (connect_to(database, path, SQLITE_OPEN_READONLY)) {
        code = tp_schema_version(database->handle, &version);
        if (code == SQLITE_OK && version <= TP_SCHEMA_VERSION) {
            database->state = TP_DATABASE_OK;
            return true;
        }
        if (code == SQLITE_OK)
            fail(database, path, TP_DATABASE_NEWER, "its schema is newer");
        else
            tp_database_failed(database, path, code);
    }
    tp_database_close(database);
    return false;
}
