/* wire/anthropic/request_write.c - a request for a provider that speaks Anthropic's Messages. */

#include "wire/anthropic/format.h"
#include "wire/seal.h"

#include <stdlib.h>

typedef tp_anthropic_writing writing;

enum { DEFAULT_LIMIT = 4096, LEAST_BUDGET = 1024, LONGEST_USER = 256 };

void tp_anthropic_request_write_beta(writing *g, const char *name)
{
    tp_request_out *out = g->out;
    tp_bytes word = tp_bytes_text(name);

    if (tp_bytes_contains(out->beta, word))
        return;
    out->beta = out->beta.length ? tp_arena_join(out->arena, (const tp_bytes[]){ out->beta, TP_BYTES(","), word }, 3) : word;
}

/* ---- thinking ---- */

/* How the model is asked to think. */
typedef struct thinking {
    enum { UNSAID, DISABLED, ENABLED, ADAPTIVE } type;
    uint64_t budget;
} thinking;

static bool is_forced(const tp_chat *chat)
{
    return chat->choice == TP_CHOICE_ANY || chat->choice == TP_CHOICE_ONE || (chat->choice == TP_CHOICE_ALLOWED && chat->must);
}

/* The part with which the last turn of the assistant begins, if that turn calls tools or is to be continued; NULL = there is none. */
static const tp_part *open_turn(const tp_chat *chat)
{
    const tp_message *last = NULL;
    const tp_part *part;

    for (const tp_message *m = chat->messages; m; m = m->next)
        last = m->role == TP_ROLE_ASSISTANT ? m : last;
    part = last ? last->parts.first : NULL;
    while (part && last->next && part->type != TP_PART_CALL)
        part = part->next;
    return part ? last->parts.first : NULL;
}

/* With a budget, such a turn has to begin with a thought that the provider sealed itself. */
static bool has_broken_turn(const tp_chat *chat)
{
    const tp_part *first = open_turn(chat);

    return first && (first->type != TP_PART_THINKING || !tp_seal_for(&first->seal, TP_DIALECT_ANTHROPIC).length);
}

/* At least the least, and less than the limit, which counts thoughts too: half of it then. */
static uint64_t budget_of(const tp_chat *chat, uint64_t limit)
{
    int64_t asked = tp_chat_budget(chat);
    uint64_t budget = asked > 0 ? (uint64_t)asked : tp_model_rule_budget(TP_EFFORT_MEDIUM);

    if (budget >= limit)
        budget = limit / 2;
    return budget < LEAST_BUDGET ? LEAST_BUDGET : budget;
}

static thinking leave_out(tp_request_out *out)
{
    tp_chat_put_drop(out, "thinking");
    return (thinking){ UNSAID, 0 };
}

static thinking decide(const tp_chat *chat, tp_request_out *out, uint64_t limit)
{
    tp_thinking how = out->rule->thinking;
    tp_effort effort = tp_chat_effort(chat);

    if (effort == TP_EFFORT_NONE)
        return (thinking){ how == TP_THINKING_NONE ? UNSAID : DISABLED, 0 };
    if (effort == TP_EFFORT_UNSAID && chat->budget == TP_CHAT_BUDGET_UNSAID)
        return (thinking){ UNSAID, 0 };
    if (how == TP_THINKING_NONE || is_forced(chat))
        return leave_out(out);
    if (how == TP_THINKING_ADAPTIVE)
        return (thinking){ ADAPTIVE, 0 };
    if (limit <= LEAST_BUDGET || has_broken_turn(chat))
        return leave_out(out);
    return (thinking){ ENABLED, budget_of(chat, limit) };
}

static void write_thinking(writing *g, const thinking *how)
{
    static const char *const WORDS[] = { [DISABLED] = "disabled", [ENABLED] = "enabled", [ADAPTIVE] = "adaptive" };

    if (how->type == UNSAID)
        return;
    tp_write_member_open(&g->w, "thinking", '{');
    tp_write_member_text(&g->w, "type", WORDS[how->type]);
    if (how->type == ENABLED)
        tp_write_member_number(&g->w, "budget_tokens", how->budget);
    if (how->type == ADAPTIVE && g->chat->show_thought)
        tp_write_member_text(&g->w, "display", "summarized");
    tp_write_close(&g->w, '}');
}

/* ---- the form of the answer ---- */

