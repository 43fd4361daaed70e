/* config/read.c - from the tree of a configuration into the structs of its tables. */

#include "config/read.h"

#include "config/names.h"
#include "config/nearest.h"
#include "config/options.h"

enum { LONGEST = 1024 };

typedef struct reader {
    tp_arena *arena;
    tp_config_places *places;
    tp_config_problems *problems;
} reader;

/* One value to be read: its option, where it goes, and its dotted name for messages. */
typedef struct slot {
    const tp_option *option;
    void *field;
    const char *name;
} slot;

static void read_table(const reader *r, const tp_option *table, const tp_config_node *map, void *base, const char *name);

static const char *below(const reader *r, const char *name, const char *key)
{
    return *name ? tp_arena_printf(r->arena, "%.200s.%.80s", name, key) : key;
}

/* Says what was expected and what is there instead; a value that may be a secret is not repeated. */
static void wrong(const reader *r, const slot *s, const tp_config_node *node)
{
    tp_buffer expected = TP_BUFFER(LONGEST);
    bool secret = s->option->flags & TP_OPTION_SECRET;

    tp_config_options_expected(s->option, &expected);
    tp_buffer_add(&expected, tp_bytes_of("", 1));
    if (node->kind != TP_CONFIG_SCALAR)
        tp_config_problems_error(r->problems, &node->mark, "%s: expected %s, not a %s", s->name, expected.data,
                                 node->kind == TP_CONFIG_MAP ? "map" : "list");
    else if (secret)
        tp_config_problems_error(r->problems, &node->mark, "%s: expected %s", s->name, expected.data);
    else
        tp_config_problems_error(r->problems, &node->mark, "%s: expected %s, not '%.80s'", s->name, expected.data, node->written);
    tp_buffer_free(&expected);
}

static bool is_scalar(const tp_config_node *node)
{
    return node->kind == TP_CONFIG_SCALAR && !node->null;
}

static void read_scalar(const reader *r, const slot *s, const tp_config_node *node)
{
    if (!is_scalar(node) || !tp_config_options_parse(r->arena, s->option, tp_bytes_text(node->text), s->field))
        wrong(r, s, node);
    else
        tp_config_places_add(r->places, s->field, &node->mark);
}

/* One text inside a list or map, by the parser of texts. */
static bool read_text(const reader *r, const slot *s, const tp_config_node *node, const char **text)
{
    static const tp_option TEXT = { .type = TP_OPTION_TYPE_TEXT };
    static const tp_option SECRET_TEXT = { .type = TP_OPTION_TYPE_TEXT, .flags = TP_OPTION_SECRET };
    slot one = { s->option->flags & TP_OPTION_SECRET ? &SECRET_TEXT : &TEXT, text, s->name };

    if (!is_scalar(node) || !tp_config_options_parse(r->arena, one.option, tp_bytes_text(node->text), text)) {
        wrong(r, &one, node);
        return false;
    }
    tp_config_places_add(r->places, text, &node->mark);
    return true;
}

static bool too_many(const reader *r, const slot *s, const tp_config_node *node)
{
    if (node->count <= TP_CONFIG_MOST_ITEMS)
        return false;
    tp_config_problems_error(r->problems, &node->mark, "%s: at most %d entries, not %zu", s->name, TP_CONFIG_MOST_ITEMS, node->count);
    return true;
}

/* Outside the file a list is written as a, b. */
static bool is_from_outside(const tp_config_node *node)
{
    return is_scalar(node) && node->mark.origin != TP_CONFIG_FILE;
}

static void read_texts(const reader *r, const slot *s, const tp_config_node *node)
{
    const char **items = tp_arena_array(r->arena, const char *, node->count);
    tp_texts texts = { items, 0 };

    if (node->kind != TP_CONFIG_LIST) {
        wrong(r, s, node);
        return;
    }
    if (too_many(r, s, node))
        return;
    for (const tp_config_node *child = node->first; child; child = child->next)
        texts.count += read_text(r, s, child, &items[texts.count]);
    *(tp_texts *)s->field = texts;
    tp_config_places_add(r->places, s->field, &node->mark);
}

static void read_pairs(const reader *r, const slot *s, const tp_config_node *node)
{
    tp_pair *items = tp_arena_array(r->arena, tp_pair, node->count);
    tp_pairs pairs = { items, 0 };

    if (node->kind != TP_CONFIG_MAP) {
        wrong(r, s, node);
        return;
    }
    if (too_many(r, s, node))
        return;
    for (const tp_config_node *child = node->first; child; child = child->next) {
        slot one = { s->option, NULL, below(r, s->name, child->key) };
        tp_pair *pair = &items[pairs.count];

        pair->name = child->key;
        if (read_text(r, &one, child, &pair->value)) {
            tp_config_places_add(r->places, &pair->name, &child->key_mark);
            pairs.count++;
        }
    }
    *(tp_pairs *)s->field = pairs;
    tp_config_places_add(r->places, s->field, &node->mark);
}

