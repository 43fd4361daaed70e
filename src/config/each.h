/* config/each.h - a walk over every option of a settings snapshot, in the order of the tables. */

#ifndef TP_CONFIG_EACH_H
#define TP_CONFIG_EACH_H

#include "config/problems.h"
#include "config/settings.h"

/* Borrowed for the call. */
typedef struct tp_config_entry {
    const char *name;        /* providers.openai.timeout.connect, routes[0].use */
    const tp_option *option; /* type, default and help */
    const char *variable;    /* environment name; NULL inside lists */
    const char *value;       /* effective value as text; of a secret that is set only asterisks */
    tp_config_mark origin;
} tp_config_entry;

typedef void tp_config_visit(void *context, const tp_config_entry *entry);

void tp_config_each(const tp_settings *settings, tp_config_visit *visit, void *context);

#endif
