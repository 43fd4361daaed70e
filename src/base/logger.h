/* base/logger.h - where the lines of tokenpak/log.h go: the process has one log, on standard error. Any thread unless said otherwise. */

#ifndef TP_BASE_LOGGER_H
#define TP_BASE_LOGGER_H

#include <tokenpak/log.h>

#include <tokenpak/bytes.h>

/* Level and form may change at a reload. */
void tp_logger_set(tp_log_level level, bool json);

/* While on, lines gather in memory until tp_logger_flush(), but for errors, which are written at once. Off writes each at once. */
void tp_logger_buffer(bool on);

/* Whether anything has gathered. */
bool tp_logger_pending(void);

/* Writes what has gathered. Blocks: call it on a worker, or at the end of the process. */
void tp_logger_flush(void);

typedef struct tp_log_field {
    tp_bytes name, text; /* data NULL: `number` */
    uint64_t number;
} tp_log_field;

/* One line of fields: name=value in text, members of the object in JSON. */
void tp_logger_fields(tp_log_level level, tp_log_area area, const char *message, const tp_log_field *fields, unsigned count);

#endif
