/* config/overlay.c - the environment and the command line, laid over the tree of the file. */

#include "config/overlay.h"

#include "config/names.h"
#include "config/nearest.h"

static const char PREFIX[] = "TOKENPAK_", NO_OPTION[] = "TOKENPAK_CONFIG"; /* names the file itself */

typedef struct overlay {
    tp_arena *arena;
    tp_config_names names;
    tp_config_node *tree;
    tp_config_problems *problems;
} overlay;

/* The map at the end of all keys but the last, made where it is missing; NULL when something else stands in the way. */
static tp_config_node *parent_of(const overlay *o, const tp_config_name *name, const tp_config_mark *mark)
{
    tp_config_node *at = o->tree;

    for (unsigned i = 0; i + 1 < name->depth; i++) {
        tp_config_node *child = tp_config_node_find(at, name->path[i]);

        if (!child) {
            child = tp_config_node_map(o->arena, mark);
            child->key = name->path[i];
            child->key_mark = *mark;
            tp_config_node_add(at, child);
        }
        if (!tp_config_node_become_map(child))
            return NULL;
        at = child;
    }
    return at;
}

static void set(const overlay *o, const tp_config_name *name, const char *value, const tp_config_mark *mark)
{
    tp_config_node *parent = parent_of(o, name, mark), *leaf, *old;

    if (!parent)
        return; /* the reader will say what is wrong with the file there */
    leaf = tp_config_node_scalar(o->arena, mark, tp_arena_copy(o->arena, tp_bytes_text(value)).data);
    leaf->key = name->path[name->depth - 1];
    leaf->key_mark = *mark;
    for (old = tp_config_node_find(parent, leaf->key); old; old = tp_config_node_find(parent, leaf->key))
        tp_config_node_remove(parent, old);
    tp_config_node_add(parent, leaf);
}

static const tp_config_name *by_variable(const overlay *o, const char *variable)
{
    for (size_t i = 0; i < o->names.count; i++)
        if (strcmp(o->names.items[i].variable, variable) == 0)
            return &o->names.items[i];
    return NULL;
}

static const tp_config_name *by_dotted(const overlay *o, const char *dotted)
{
    for (size_t i = 0; i < o->names.count; i++)
        if (tp_config_node_same(o->names.items[i].dotted, dotted))
            return &o->names.items[i];
    return NULL;
}

static const tp_config_name *by_short_name(const overlay *o, const char *variable)
{
    for (const tp_config_short_name *name = tp_config_names_short(); name->variable; name++)
        if (strcmp(name->variable, variable) == 0)
            return by_dotted(o, name->dotted);
    return NULL;
}

static void warn_unknown(const overlay *o, const tp_config_mark *mark)
{
    tp_config_nearest nearest = { .word = mark->where };

    for (const tp_config_short_name *name = tp_config_names_short(); name->variable; name++)
        tp_config_nearest_offer(&nearest, name->variable);
    for (size_t i = 0; i < o->names.count; i++)
        tp_config_nearest_offer(&nearest, o->names.items[i].variable);
    tp_config_problems_warning(o->problems, mark, "names no option and is ignored; the nearest known name is %s", nearest.best);
}

typedef const tp_config_name *find_fn(const overlay *o, const char *variable);

/* An empty variable counts as not set: that is what compose files make of one that was left out. */
static void lay_variable(const overlay *o, const char *line, find_fn *find, bool last)
{
    tp_bytes text = tp_bytes_text(line);
    size_t equals = tp_bytes_find(text, '=');
    tp_config_mark mark = { .origin = TP_CONFIG_ENVIRONMENT };
    const tp_config_name *name;

    if (!tp_bytes_starts(text, tp_bytes_text(PREFIX)) || equals == text.length)
        return;
    mark.where = tp_arena_copy(o->arena, tp_bytes_of(line, equals)).data;
    name = find(o, mark.where);
    if (name && line[equals + 1])
        set(o, name, line + equals + 1, &mark);
    if (last && !name && !by_short_name(o, mark.where) && strcmp(mark.where, NO_OPTION) != 0)
        warn_unknown(o, &mark);
}

/* Short names first, so that the full name of the same option wins over them. */
static void lay_environment(const overlay *o, char *const *environment)
{
    for (char *const *line = environment; line && *line; line++)
        lay_variable(o, *line, by_short_name, false);
    for (char *const *line = environment; line && *line; line++)
        lay_variable(o, *line, by_variable, true);
}

static void lay_override(const overlay *o, const tp_config_override *override)
{
    const char *spoken = override->spoken ? override->spoken : override->name;
    tp_config_mark mark = { TP_CONFIG_COMMAND_LINE, tp_arena_copy(o->arena, tp_bytes_text(spoken)).data, 0, 0 };
    const tp_config_name *name = by_dotted(o, override->name);
    tp_config_nearest nearest = { .word = override->name };

    if (name) {
        set(o, name, override->value, &mark);
        return;
    }
    for (size_t i = 0; i < o->names.count; i++)
        tp_config_nearest_offer(&nearest, o->names.items[i].dotted);
    tp_config_problems_error(o->problems, &mark, "unknown option '%.80s'; the nearest known one is %s", override->name, nearest.best);
}

void tp_config_overlay(tp_arena *arena, const tp_config_source *source, const tp_option *schema, tp_config_node *tree,
                       tp_config_problems *problems)
{
    overlay o = { arena, tp_config_names_of(arena, schema, tree), tree, problems };

    lay_environment(&o, source->environment);
    for (size_t i = 0; i < source->override_count; i++)
        lay_override(&o, &source->overrides[i]);
    tp_config_names_free(&o.names);
}
