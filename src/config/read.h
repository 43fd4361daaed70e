/* config/read.h - from the tree of a configuration into the structs of its tables. */

#ifndef TP_CONFIG_READ_H
#define TP_CONFIG_READ_H

#include <tokenpak/option.h>

#include "config/node.h"
#include "config/places.h"

/* Fills `base`, which holds the defaults, by `table` from the map `tree`. What is unknown, missing, of a wrong type or out of range becomes
 * a problem and leaves the default. Texts and items go to the arena; `places` learns where each value, item and list was written. */
void tp_config_read(tp_arena *arena, const tp_option *table, const tp_config_node *tree, void *base, tp_config_places *places,
                    tp_config_problems *problems);

#endif
