/* config/builtin.c - the providers that are there without a word in the file. */

#include "config/builtin.h"

typedef struct builtin {
    const char *name, *dialect, *base_url;
} builtin;

static const builtin BUILTIN[] = {
    { "openai", "openai", "https://api.openai.com/v1" },
    { "anthropic", "anthropic", "https://api.anthropic.com" },
    { "gemini", "gemini", "https://generativelanguage.googleapis.com" },
    { "ollama", "ollama", "http://127.0.0.1:11434" },
};

static const tp_config_mark NOWHERE = { .origin = TP_CONFIG_DEFAULT };

static tp_config_node *with_key(tp_config_node *node, const char *key)
{
    node->key = key;
    node->key_mark = NOWHERE;
    return node;
}

static void add_missing(tp_arena *arena, tp_config_node *map, const char *key, const char *text)
{
    if (!tp_config_node_find(map, key))
        tp_config_node_add(map, with_key(tp_config_node_scalar(arena, &NOWHERE, text), key));
}

/* The file's node of that name, taken out of `providers`, or a new one. */
static tp_config_node *take(tp_arena *arena, tp_config_node *providers, const char *name)
{
    for (tp_config_node *child = providers->first; child; child = child->next) {
        if (strcmp(child->key, name) == 0) {
            tp_config_node_remove(providers, child);
            return child;
        }
    }
    return with_key(tp_config_node_map(arena, &NOWHERE), name);
}

void tp_config_builtin_add(tp_arena *arena, tp_config_node *root)
{
    tp_config_node *providers = tp_config_node_find(root, "providers"), rest;

    if (!providers) {
        providers = with_key(tp_config_node_map(arena, &NOWHERE), "providers");
        tp_config_node_add(root, providers);
    }
    if (!tp_config_node_become_map(providers))
        return; /* the reader says so */
    rest = *providers;
    providers->first = providers->last = NULL;
    providers->count = 0;
    for (size_t i = 0; i < sizeof(BUILTIN) / sizeof(*BUILTIN); i++) {
        tp_config_node *one = take(arena, &rest, BUILTIN[i].name);

        if (tp_config_node_become_map(one)) {
            add_missing(arena, one, "dialect", BUILTIN[i].dialect);
            add_missing(arena, one, "base_url", BUILTIN[i].base_url);
        }
        tp_config_node_add(providers, one);
    }
    while (rest.first) {
        tp_config_node *one = rest.first;

        tp_config_node_remove(&rest, one);
        tp_config_node_add(providers, one);
    }
}