static bool has_schema(const writing *g)
{
    return g->chat->output == TP_OUTPUT_SCHEMA && g->out->rule->output_schema && tp_anthropic_schema_write_fits(g->chat);
}

/* As the inside of a JSON string. */
static tp_escaped quoted_hint(tp_arena *arena, tp_verbatim schema)
{
    static const tp_bytes SAID = TP_BYTES_INIT("Answer with JSON and nothing else. It has to fit this JSON schema: ");
    tp_bytes quoted = tp_json_quote(arena, tp_arena_join(arena, (const tp_bytes[]){ SAID, schema }, 2));

    return tp_bytes_of(quoted.data + 1, quoted.length - 2);
}

/* Where the provider cannot be held to a form, the model is asked for it. */
static tp_escaped hint_of(const writing *g)
{
    if (g->chat->output == TP_OUTPUT_TEXT || has_schema(g))
        return tp_bytes_of(NULL, 0);
    tp_chat_put_drop(g->out, g->chat->output == TP_OUTPUT_JSON ? "json_object" : "json_schema");
    if (g->chat->output == TP_OUTPUT_JSON)
        return TP_BYTES("Answer with one JSON object and nothing else.");
    return quoted_hint(g->out->arena, g->chat->output_schema);
}

/* Effort, which only models that decide by themselves take, and the schema. */
static void write_output(writing *g)
{
    tp_effort effort = tp_chat_effort_for(g->chat, g->out->rule);
    bool says = g->out->rule->thinking == TP_THINKING_ADAPTIVE && effort != TP_EFFORT_UNSAID;

    if (!says && !has_schema(g))
        return;
    tp_write_member_open(&g->w, "output_config", '{');
    if (says)
        tp_write_member_text(&g->w, "effort", tp_model_rule_word(effort));
    if (has_schema(g)) {
        tp_write_member_open(&g->w, "format", '{');
        tp_write_member_text(&g->w, "type", "json_schema");
        tp_anthropic_schema_write(g);
        tp_write_close(&g->w, '}');
    }
    tp_write_close(&g->w, '}');
}

/* ---- parameters ---- */

/* The scale ends at 1 here; elsewhere at 2. */
static bool write_temperature(writing *g)
{
    const tp_field *field = &g->chat->params[TP_PARAM_TEMPERATURE];
    bool number = field->name && field->value.length && strchr("-0123456789", field->value.data[0]);

    if (field->name && !number)
        return tp_chat_refuse(g->out, "%s: expected a number", field->name);
    if (number && strtod(tp_arena_copy(g->out->arena, field->value).data, NULL) > 1)
        tp_write_member_number(&g->w, "temperature", 1);
    else
        tp_chat_put(g->chat, g->out, &g->w, TP_PARAM_TEMPERATURE, "temperature");
    return true;
}

static void leave_param(writing *g, tp_param param)
{
    if (g->chat->params[param].name)
        tp_chat_put_drop(g->out, "%s", g->chat->params[param].name);
}

/* Nothing of it goes with thinking, and models take either temperature or top_p. */
static bool write_sampling(writing *g, bool thinks)
{
    if (thinks || tp_model_rule_refuses(g->out->rule, TP_PARAM_TEMPERATURE)) {
        leave_param(g, TP_PARAM_TEMPERATURE);
        leave_param(g, TP_PARAM_TOP_P);
        leave_param(g, TP_PARAM_TOP_K);
        return true;
    }
    if (g->chat->params[TP_PARAM_TEMPERATURE].name)
        leave_param(g, TP_PARAM_TOP_P);
    else
        tp_chat_put(g->chat, g->out, &g->w, TP_PARAM_TOP_P, "top_p");
    tp_chat_put(g->chat, g->out, &g->w, TP_PARAM_TOP_K, "top_k");
    return write_temperature(g);
}

/* One of blanks alone is refused. */
static void write_stops(writing *g)
{
    unsigned left = 0;

    for (unsigned i = 0; i < g->chat->stop_count; i++)
        left += !tp_anthropic_block_write_is_blank(g->chat->stops[i]);
    if (left < g->chat->stop_count)
        tp_chat_put_drop(g->out, "stop: blanks");
    if (!left)
        return;
    tp_write_member_open(&g->w, "stop_sequences", '[');
    for (unsigned i = 0; i < g->chat->stop_count; i++)
        if (!tp_anthropic_block_write_is_blank(g->chat->stops[i]))
            tp_write_escaped(&g->w, g->chat->stops[i]);
    tp_write_close(&g->w, ']');
}

