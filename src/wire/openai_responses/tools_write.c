/* wire/openai_responses/tools_write.c - the tools of a chat and their choice, for a provider. */

#include "wire/openai_responses/format.h"

typedef tp_responses_writing writing;

static void write_names(writing *g, const tp_tool *tool)
{
    tp_write_member_escaped(&g->w, "name", tool->name);
    if (tool->description.length)
        tp_write_member_escaped(&g->w, "description", tool->description);
}

/* Here a function is strict unless it says that it is not. */
static void write_function(writing *g, const tp_tool *tool)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "function");
    write_names(g, tool);
    tp_write_member_raw(&g->w, "parameters", tp_chat_schema(tool));
    tp_write_member_bool(&g->w, "strict", tool->strict > 0);
    tp_write_close(&g->w, '}');
}

/* A chat has what describes a grammar one level further down. */
static void write_format(writing *g, tp_verbatim format)
{
    tp_json doc;
    uint32_t grammar;

    if (!format.length || !tp_json_scan(format, g->out->arena, TP_JSON_EVERYTHING, &doc, NULL))
        return;
    grammar = tp_json_get(&doc, 0, TP_BYTES("grammar"));
    if (!grammar) {
        tp_write_member_raw(&g->w, "format", format);
        return;
    }
    tp_write_member_open(&g->w, "format", '{');
    tp_write_member_text(&g->w, "type", "grammar");
    for (uint32_t key = tp_json_items(&doc, grammar); key; key = tp_json_next(&doc, key)) {
        tp_bytes name = tp_json_inside(&doc, key);

        tp_write_key(&g->w, tp_arena_copy(g->out->arena, name).data);
        tp_write_raw(&g->w, tp_json_raw(&doc, tp_json_value(key)));
    }
    tp_write_close(&g->w, '}');
}

static void write_custom(writing *g, const tp_tool *tool)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "custom");
    write_names(g, tool);
    write_format(g, tool->parameters);
    tp_write_close(&g->w, '}');
}

static const tp_bytes HOSTED[] = {
    [TP_HOSTED_WEB_SEARCH] = TP_BYTES_INIT("{\"type\":\"web_search\"}"),
    [TP_HOSTED_CODE] = TP_BYTES_INIT("{\"type\":\"code_interpreter\",\"container\":{\"type\":\"auto\"}}"),
    [TP_HOSTED_OTHER] = TP_BYTES_INIT(""),
};

static bool is_known(const tp_tool *tool)
{
    return !tool->hosted || HOSTED[tool->hosted].length;
}

static void write_tool(writing *g, const tp_tool *tool)
{
    if (tool->hosted)
        tp_write_raw(&g->w, HOSTED[tool->hosted]);
    else if (tool->custom)
        write_custom(g, tool);
    else
        write_function(g, tool);
}

static unsigned count_tools(writing *g)
{
    unsigned count = 0;

    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next) {
        if (!is_known(tool))
            tp_chat_put_drop(g->out, "tools:%.*s", (int)tool->name.length, tool->name.data);
        count += is_known(tool);
    }
    return count;
}

static void write_named(writing *g, tp_escaped name)
{
    const tp_tool *tool = tp_chat_tool(g->chat, name);

    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", tool && tool->custom ? "custom" : "function");
    tp_write_member_escaped(&g->w, "name", name);
    tp_write_close(&g->w, '}');
}

static void write_allowed(writing *g)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "allowed_tools");
    tp_write_member_text(&g->w, "mode", g->chat->must ? "required" : "auto");
    tp_write_member_open(&g->w, "tools", '[');
    for (unsigned i = 0; i < g->chat->chosen_count; i++)
        write_named(g, g->chat->chosen[i]);
    tp_write_close(&g->w, ']');
    tp_write_close(&g->w, '}');
}

static void write_choice(writing *g)
{
    static const char *const WORDS[] = { [TP_CHOICE_AUTO] = "auto", [TP_CHOICE_NONE] = "none", [TP_CHOICE_ANY] = "required" };

    if (g->chat->choice == TP_CHOICE_UNSAID)
        return;
    tp_write_key(&g->w, "tool_choice");
    if (g->chat->choice == TP_CHOICE_ONE)
        write_named(g, g->chat->chosen[0]);
    else if (g->chat->choice == TP_CHOICE_ALLOWED)
        write_allowed(g);
    else
        tp_write_text(&g->w, WORDS[g->chat->choice]);
}

void tp_openai_responses_tools_write(writing *g)
{
    if (!count_tools(g))
        return;
    tp_write_member_open(&g->w, "tools", '[');
    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next)
        if (is_known(tool))
            write_tool(g, tool);
    tp_write_close(&g->w, ']');
    write_choice(g);
    if (g->chat->parallel >= 0)
        tp_write_member_bool(&g->w, "parallel_tool_calls", g->chat->parallel);
}
