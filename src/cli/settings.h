/* cli/settings.h - the configuration that a command line means. Reads files. */

#ifndef TP_CLI_SETTINGS_H
#define TP_CLI_SETTINGS_H

#include "cli/command.h"
#include "config/load.h"

enum { TP_CLI_MOST_OVERRIDES = 8 };

/* Adds an override unless `value` is NULL; `overrides` has room for TP_CLI_MOST_OVERRIDES. */
void tp_cli_settings_override(tp_config_source *source, tp_config_override *overrides, const char *name, const char *spoken,
                              const char *value);

/* What --config and --log-level say, over which a command may lay more. */
tp_config_source tp_cli_settings_source(const tp_cli_call *call, tp_config_override overrides[TP_CLI_MOST_OVERRIDES]);

/* NULL when it is wrong; standard error says why: exit with TP_CLI_USAGE. Drop it with tp_settings_drop. */
const tp_settings *tp_cli_settings_load(const tp_cli_call *call);

/* auth.admin_key, "" without one. */
const char *tp_cli_settings_admin_key(const tp_settings *settings);

#endif
