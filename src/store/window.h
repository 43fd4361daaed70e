/* store/window.h - the sums of a stretch of time up to now, added up from the table `aggregate`. Blocks: worker threads and the command
 * line only. */

#ifndef TP_STORE_WINDOW_H
#define TP_STORE_WINDOW_H

#include <sqlite3.h>

#include "store/stats.h"

/* X(NAME, word, milliseconds). A window begins with the bucket that holds its first moment: the minute for 1h, else the hour. */
#define TP_WINDOWS(X)                                                                                                                      \
    X(HOUR, "1h", 3600000)                                                                                                                 \
    X(DAY, "24h", 86400000)                                                                                                                \
    X(WEEK, "7d", 604800000)                                                                                                               \
    X(MONTH, "30d", 2592000000)                                                                                                            \
    X(ALL, "all", 0)

typedef enum tp_window {
#define TP_WINDOW_ENUM(name, word, ms) TP_WINDOW_##name,
    TP_WINDOWS(TP_WINDOW_ENUM)
#undef TP_WINDOW_ENUM
        TP_WINDOW_COUNT
} tp_window;

/* TP_WINDOW_COUNT when it is none of the words. */
tp_window tp_window_of(tp_bytes word);
const char *tp_window_word(tp_window window);

/* Adds up into `stats`, which is initialised: the sums, models and providers, and the names of kind `by`. Returns SQLite's result code.
 * Reads a number of table rows that depends on the window and the names in it, not on the number of requests. */
int tp_window_read(sqlite3 *handle, tp_window window, tp_stats_by by, int64_t now_ms, tp_stats *stats);

#endif
