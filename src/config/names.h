/* config/names.h - every option that can be set from outside the file, by its dotted name and its environment name. */

#ifndef TP_CONFIG_NAMES_H
#define TP_CONFIG_NAMES_H

#include <tokenpak/option.h>

#include "config/node.h"

enum { TP_CONFIG_NAMES_DEEPEST = 8, TP_CONFIG_MOST_ITEMS = 1000 /* in one map or list of the file */ };

typedef struct tp_config_name {
    const char *dotted;                        /* providers.my-vllm.api_key */
    const char *variable;                      /* TOKENPAK_PROVIDERS_MY_VLLM_API_KEY */
    const char *path[TP_CONFIG_NAMES_DEEPEST]; /* its keys in the tree */
    unsigned depth;
} tp_config_name;

typedef struct tp_config_names {
    tp_config_name *items;
    size_t count, capacity;
} tp_config_names;

/* All of them: of a map, for the names that stand in the tree; not those inside lists. Strings live in the arena. */
tp_config_names tp_config_names_of(tp_arena *arena, const tp_option *schema, const tp_config_node *tree);
void tp_config_names_free(tp_config_names *names);

/* Short variables of some options, ended by a row of NULLs. */
typedef struct tp_config_short_name {
    const char *variable, *dotted;
} tp_config_short_name;

const tp_config_short_name *tp_config_names_short(void);

/* Adds the environment name of a dotted name. */
void tp_config_names_variable(const char *dotted, tp_buffer *out);

#endif
