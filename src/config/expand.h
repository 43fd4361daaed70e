/* config/expand.h - ${NAME} in the values of the file, and references to secrets. */

#ifndef TP_CONFIG_EXPAND_H
#define TP_CONFIG_EXPAND_H

#include "config/node.h"

/* Replaces ${NAME} in every scalar of the tree that came from the file; `$${` stands for `${`. An unset variable is a problem, and so is
 * secret:NAME, wherever it came from, as long as there is no store of secrets. */
void tp_config_expand(tp_arena *arena, tp_config_node *tree, char *const *environment, tp_config_problems *problems);

#endif
