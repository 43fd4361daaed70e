/* config/overlay.h - the environment and the command line, laid over the tree of the file. */

#ifndef TP_CONFIG_OVERLAY_H
#define TP_CONFIG_OVERLAY_H

#include "config/load.h"
#include "config/node.h"

/* TOKENPAK_ variables that name no option become warnings. */
void tp_config_overlay(tp_arena *arena, const tp_config_source *source, const tp_option *schema, tp_config_node *tree,
                       tp_config_problems *problems);

#endif
