/* app/reload.c - new settings for new requests; what runs keeps its own. */

#include <string.h>

#include <tokenpak/log.h>

#include "app/pipeline_table.h"
#include "app/private.h"
#include "base/logger.h"
#include "config/problems.h"

static void tell_problems(const tp_config_problems *problems, tp_buffer *why)
{
    for (size_t i = 0; i < problems->count; i++) {
        const tp_config_problem *p = &problems->items[i];

        tp_log(p->warning ? TP_LOG_WARN : TP_LOG_ERROR, TP_AREA_CONFIG, "%s", p->text);
        if (!p->warning)
            tp_buffer_printf(why, "%s%s", why->length ? "\n" : "", p->text);
    }
}

static void swap(tp_app *app, const tp_settings *settings, tp_pipeline_set *pipelines)
{
    tp_pipeline_set *old_set = app->pipelines;
    const tp_settings *old = app->settings;

    if (strcmp(old->listen.address, settings->listen.address) != 0 || old->listen.port != settings->listen.port)
        tp_log(TP_LOG_WARN, TP_AREA_CONFIG, "listen.address and listen.port take effect at the next start");
    if (strcmp(old->store.path, settings->store.path) != 0)
        tp_log(TP_LOG_WARN, TP_AREA_CONFIG, "store.path takes effect at the next start");
    app->settings = app->admin.settings = settings;
    app->pipelines = app->server->pipelines = pipelines;
    app->server->max_memory = tp_app_memory_limit(settings);
    if (app->demo)
        app->demo->pipelines = pipelines;
    tp_logger_set((tp_log_level)settings->log.level, settings->log.format == 1);
    tp_ledger_keep(app->services.ledger, settings->trace.keep);
    tp_store_configure(app->services.store, &settings->store, settings->trace.keep);
    tp_pipeline_drop(old_set);
    tp_settings_drop(old);
}

bool tp_app_reload(tp_app *app, tp_buffer *why)
{
    tp_config_problems problems = { 0 };
    const tp_settings *settings = tp_config_load(&app->source, &problems);
    tp_pipeline_set *pipelines = NULL;

    tell_problems(&problems, why);
    tp_config_problems_free(&problems);
    if (settings && !tp_app_check(settings))
        tp_buffer_text(why, "the address is open to others and a provider has a key: set auth.keys or auth.open");
    else if (settings)
        pipelines = tp_pipeline_open(tp_pipeline_table_all, TP_PIPELINE_KINDS, settings, app->pipelines, &app->services);
    if (!pipelines) {
        if (settings)
            tp_settings_drop(settings);
        tp_log(TP_LOG_ERROR, TP_AREA_CONFIG, "reload refused; the settings stay as they were");
        return false;
    }
    swap(app, settings, pipelines);
    tp_log(TP_LOG_INFO, TP_AREA_CONFIG, "settings reloaded");
    return true;
}
