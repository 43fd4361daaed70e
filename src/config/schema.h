/* config/schema.h - the tables of all sections: those of the house and those that stages bring. */

#ifndef TP_CONFIG_SCHEMA_H
#define TP_CONFIG_SCHEMA_H

#include <tokenpak/arena.h>

#include "config/settings.h"

/* One table of groups, maps and lists: the sections in their order. Offsets count from a block whose first `*size` bytes begin
 * with a tp_settings; the stages' sections lie behind them, and `*size` becomes the size of the whole. */
const tp_option *tp_config_schema(tp_arena *arena, const tp_section *sections, size_t count, size_t *size);

#endif
