/* config/snapshot.h - what stands around a tp_settings: its memory, its holders, its tables and the places of its values. This room only.
 */

#ifndef TP_CONFIG_SNAPSHOT_H
#define TP_CONFIG_SNAPSHOT_H

#include <tokenpak/arena.h>

#include "base/ref.h"
#include "config/places.h"
#include "config/settings.h"

/* The settings come first, so that a pointer to them is one to the snapshot; the stages' sections lie behind it, in one block. */
typedef struct tp_config_snapshot {
    tp_settings settings;
    tp_ref ref;
    tp_arena *arena; /* holds everything here, the snapshot too */
    const tp_option *schema;
    const char *file; /* NULL = there was none */
    tp_config_places places;
} tp_config_snapshot;

/* All options at their defaults, held once. */
tp_config_snapshot *tp_config_snapshot_new(const tp_section *sections, size_t count);

static inline const tp_config_snapshot *tp_config_snapshot_of(const tp_settings *settings)
{
    return (const tp_config_snapshot *)(const void *)settings;
}

#endif
