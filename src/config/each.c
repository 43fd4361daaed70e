/* config/each.c - a walk over every option of a settings snapshot. */

#include "config/each.h"

#include "config/names.h"
#include "config/options.h"
#include "config/snapshot.h"

enum { LONGEST_NAME = 4 << 20, LONGEST_VALUE = 16 << 20 };

static const char MASK[] = "********";

typedef struct walk {
    const tp_config_snapshot *snapshot;
    tp_config_visit *visit;
    void *context;
    tp_buffer name, variable, value;
    unsigned lists; /* lists around the option at hand: no environment name in there */
} walk;

static void walk_table(walk *w, const tp_option *table, const char *base);

/* The buffer's text, ended by a zero byte that does not count. */
static const char *text_of(tp_buffer *buffer)
{
    tp_buffer_add(buffer, tp_bytes_of("", 1));
    buffer->length--;
    return buffer->data;
}

static const char *value_of(walk *w, const tp_option *option, const char *field)
{
    w->value.length = 0;
    tp_config_options_format(option, field, &w->value);
    if (w->value.length && (option->flags & TP_OPTION_SECRET))
        return MASK;
    return text_of(&w->value);
}

static void walk_leaf(walk *w, const tp_option *option, const char *field)
{
    const tp_config_mark *mark = tp_config_places_find(&w->snapshot->places, field);
    tp_config_entry entry = { .name = text_of(&w->name), .option = option, .value = value_of(w, option, field) };

    w->variable.length = 0;
    tp_config_names_variable(entry.name, &w->variable);
    entry.variable = w->lists ? NULL : text_of(&w->variable);
    entry.origin = mark ? *mark : (tp_config_mark){ .origin = TP_CONFIG_DEFAULT };
    w->visit(w->context, &entry);
}

static void walk_items(walk *w, const tp_option *option, const char *field)
{
    const tp_items *items = (const void *)field;
    bool named = option->type == TP_OPTION_TYPE_MAP;
    size_t length = w->name.length;

    w->lists += !named;
    for (size_t i = 0; i < items->count; i++) {
        const char *item = (const char *)items->items + i * option->item_size;

        if (named)
            tp_buffer_printf(&w->name, ".%s", *(const char *const *)(const void *)item);
        else
            tp_buffer_printf(&w->name, "[%zu]", i);
        walk_table(w, option->fields, item);
        w->name.length = length;
    }
    w->lists -= !named;
}

static void walk_option(walk *w, const tp_option *option, const char *field)
{
    if (option->type == TP_OPTION_TYPE_GROUP)
        walk_table(w, option->fields, field);
    else if (tp_config_options_is_leaf(option))
        walk_leaf(w, option, field);
    else
        walk_items(w, option, field);
}

static void walk_table(walk *w, const tp_option *table, const char *base)
{
    size_t length = w->name.length;

    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++) {
        tp_buffer_printf(&w->name, "%s%s", length ? "." : "", option->name);
        walk_option(w, option, base + option->offset);
        w->name.length = length;
    }
}

void tp_config_each(const tp_settings *settings, tp_config_visit *visit, void *context)
{
    walk w = { .snapshot = tp_config_snapshot_of(settings),
               .visit = visit,
               .context = context,
               .name = TP_BUFFER(LONGEST_NAME),
               .variable = TP_BUFFER(LONGEST_NAME),
               .value = TP_BUFFER(LONGEST_VALUE) };

    walk_table(&w, w.snapshot->schema, (const char *)settings);
    tp_buffer_free(&w.name);
    tp_buffer_free(&w.variable);
    tp_buffer_free(&w.value);
}
