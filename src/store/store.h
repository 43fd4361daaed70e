/* store/store.h - keeps the rows of requests in SQLite without the loop ever waiting for a disk. Loop thread.
 *
 * Bounded: 65,536 rows and 1,000 traces wait at most; beyond that rows are dropped and counted. What waits is lost with the process:
 * one batch interval of rows, a second of traces. */

#ifndef TP_STORE_STORE_H
#define TP_STORE_STORE_H

#include <uv.h>

#include "base/metrics.h"
#include "base/timer.h"
#include "config/settings.h"
#include "store/reader.h"
#include "store/row.h"

typedef struct tp_store tp_store;

typedef struct tp_store_env {
    uv_loop_t *loop;
    tp_timers *timers;
    tp_metrics *metrics; /* may be NULL */
} tp_store_env;

typedef struct tp_store_status {
    const char *state;   /* ok, opening, locked, full, read_only, corrupt, newer, failed */
    const char *problem; /* a sentence, "" while the state is ok or opening; good until the next turn */
    uint64_t rows;       /* in the database */
    uint64_t queued, dropped;
    uint64_t db_bytes;
} tp_store_status;

/* Makes the folder (0700) and begins to open the file on a worker; rows may be added at once. `settings` is copied, `keep` is how many
 * traces stay in the file. NULL when the folder cannot be made or written: `problem` says why. Anything else that is wrong with the
 * file is a state, tried again every 10 s (a lock: every second). */
tp_store *tp_store_open(const tp_store_env *env, const tp_store_settings *settings, uint32_t keep, char problem[TP_DATABASE_PROBLEM]);

/* After a reload: what takes effect without a restart (retain, batch_interval, keep; not the path). */
void tp_store_configure(tp_store *store, const tp_store_settings *settings, uint32_t keep);

/* Keeps the row; it is in the file after the next batch. */
void tp_store_add(tp_store *store, tp_row *row);

void tp_store_status_get(const tp_store *store, tp_store_status *status);

/* Asks on a worker and calls `done` once, later, on the loop thread; the answer is borrowed for the call. The id is copied. */
void tp_store_ask(tp_store *store, const tp_reader_question *question, void (*done)(void *arg, const tp_reader_answer *answer), void *arg);

/* Writes what waits, answers what was asked, closes the file, frees the store, then calls `closed`. Nothing may be added afterwards. */
void tp_store_close(tp_store *store, void (*closed)(void *arg), void *arg);

#endif
