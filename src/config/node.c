/* config/node.c - a configuration as a tree of scalars, maps and lists. */

#include "config/node.h"

tp_config_node *tp_config_node_map(tp_arena *arena, const tp_config_mark *mark)
{
    tp_config_node *node = tp_arena_make(arena, tp_config_node);

    *node = (tp_config_node){ .kind = TP_CONFIG_MAP, .mark = *mark };
    return node;
}

tp_config_node *tp_config_node_scalar(tp_arena *arena, const tp_config_mark *mark, const char *text)
{
    tp_config_node *node = tp_arena_make(arena, tp_config_node);

    *node = (tp_config_node){ .kind = TP_CONFIG_SCALAR, .mark = *mark, .text = text, .written = text };
    return node;
}

void tp_config_node_add(tp_config_node *parent, tp_config_node *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

static char plain(char c)
{
    return c == '-' ? '_' : c;
}

bool tp_config_node_same(const char *a, const char *b)
{
    while (*a && plain(*a) == plain(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

tp_config_node *tp_config_node_find(const tp_config_node *map, const char *key)
{
    for (tp_config_node *child = map->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    for (tp_config_node *child = map->first; child; child = child->next)
        if (tp_config_node_same(child->key, key))
            return child;
    return NULL;
}

void tp_config_node_remove(tp_config_node *parent, tp_config_node *child)
{
    tp_config_node *before = NULL;

    for (tp_config_node *at = parent->first; at != child; at = at->next)
        before = at;
    if (before)
        before->next = child->next;
    else
        parent->first = child->next;
    if (parent->last == child)
        parent->last = before;
    child->next = NULL;
    parent->count--;
}

bool tp_config_node_become_map(tp_config_node *node)
{
    if (node->kind == TP_CONFIG_SCALAR && node->null) {
        node->kind = TP_CONFIG_MAP;
        node->null = false;
    }
    return node->kind == TP_CONFIG_MAP;
}
