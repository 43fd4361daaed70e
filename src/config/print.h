/* config/print.h - the options and settings as text to read: `config example`, docs/config.md and `config show`. */

#ifndef TP_CONFIG_PRINT_H
#define TP_CONFIG_PRINT_H

#include "base/buffer.h"
#include "config/settings.h"

/* A commented YAML file of every option with its default; loads without a problem and changes nothing. */
void tp_config_describe_example(const tp_section *sections, size_t count, tp_buffer *out);

/* docs/config.md. */
void tp_config_describe_docs(const tp_section *sections, size_t count, tp_buffer *out);

/* Every effective value and where it came from, secrets masked: aligned lines, or
 * {"file": ... or null, "options": [{"name","value","secret","origin","at","variable"}]}. */
void tp_config_print_show(const tp_settings *settings, bool json, tp_buffer *out);

#endif