static void read_leaf(const reader *r, const slot *s, const tp_config_node *node)
{
    if (s->option->type == TP_OPTION_TYPE_TEXTS && !is_from_outside(node))
        read_texts(r, s, node);
    else if (s->option->type == TP_OPTION_TYPE_PAIRS && !is_from_outside(node))
        read_pairs(r, s, node);
    else
        read_scalar(r, s, node);
}

/* A map's structs begin with their name. */
static void read_item(const reader *r, const slot *s, const tp_config_node *child, char *item, size_t index)
{
    bool named = s->option->type == TP_OPTION_TYPE_MAP;
    const char *name = named ? below(r, s->name, child->key) : tp_arena_printf(r->arena, "%.200s[%zu]", s->name, index);
    tp_config_node nothing = { .kind = TP_CONFIG_MAP, .mark = child->mark, .key = child->key, .key_mark = child->key_mark };

    tp_config_options_defaults(r->arena, s->option->fields, item);
    if (named) {
        *(const char **)(void *)item = child->key;
        tp_config_places_add(r->places, item, &child->key_mark);
    }
    if (child->kind == TP_CONFIG_MAP)
        read_table(r, s->option->fields, child, item, name);
    else if (child->kind == TP_CONFIG_SCALAR && child->null)
        read_table(r, s->option->fields, &nothing, item, name);
    else
        tp_config_problems_error(r->problems, &child->mark, "%s: expected a map of its keys", name);
}

static void read_items(const reader *r, const slot *s, const tp_config_node *node)
{
    tp_config_kind expected = s->option->type == TP_OPTION_TYPE_MAP ? TP_CONFIG_MAP : TP_CONFIG_LIST;
    tp_items *field = s->field;
    size_t index = 0;
    char *items;

    if (node->kind != expected) {
        wrong(r, s, node);
        return;
    }
    if (too_many(r, s, node))
        return;
    items = tp_arena_alloc(r->arena, node->count * s->option->item_size);
    for (const tp_config_node *child = node->first; child; child = child->next, index++)
        read_item(r, s, child, items + index * s->option->item_size, index);
    *field = (tp_items){ items, node->count };
    tp_config_places_add(r->places, field, &node->mark);
}

/* A key with nothing behind it counts as not given. */
static void read_value(const reader *r, const slot *s, const tp_config_node *node)
{
    if (node->kind == TP_CONFIG_SCALAR && node->null)
        return;
    if (tp_config_options_is_leaf(s->option))
        read_leaf(r, s, node);
    else if (s->option->type != TP_OPTION_TYPE_GROUP)
        read_items(r, s, node);
    else if (node->kind == TP_CONFIG_MAP)
        read_table(r, s->option->fields, node, s->field, s->name);
    else
        wrong(r, s, node);
}

static void unknown(const reader *r, const tp_option *table, const tp_config_node *child, const char *name)
{
    tp_config_nearest nearest = { .word = child->key };

    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++)
        tp_config_nearest_offer(&nearest, option->name);
    tp_config_problems_error(r->problems, &child->key_mark, "unknown key '%.200s'%s%s; the nearest known key is '%s'", child->key,
                             *name ? " in " : "", name, nearest.best);
}

static const tp_option *option_of(const tp_option *table, const char *key)
{
    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++)
        if (tp_config_node_same(option->name, key))
            return option;
    return NULL;
}

static void read_key(const reader *r, const tp_option *table, const tp_config_node *map, const tp_config_node *child, void *base,
                     const char *name)
{
    const tp_option *option = option_of(table, child->key);
    slot s;

    if (!option) {
        unknown(r, table, child, name);
        return;
    }
    if (tp_config_node_find(map, option->name) != child) { /* max-body beside max_body */
        tp_config_problems_error(r->problems, &child->key_mark, "duplicate key '%s'", child->key);
        return;
    }
    s = (slot){ option, tp_config_options_field(option, base), below(r, name, option->name) };
    read_value(r, &s, child);
}

static void check_required(const reader *r, const tp_option *table, const tp_config_node *map, const char *name)
{
    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++) {
        const tp_config_node *child = option->flags & TP_OPTION_REQUIRED ? tp_config_node_find(map, option->name) : NULL;

        if ((option->flags & TP_OPTION_REQUIRED) && (!child || (child->kind == TP_CONFIG_SCALAR && (child->null || !child->text[0]))))
            tp_config_problems_error(r->problems, map->key ? &map->key_mark : &map->mark, "%s: '%s' is required (%s)", name, option->name,
                                     option->help);
    }
}

static void read_table(const reader *r, const tp_option *table, const tp_config_node *map, void *base, const char *name)
{
    for (const tp_config_node *child = map->first; child; child = child->next)
        read_key(r, table, map, child, base, name);
    check_required(r, table, map, name);
}

void tp_config_read(tp_arena *arena, const tp_option *table, const tp_config_node *tree, void *base, tp_config_places *places,
                    tp_config_problems *problems)
{
    reader r = { arena, places, problems };

    read_table(&r, table, tree, base, "");
}
