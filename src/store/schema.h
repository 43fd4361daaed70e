/* store/schema.h - the tables, as numbered steps from one version to the next. Blocks: worker threads and the command line only. */

#ifndef TP_STORE_SCHEMA_H
#define TP_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>

/* PRAGMA user_version of a database that this program writes. */
#define TP_SCHEMA_VERSION 2

/* All of these return or take SQLite's result codes. */
int tp_schema_version(sqlite3 *handle, int *version);

/* Whether the file is empty or bears our application id; a stranger's database is never changed. */
bool tp_schema_ours(sqlite3 *handle);

/* Takes the steps that are missing, all in one transaction, so that no reader sees half of them. Does not write when none is. */
int tp_schema_migrate(sqlite3 *handle);

#endif