/* What looks like a person's address is refused, as is what is too long. */
static bool is_user_id(const tp_field *field)
{
    return field->name && field->value.length > 2 && field->value.data[0] == '"' && field->value.length <= LONGEST_USER + 2 &&
           tp_bytes_find(field->value, '@') == field->value.length;
}

/* Returns the parameters that are said. */
static uint32_t write_user(writing *g)
{
    tp_param param = g->chat->params[TP_PARAM_USER].name ? TP_PARAM_USER : TP_PARAM_SAFETY;
    const tp_field *field = &g->chat->params[param];

    if (!is_user_id(field))
        return 0;
    tp_write_member_open(&g->w, "metadata", '{');
    tp_write_member_raw(&g->w, "user_id", field->value);
    tp_write_close(&g->w, '}');
    return 1u << param;
}

static uint32_t write_tier(writing *g)
{
    if (g->chat->dialect != TP_DIALECT_ANTHROPIC)
        return 0;
    tp_chat_put(g->chat, g->out, &g->w, TP_PARAM_SERVICE_TIER, "service_tier");
    return 1u << TP_PARAM_SERVICE_TIER;
}

/* ---- all of it ---- */

static bool read_limit(const tp_chat *chat, tp_request_out *out, uint64_t *limit)
{
    if (!tp_chat_limit(chat, out->rule, limit))
        return tp_chat_refuse(out, "%s: expected a whole number", chat->params[TP_PARAM_MAX_TOKENS].name);
    if (!*limit && !chat->params[TP_PARAM_MAX_TOKENS].name)
        *limit = DEFAULT_LIMIT;
    return true;
}

/* The system's text ends where the conversation begins; one without a conversation is what the user says. */
static const tp_message *body_of(const tp_chat *chat)
{
    const tp_message *m = chat->messages;

    while (m && m->next && (m->role == TP_ROLE_SYSTEM || m->role == TP_ROLE_DEVELOPER))
        m = m->next;
    return m;
}

/* Tools, system, messages: cache marks count in this order. */
static bool write_prompt(writing *g)
{
    tp_anthropic_tool_write(g);
    tp_anthropic_block_write_system(g, hint_of(g));
    return tp_anthropic_block_write_messages(g);
}

/* What has no part in counting tokens. Returns the parameters that are said. */
static uint32_t write_rest(writing *g)
{
    uint32_t said = 1u << TP_PARAM_USER | 1u << TP_PARAM_SAFETY | 1u << TP_PARAM_SERVICE_TIER;

    if (g->out->count)
        return said;
    write_stops(g);
    said = write_user(g) | write_tier(g);
    if (g->out->stream)
        tp_write_member_bool(&g->w, "stream", true);
    return said;
}

bool tp_anthropic_request_write(const tp_chat *chat, tp_request_out *out)
{
    writing g = { .chat = chat, .out = out, .w = tp_write_to(out->body), .body = body_of(chat) };
    uint32_t said = 1u << TP_PARAM_MAX_TOKENS | 1u << TP_PARAM_TEMPERATURE | 1u << TP_PARAM_TOP_P | 1u << TP_PARAM_TOP_K;
    uint64_t limit;
    thinking how;

    if (!read_limit(chat, out, &limit))
        return false;
    how = decide(chat, out, limit);
    g.skip_marks = tp_anthropic_mark_excess(chat);
    tp_write_open(&g.w, '{');
    tp_write_member_string(&g.w, "model", out->model);
    if (!out->count)
        tp_write_member_number(&g.w, "max_tokens", limit);
    if (!write_prompt(&g))
        return false;
    if (!out->count && !write_sampling(&g, how.type == ENABLED || how.type == ADAPTIVE))
        return false;
    write_thinking(&g, &how);
    write_output(&g);
    said |= write_rest(&g);
    tp_write_close(&g.w, '}');
    out->path = out->count ? TP_BYTES("/v1/messages/count_tokens") : TP_BYTES("/v1/messages");
    return tp_chat_leave(chat, out, said) && (!g.w.full || tp_chat_refuse(out, "the converted request is larger than listen.max_body"));
}
