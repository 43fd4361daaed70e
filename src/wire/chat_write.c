/* wire/chat_write.c - what the writers of all dialects share: plain parameters, arguments, ids. */

#include "json/string.h"
#include "wire/chat.h"

#define DROP false
#define REFUSE true

static const bool REFUSES[TP_PARAM_COUNT] = {
#define POLICY(name, policy) [TP_PARAM_##name] = policy,
    TP_PARAMS(POLICY)
#undef POLICY
};

/* Values that ask for what happens anyway. */
static bool asks_nothing(tp_param param, tp_verbatim value)
{
    static const struct {
        tp_param param;
        tp_bytes value;
    } IDLE[] = {
        { TP_PARAM_N, TP_BYTES_INIT("1") },           { TP_PARAM_LOGPROBS, TP_BYTES_INIT("false") },
        { TP_PARAM_LOGPROBS, TP_BYTES_INIT("0") },    { TP_PARAM_TOP_LOGPROBS, TP_BYTES_INIT("0") },
        { TP_PARAM_LOGIT_BIAS, TP_BYTES_INIT("{}") }, { TP_PARAM_MODALITIES, TP_BYTES_INIT("[\"text\"]") },
        { TP_PARAM_STORE, TP_BYTES_INIT("false") },   { TP_PARAM_SERVICE_TIER, TP_BYTES_INIT("\"auto\"") },
        { TP_PARAM_METADATA, TP_BYTES_INIT("{}") },
    };

    for (size_t i = 0; i < sizeof(IDLE) / sizeof(*IDLE); i++)
        if (IDLE[i].param == param && tp_bytes_equal(IDLE[i].value, value))
            return true;
    return false;
}

void tp_chat_put(const tp_chat *chat, tp_request_out *out, tp_write *w, tp_param param, const char *key)
{
    const tp_field *field = &chat->params[param];

    if (!field->name)
        return;
    if (tp_model_rule_refuses(out->rule, param))
        tp_chat_put_drop(out, "%s", field->name);
    else
        tp_write_member_raw(w, key, field->value);
}

bool tp_chat_leave(const tp_chat *chat, tp_request_out *out, uint32_t said)
{
    for (unsigned i = 0; i < chat->dropped_count; i++)
        tp_chat_put_drop(out, "%s", chat->dropped[i]);
    for (unsigned i = 0; i < TP_PARAM_COUNT; i++) {
        const tp_field *field = &chat->params[i];

        if (!field->name || (said >> i & 1) || asks_nothing((tp_param)i, field->value))
            continue;
        if (REFUSES[i])
            return tp_chat_refuse(out, "%s: it has no counterpart in this provider's dialect", field->name);
        tp_chat_put_drop(out, "%s", field->name);
    }
    return true;
}

static bool is_object(tp_bytes text, tp_arena *arena)
{
    tp_json doc;

    return tp_json_scan(text, arena, 1, &doc, NULL) && tp_json_kind_of(&doc, 0) == TP_JSON_OBJECT;
}

void tp_chat_write_object(tp_write *w, tp_bytes arguments, tp_arena *arena)
{
    tp_bytes text = tp_bytes_trim(arguments);

    if (text.length && is_object(text, arena)) {
        tp_write_raw(w, text);
        return;
    }
    tp_write_open(w, '{');
    if (text.length)
        tp_write_member_string(w, TP_CHAT_WRAP, arguments);
    tp_write_close(w, '}');
}

tp_bytes tp_chat_custom_arguments(tp_bytes text, tp_arena *arena)
{
    return tp_arena_join(arena, (const tp_bytes[]){ TP_BYTES("{\"" TP_CHAT_INPUT "\":"), tp_json_quote(arena, text), TP_BYTES("}") }, 3);
}

static bool is_safe(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

tp_escaped tp_chat_safe_id(tp_arena *arena, tp_escaped id)
{
    static const char HEX[] = "0123456789ABCDEF";
    size_t length = 0, odd = 0;
    char *safe;

    for (size_t i = 0; i < id.length; i++)
        odd += !is_safe(id.data[i]);
    if (!odd)
        return id;
    safe = tp_arena_alloc(arena, id.length + 2 * odd);
    for (size_t i = 0; i < id.length; i++) {
        unsigned char c = (unsigned char)id.data[i];

        if (is_safe(id.data[i])) {
            safe[length++] = id.data[i];
            continue;
        }
        safe[length++] = '_';
        safe[length++] = HEX[c >> 4];
        safe[length++] = HEX[c & 15];
    }
    return tp_bytes_of(safe, length);
}

tp_verbatim tp_chat_schema(const tp_tool *tool)
{
    if (tool->wrapped.length)
        return tool->wrapped;
    if (tool->custom)
        return TP_BYTES("{\"type\":\"object\",\"properties\":{\"" TP_CHAT_INPUT "\":{\"type\":\"string\"}},\"required\":[\"" TP_CHAT_INPUT
                        "\"],\"additionalProperties\":false}");
    return tool->parameters.length ? tool->parameters : TP_BYTES("{\"type\":\"object\",\"properties\":{}}");
}

tp_effort tp_chat_effort(const tp_chat *chat)
{
    return chat->effort != TP_EFFORT_UNSAID ? chat->effort : tp_model_rule_effort(chat->budget);
}

tp_effort tp_chat_effort_for(const tp_chat *chat, const tp_model_rule *rule)
{
    tp_effort effort = tp_chat_effort(chat);
    bool idle = rule->thinking == TP_THINKING_EFFORT && rule->least == TP_EFFORT_NONE;

    if (effort == TP_EFFORT_UNSAID && chat->budget == TP_CHAT_BUDGET_FREE && idle)
        effort = TP_EFFORT_MEDIUM;
    return tp_model_rule_fit(rule, effort);
}

int64_t tp_chat_budget(const tp_chat *chat)
{
    if (chat->budget >= 0 || chat->effort == TP_EFFORT_UNSAID)
        return chat->budget >= 0 ? chat->budget : TP_CHAT_BUDGET_UNSAID;
    return tp_model_rule_budget(chat->effort);
}

bool tp_chat_limit(const tp_chat *chat, const tp_model_rule *rule, uint64_t *limit)
{
    const tp_field *field = &chat->params[TP_PARAM_MAX_TOKENS];

    *limit = rule->most_output;
    if (!field->name)
        return true;
    if (!tp_string_number(field->value, limit))
        return false;
    if (rule->most_output && *limit > rule->most_output)
        *limit = rule->most_output;
    return true;
}
