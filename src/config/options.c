/* config/options.c - one value of each type of option: from text into its field, and back. */

#include "config/options.h"

#include <stdlib.h>

/* Largest last. */
typedef struct unit {
    const char *word;
    uint64_t factor;
} unit;

static const unit SIZE_UNITS[] = { { "", 1 }, { "k", 1u << 10 }, { "m", 1u << 20 }, { "g", 1u << 30 }, { NULL, 0 } };
static const unit TIME_UNITS[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 }, { NULL, 0 } };

static bool within(const tp_option *option, uint64_t value)
{
    return value >= option->min && value <= option->max;
}

static bool parse_bool(tp_arena *arena, const tp_option *option, tp_bytes text, void *field)
{
    static const char *const YES[] = { "true", "1", "yes", "on" }, *const NO[] = { "false", "0", "no", "off" };

    (void)arena, (void)option;
    for (size_t i = 0; i < sizeof(YES) / sizeof(*YES); i++) {
        bool yes = tp_bytes_equal_nocase(text, tp_bytes_text(YES[i]));

        if (yes || tp_bytes_equal_nocase(text, tp_bytes_text(NO[i]))) {
            *(bool *)field = yes;
            return true;
        }
    }
    return false;
}

static void format_bool(const tp_option *option, const void *field, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, *(const bool *)field ? "true" : "false");
}

static void expect_bool(const tp_option *option, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, "true or false");
}

static bool parse_u32(tp_arena *arena, const tp_option *option, tp_bytes text, void *field)
{
    uint64_t number;

    (void)arena;
    if (!tp_bytes_number(text, &number) || !within(option, number) || number > UINT32_MAX)
        return false;
    *(uint32_t *)field = (uint32_t)number;
    return true;
}

static void format_u32(const tp_option *option, const void *field, tp_buffer *out)
{
    (void)option;
    tp_buffer_printf(out, "%u", *(const uint32_t *)field);
}

static void expect_u32(const tp_option *option, tp_buffer *out)
{
    tp_buffer_printf(out, "a whole number from %llu to %llu", (unsigned long long)option->min, (unsigned long long)option->max);
}

static bool parse_units(const tp_option *option, const unit *units, tp_bytes text, uint64_t *value)
{
    size_t digits = 0;
    uint64_t number;

    while (digits < text.length && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    if (!tp_bytes_number(tp_bytes_of(text.data, digits), &number))
        return false;
    while (units->word && !tp_bytes_equal_nocase(tp_bytes_text(units->word), tp_bytes_from(text, digits)))
        units++;
    if (!units->word && (number != 0 || digits < text.length)) /* nothing needs no unit */
        return false;
    if (__builtin_mul_overflow(number, units->word ? units->factor : 1, &number) || !within(option, number))
        return false;
    *value = number;
    return true;
}

static void format_units(const unit *units, uint64_t value, tp_buffer *out)
{
    const unit *best = units;

    for (const unit *u = units; u->word; u++)
        if (value % u->factor == 0)
            best = u;
    if (value == 0)
        tp_buffer_text(out, "0");
    else
        tp_buffer_printf(out, "%llu%s", (unsigned long long)(value / best->factor), best->word);
}

static void expect_units(const tp_option *option, const char *what, const unit *units, tp_buffer *out)
{
    tp_buffer_printf(out, "%s, from ", what);
    format_units(units, option->min, out);
    tp_buffer_text(out, " to ");
    format_units(units, option->max, out);
}

static bool parse_size(tp_arena *arena, const tp_option *option, tp_bytes text, void *field)
{
    (void)arena;
    return parse_units(option, SIZE_UNITS, text, field);
}

static void format_size(const tp_option *option, const void *field, tp_buffer *out)
{
    (void)option;
    format_units(SIZE_UNITS, *(const uint64_t *)field, out);
}

static void expect_size(const tp_option *option, tp_buffer *out)
{
    expect_units(option, "a size such as 64k, 32m or 1g", SIZE_UNITS, out);
}

static bool parse_time(tp_arena *arena, const tp_option *option, tp_bytes text, void *field)
{
    (void)arena;
    return parse_units(option, TIME_UNITS, text, field);
}

static void format_time(const tp_option *option, const void *field, tp_buffer *out)
{
    (void)option;
    format_units(TIME_UNITS, *(const uint64_t *)field, out);
}

static void expect_time(const tp_option *option, tp_buffer *out)
{
    expect_units(option, "a time such as 250ms, 5s, 10m, 24h or 90d", TIME_UNITS, out);
}

/* A control character in a key, a header or a path is always a mistake, and in a header an attack. */
static bool is_clean(tp_bytes text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return false;
    return true;
}

static bool parse_text(tp_arena *arena, const tp_option *option, tp_bytes text, void *field)
{
    (void)option;
    if (!is_clean(text))
        return false;
    *(const char **)field = tp_arena_copy(arena, text).data;
    return true;
}

static void format_text(const tp_option *option, const void *field, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, *(const char *const *)field);
}

