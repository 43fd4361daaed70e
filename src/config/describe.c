/* config/describe.c - `config example` and docs/config.md: the tables of options as pages. */

#include "config/print.h"

#include <ctype.h>

#include "config/names.h"
#include "config/options.h"
#include "config/schema.h"

enum { LONGEST = 64 << 10 };

/* The example: where the page stands. Inside maps and lists, whose items only the user knows, every line is a comment. */
typedef struct page {
    tp_buffer *out;
    unsigned depth;
    bool comment;
    bool dash; /* the next key is the first one of a list's item */
} page;

static void example_table(page *p, const tp_option *table);

static void begin_line(page *p)
{
    tp_buffer_printf(p->out, "%s%*s%s", p->comment ? "#" : "", (int)(2 * p->depth) - (p->dash ? 2 : 0), "", p->dash ? "- " : "");
    p->dash = false;
}

static bool is_plain(tp_bytes text)
{
    if (text.length == 0 || (!isalnum((unsigned char)text.data[0]) && text.data[0] != '/'))
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!isalnum((unsigned char)text.data[i]) && !strchr("/._-", text.data[i]))
            return false;
    return true;
}

static void put_scalar(tp_buffer *out, tp_bytes text)
{
    if (is_plain(text)) {
        tp_buffer_add(out, text);
        return;
    }
    tp_buffer_text(out, "\"");
    tp_buffer_json(out, text);
    tp_buffer_text(out, "\"");
}

static void put_list(tp_buffer *out, tp_bytes list)
{
    tp_bytes item;
    const char *between = "";

    tp_buffer_text(out, "[");
    for (; tp_bytes_next(&list, ',', &item); between = ", ") {
        tp_buffer_text(out, between);
        put_scalar(out, item);
    }
    tp_buffer_text(out, "]");
}

static void put_initial(tp_buffer *out, const tp_option *option)
{
    tp_bytes initial = tp_bytes_text(option->initial);

    if (option->type == TP_OPTION_TYPE_TEXTS)
        put_list(out, initial);
    else if (option->type == TP_OPTION_TYPE_PAIRS)
        tp_buffer_text(out, "{}");
    else
        put_scalar(out, initial);
}

static void example_leaf(page *p, const tp_option *option)
{
    begin_line(p);
    tp_buffer_printf(p->out, "%s: ", option->name);
    if (!option->initial && option->type == TP_OPTION_TYPE_CHOICE)
        tp_buffer_text(p->out, option->choices[0]);
    else
        put_initial(p->out, option);
    tp_buffer_printf(p->out, " # %s", option->help);
    if (option->type == TP_OPTION_TYPE_CHOICE && option->choices[1]) {
        tp_buffer_text(p->out, ": ");
        tp_config_options_expected(option, p->out);
    }
    tp_buffer_text(p->out, option->flags & TP_OPTION_REQUIRED ? " (required)\n" : "\n");
}

static void example_items(page *p, const tp_option *option)
{
    bool named = option->type == TP_OPTION_TYPE_MAP, outer = p->comment;

    p->comment = true;
    p->depth += 1;
    if (named) {
        begin_line(p);
        tp_buffer_text(p->out, "NAME:\n");
    }
    p->depth += 1;
    p->dash = !named;
    example_table(p, option->fields);
    p->depth -= 2;
    p->comment = outer;
}

static void example_option(page *p, const tp_option *option)
{
    if (tp_config_options_is_leaf(option)) {
        example_leaf(p, option);
        return;
    }
    if (p->depth == 0)
        tp_buffer_printf(p->out, "\n# %s\n%s:\n", option->help, option->name);
    else {
        begin_line(p);
        tp_buffer_printf(p->out, "%s: # %s\n", option->name, option->help);
    }
    if (option->type != TP_OPTION_TYPE_GROUP) {
        example_items(p, option);
        return;
    }
    p->depth++;
    example_table(p, option->fields);
    p->depth--;
}

static void example_table(page *p, const tp_option *table)
{
    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++)
        example_option(p, option);
}

void tp_config_describe_example(const tp_section *sections, size_t count, tp_buffer *out)
{
    tp_arena *arena = tp_arena_new();
    size_t size = sizeof(tp_settings);
    page p = { .out = out };

    tp_buffer_text(out, "# Every option of tokenpak with its default; nothing here needs to be set.\n"
                        "# ${NAME} inside a value is taken from the environment.\n");
    example_table(&p, tp_config_schema(arena, sections, count, &size));
    tp_arena_free(arena);
}

