/* config/problems.c - what is wrong with a configuration: all of it, each with its place. */

#include "config/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

enum { MOST = 1000, LONGEST = 2048 };

void tp_config_problems_place(const tp_config_mark *mark, tp_buffer *out)
{
    if (mark->origin == TP_CONFIG_DEFAULT)
        tp_buffer_text(out, "default");
    else if (mark->origin == TP_CONFIG_ENVIRONMENT)
        tp_buffer_printf(out, "environment variable %s", mark->where);
    else if (mark->origin == TP_CONFIG_COMMAND_LINE)
        tp_buffer_printf(out, "command line, %s", mark->where);
    else if (mark->line == 0)
        tp_buffer_text(out, mark->where);
    else
        tp_buffer_printf(out, "%s:%u:%u", mark->where, mark->line, mark->column);
}

/* Whatever was written in the file, a problem stays one line. */
static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            *text = '?';
}

static uint64_t place(const tp_config_mark *at)
{
    return (uint64_t)at->origin << 56 | (uint64_t)at->line << 28 | at->column;
}

static void add(tp_config_problems *problems, const tp_config_mark *at, bool warning, const char *message)
{
    tp_buffer text = TP_BUFFER(4 * LONGEST);

    if (problems->count == MOST) {
        problems->left_out++;
        return;
    }
    if (problems->count == problems->capacity) {
        problems->capacity = problems->capacity ? problems->capacity * 2 : 8;
        problems->items = tp_memory_resize(problems->items, problems->capacity * sizeof(*problems->items));
    }
    tp_config_problems_place(at, &text);
    tp_buffer_text(&text, ": ");
    tp_buffer_text(&text, message);
    tp_buffer_add(&text, tp_bytes_of("", 1));
    one_line(text.data);
    problems->items[problems->count++] = (tp_config_problem){ .text = text.data, .warning = warning, .order = place(at) };
}

void tp_config_problems_error(tp_config_problems *problems, const tp_config_mark *at, const char *format, ...)
{
    char message[LONGEST];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    problems->errors++;
    add(problems, at, false, message);
}

void tp_config_problems_warning(tp_config_problems *problems, const tp_config_mark *at, const char *format, ...)
{
    char message[LONGEST];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    add(problems, at, true, message);
}

/* qsort is not stable: of one place the text decides. */
static int by_place(const void *left, const void *right)
{
    const tp_config_problem *a = left, *b = right;

    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return strcmp(a->text, b->text);
}

void tp_config_problems_sort(tp_config_problems *problems)
{
    if (problems->count)
        qsort(problems->items, problems->count, sizeof(*problems->items), by_place);
}

void tp_config_problems_text(const tp_config_problems *problems, tp_buffer *out)
{
    for (size_t i = 0; i < problems->count; i++)
        tp_buffer_printf(out, "%s%s\n", problems->items[i].text, problems->items[i].warning ? " (a warning)" : "");
    if (problems->left_out)
        tp_buffer_printf(out, "and %zu more problems\n", problems->left_out);
}

void tp_config_problems_free(tp_config_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        free(problems->items[i].text);
    free(problems->items);
    *problems = (tp_config_problems){ 0 };
}
