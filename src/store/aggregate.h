/* store/aggregate.h - the table `aggregate`: sums by minute, hour and day, in all and by name, from which every window is read. Blocks:
 * worker threads and the command line only. Functions return SQLite's result codes. */

#ifndef TP_STORE_AGGREGATE_H
#define TP_STORE_AGGREGATE_H

#include <sqlite3.h>

#include "store/stats.h"

typedef enum tp_aggregate_span { TP_AGGREGATE_MINUTE, TP_AGGREGATE_HOUR, TP_AGGREGATE_DAY, TP_AGGREGATE_SPANS } tp_aggregate_span;

/* Column `kind`: the sums of all requests, or of one name of a kind. */
enum { TP_AGGREGATE_ALL = 0, TP_AGGREGATE_FIRST_NAME = 1 }; /* kind = 1 + a tp_stats_by */

/* Milliseconds of a bucket; bucket = started_ms / length. */
int64_t tp_aggregate_length(tp_aggregate_span span);

typedef struct tp_aggregate tp_aggregate;

/* Gathers rows in memory until they are written at once. */
tp_aggregate *tp_aggregate_new(void);
void tp_aggregate_free(tp_aggregate *aggregate);
void tp_aggregate_add(tp_aggregate *aggregate, const tp_row *row);

/* The SQL function that the others need; once for each connection that writes, and not while a statement of it runs. */
int tp_aggregate_register(sqlite3 *handle);

/* Adds what was gathered to the table, within the caller's transaction. A bucket keeps 1,000 names of each kind and `other`. */
int tp_aggregate_write(tp_aggregate *aggregate, sqlite3 *handle);

/* Fills an empty table from the rows. */
int tp_aggregate_rebuild(sqlite3 *handle);

/* Removes up to `most` rows of buckets that are out of date: minutes after 2 hours, hours and all that names a client after
 * `retain_ms`. */
int tp_aggregate_expire(sqlite3 *handle, int64_t now_ms, int64_t retain_ms, int most);

#endif
