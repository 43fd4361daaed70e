/* cli/table.h - columns that stand under each other. One thread. */

#ifndef TP_CLI_TABLE_H
#define TP_CLI_TABLE_H

#include "cli/screen.h"

typedef struct tp_cli_column {
    const char *title;
    bool right; /* numbers */
} tp_cli_column;

typedef struct tp_cli_cell {
    char *text;
    tp_cli_style style;
} tp_cli_cell;

/* Begins with `columns` and `width` set and the rest zero. */
typedef struct tp_cli_table {
    const tp_cli_column *columns; /* the first one's title NULL = no line of titles */
    unsigned width;               /* columns */
    tp_cli_cell *cells;
    unsigned count, capacity;
} tp_cli_table;

/* The next cell, row by row. Line ends in it become `?`. */
void tp_cli_table_add(tp_cli_table *table, tp_cli_style style, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Prints all rows, each behind two blanks, and frees them; nothing when there are none. */
void tp_cli_table_print(tp_cli_table *table, tp_cli_screen *screen);

/* Characters of UTF-8 text. */
unsigned tp_cli_table_length(const char *text);

#endif
