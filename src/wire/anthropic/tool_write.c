/* wire/anthropic/tool_write.c - the tools that a provider's model may call. */

#include "wire/anthropic/format.h"

typedef tp_anthropic_writing writing;

#define EMPTY "{\"type\":\"object\",\"properties\":{}}"

static const struct {
    const char *type, *name, *beta;
} HOSTED[] = {
    [TP_HOSTED_WEB_SEARCH] = { "web_search_20250305", "web_search", NULL },
    [TP_HOSTED_WEB_FETCH] = { "web_fetch_20250910", "web_fetch", "web-fetch-2025-09-10" },
    [TP_HOSTED_CODE] = { "code_execution_20250825", "code_execution", "code-execution-2025-08-25" },
    [TP_HOSTED_OTHER] = { "", "", NULL },
};

static bool is_native(const writing *g)
{
    return g->chat->dialect == TP_DIALECT_ANTHROPIC;
}

/* A client's own tool of the name that the provider's has would be a second one of it. */
static bool is_taken(const writing *g, const char *name)
{
    const tp_tool *tool = g->chat->tools;

    while (tool && (tool->hosted || !tp_bytes_equal(tool->name, tp_bytes_text(name))))
        tool = tool->next;
    return tool != NULL;
}

static bool is_allowed(const tp_chat *chat, const tp_tool *tool)
{
    for (unsigned i = 0; i < chat->chosen_count; i++)
        if (tp_bytes_equal(chat->chosen[i], tool->name))
            return true;
    return chat->choice != TP_CHOICE_ALLOWED;
}

static bool is_offered(const writing *g, const tp_tool *tool)
{
    if (!tool->hosted)
        return is_allowed(g->chat, tool);
    return is_native(g) || (tool->hosted != TP_HOSTED_OTHER && !is_taken(g, HOSTED[tool->hosted].name));
}

static void write_hosted(writing *g, const tp_tool *tool)
{
    if (is_native(g)) {
        tp_write_raw(&g->w, tool->parameters);
        return;
    }
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", HOSTED[tool->hosted].type);
    tp_write_member_text(&g->w, "name", HOSTED[tool->hosted].name);
    tp_write_close(&g->w, '}');
    if (HOSTED[tool->hosted].beta)
        tp_anthropic_request_write_beta(g, HOSTED[tool->hosted].beta);
}

/* A schema has to say that it is one of an object. */
static tp_verbatim schema_of(const writing *g, const tp_tool *tool)
{
    const tp_json *doc = g->chat->doc;
    uint32_t node = tool->custom ? TP_JSON_NONE : tool->schema;

    if (!tp_json_has(doc, node, TP_JSON_OBJECT) || tp_json_get(doc, node, TP_BYTES("type")))
        return tp_chat_schema(tool);
    if (!tp_json_items(doc, node))
        return TP_BYTES(EMPTY);
    return tp_arena_join(g->out->arena, (const tp_bytes[]){ TP_BYTES("{\"type\":\"object\","), tp_bytes_from(tool->parameters, 1) }, 2);
}

/* `strict` limits what a schema may say in other ways than elsewhere: it is passed only where it came from this dialect. */
static void write_function(writing *g, const tp_tool *tool)
{
    tp_write_open(&g->w, '{');
    tp_write_member_escaped(&g->w, "name", tp_chat_safe_id(g->out->arena, tool->name));
    if (tool->description.length)
        tp_write_member_escaped(&g->w, "description", tool->description);
    tp_write_member_raw(&g->w, "input_schema", schema_of(g, tool));
    if (tool->strict == 1 && is_native(g))
        tp_write_member_bool(&g->w, "strict", true);
    else if (tool->strict == 1)
        tp_chat_put_drop(g->out, "tools.strict");
    tp_anthropic_mark_write(g, tool->cache);
    tp_write_close(&g->w, '}');
}

/* ---- which of them ---- */

static const char *choice_word(const tp_chat *chat)
{
    switch (chat->choice) {
    case TP_CHOICE_ANY:
        return "any";
    case TP_CHOICE_ONE:
        return "tool";
    case TP_CHOICE_NONE:
        return "none";
    case TP_CHOICE_ALLOWED:
        return chat->must ? "any" : "auto";
    default:
        return "auto";
    }
}

static void write_choice(writing *g)
{
    const tp_chat *chat = g->chat;

    if (chat->choice == TP_CHOICE_UNSAID && chat->parallel != 0)
        return;
    tp_write_member_open(&g->w, "tool_choice", '{');
    tp_write_member_text(&g->w, "type", choice_word(chat));
    if (chat->choice == TP_CHOICE_ONE)
        tp_write_member_escaped(&g->w, "name", tp_chat_safe_id(g->out->arena, chat->chosen[0]));
    if (chat->parallel >= 0 && chat->choice != TP_CHOICE_NONE)
        tp_write_member_bool(&g->w, "disable_parallel_tool_use", !chat->parallel);
    tp_write_close(&g->w, '}');
}

/* ---- all of them ---- */

static const tp_part *first_call(const tp_chat *chat)
{
    for (const tp_message *m = chat->messages; m; m = m->next)
        for (const tp_part *part = m->parts.first; part; part = part->next)
            if (part->type == TP_PART_CALL)
                return part;
    return NULL;
}

/* Calls in a request without tools are refused: one is named that is not to be called. */
static void write_past(writing *g)
{
    const tp_part *call = first_call(g->chat);

    if (!call)
        return;
    tp_write_member_open(&g->w, "tools", '[');
    tp_write_open(&g->w, '{');
    tp_write_member_escaped(&g->w, "name", tp_chat_safe_id(g->out->arena, call->name));
    tp_write_member_raw(&g->w, "input_schema", TP_BYTES(EMPTY));
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, ']');
    tp_write_member_raw(&g->w, "tool_choice", TP_BYTES("{\"type\":\"none\"}"));
}

static void leave_hosted(const writing *g, const tp_tool *tool)
{
    tp_bytes name = tool->name.length ? tool->name : tp_bytes_text(HOSTED[tool->hosted].name);

    tp_chat_put_drop(g->out, "tools:%.*s", (int)name.length, name.data);
}

static unsigned count_tools(const writing *g)
{
    unsigned count = 0;

    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next) {
        bool offered = is_offered(g, tool);

        count += offered;
        if (!offered && tool->hosted)
            leave_hosted(g, tool);
    }
    return count;
}

void tp_anthropic_tool_write(writing *g)
{
    if (!count_tools(g)) {
        write_past(g);
        return;
    }
    tp_write_member_open(&g->w, "tools", '[');
    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next) {
        if (!is_offered(g, tool))
            continue;
        if (tool->hosted)
            write_hosted(g, tool);
        else
            write_function(g, tool);
    }
    tp_write_close(&g->w, ']');
    write_choice(g);
}