static void docs_table(tp_buffer *out, const tp_option *table, const char *path, bool in_list);

/* A `|` would end the cell. */
static void put_cell(tp_buffer *out, const char *text)
{
    for (; *text; text++)
        tp_buffer_printf(out, *text == '|' ? "\\%c" : "%c", *text);
}

static void docs_type(tp_buffer *out, const tp_option *option)
{
    if (option->type == TP_OPTION_TYPE_CHOICE)
        tp_config_options_expected(option, out);
    else
        tp_buffer_text(out, tp_config_options_type(option));
    if (option->flags & TP_OPTION_SECRET)
        tp_buffer_text(out, ", secret");
}

static void docs_initial(tp_buffer *out, const tp_option *option)
{
    if (option->flags & TP_OPTION_REQUIRED)
        tp_buffer_text(out, "required");
    else if (option->initial && *option->initial)
        tp_buffer_printf(out, "`%s`", option->initial);
    else
        tp_buffer_text(out, "empty");
}

static void docs_row(tp_buffer *out, const tp_option *option, const char *name, bool in_list)
{
    tp_buffer_printf(out, "| `%s` | ", name);
    docs_type(out, option);
    tp_buffer_text(out, " | ");
    docs_initial(out, option);
    tp_buffer_text(out, " | ");
    put_cell(out, option->help);
    tp_buffer_text(out, " | ");
    if (!in_list) {
        tp_buffer_text(out, "`");
        tp_config_names_variable(name, out);
        tp_buffer_text(out, "`");
    }
    tp_buffer_text(out, " |\n");
}

static void docs_option(tp_buffer *out, const tp_option *option, const char *path, bool in_list)
{
    bool list = option->type == TP_OPTION_TYPE_LIST;
    const char *ending = list ? "[]" : option->type == TP_OPTION_TYPE_MAP ? ".NAME" : "";
    tp_buffer name = TP_BUFFER(LONGEST);

    tp_buffer_printf(&name, "%s%s%s%s", path, *path ? "." : "", option->name, ending);
    if (tp_config_options_is_leaf(option))
        docs_row(out, option, name.data, in_list);
    else
        docs_table(out, option->fields, name.data, in_list || list);
    tp_buffer_free(&name);
}

static void docs_table(tp_buffer *out, const tp_option *table, const char *path, bool in_list)
{
    for (const tp_option *option = table; option->type != TP_OPTION_TYPE_END; option++)
        docs_option(out, option, path, in_list);
}

static const char DOCS_HEAD[] =
    "# Configuration\n\n"
    "Made from the tables of options by the program; do not edit.\n\n"
    "Order, strongest first: command line, environment, file, default. The file is the one named by `--config`, else by\n"
    "`$TOKENPAK_CONFIG`, else `~/.tokenpak/config.yaml` if it is there. `${NAME}` inside a value of the file is taken from the\n"
    "environment, and `$${` stands for `${`. Lists are written `a, b` in the environment, maps of texts `a=b, c=d`.\n"
    "In an environment name, NAME stands for the name in capitals with `_` for every other character.\n\n"
    "Sizes: `64k`, `32m`, `1g`. Times: `250ms`, `5s`, `10m`, `24h`, `90d`. Booleans: true/false, 1/0, yes/no, on/off.\n\n"
    "Short environment names:\n\n";

void tp_config_describe_docs(const tp_section *sections, size_t count, tp_buffer *out)
{
    tp_arena *arena = tp_arena_new();
    size_t size = sizeof(tp_settings);

    tp_buffer_text(out, DOCS_HEAD);
    for (const tp_config_short_name *name = tp_config_names_short(); name->variable; name++)
        tp_buffer_printf(out, "- `%s`: `%s`\n", name->variable, name->dotted);
    for (const tp_option *section = tp_config_schema(arena, sections, count, &size); section->name; section++) {
        tp_buffer_printf(out, "\n## %s\n\n%s.\n\n", section->name, section->help);
        tp_buffer_text(out, "| option | type | default | what it is | environment |\n|---|---|---|---|---|\n");
        docs_option(out, section, "", false);
    }
    tp_arena_free(arena);
}
