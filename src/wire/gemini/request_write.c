/* wire/gemini/request_write.c - a request for Gemini: its path, what is said, and how it is to be answered. */

#include "wire/gemini/format.h"

enum { MOST_STOPS = 5 };

/* ---- the path ---- */

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c && strchr("-._~@", c));
}

static tp_bytes percent(tp_arena *arena, tp_bytes name)
{
    static const char HEX[] = "0123456789ABCDEF";
    char *out = tp_arena_alloc(arena, 3 * name.length + 1);
    size_t length = 0;

    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];

        if (is_plain(name.data[i])) {
            out[length++] = name.data[i];
            continue;
        }
        out[length++] = '%';
        out[length++] = HEX[c >> 4];
        out[length++] = HEX[c & 15];
    }
    return tp_bytes_of(out, length);
}

/* "models/NAME", or "tunedModels/NAME", which only tuned models are called by. */
static tp_bytes resource_of(tp_arena *arena, tp_bytes model)
{
    const tp_bytes kinds[] = { TP_BYTES("models/"), TP_BYTES("tunedModels/") };
    bool tuned = tp_bytes_starts(model, kinds[1]);

    if (tuned || tp_bytes_starts(model, kinds[0]))
        model = tp_bytes_from(model, kinds[tuned].length);
    return tp_arena_join(arena, (const tp_bytes[]){ kinds[tuned], percent(arena, model) }, 2);
}

static void set_path(tp_request_out *out, tp_bytes resource)
{
    tp_bytes method = out->stream ? TP_BYTES(":streamGenerateContent") : TP_BYTES(":generateContent");

    if (out->count)
        method = TP_BYTES(":countTokens");
    out->path = tp_arena_join(out->arena, (const tp_bytes[]){ TP_BYTES("/v1beta/"), resource, method }, 3);
    if (out->stream && !out->count)
        out->query = TP_BYTES("alt=sse");
}

/* ---- generationConfig ---- */

static bool write_limit(tp_gemini_writing *g)
{
    const tp_field *field = &g->chat->params[TP_PARAM_MAX_TOKENS];
    uint64_t limit;

    if (!field->name)
        return true;
    if (!tp_chat_limit(g->chat, g->out->rule, &limit))
        return tp_chat_refuse(g->out, "%s: expected a whole number", field->name);
    tp_write_member_number(&g->w, "maxOutputTokens", limit);
    return true;
}

static bool write_stops(tp_gemini_writing *g)
{
    if (g->chat->stop_count > MOST_STOPS)
        return tp_chat_refuse(g->out, "stop: this provider takes at most %d stop sequences", MOST_STOPS);
    if (!g->chat->stop_count)
        return true;
    tp_write_member_open(&g->w, "stopSequences", '[');
    for (unsigned i = 0; i < g->chat->stop_count; i++)
        tp_write_escaped(&g->w, g->chat->stops[i]);
    tp_write_close(&g->w, ']');
    return true;
}

static const struct {
    tp_param param;
    const char *key;
} PARAMS[] = {
    { TP_PARAM_TEMPERATURE, "temperature" },
    { TP_PARAM_TOP_P, "topP" },
    { TP_PARAM_TOP_K, "topK" },
    { TP_PARAM_SEED, "seed" },
    { TP_PARAM_PRESENCE_PENALTY, "presencePenalty" },
    { TP_PARAM_FREQUENCY_PENALTY, "frequencyPenalty" },
    { TP_PARAM_N, "candidateCount" },
    { TP_PARAM_LOGPROBS, "responseLogprobs" },
    { TP_PARAM_TOP_LOGPROBS, "logprobs" },
};

/* Images beside text can be asked for; what is spoken to an OpenAI client has a voice and a format that do not exist here. */
static uint32_t write_modalities(tp_gemini_writing *g)
{
    const tp_field *field = &g->chat->params[TP_PARAM_MODALITIES];
    bool image = field->name && tp_bytes_contains(field->value, TP_BYTES("\"image\""));

    if (!image || tp_bytes_contains(field->value, TP_BYTES("\"audio\"")))
        return 0;
    tp_write_member_raw(&g->w, "responseModalities", TP_BYTES("[\"TEXT\",\"IMAGE\"]"));
    return 1u << TP_PARAM_MODALITIES;
}

static uint32_t write_params(tp_gemini_writing *g)
{
    uint32_t said = 1u << TP_PARAM_MAX_TOKENS;

    for (size_t i = 0; i < sizeof(PARAMS) / sizeof(*PARAMS); i++) {
        tp_chat_put(g->chat, g->out, &g->w, PARAMS[i].param, PARAMS[i].key);
        said |= 1u << PARAMS[i].param;
    }
    return said | write_modalities(g);
}

