/* cli/table.c - columns that stand under each other. */

#include "cli/table.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"

enum { MOST_COLUMNS = 16 };

void tp_cli_table_add(tp_cli_table *table, tp_cli_style style, const char *format, ...)
{
    va_list list;
    char *text;

    va_start(list, format);
    if (vasprintf(&text, format, list) < 0)
        text = tp_memory_text("");
    va_end(list);
    tp_cli_screen_clean(text, false);
    if (table->count == table->capacity) {
        table->capacity = table->capacity ? 2 * table->capacity : 64;
        table->cells = tp_memory_resize(table->cells, table->capacity * sizeof(*table->cells));
    }
    table->cells[table->count++] = (tp_cli_cell){ text, style };
}

unsigned tp_cli_table_length(const char *text)
{
    unsigned length = 0;

    for (; *text; text++)
        length += ((unsigned char)*text & 0xC0) != 0x80;
    return length;
}

static void measure(const tp_cli_table *table, unsigned widths[MOST_COLUMNS])
{
    for (unsigned i = 0; i < table->width; i++)
        widths[i] = table->columns[i].title ? tp_cli_table_length(table->columns[i].title) : 0;
    for (unsigned i = 0; i < table->count; i++) {
        unsigned length = tp_cli_table_length(table->cells[i].text);

        if (length > widths[i % table->width]) /* NOLINT: cells imply columns */
            widths[i % table->width] = length;
    }
}

static void put_cell(tp_cli_screen *screen, const tp_cli_cell *cell, unsigned width, bool right, bool last)
{
    int padding = (int)(width - tp_cli_table_length(cell->text));

    tp_cli_screen_print(screen, TP_CLI_PLAIN, "  %*s", right ? padding : 0, "");
    tp_cli_screen_print(screen, cell->style, "%s", cell->text);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "%*s", right || last ? 0 : padding, "");
}

/* Ends behind the last cell that says something. */
static void put_row(tp_cli_screen *screen, const tp_cli_table *table, const unsigned widths[MOST_COLUMNS], const tp_cli_cell *row)
{
    unsigned used = table->width;

    while (used && !*row[used - 1].text)
        used--;
    for (unsigned i = 0; i < used; i++)
        put_cell(screen, &row[i], widths[i], table->columns[i].right, i + 1 == used);
    tp_cli_screen_print(screen, TP_CLI_PLAIN, "\n");
}

static void put_titles(tp_cli_screen *screen, const tp_cli_table *table, const unsigned widths[MOST_COLUMNS])
{
    tp_cli_cell titles[MOST_COLUMNS];

    for (unsigned i = 0; i < table->width; i++)
        titles[i] = (tp_cli_cell){ (char *)(uintptr_t)table->columns[i].title, TP_CLI_DIM };
    put_row(screen, table, widths, titles);
}

void tp_cli_table_print(tp_cli_table *table, tp_cli_screen *screen)
{
    unsigned widths[MOST_COLUMNS];

    measure(table, widths);
    if (table->count && table->columns[0].title)
        put_titles(screen, table, widths);
    for (unsigned i = 0; i < table->count; i += table->width)
        put_row(screen, table, widths, &table->cells[i]);
    for (unsigned i = 0; i < table->count; i++)
        free(table->cells[i].text);
    free(table->cells);
    table->cells = NULL;
    table->count = table->capacity = 0;
}
