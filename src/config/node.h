/* config/node.h - a configuration as a tree of scalars, maps and lists, each with the place where it was written. */

#ifndef TP_CONFIG_NODE_H
#define TP_CONFIG_NODE_H

#include <tokenpak/arena.h>

#include "config/problems.h"

typedef enum tp_config_kind { TP_CONFIG_SCALAR, TP_CONFIG_MAP, TP_CONFIG_LIST } tp_config_kind;

/* Lives in an arena. Children are in the order of the file. */
typedef struct tp_config_node {
    tp_config_kind kind;
    bool null;           /* a scalar with nothing in it, `~` or `null`: as if it were not there */
    const char *text;    /* of a scalar: the value */
    const char *written; /* of a scalar: as it stands in the file, before ${NAME} was replaced; what messages may show */
    tp_config_mark mark;
    const char *key; /* in a map: as written; else NULL */
    tp_config_mark key_mark;
    struct tp_config_node *first, *last, *next;
    size_t count; /* of children */
} tp_config_node;

tp_config_node *tp_config_node_map(tp_arena *arena, const tp_config_mark *mark);
tp_config_node *tp_config_node_scalar(tp_arena *arena, const tp_config_mark *mark, const char *text);

/* Adds `child` as the last one. */
void tp_config_node_add(tp_config_node *parent, tp_config_node *child);

/* Whether two keys are the same name: `-` is as good as `_`. */
bool tp_config_node_same(const char *a, const char *b);

/* The child with that very key, else the first whose key is the same name, else NULL. */
tp_config_node *tp_config_node_find(const tp_config_node *map, const char *key);

/* Takes the child out of its parent. */
void tp_config_node_remove(tp_config_node *parent, tp_config_node *child);

/* A null becomes an empty map; says whether it is a map now. */
bool tp_config_node_become_map(tp_config_node *node);

#endif