static void expect_text(const tp_option *option, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, "a text without line breaks or other control characters");
}

static bool is_choice(const char *choice, tp_bytes text)
{
    tp_bytes words = tp_bytes_text(choice), word;

    while (tp_bytes_next(&words, '|', &word))
        if (tp_bytes_equal_nocase(word, text))
            return true;
    return false;
}

static bool parse_choice(tp_arena *arena, const tp_option *option, tp_bytes text, void *field)
{
    (void)arena;
    for (uint32_t i = 0; option->choices[i]; i++) {
        if (is_choice(option->choices[i], text)) {
            *(uint32_t *)field = i;
            return true;
        }
    }
    return false;
}

static void put_choice(const char *choice, tp_buffer *out)
{
    tp_buffer_add(out, tp_bytes_of(choice, tp_bytes_find(tp_bytes_text(choice), '|')));
}

static void format_choice(const tp_option *option, const void *field, tp_buffer *out)
{
    put_choice(option->choices[*(const uint32_t *)field], out);
}

static void expect_choice(const tp_option *option, tp_buffer *out)
{
    for (size_t i = 0; option->choices[i]; i++) {
        tp_buffer_text(out, i == 0 ? "" : option->choices[i + 1] ? ", " : " or ");
        put_choice(option->choices[i], out);
    }
}

static size_t count_items(tp_bytes list)
{
    tp_bytes item;
    size_t count = 0;

    while (tp_bytes_next(&list, ',', &item))
        count += item.length > 0;
    return count;
}

static bool parse_texts(tp_arena *arena, const tp_option *option, tp_bytes list, void *field)
{
    const char **items = tp_arena_array(arena, const char *, count_items(list));
    tp_texts texts = { items, 0 };
    tp_bytes item;

    while (tp_bytes_next(&list, ',', &item)) {
        if (item.length && !parse_text(arena, option, item, &items[texts.count++]))
            return false;
    }
    *(tp_texts *)field = texts;
    return true;
}

static void format_texts(const tp_option *option, const void *field, tp_buffer *out)
{
    const tp_texts *texts = field;

    (void)option;
    for (size_t i = 0; i < texts->count; i++)
        tp_buffer_printf(out, "%s%s", i ? ", " : "", texts->items[i]);
}

static void expect_texts(const tp_option *option, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, "a list of texts");
}

static bool parse_pairs(tp_arena *arena, const tp_option *option, tp_bytes list, void *field)
{
    tp_pair *items = tp_arena_array(arena, tp_pair, count_items(list));
    tp_pairs pairs = { items, 0 };
    tp_bytes item;

    while (tp_bytes_next(&list, ',', &item)) {
        size_t equals = tp_bytes_find(item, '=');
        tp_pair *pair = &items[pairs.count];

        if (item.length == 0)
            continue;
        if (equals == item.length || !parse_text(arena, option, tp_bytes_trim(tp_bytes_of(item.data, equals)), &pair->name) ||
            !parse_text(arena, option, tp_bytes_trim(tp_bytes_from(item, equals + 1)), &pair->value))
            return false;
        pairs.count++;
    }
    *(tp_pairs *)field = pairs;
    return true;
}

