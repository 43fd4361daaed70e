/* wire/ollama/request_write.c - a request for a provider with Ollama's chat. */

#include "wire/ollama/format.h"

typedef struct writing {
    const tp_chat *chat;
    tp_request_out *out;
    tp_write w;
} writing;

/* ---- tools ---- */

static bool is_chosen(const tp_chat *chat, const tp_tool *tool)
{
    if (chat->choice != TP_CHOICE_ONE && chat->choice != TP_CHOICE_ALLOWED)
        return chat->choice != TP_CHOICE_NONE;
    for (unsigned i = 0; i < chat->chosen_count; i++)
        if (tp_bytes_equal(chat->chosen[i], tool->name))
            return true;
    return false;
}

/* Those that the model may call: which ones that are can only be said by offering no others. */
static unsigned count_tools(const writing *g)
{
    unsigned count = 0;

    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next) {
        if (tool->hosted)
            tp_chat_put_drop(g->out, "tools:%.*s", (int)tool->name.length, tool->name.data);
        count += !tool->hosted && is_chosen(g->chat, tool);
    }
    return count;
}

static void write_tool(writing *g, const tp_tool *tool)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "function");
    tp_write_member_open(&g->w, "function", '{');
    tp_write_member_escaped(&g->w, "name", tool->name);
    tp_write_member_escaped(&g->w, "description", tool->description);
    tp_write_member_raw(&g->w, "parameters", tp_chat_schema(tool));
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
}

static bool has_to_call(const tp_chat *chat)
{
    return chat->choice == TP_CHOICE_ANY || chat->choice == TP_CHOICE_ONE || (chat->choice == TP_CHOICE_ALLOWED && chat->must);
}

static void write_tools(writing *g)
{
    if (!count_tools(g))
        return;
    if (has_to_call(g->chat))
        tp_chat_put_drop(g->out, "tool_choice");
    if (g->chat->parallel == 0)
        tp_chat_put_drop(g->out, "parallel_tool_calls");
    tp_write_member_open(&g->w, "tools", '[');
    for (const tp_tool *tool = g->chat->tools; tool; tool = tool->next)
        if (!tool->hosted && is_chosen(g->chat, tool))
            write_tool(g, tool);
    tp_write_close(&g->w, ']');
}

/* ---- the rest ---- */

static void write_format(writing *g)
{
    if (g->chat->output == TP_OUTPUT_JSON)
        tp_write_member_text(&g->w, "format", "json");
    else if (g->chat->output == TP_OUTPUT_SCHEMA)
        tp_write_member_raw(&g->w, "format", g->chat->output_schema);
}

/* A model that cannot think refuses to be told to, and one that can does so unasked: only some are told how much. */
static void write_think(writing *g)
{
    tp_effort effort = tp_chat_effort_for(g->chat, g->out->rule);

    if (effort == TP_EFFORT_NONE)
        tp_write_member_bool(&g->w, "think", false);
    else if (effort != TP_EFFORT_UNSAID && g->out->rule->thinking == TP_THINKING_EFFORT)
        tp_write_member_text(&g->w, "think", tp_model_rule_word(effort));
}

static const struct {
    tp_param param;
    const char *key;
} OPTIONS[] = {
    { TP_PARAM_TEMPERATURE, "temperature" },
    { TP_PARAM_TOP_P, "top_p" },
    { TP_PARAM_TOP_K, "top_k" },
    { TP_PARAM_SEED, "seed" },
    { TP_PARAM_PRESENCE_PENALTY, "presence_penalty" },
    { TP_PARAM_FREQUENCY_PENALTY, "frequency_penalty" },
    { TP_PARAM_CONTEXT_SIZE, "num_ctx" },
}, PARAMS[] = {
    { TP_PARAM_KEEP_ALIVE, "keep_alive" },
    { TP_PARAM_LOGPROBS, "logprobs" },
    { TP_PARAM_TOP_LOGPROBS, "top_logprobs" },
};

static bool has_options(const tp_chat *chat)
{
    bool any = chat->stop_count || chat->params[TP_PARAM_MAX_TOKENS].name;

    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++)
        any |= chat->params[OPTIONS[i].param].name != NULL;
    return any;
}

static bool write_limit(writing *g)
{
    const tp_field *field = &g->chat->params[TP_PARAM_MAX_TOKENS];
    uint64_t limit;

    if (!field->name)
        return true;
    if (!tp_chat_limit(g->chat, g->out->rule, &limit))
        return tp_chat_refuse(g->out, "%s: expected a whole number", field->name);
    tp_write_member_number(&g->w, "num_predict", limit);
    return true;
}

static void write_stops(writing *g)
{
    if (!g->chat->stop_count)
        return;
    tp_write_member_open(&g->w, "stop", '[');
    for (unsigned i = 0; i < g->chat->stop_count; i++)
        tp_write_escaped(&g->w, g->chat->stops[i]);
    tp_write_close(&g->w, ']');
}

static bool write_options(writing *g)
{
    if (!has_options(g->chat))
        return true;
    tp_write_member_open(&g->w, "options", '{');
    if (!write_limit(g))
        return false;
    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++)
        tp_chat_put(g->chat, g->out, &g->w, OPTIONS[i].param, OPTIONS[i].key);
    write_stops(g);
    tp_write_close(&g->w, '}');
    return true;
}

static uint32_t said(void)
{
    uint32_t bits = 1u << TP_PARAM_MAX_TOKENS;

    for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(*OPTIONS); i++)
        bits |= 1u << OPTIONS[i].param;
    for (size_t i = 0; i < sizeof(PARAMS) / sizeof(*PARAMS); i++)
        bits |= 1u << PARAMS[i].param;
    return bits;
}

bool tp_ollama_request_write_chat(const tp_chat *chat, tp_request_out *out)
{
    writing g = { chat, out, tp_write_to(out->body) };

    out->path = TP_BYTES("/api/chat");
    tp_write_open(&g.w, '{');
    tp_write_member_string(&g.w, "model", out->model);
    if (!tp_ollama_message_write_all(&g.w, chat, out))
        return false;
    write_tools(&g);
    write_format(&g);
    if (!write_options(&g))
        return false;
    write_think(&g);
    for (size_t i = 0; i < sizeof(PARAMS) / sizeof(*PARAMS); i++)
        tp_chat_put(chat, out, &g.w, PARAMS[i].param, PARAMS[i].key);
    tp_write_member_bool(&g.w, "stream", out->stream);
    tp_write_close(&g.w, '}');
    return tp_chat_leave(chat, out, said()) && (!g.w.full || tp_chat_refuse(out, "the converted request is larger than listen.max_body"));
}
