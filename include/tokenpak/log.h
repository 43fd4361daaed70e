/* tokenpak/log.h - one line of log, as text or JSON. Never give it a key, a prompt or a query string. */

#ifndef TOKENPAK_LOG_H
#define TOKENPAK_LOG_H

#include <stdbool.h>

typedef enum tp_log_level { TP_LOG_ERROR, TP_LOG_WARN, TP_LOG_INFO, TP_LOG_DEBUG, TP_LOG_TRACE } tp_log_level;

/* X(NAME, word in the line) */
#define TP_LOG_AREAS(X)                                                                                                                    \
    X(APP, "app")                                                                                                                          \
    X(CONFIG, "config")                                                                                                                    \
    X(SERVER, "server")                                                                                                                    \
    X(ACCESS, "access")                                                                                                                    \
    X(EXCHANGE, "exchange")                                                                                                                \
    X(UPSTREAM, "upstream")                                                                                                                \
    X(STORE, "store")                                                                                                                      \
    X(ADMIN, "admin")                                                                                                                      \
    X(STAGE, "stage")

typedef enum tp_log_area {
#define TP_LOG_AREA_ENUM(name, word) TP_AREA_##name,
    TP_LOG_AREAS(TP_LOG_AREA_ENUM)
#undef TP_LOG_AREA_ENUM
        TP_AREA_COUNT
} tp_log_area;

/* Whether lines of this level are written; test it before computing arguments. Any thread. */
bool tp_log_on(tp_log_level level);

/* Writes one line (a newline is added, control characters are escaped). Any thread. */
void tp_log(tp_log_level level, tp_log_area area, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
