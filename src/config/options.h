/* config/options.h - one value of each type of option: from text into its field, and back. Pure; any thread. */

#ifndef TP_CONFIG_OPTIONS_H
#define TP_CONFIG_OPTIONS_H

#include <tokenpak/arena.h>
#include <tokenpak/option.h>

#include "base/buffer.h"

/* Whether the option holds a value of its own, and not options. */
bool tp_config_options_is_leaf(const tp_option *option);

/* Puts the value of `text` into `field`; false, and the field as it was, when the text is no such value. Texts go to the arena. */
bool tp_config_options_parse(tp_arena *arena, const tp_option *option, tp_bytes text, void *field);

/* What parse takes, as a phrase behind "expected". */
void tp_config_options_expected(const tp_option *option, tp_buffer *out);

/* The field as text that parse takes. Never masked. */
void tp_config_options_format(const tp_option *option, const void *field, tp_buffer *out);

/* The type in a word, for the docs. */
const char *tp_config_options_type(const tp_option *option);

/* Sets every field of the table, and of the groups in it, to its default; maps and lists become empty. */
void tp_config_options_defaults(tp_arena *arena, const tp_option *table, void *base);

static inline void *tp_config_options_field(const tp_option *option, void *base)
{
    return (char *)base + option->offset;
}

#endif
