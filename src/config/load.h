/* config/load.h - settings from the command line, the environment, the file and the defaults, in this order of strength. */

#ifndef TP_CONFIG_LOAD_H
#define TP_CONFIG_LOAD_H

#include "config/problems.h"
#include "config/settings.h"

/* `port` given by --port: { "listen.port", "--port", "8080" } */
typedef struct tp_config_override {
    const char *name;   /* dotted name of the option */
    const char *spoken; /* as the user wrote it, for messages; NULL = the name */
    const char *value;
} tp_config_override;

/* Everything is borrowed for the call, the tables in `sections` for as long as the settings. */
typedef struct tp_config_source {
    const char *file;         /* must exist; NULL = $TOKENPAK_CONFIG (must exist), else ~/.tokenpak/config.yaml if it is there */
    char *const *environment; /* of NAME=value, ended by NULL; NULL = empty */
    const tp_config_override *overrides;
    size_t override_count;
    const tp_section *sections; /* of the stages */
    size_t section_count;
} tp_config_source;

/* Reads the file, so it may block; any thread. NULL when there are errors; `problems` (zeroed by the caller, who frees it) says all of
 * them, and the warnings also on success. The caller holds the settings and gives them back with tp_settings_drop. */
const tp_settings *tp_config_load(const tp_config_source *source, tp_config_problems *problems);

/* The file that was read; NULL when there was none. As long as the settings. */
const char *tp_config_load_file(const tp_settings *settings);

#endif
