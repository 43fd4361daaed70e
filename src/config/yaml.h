/* config/yaml.h - one YAML document becomes a tree of nodes, with limits on size, depth and count. Any thread. */

#ifndef TP_CONFIG_YAML_H
#define TP_CONFIG_YAML_H

#include "config/node.h"

enum { TP_CONFIG_YAML_MOST_BYTES = 1 << 20 };

/* The root of the document, always a map (an empty document is an empty one). Aliases, tags that are not YAML's own, keys that are no
 * scalars and further documents are refused; a key that stands twice in one map is a problem and its second value is dropped. NULL when the
 * text could not be read to its end; `problems` says why. `file` names it there and outlives the tree. */
tp_config_node *tp_config_yaml_load(tp_arena *arena, const char *file, tp_bytes text, tp_config_problems *problems);

#endif