static void write_output(tp_gemini_writing *g)
{
    const tp_chat *chat = g->chat;
    tp_gemini_schema schema;

    if (chat->output == TP_OUTPUT_TEXT)
        return;
    tp_write_member_text(&g->w, "responseMimeType", "application/json");
    if (chat->output == TP_OUTPUT_JSON)
        return;
    if (g->out->rule->whole_schema) {
        tp_write_member_raw(&g->w, "responseJsonSchema", chat->output_schema);
        return;
    }
    schema = tp_gemini_schema_write_source(chat, chat->output_node, chat->output_schema, g->out->arena);
    tp_write_key(&g->w, "responseSchema");
    tp_gemini_schema_write(&g->w, &schema);
}

/* ---- thinking ---- */

static bool asks_to_think(const tp_chat *chat)
{
    return chat->effort != TP_EFFORT_UNSAID || chat->budget != TP_CHAT_BUDGET_UNSAID;
}

/* Tokens within what the model takes; -1 = as it likes. Only some can be told not to think. */
static int64_t budget_of(const tp_gemini_writing *g)
{
    const tp_model_rule *rule = g->out->rule;
    int64_t budget = tp_chat_budget(g->chat), least = (int64_t)rule->least_budget, most = (int64_t)rule->most_budget;

    if (budget == TP_CHAT_BUDGET_UNSAID)
        return -1;
    if (budget == 0 && rule->least == TP_EFFORT_UNSAID)
        return 0;
    if (budget < least)
        return least;
    return most && budget > most ? most : budget;
}

static void write_budget(tp_gemini_writing *g)
{
    int64_t budget = budget_of(g);

    if (asks_to_think(g->chat) && budget < 0)
        tp_write_member_raw(&g->w, "thinkingBudget", TP_BYTES("-1"));
    else if (budget >= 0)
        tp_write_member_number(&g->w, "thinkingBudget", (uint64_t)budget);
    if (budget && g->chat->show_thought)
        tp_write_member_bool(&g->w, "includeThoughts", true);
}

static void write_level(tp_gemini_writing *g)
{
    static const char *const WORDS[] = {
        [TP_EFFORT_MINIMAL] = "MINIMAL", [TP_EFFORT_LOW] = "LOW", [TP_EFFORT_MEDIUM] = "MEDIUM", [TP_EFFORT_HIGH] = "HIGH"
    };
    tp_effort effort = tp_chat_effort_for(g->chat, g->out->rule);

    if (effort >= TP_EFFORT_MINIMAL && effort <= TP_EFFORT_HIGH)
        tp_write_member_text(&g->w, "thinkingLevel", WORDS[effort]);
    if (g->chat->show_thought)
        tp_write_member_bool(&g->w, "includeThoughts", true);
}

static void write_thinking(tp_gemini_writing *g)
{
    tp_thinking thinking = g->out->rule->thinking;

    if ((thinking != TP_THINKING_BUDGET && thinking != TP_THINKING_LEVEL) || (!asks_to_think(g->chat) && !g->chat->show_thought))
        return;
    tp_write_member_open(&g->w, "thinkingConfig", '{');
    if (thinking == TP_THINKING_LEVEL)
        write_level(g);
    else
        write_budget(g);
    tp_write_close(&g->w, '}');
}

static bool write_config(tp_gemini_writing *g, uint32_t *said)
{
    tp_write_member_open(&g->w, "generationConfig", '{');
    if (!write_limit(g) || !write_stops(g))
        return false;
    *said = write_params(g);
    write_output(g);
    write_thinking(g);
    tp_write_close(&g->w, '}');
    return true;
}

/* ---- the whole ---- */

static bool write_members(tp_gemini_writing *g, uint32_t *said)
{
    if (!tp_gemini_content_write(g))
        return false;
    tp_gemini_tool_write(g);
    return g->out->count || write_config(g, said);
}

/* To count a whole request it has to be named inside what asks for it. */
bool tp_gemini_request_write(const tp_chat *chat, tp_request_out *out)
{
    tp_gemini_writing g = { chat, out, tp_write_to(out->body) };
    tp_bytes resource = resource_of(out->arena, out->model);
    uint32_t said = 0;

    tp_write_open(&g.w, '{');
    if (out->count) {
        tp_write_member_open(&g.w, "generateContentRequest", '{');
        tp_write_member_string(&g.w, "model", resource);
    }
    if (!write_members(&g, &said))
        return false;
    if (out->count)
        tp_write_close(&g.w, '}');
    tp_write_close(&g.w, '}');
    set_path(out, resource);
    if (g.w.full)
        return tp_chat_refuse(out, "the converted request is larger than listen.max_body");
    return out->count || tp_chat_leave(chat, out, said);
}
