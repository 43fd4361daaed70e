/* store/database.h - one connection to the file, and what is wrong with it in words. Blocks: worker threads and the command line only. */

#ifndef TP_STORE_DATABASE_H
#define TP_STORE_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>

/* X(NAME, word, sentence) */
#define TP_DATABASE_STATES(X)                                                                                                              \
    X(OK, "ok", "")                                                                                                                        \
    X(OPENING, "opening", "not opened yet")                                                                                                \
    X(LOCKED, "locked", "another process holds the lock")                                                                                  \
    X(FULL, "full", "no space left to write")                                                                                              \
    X(READONLY, "read_only", "may not be written")                                                                                         \
    X(CORRUPT, "corrupt", "damaged, or not a database; it is left as it is: move it away, or name another file in store.path")             \
    X(NEWER, "newer", "written by a newer version; use that version, or name another file in store.path")                                  \
    X(FAILED, "failed", "cannot be used")

typedef enum tp_database_state {
#define TP_DATABASE_STATE_ENUM(name, word, sentence) TP_DATABASE_##name,
    TP_DATABASE_STATES(TP_DATABASE_STATE_ENUM)
#undef TP_DATABASE_STATE_ENUM
} tp_database_state;

enum { TP_DATABASE_PROBLEM = 640 };

typedef struct tp_database {
    sqlite3 *handle; /* NULL while it cannot be used at all */
    tp_database_state state;
    char problem[TP_DATABASE_PROBLEM]; /* a sentence that begins with the path; "" when state is OK or OPENING */
} tp_database;

/* Opens for writing: makes the file (0600) when it is missing, switches it to WAL and migrates it. False: state and problem say why. */
bool tp_database_open(tp_database *database, const char *path);

/* Makes the file with mode 0600 when it is missing. */
void tp_database_private(const char *path);

/* Opens for reading what exists. */
bool tp_database_open_reader(tp_database *database, const char *path);

void tp_database_close(tp_database *database);

/* Runs SQL without results; false: state and problem say why. */
bool tp_database_run(tp_database *database, const char *sql);

/* Takes the state of a SQLite result code that is a failure; returns false. */
bool tp_database_failed(tp_database *database, const char *path, int code);

/* ok, opening, locked, ... */
const char *tp_database_word(tp_database_state state);

#endif
