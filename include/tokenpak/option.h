/* tokenpak/option.h - options as tables: one row gives the name, type, default, bounds and help of a field of a settings struct,
 * and makes the parser, the environment name, `config example`, `config show` and docs/config.md. */

#ifndef TOKENPAK_OPTION_H
#define TOKENPAK_OPTION_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

typedef enum tp_option_type {
    TP_OPTION_TYPE_END,
    TP_OPTION_TYPE_BOOL,   /* bool; true/false, 1/0, yes/no, on/off */
    TP_OPTION_TYPE_U32,    /* uint32_t */
    TP_OPTION_TYPE_SIZE,   /* uint64_t bytes; 64k 32m 1g, powers of 1024 */
    TP_OPTION_TYPE_TIME,   /* uint64_t milliseconds; 250ms 5s 10m 24h 90d */
    TP_OPTION_TYPE_TEXT,   /* const char *, never NULL */
    TP_OPTION_TYPE_CHOICE, /* uint32_t, the index in `choices` */
    TP_OPTION_TYPE_TEXTS,  /* tp_texts: a YAML list of scalars, elsewhere `a, b` */
    TP_OPTION_TYPE_PAIRS,  /* tp_pairs: a YAML map of scalars, elsewhere `a=b, c=d` */
    TP_OPTION_TYPE_GROUP,  /* a struct, with `fields` */
    TP_OPTION_TYPE_MAP,    /* tp_items of structs that begin with `const char *name`, keyed by name, with `fields` */
    TP_OPTION_TYPE_LIST,   /* tp_items of structs, with `fields` */
} tp_option_type;

typedef struct tp_texts {
    const char *const *items;
    size_t count;
} tp_texts;

typedef struct tp_pair {
    const char *name;
    const char *value;
} tp_pair;

typedef struct tp_pairs {
    const tp_pair *items;
    size_t count;
} tp_pairs;

/* `items` points to `count` structs of the table's item_size, in the order of the file. */
typedef struct tp_items {
    const void *items;
    size_t count;
} tp_items;

enum {
    TP_OPTION_SECRET = 1,   /* masked wherever settings are shown */
    TP_OPTION_REQUIRED = 2, /* must be given in the item it belongs to */
};

typedef struct tp_option {
    const char *name;
    tp_option_type type;
    unsigned flags;
    size_t offset;
    const char *initial;            /* default, as text of the file, parsed by the same parser; NULL = empty */
    uint64_t min, max;              /* bounds of numbers, sizes and times */
    const char *const *choices;     /* words, ended by NULL; `warn|warning` is one choice with two words, shown as the first */
    const struct tp_option *fields; /* of a group, map or list */
    size_t item_size;
    const char *help;
} tp_option;

#define TP_OPTION_END                                                                                                                      \
    {                                                                                                                                      \
        .name = NULL, .type = TP_OPTION_TYPE_END                                                                                           \
    }
#define TP_OPTION_ROW(type_, struct_, field_, initial_, min_, max_, help_)                                                                 \
    {                                                                                                                                      \
        .name = #field_, .type = type_, .offset = offsetof(struct_, field_), .initial = initial_, .min = min_, .max = max_, .help = help_  \
    }

#define TP_OPTION_BOOL(s, field, initial, help) TP_OPTION_ROW(TP_OPTION_TYPE_BOOL, s, field, initial, 0, 0, help)
#define TP_OPTION_U32(s, field, initial, min, max, help) TP_OPTION_ROW(TP_OPTION_TYPE_U32, s, field, initial, min, max, help)
#define TP_OPTION_SIZE(s, field, initial, min, max, help) TP_OPTION_ROW(TP_OPTION_TYPE_SIZE, s, field, initial, min, max, help)
#define TP_OPTION_TIME(s, field, initial, min, max, help) TP_OPTION_ROW(TP_OPTION_TYPE_TIME, s, field, initial, min, max, help)
#define TP_OPTION_TEXT(s, field, initial, help) TP_OPTION_ROW(TP_OPTION_TYPE_TEXT, s, field, initial, 0, 0, help)
#define TP_OPTION_TEXTS(s, field, initial, help) TP_OPTION_ROW(TP_OPTION_TYPE_TEXTS, s, field, initial, 0, 0, help)
#define TP_OPTION_PAIRS(s, field, help) TP_OPTION_ROW(TP_OPTION_TYPE_PAIRS, s, field, NULL, 0, 0, help)
#define TP_OPTION_SECRET_PAIRS(s, field, help_)                                                                                            \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_PAIRS, .flags = TP_OPTION_SECRET, .offset = offsetof(s, field), .help = help_               \
    }
#define TP_OPTION_NEEDED(s, field, help_)                                                                                                  \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_TEXT, .flags = TP_OPTION_REQUIRED, .offset = offsetof(s, field), .help = help_              \
    }
#define TP_OPTION_SECRET_TEXT(s, field, help_)                                                                                             \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_TEXT, .flags = TP_OPTION_SECRET, .offset = offsetof(s, field), .initial = "", .help = help_ \
    }
#define TP_OPTION_NEEDED_SECRET(s, field, help_)                                                                                           \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_TEXT, .flags = TP_OPTION_SECRET | TP_OPTION_REQUIRED, .offset = offsetof(s, field),         \
        .help = help_                                                                                                                      \
    }
#define TP_OPTION_SECRET_TEXTS(s, field, help_)                                                                                            \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_TEXTS, .flags = TP_OPTION_SECRET, .offset = offsetof(s, field), .help = help_               \
    }
#define TP_OPTION_CHOICE(s, field, initial_, names, help_)                                                                                 \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_CHOICE, .offset = offsetof(s, field), .initial = initial_, .choices = names, .help = help_  \
    }
#define TP_OPTION_NEEDED_CHOICE(s, field, names, help_)                                                                                    \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_CHOICE, .flags = TP_OPTION_REQUIRED, .offset = offsetof(s, field), .choices = names,        \
        .help = help_                                                                                                                      \
    }
#define TP_OPTION_GROUP(s, field, table, help_)                                                                                            \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_GROUP, .offset = offsetof(s, field), .fields = table, .help = help_                         \
    }
#define TP_OPTION_MAP(s, field, table, item, help_)                                                                                        \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_MAP, .offset = offsetof(s, field), .fields = table, .item_size = sizeof(item),              \
        .help = help_                                                                                                                      \
    }
#define TP_OPTION_LIST(s, field, table, item, help_)                                                                                       \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_LIST, .offset = offsetof(s, field), .fields = table, .item_size = sizeof(item),             \
        .help = help_                                                                                                                      \
    }

#define TP_OPTION_NEEDED_LIST(s, field, table, item, help_)                                                                                \
    {                                                                                                                                      \
        .name = #field, .type = TP_OPTION_TYPE_LIST, .flags = TP_OPTION_REQUIRED, .offset = offsetof(s, field), .fields = table,           \
        .item_size = sizeof(item), .help = help_                                                                                           \
    }

#endif
