/* config/builtin.h - the providers that are there without a word in the file. */

#ifndef TP_CONFIG_BUILTIN_H
#define TP_CONFIG_BUILTIN_H

#include "config/node.h"

/* Puts the built-in providers in front of those of the tree; what the file says of one of them stays. */
void tp_config_builtin_add(tp_arena *arena, tp_config_node *root);

#endif