static void format_pairs(const tp_option *option, const void *field, tp_buffer *out)
{
    const tp_pairs *pairs = field;

    (void)option;
    for (size_t i = 0; i < pairs->count; i++)
        tp_buffer_printf(out, "%s%s=%s", i ? ", " : "", pairs->items[i].name, pairs->items[i].value);
}

static void expect_pairs(const tp_option *option, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, "names with a text each");
}

static void expect_map(const tp_option *option, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, "names with keys of their own");
}

static void expect_group(const tp_option *option, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, "a map of its keys");
}

static void expect_list(const tp_option *option, tp_buffer *out)
{
    (void)option;
    tp_buffer_text(out, "a list of maps");
}

typedef struct type {
    const char *word;
    bool (*parse)(tp_arena *arena, const tp_option *option, tp_bytes text, void *field); /* NULL: no leaf */
    void (*format)(const tp_option *option, const void *field, tp_buffer *out);
    void (*expect)(const tp_option *option, tp_buffer *out);
} type;

static const type TYPES[] = {
    [TP_OPTION_TYPE_BOOL] = { "boolean", parse_bool, format_bool, expect_bool },
    [TP_OPTION_TYPE_U32] = { "number", parse_u32, format_u32, expect_u32 },
    [TP_OPTION_TYPE_SIZE] = { "size", parse_size, format_size, expect_size },
    [TP_OPTION_TYPE_TIME] = { "time", parse_time, format_time, expect_time },
    [TP_OPTION_TYPE_TEXT] = { "text", parse_text, format_text, expect_text },
    [TP_OPTION_TYPE_CHOICE] = { "choice", parse_choice, format_choice, expect_choice },
    [TP_OPTION_TYPE_TEXTS] = { "list of texts", parse_texts, format_texts, expect_texts },
    [TP_OPTION_TYPE_PAIRS] = { "map of texts", parse_pairs, format_pairs, expect_pairs },
    [TP_OPTION_TYPE_GROUP] = { "group", NULL, NULL, expect_group },
    [TP_OPTION_TYPE_MAP] = { "map", NULL, NULL, expect_map },
    [TP_OPTION_TYPE_LIST] = { "list", NULL, NULL, expect_list },
};

bool tp_config_options_is_leaf(const tp_option *option)
{
    return TYPES[option->type].parse != NULL;
}

bool tp_config_options_parse(tp_arena *arena, const tp_option *option, tp_bytes text, void *field)
{
    return TYPES[option->type].parse(arena, option, text, field);
}

void tp_config_options_expected(const tp_option *option, tp_buffer *out)
{
    TYPES[option->type].expect(option, out);
}

void tp_config_options_format(const tp_option *option, const void *field, tp_buffer *out)
{
    TYPES[option->type].format(option, field, out);
}

const char *tp_config_options_type(const tp_option *option)
{
    return TYPES[option->type].word;
}

/* A default that its own parser refuses is a fault in a table of ours. */
static void set_default(tp_arena *arena, const tp_option *option, void *field)
{
    bool none = !option->initial && option->type == TP_OPTION_TYPE_CHOICE; /* a required choice stays at its first word */

    if (!none && !tp_config_options_parse(arena, option, tp_bytes_text(option->initial), field))
        abort();
}

void tp_config_options_defaults(tp_arena *arena, const tp_option *table, void *base)
{
    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++) {
        void *field = tp_config_options_field(option, base);

        if (option->type == TP_OPTION_TYPE_GROUP)
            tp_config_options_defaults(arena, option->fields, field);
        else if (tp_config_options_is_leaf(option))
            set_default(arena, option, field);
    }
}
