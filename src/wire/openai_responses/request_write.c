/* wire/openai_responses/request_write.c - a request for a provider: its members, but for the items and the tools. */

#include "wire/openai_responses/format.h"

typedef tp_responses_writing writing;

enum { LEAST_LIMIT = 16, LONGEST_USER = 64 };

static bool write_limit(writing *g)
{
    const tp_field *field = &g->chat->params[TP_PARAM_MAX_TOKENS];
    uint64_t limit;

    if (!field->name)
        return true;
    if (!tp_chat_limit(g->chat, g->out->rule, &limit))
        return tp_chat_refuse(g->out, "%s: expected a whole number", field->name);
    tp_write_member_number(&g->w, "max_output_tokens", limit < LEAST_LIMIT ? LEAST_LIMIT : limit);
    return true;
}

static bool thinks(const writing *g)
{
    return g->out->rule->thinking == TP_THINKING_EFFORT;
}

static void write_reasoning(writing *g)
{
    tp_effort effort = tp_chat_effort_for(g->chat, g->out->rule);

    if (!thinks(g) || (effort == TP_EFFORT_UNSAID && !g->chat->show_thought))
        return;
    tp_write_member_open(&g->w, "reasoning", '{');
    if (effort != TP_EFFORT_UNSAID)
        tp_write_member_text(&g->w, "effort", tp_model_rule_word(effort));
    if (g->chat->show_thought)
        tp_write_member_text(&g->w, "summary", "auto");
    tp_write_close(&g->w, '}');
}

static bool wants_logprobs(const writing *g)
{
    tp_verbatim asked = g->chat->params[TP_PARAM_LOGPROBS].value;

    return g->chat->params[TP_PARAM_LOGPROBS].name && !tp_bytes_equal(asked, TP_BYTES("false")) && !tp_bytes_equal(asked, TP_BYTES("0")) &&
           !tp_model_rule_refuses(g->out->rule, TP_PARAM_LOGPROBS);
}

/* What is not stored has to come along, or the next turn cannot go on with these thoughts. */
static void write_include(writing *g)
{
    if (!thinks(g) && !wants_logprobs(g))
        return;
    tp_write_member_open(&g->w, "include", '[');
    if (thinks(g))
        tp_write_text(&g->w, "reasoning.encrypted_content");
    if (wants_logprobs(g))
        tp_write_text(&g->w, "message.output_text.logprobs");
    tp_write_close(&g->w, ']');
}

static void write_format(writing *g)
{
    const tp_chat *chat = g->chat;

    tp_write_member_open(&g->w, "format", '{');
    tp_write_member_text(&g->w, "type", chat->output == TP_OUTPUT_JSON ? "json_object" : "json_schema");
    if (chat->output == TP_OUTPUT_SCHEMA) {
        tp_write_member_escaped(&g->w, "name", chat->output_name.length ? chat->output_name : TP_BYTES("reply"));
        if (chat->output_description.length)
            tp_write_member_escaped(&g->w, "description", chat->output_description);
        tp_write_member_raw(&g->w, "schema", chat->output_schema);
        if (chat->output_strict >= 0)
            tp_write_member_bool(&g->w, "strict", chat->output_strict);
    }
    tp_write_close(&g->w, '}');
}

static void write_text(writing *g)
{
    if (g->chat->output == TP_OUTPUT_TEXT && !g->chat->params[TP_PARAM_VERBOSITY].name)
        return;
    tp_write_member_open(&g->w, "text", '{');
    if (g->chat->output != TP_OUTPUT_TEXT)
        write_format(g);
    tp_chat_put(g->chat, g->out, &g->w, TP_PARAM_VERBOSITY, "verbosity");
    tp_write_close(&g->w, '}');
}

typedef struct named {
    tp_param param;
    const char *key;
} named;

static const named PARAMS[] = {
    { TP_PARAM_TEMPERATURE, "temperature" },
    { TP_PARAM_TOP_P, "top_p" },
    { TP_PARAM_TOP_LOGPROBS, "top_logprobs" },
    { TP_PARAM_CACHE_KEY, "prompt_cache_key" },
};

/* What means the same only where the client speaks to OpenAI anyhow. */
static const named FAMILY[] = {
    { TP_PARAM_METADATA, "metadata" },
    { TP_PARAM_SERVICE_TIER, "service_tier" },
    { TP_PARAM_SAFETY, "safety_identifier" },
    { TP_PARAM_STORE, "store" },
};

static uint32_t write_all(writing *g, const named *names, size_t count)
{
    uint32_t said = 0;

    for (size_t i = 0; i < count; i++) {
        tp_chat_put(g->chat, g->out, &g->w, names[i].param, names[i].key);
        said |= 1u << names[i].param;
    }
    return said;
}

static uint32_t write_params(writing *g)
{
    const tp_field *user = &g->chat->params[TP_PARAM_USER];
    bool family = g->chat->dialect == TP_DIALECT_OPENAI;
    uint32_t said = 1u << TP_PARAM_MAX_TOKENS | 1u << TP_PARAM_VERBOSITY | 1u << TP_PARAM_LOGPROBS;

    said |= write_all(g, PARAMS, sizeof(PARAMS) / sizeof(*PARAMS));
    if (family)
        said |= write_all(g, FAMILY, sizeof(FAMILY) / sizeof(*FAMILY));
    if (!family || !g->chat->params[TP_PARAM_STORE].name)
        tp_write_member_bool(&g->w, "store", false);
    if (user->name && user->value.length <= LONGEST_USER + 2) {
        tp_chat_put(g->chat, g->out, &g->w, TP_PARAM_USER, "user");
        said |= 1u << TP_PARAM_USER;
    }
    return said;
}

/* LOGPROBS becomes a word of "include"; a model that has none leaves it out by name. */
static void drop_unsaid(writing *g)
{
    const tp_field *logprobs = &g->chat->params[TP_PARAM_LOGPROBS];

    if (g->chat->stop_count)
        tp_chat_put_drop(g->out, "stop");
    if (logprobs->name && tp_model_rule_refuses(g->out->rule, TP_PARAM_LOGPROBS))
        tp_chat_put_drop(g->out, "%s", logprobs->name);
}

/* What is not part of the prompt. */
static bool write_rest(writing *g)
{
    uint32_t said;

    if (!write_limit(g))
        return false;
    said = write_params(g);
    write_include(g);
    if (g->out->stream)
        tp_write_member_bool(&g->w, "stream", true);
    drop_unsaid(g);
    return tp_chat_leave(g->chat, g->out, said);
}

bool tp_openai_responses_request_write(const tp_chat *chat, tp_request_out *out)
{
    writing g = { chat, out, tp_write_to(out->body) };

    out->path = out->count ? TP_BYTES("/v1/responses/input_tokens") : TP_BYTES("/v1/responses");
    tp_write_open(&g.w, '{');
    tp_write_member_string(&g.w, "model", out->model);
    if (!tp_openai_responses_items_write(&g))
        return false;
    tp_openai_responses_tools_write(&g);
    write_reasoning(&g);
    write_text(&g);
    if (!out->count && !write_rest(&g))
        return false;
    tp_write_close(&g.w, '}');
    return !g.w.full || tp_chat_refuse(out, "the converted request is larger than listen.max_body");
}
