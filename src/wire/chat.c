/* wire/chat.c - building a canonical chat from what a client sent, and what the writers of all dialects share. */

#include "wire/chat.h"
#include "json/string.h"

#include <stdarg.h>
#include <stdio.h>

enum { MOST_FAULT = 400, DROPPED_STEP = 8 };

tp_message *tp_chat_add_message(tp_chat *chat, tp_role role)
{
    tp_message **end = chat->last ? &chat->last->next : &chat->messages;

    *end = chat->last = tp_arena_make(chat->arena, tp_message);
    chat->last->role = role;
    return chat->last;
}

static void append(tp_parts *list, tp_part *part)
{
    if (list->last)
        list->last->next = part;
    else
        list->first = part;
    list->last = part;
}

tp_part *tp_chat_add_part(tp_chat *chat, tp_parts *list, tp_part_type type)
{
    tp_part *part = tp_arena_make(chat->arena, tp_part);

    part->type = type;
    append(list, part);
    return part;
}

tp_part *tp_chat_add_text(tp_chat *chat, tp_parts *list, tp_escaped text)
{
    tp_part *part = text.length ? tp_chat_add_part(chat, list, TP_PART_TEXT) : NULL;

    if (part)
        part->text = text;
    return part;
}

void tp_chat_join(tp_parts *list, tp_parts *from)
{
    if (!from->first)
        return;
    append(list, from->first);
    list->last = from->last;
    *from = (tp_parts){ NULL, NULL };
}

tp_tool *tp_chat_add_tool(tp_chat *chat)
{
    tp_tool **end = &chat->tools;

    while (*end)
        end = &(*end)->next;
    *end = tp_arena_make(chat->arena, tp_tool);
    (*end)->strict = -1;
    return *end;
}

static const char *say(tp_arena *arena, const char *format, va_list arguments)
{
    char *text = tp_arena_alloc(arena, MOST_FAULT);

    vsnprintf(text, MOST_FAULT, format, arguments);
    return text;
}

/* Adds to a list that grows in steps; a name that is there stays once. */
static void add_name(tp_arena *arena, const char ***names, unsigned *count, const char *name)
{
    const char **grown;

    for (unsigned i = 0; i < *count; i++)
        if (strcmp((*names)[i], name) == 0)
            return;
    if (*count % DROPPED_STEP == 0) {
        grown = tp_arena_array(arena, const char *, *count + DROPPED_STEP);
        if (*count)
            memcpy(grown, *names, *count * sizeof(*grown));
        *names = grown;
    }
    (*names)[(*count)++] = name;
}

void tp_chat_drop(tp_chat *chat, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_name(chat->arena, &chat->dropped, &chat->dropped_count, say(chat->arena, format, arguments));
    va_end(arguments);
}

bool tp_chat_fault(tp_chat *chat, tp_request_in *in, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    in->fault = say(chat->arena, format, arguments);
    va_end(arguments);
    return false;
}

void tp_chat_put_drop(tp_request_out *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_name(out->arena, &out->dropped, &out->dropped_count, say(out->arena, format, arguments));
    va_end(arguments);
}

bool tp_chat_refuse(tp_request_out *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    out->fault = say(out->arena, format, arguments);
    va_end(arguments);
    return false;
}

bool tp_chat_take_param(tp_chat *chat, const tp_json *doc, uint32_t key, const tp_chat_name *names)
{
    uint32_t value = tp_json_value(key);

    while (names->key.length && !tp_json_is(doc, key, names->key))
        names++;
    if (!names->key.length)
        return false;
    if (!tp_json_has(doc, value, TP_JSON_NULL))
        chat->params[names->param] = (tp_field){ names->key.data, tp_json_raw(doc, value) };
    return true;
}

bool tp_chat_take_stops(tp_chat *chat, const tp_json *doc, uint32_t node)
{
    uint32_t count = 0;

    if (node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL))
        return true;
    if (tp_json_has(doc, node, TP_JSON_STRING)) {
        chat->stops = tp_arena_make(chat->arena, tp_escaped);
        chat->stops[0] = tp_json_inside(doc, node);
        chat->stop_count = 1;
        return true;
    }
    if (!tp_json_has(doc, node, TP_JSON_ARRAY))
        return false;
    for (uint32_t item = tp_json_items(doc, node); item; item = tp_json_next(doc, item), count++)
        if (!tp_json_has(doc, item, TP_JSON_STRING))
            return false;
    chat->stops = tp_arena_array(chat->arena, tp_escaped, count);
    chat->stop_count = 0; /* the field may be given twice */
    for (uint32_t item = tp_json_items(doc, node); item; item = tp_json_next(doc, item))
        chat->stops[chat->stop_count++] = tp_json_inside(doc, item);
    return true;
}

void tp_chat_take_url(tp_media *media, tp_escaped url)
{
    static const char MARK[] = ";base64,";
    const char *mark = url.length ? memmem(url.data, url.length, MARK, sizeof(MARK) - 1) : NULL;

    if (!tp_bytes_starts(url, TP_BYTES("data:")) || !mark) {
        media->url = url;
        return;
    }
    media->type = tp_bytes_of(url.data + 5, (size_t)(mark - url.data) - 5);
    media->data = tp_bytes_from(url, (size_t)(mark - url.data) + sizeof(MARK) - 1);
}

tp_bytes tp_chat_arguments(const tp_json *doc, uint32_t object, tp_arena *arena)
{
    uint32_t key = object == TP_JSON_NONE ? TP_JSON_NONE : tp_json_items(doc, object);
    bool wrapped = key && tp_json_has(doc, object, TP_JSON_OBJECT) && tp_json_next(doc, key) == TP_JSON_NONE &&
                   tp_json_is(doc, key, TP_BYTES(TP_CHAT_WRAP)) && tp_json_has(doc, tp_json_value(key), TP_JSON_STRING);

    if (object == TP_JSON_NONE)
        return tp_bytes_of(NULL, 0);
    return wrapped ? tp_json_text(doc, tp_json_value(key), arena) : tp_json_raw(doc, object);
}

const tp_tool *tp_chat_tool(const tp_chat *chat, tp_escaped name)
{
    const tp_tool *tool = chat->tools;

    while (tool && !tp_bytes_equal(tool->name, name))
        tool = tool->next;
    return tool;
}

bool tp_chat_has(const tp_chat *chat, tp_part_type type)
{
    for (const tp_message *message = chat->messages; message; message = message->next)
        for (const tp_part *part = message->parts.first; part; part = part->next)
            if (part->type == type)
                return true;
    return false;
}

/* ---- writing ---- */

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
