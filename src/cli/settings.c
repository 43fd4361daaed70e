/* cli/settings.c - the configuration that a command line means. */

#include "cli/settings.h"

#include "app/app.h"
#include "cli/screen.h"
#include "stages/auth.h"

void tp_cli_settings_override(tp_config_source *source, tp_config_override *overrides, const char *name, const char *spoken,
                              const char *value)
{
    if (value && source->override_count < TP_CLI_MOST_OVERRIDES)
        overrides[source->override_count++] = (tp_config_override){ name, spoken, value };
    source->overrides = overrides;
}

tp_config_source tp_cli_settings_source(const tp_cli_call *call, tp_config_override overrides[TP_CLI_MOST_OVERRIDES])
{
    tp_config_source source = { .file = call->common[TP_CLI_CONFIG], .environment = call->environment };

    source.sections = tp_app_sections(&source.section_count);
    tp_cli_settings_override(&source, overrides, "log.level", "--log-level", call->common[TP_CLI_LOG_LEVEL]);
    return source;
}

const tp_settings *tp_cli_settings_load(const tp_cli_call *call)
{
    tp_config_override overrides[TP_CLI_MOST_OVERRIDES];
    tp_config_source source = tp_cli_settings_source(call, overrides);
    tp_config_problems problems = { 0 };
    const tp_settings *settings = tp_config_load(&source, &problems);
    tp_cli_screen screen = tp_cli_screen_of(stderr, call->environment);

    if (!settings) {
        tp_config_problems_text(&problems, &screen.text);
        tp_cli_screen_flush(&screen);
    }
    tp_config_problems_free(&problems);
    return settings;
}

const char *tp_cli_settings_admin_key(const tp_settings *settings)
{
    const tp_auth_settings *auth = tp_settings_section(settings, "auth");

    return auth ? auth->admin_key : "";
}
