/* config/settings.c - holding a snapshot of the settings and finding things in it. */

#include "config/settings.h"

#include "config/snapshot.h"

/* The count is the one thing in a snapshot that changes. */
static tp_config_snapshot *counted(const tp_settings *settings)
{
    return (tp_config_snapshot *)(uintptr_t)settings;
}

void tp_settings_take(const tp_settings *settings)
{
    tp_ref_take(&counted(settings)->ref);
}

void tp_settings_drop(const tp_settings *settings)
{
    tp_config_snapshot *snapshot = counted(settings);

    if (!tp_ref_drop(&snapshot->ref))
        return;
    tp_config_places_free(&snapshot->places);
    tp_arena_free(snapshot->arena);
}

const void *tp_settings_section(const tp_settings *settings, const char *name)
{
    for (const tp_option *option = tp_config_snapshot_of(settings)->schema; option->name; option++)
        if (strcmp(option->name, name) == 0)
            return (const char *)settings + option->offset;
    return NULL;
}

const tp_provider *tp_settings_provider(const tp_settings *settings, tp_bytes name)
{
    const tp_provider *providers = settings->providers.items;

    for (size_t i = 0; i < settings->providers.count; i++)
        if (tp_bytes_equal_nocase(tp_bytes_text(providers[i].name), name))
            return &providers[i];
    return NULL;
}

const tp_alias *tp_settings_alias(const tp_settings *settings, tp_bytes name)
{
    const tp_alias *aliases = settings->models.items;

    for (size_t i = 0; i < settings->models.count; i++)
        if (tp_bytes_equal(tp_bytes_text(aliases[i].name), name))
            return &aliases[i];
    return NULL;
}

bool tp_settings_has_key(const tp_provider *provider)
{
    return *provider->api_key || provider->api_keys.count || provider->dialect == TP_DIALECT_OLLAMA;
}
