/* config/snapshot.c - a settings snapshot at its defaults. */

#include "config/snapshot.h"

#include "config/options.h"
#include "config/schema.h"

tp_config_snapshot *tp_config_snapshot_new(const tp_section *sections, size_t count)
{
    tp_arena *arena = tp_arena_new();
    size_t size = sizeof(tp_config_snapshot);
    const tp_option *schema = tp_config_schema(arena, sections, count, &size);
    tp_config_snapshot *snapshot = tp_arena_alloc(arena, size);

    snapshot->arena = arena;
    snapshot->schema = schema;
    tp_config_options_defaults(arena, schema, snapshot);
    return snapshot;
}
