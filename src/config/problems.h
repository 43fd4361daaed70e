/* config/problems.h - what is wrong with a configuration: all of it, each with its place. One thread at a time. */

#ifndef TP_CONFIG_PROBLEMS_H
#define TP_CONFIG_PROBLEMS_H

#include "base/buffer.h"

typedef enum tp_config_origin {
    TP_CONFIG_DEFAULT,
    TP_CONFIG_FILE,
    TP_CONFIG_ENVIRONMENT,
    TP_CONFIG_COMMAND_LINE,
} tp_config_origin;

/* Where a key or value was written. `where` is borrowed: as long as the arena of the load, or the caller's. */
typedef struct tp_config_mark {
    tp_config_origin origin;
    const char *where;     /* path of the file, name of the variable, name of the option */
    uint32_t line, column; /* from 1; 0 = the file as a whole */
} tp_config_mark;

/* "FILE:LINE:COLUMN", "environment variable NAME", "command line, NAME", "default" */
void tp_config_problems_place(const tp_config_mark *mark, tp_buffer *out);

typedef struct tp_config_problem {
    char *text; /* one line, with its place in front */
    bool warning;
    uint64_t order; /* by place */
} tp_config_problem;

/* Begins zeroed. Beyond a thousand entries problems are only counted. */
typedef struct tp_config_problems {
    tp_config_problem *items;
    size_t count, capacity;
    size_t errors; /* the configuration cannot be used unless this is 0; the rest are warnings */
    size_t left_out;
} tp_config_problems;

/* The message must not hold a value of an option that is SECRET. */
void tp_config_problems_error(tp_config_problems *problems, const tp_config_mark *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void tp_config_problems_warning(tp_config_problems *problems, const tp_config_mark *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Brings them into the order of the file, those from elsewhere behind it. */
void tp_config_problems_sort(tp_config_problems *problems);

/* Adds one line for each, warnings marked as such, and one for those left out. */
void tp_config_problems_text(const tp_config_problems *problems, tp_buffer *out);

void tp_config_problems_free(tp_config_problems *problems);

#endif
