/* wire/gemini/tool_write.c - the tools of a request, and which of them may be called. */

#include "wire/gemini/format.h"

static bool is_chosen(const tp_chat *chat, const tp_tool *tool)
{
    for (unsigned i = 0; i < chat->chosen_count; i++)
        if (tp_bytes_equal(chat->chosen[i], tool->name))
            return true;
    return false;
}

/* A choice among some that leaves the model free to call none has no mode of its own: then only those are declared. */
static bool is_declared(const tp_chat *chat, const tp_tool *tool)
{
    return !tool->hosted && (chat->choice != TP_CHOICE_ALLOWED || chat->must || is_chosen(chat, tool));
}

static void write_parameters(tp_gemini_writing *g, const tp_tool *tool)
{
    tp_verbatim text = tp_chat_schema(tool);
    tp_gemini_schema schema;

    if (!tool->custom && (!tool->parameters.length || tp_bytes_equal(tool->parameters, TP_BYTES("{}"))))
        return;
    if (g->out->rule->whole_schema) {
        tp_write_member_raw(&g->w, "parametersJsonSchema", text);
        return;
    }
    schema = tp_gemini_schema_write_source(g->chat, tool->custom ? 0 : tool->schema, text, g->out->arena);
    if (tp_gemini_schema_write_is_empty(&schema))
        return;
    tp_write_key(&g->w, "parameters");
    tp_gemini_schema_write(&g->w, &schema);
}

static void write_function(tp_gemini_writing *g, const tp_tool *tool)
{
    tp_write_open(&g->w, '{');
    tp_write_member_escaped(&g->w, "name", tool->name);
    if (tool->description.length)
        tp_write_member_escaped(&g->w, "description", tool->description);
    write_parameters(g, tool);
    tp_write_close(&g->w, '}');
}

static void write_functions(tp_gemini_writing *g)
{
    tp_write_open(&g->w, '{');
    tp_write_member_open(&g->w, "functionDeclarations", '[');
    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next)
        if (is_declared(g->chat, tool))
            write_function(g, tool);
    tp_write_close(&g->w, ']');
    tp_write_close(&g->w, '}');
}

/* NULL: Gemini has no such tool. */
static const char *const HOSTED[] = { [TP_HOSTED_WEB_SEARCH] = "googleSearch",
                                      [TP_HOSTED_WEB_FETCH] = "urlContext",
                                      [TP_HOSTED_CODE] = "codeExecution",
                                      [TP_HOSTED_OTHER] = NULL };
static const char *const WORDS[] = {
    [TP_HOSTED_WEB_SEARCH] = "web_search", [TP_HOSTED_WEB_FETCH] = "web_fetch", [TP_HOSTED_CODE] = "code", [TP_HOSTED_OTHER] = "other"
};

static void drop_hosted(tp_gemini_writing *g, const tp_tool *tool)
{
    tp_bytes name = tool->name.length ? tool->name : tp_bytes_text(WORDS[tool->hosted]);

    tp_chat_put_drop(g->out, "tools:%.*s", (int)name.length, name.data);
}

/* Its own tools and functions of the client in one request are refused: the functions matter more. */
static void write_hosted(tp_gemini_writing *g, unsigned functions)
{
    uint32_t written = 0;

    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next) {
        if (tool->hosted && (functions || !HOSTED[tool->hosted]))
            drop_hosted(g, tool);
        if (!tool->hosted || functions || !HOSTED[tool->hosted] || (written >> tool->hosted & 1))
            continue;
        written |= 1u << tool->hosted;
        tp_write_open(&g->w, '{');
        tp_write_member_open(&g->w, HOSTED[tool->hosted], '{');
        tp_write_close(&g->w, '}');
        tp_write_close(&g->w, '}');
    }
}

static void write_names(tp_gemini_writing *g)
{
    tp_write_member_open(&g->w, "allowedFunctionNames", '[');
    for (unsigned i = 0; i < g->chat->chosen_count; i++)
        tp_write_escaped(&g->w, g->chat->chosen[i]);
    tp_write_close(&g->w, ']');
}

static void write_choice(tp_gemini_writing *g)
{
    static const char *const MODES[] = {
        [TP_CHOICE_AUTO] = "AUTO", [TP_CHOICE_NONE] = "NONE", [TP_CHOICE_ANY] = "ANY", [TP_CHOICE_ONE] = "ANY", [TP_CHOICE_ALLOWED] = "ANY"
    };
    bool free = g->chat->choice == TP_CHOICE_ALLOWED && !g->chat->must;

    if (g->chat->choice == TP_CHOICE_UNSAID)
        return;
    tp_write_member_open(&g->w, "toolConfig", '{');
    tp_write_member_open(&g->w, "functionCallingConfig", '{');
    tp_write_member_text(&g->w, "mode", free ? "AUTO" : MODES[g->chat->choice]);
    if (g->chat->chosen_count && !free)
        write_names(g);
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
}

void tp_gemini_tool_write(tp_gemini_writing *g)
{
    unsigned functions = 0, hosted = 0;

    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next) {
        functions += is_declared(g->chat, tool);
        hosted += tool->hosted && HOSTED[tool->hosted];
    }
    if (g->chat->parallel == 0 && functions)
        tp_chat_put_drop(g->out, "parallel_tool_calls");
    if (functions || hosted)
        tp_write_member_open(&g->w, "tools", '[');
    if (functions)
        write_functions(g);
    write_hosted(g, functions);
    if (functions || hosted)
        tp_write_close(&g->w, ']');
    if (functions)
        write_choice(g);
}
