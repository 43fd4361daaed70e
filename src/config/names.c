/* config/names.c - every option that can be set from outside the file, by its dotted name and its environment name. */

#include "config/names.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/memory.h"
#include "config/options.h"

enum { LONGEST = 64 << 10 };

static const tp_config_short_name SHORT_NAMES[] = {
    { "TOKENPAK_BIND_ADDRESS", "listen.address" },
    { "TOKENPAK_PORT", "listen.port" },
    { "TOKENPAK_DB", "store.path" },
    { "TOKENPAK_LOG_LEVEL", "log.level" },
    { NULL, NULL },
};

typedef struct collector {
    tp_arena *arena;
    tp_config_names names;
    const char *path[TP_CONFIG_NAMES_DEEPEST]; /* where the walk stands */
    unsigned depth;
} collector;

static void collect_table(collector *c, const tp_option *table, const tp_config_node *node);

void tp_config_names_variable(const char *dotted, tp_buffer *out)
{
    tp_buffer_text(out, "TOKENPAK_");
    for (; *dotted; dotted++) {
        unsigned char letter = (unsigned char)*dotted;
        char upper = isalnum(letter) ? (char)toupper(letter) : '_';

        tp_buffer_add(out, tp_bytes_of(&upper, 1));
    }
}

static const char *kept(collector *c, tp_buffer *text)
{
    const char *copy = tp_arena_copy(c->arena, tp_buffer_bytes(text)).data;

    tp_buffer_free(text);
    return copy;
}

static void add_name(collector *c)
{
    tp_buffer dotted = TP_BUFFER(LONGEST), variable = TP_BUFFER(LONGEST);
    tp_config_names *names = &c->names;
    tp_config_name *name;

    if (names->count == names->capacity) {
        names->capacity = names->capacity ? names->capacity * 2 : 128;
        names->items = tp_memory_resize(names->items, names->capacity * sizeof(*names->items));
    }
    name = &names->items[names->count++];
    for (unsigned i = 0; i < c->depth; i++) {
        name->path[i] = c->path[i];
        tp_buffer_printf(&dotted, "%s%s", i ? "." : "", c->path[i]);
    }
    name->depth = c->depth;
    name->dotted = kept(c, &dotted);
    tp_config_names_variable(name->dotted, &variable);
    name->variable = kept(c, &variable);
}

static void collect_map(collector *c, const tp_option *option, const tp_config_node *map)
{
    size_t left = TP_CONFIG_MOST_ITEMS;

    if (!map || map->kind != TP_CONFIG_MAP)
        return;
    for (const tp_config_node *child = map->first; child && left; child = child->next, left--) {
        c->path[c->depth++] = child->key;
        collect_table(c, option->fields, child);
        c->depth--;
    }
}

static void collect_option(collector *c, const tp_option *option, const tp_config_node *parent)
{
    const tp_config_node *node = parent && parent->kind == TP_CONFIG_MAP ? tp_config_node_find(parent, option->name) : NULL;

    if (option->type == TP_OPTION_TYPE_GROUP)
        collect_table(c, option->fields, node);
    else if (option->type == TP_OPTION_TYPE_MAP)
        collect_map(c, option, node);
    else if (tp_config_options_is_leaf(option))
        add_name(c);
}

static void collect_table(collector *c, const tp_option *table, const tp_config_node *node)
{
    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++) {
        c->path[c->depth++] = option->name;
        collect_option(c, option, node);
        c->depth--;
    }
}

tp_config_names tp_config_names_of(tp_arena *arena, const tp_option *schema, const tp_config_node *tree)
{
    collector c = { .arena = arena };

    collect_table(&c, schema, tree);
    return c.names;
}

const tp_config_short_name *tp_config_names_short(void)
{
    return SHORT_NAMES;
}

void tp_config_names_free(tp_config_names *names)
{
    free(names->items);
    *names = (tp_config_names){ 0 };
}
