/* config/expand.c - ${NAME} in the values of the file, and references to secrets. */

#include "config/expand.h"

#include <ctype.h>

#include "config/environment.h"

enum { LONGEST = 1 << 20 };

static const char SECRET[] = "secret:";

typedef struct expander {
    tp_arena *arena;
    char *const *environment;
    tp_config_problems *problems;
} expander;

static size_t name_length(const char *text)
{
    size_t length = 0;

    if (isdigit((unsigned char)*text))
        return 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

/* Adds the value of the variable whose name begins at `name`; returns what stands behind its brace, NULL after a problem. */
static const char *put_variable(const expander *e, const tp_config_node *node, const char *name, tp_buffer *out)
{
    size_t length = name_length(name);
    const char *value;

    if (length == 0 || name[length] != '}') {
        tp_config_problems_error(e->problems, &node->mark, "'${' must be followed by the name of a variable and '}' ($${ stands for ${)");
        return NULL;
    }
    value = tp_config_environment(e->environment, tp_bytes_of(name, length));
    if (!value) {
        tp_config_problems_error(e->problems, &node->mark, "the environment variable %.*s is not set", (int)length, name);
        return NULL;
    }
    if (!tp_buffer_text(out, value)) {
        tp_config_problems_error(e->problems, &node->mark, "the value is larger than 1 MiB");
        return NULL;
    }
    return name + length + 1;
}

/* False after a problem. */
static bool expand_text(const expander *e, const tp_config_node *node, tp_buffer *out)
{
    const char *rest = node->text;

    while (rest && *rest) {
        const char *dollar = strstr(rest, "${");

        if (!dollar)
            return tp_buffer_text(out, rest);
        if (dollar > rest && dollar[-1] == '$') {
            tp_buffer_add(out, tp_bytes_of(rest, (size_t)(dollar - rest) - 1));
            tp_buffer_text(out, "${");
            rest = dollar + 2;
        } else {
            tp_buffer_add(out, tp_bytes_of(rest, (size_t)(dollar - rest)));
            rest = put_variable(e, node, dollar + 2, out);
        }
    }
    return rest != NULL;
}

static void expand_scalar(const expander *e, tp_config_node *node)
{
    tp_buffer out = TP_BUFFER(LONGEST);

    if (strncmp(node->text, SECRET, sizeof(SECRET) - 1) == 0)
        tp_config_problems_error(
            e->problems, &node->mark,
            "unknown secret '%.80s': there is no encrypted store of secrets yet; use ${NAME} or an environment variable",
            node->text + sizeof(SECRET) - 1);
    if (node->mark.origin != TP_CONFIG_FILE || !strstr(node->text, "${"))
        return;
    if (expand_text(e, node, &out))
        node->text = tp_arena_copy(e->arena, tp_buffer_bytes(&out)).data;
    tp_buffer_free(&out);
}

static void expand_node(const expander *e, tp_config_node *node)
{
    if (node->kind == TP_CONFIG_SCALAR)
        expand_scalar(e, node);
    for (tp_config_node *child = node->first; child; child = child->next)
        expand_node(e, child);
}

void tp_config_expand(tp_arena *arena, tp_config_node *tree, char *const *environment, tp_config_problems *problems)
{
    expander e = { arena, environment, problems };

    expand_node(&e, tree);
}
