/* config/print.c - `config show`: effective values and where each came from. */

#include "config/print.h"

#include "config/each.h"
#include "config/load.h"

typedef struct show {
    tp_buffer *out;
    int name_width, value_width;
    bool began;
} show;

enum { WIDEST_VALUE = 40 };

static void measure(void *context, const tp_config_entry *entry)
{
    show *s = context;
    int name = (int)strlen(entry->name), value = (int)strlen(entry->value);

    if (name > s->name_width)
        s->name_width = name;
    if (value > s->value_width && value <= WIDEST_VALUE)
        s->value_width = value;
}

static void show_line(void *context, const tp_config_entry *entry)
{
    show *s = context;

    tp_buffer_printf(s->out, "%-*s  %-*s  ", s->name_width, entry->name, s->value_width, *entry->value ? entry->value : "-");
    tp_config_problems_place(&entry->origin, s->out);
    tp_buffer_text(s->out, "\n");
}

static void json_text(tp_buffer *out, const char *name, const char *value)
{
    tp_buffer_printf(out, "\"%s\":", name);
    if (!value) {
        tp_buffer_text(out, "null");
        return;
    }
    tp_buffer_text(out, "\"");
    tp_buffer_json(out, tp_bytes_text(value));
    tp_buffer_text(out, "\"");
}

static void show_json(void *context, const tp_config_entry *entry)
{
    static const char *const ORIGINS[] = { "default", "file", "environment", "command line" };
    show *s = context;
    tp_buffer at = TP_BUFFER(8192);

    tp_config_problems_place(&entry->origin, &at);
    tp_buffer_add(&at, tp_bytes_of("", 1));
    tp_buffer_text(s->out, s->began ? ",\n{" : "\n{");
    s->began = true;
    json_text(s->out, "name", entry->name);
    tp_buffer_text(s->out, ",");
    json_text(s->out, "value", entry->value);
    tp_buffer_printf(s->out, ",\"secret\":%s,", entry->option->flags & TP_OPTION_SECRET ? "true" : "false");
    json_text(s->out, "origin", ORIGINS[entry->origin.origin]);
    tp_buffer_text(s->out, ",");
    json_text(s->out, "at", entry->origin.origin == TP_CONFIG_DEFAULT ? NULL : at.data);
    tp_buffer_text(s->out, ",");
    json_text(s->out, "variable", entry->variable);
    tp_buffer_text(s->out, "}");
    tp_buffer_free(&at);
}

void tp_config_print_show(const tp_settings *settings, bool json, tp_buffer *out)
{
    show s = { .out = out };

    if (json) {
        tp_buffer_text(out, "{");
        json_text(out, "file", tp_config_load_file(settings));
        tp_buffer_text(out, ",\"options\":[");
        tp_config_each(settings, show_json, &s);
        tp_buffer_text(out, "\n]}\n");
        return;
    }
    tp_config_each(settings, measure, &s);
    tp_config_each(settings, show_line, &s);
}
