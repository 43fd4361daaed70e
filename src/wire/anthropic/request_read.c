/* wire/anthropic/request_read.c - a client's request for a message. */

#include "wire/anthropic/format.h"

typedef tp_anthropic_reading reading;

#define K TP_BYTES_INIT

static const tp_chat_name PARAMS[] = {
    { K("max_tokens"), TP_PARAM_MAX_TOKENS }, { K("temperature"), TP_PARAM_TEMPERATURE },   { K("top_p"), TP_PARAM_TOP_P },
    { K("top_k"), TP_PARAM_TOP_K },           { K("service_tier"), TP_PARAM_SERVICE_TIER }, { { NULL, 0 }, TP_PARAM_COUNT },
};

static uint32_t get(const reading *r, uint32_t object, const char *key)
{
    return tp_anthropic_get(r->doc, object, tp_bytes_text(key));
}

/* ---- messages ---- */

/* Claude Code's first block of the system's text tells Anthropic whom to bill. It differs from request to request, and whoever else gets it
 * can never reuse the prompt from a cache. */
static void drop_billing(tp_parts *list)
{
    tp_part *first = list->first;

    if (!first || first->type != TP_PART_TEXT || !tp_bytes_starts(first->text, TP_BYTES("x-anthropic-billing-header:")))
        return;
    list->first = first->next;
    if (!list->first)
        list->last = NULL;
}

/* Stands before all messages, wherever the client has put it. */
static bool read_system(const reading *r)
{
    uint32_t node = tp_json_get(r->doc, 0, TP_BYTES("system"));
    tp_message *m;

    if (tp_anthropic_is_null(r->doc, node))
        return true;
    m = tp_chat_add_message(r->chat, TP_ROLE_SYSTEM);
    if (!tp_anthropic_block_read(r, &m->parts, node, "system"))
        return false;
    drop_billing(&m->parts);
    return true;
}

static const struct {
    tp_bytes word;
    tp_role role;
} ROLES[] = {
    { K("user"), TP_ROLE_USER },
    { K("assistant"), TP_ROLE_ASSISTANT },
    { K("system"), TP_ROLE_SYSTEM },
};

static bool read_message(const reading *r, uint32_t node, unsigned index)
{
    uint32_t role = get(r, node, "role");
    tp_bytes word = tp_json_inside(r->doc, role);

    for (size_t i = 0; i < sizeof(ROLES) / sizeof(*ROLES); i++)
        if (tp_json_is(r->doc, role, ROLES[i].word))
            return tp_anthropic_block_read(r, &tp_chat_add_message(r->chat, ROLES[i].role)->parts, get(r, node, "content"),
                                           tp_arena_printf(r->chat->arena, "messages[%u].content", index));
    return tp_chat_fault(r->chat, r->in, "messages[%u].role: '%.*s' is not known", index, (int)word.length, word.data);
}

static bool read_messages(const reading *r, uint32_t node)
{
    unsigned index = 0;

    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "messages: expected an array");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item))
        if (!read_message(r, item, index++))
            return false;
    return index > 0 || tp_chat_fault(r->chat, r->in, "messages: expected at least one message");
}

/* ---- thinking and the form of the answer ---- */

static bool read_thinking(const reading *r, uint32_t node)
{
    uint32_t type = get(r, node, "type");
    uint64_t tokens;

    r->chat->budget = TP_CHAT_BUDGET_FREE;
    r->chat->show_thought = !tp_json_is(r->doc, get(r, node, "display"), TP_BYTES("omitted"));
    if (tp_json_is(r->doc, type, TP_BYTES("adaptive")) || tp_json_is(r->doc, type, TP_BYTES("between_tools")))
        return true;
    if (tp_json_is(r->doc, type, TP_BYTES("disabled"))) {
        r->chat->budget = 0;
        r->chat->show_thought = false;
        return true;
    }
    if (!tp_json_is(r->doc, type, TP_BYTES("enabled")))
        return tp_chat_fault(r->chat, r->in, "thinking.type: expected enabled, adaptive, between_tools or disabled");
    if (!tp_json_uint(r->doc, get(r, node, "budget_tokens"), &tokens) || tokens > INT32_MAX)
        return tp_chat_fault(r->chat, r->in, "thinking.budget_tokens: expected a whole number");
    r->chat->budget = (int64_t)tokens;
    return true;
}

static bool read_schema(const reading *r, uint32_t node)
{
    uint32_t schema = get(r, node, "schema");

    if (!tp_json_is(r->doc, get(r, node, "type"), TP_BYTES("json_schema")))
        return tp_chat_fault(r->chat, r->in, "output_config.format.type: expected json_schema");
    if (!tp_json_has(r->doc, schema, TP_JSON_OBJECT))
        return tp_chat_fault(r->chat, r->in, "output_config.format.schema: expected an object");
    r->chat->output = TP_OUTPUT_SCHEMA;
    r->chat->output_node = schema;
    r->chat->output_schema = tp_json_raw(r->doc, schema);
    return true;
}

static bool read_effort(const reading *r, uint32_t node)
{
    r->chat->effort = tp_model_rule_effort_named(tp_json_inside(r->doc, node));
    return r->chat->effort != TP_EFFORT_UNSAID || tp_chat_fault(r->chat, r->in, "output_config.effort: this word is not known");
}

static bool read_output(const reading *r, uint32_t node)
{
    for (uint32_t key = tp_json_items(r->doc, node); key; key = tp_json_next(r->doc, key)) {
        tp_bytes name = tp_json_inside(r->doc, key);
        uint32_t value = tp_json_value(key);
        bool good = true;

        if (tp_json_has(r->doc, value, TP_JSON_NULL))
            continue;
        if (tp_json_is(r->doc, key, TP_BYTES("effort")))
            good = read_effort(r, value);
        else if (tp_json_is(r->doc, key, TP_BYTES("format")))
            good = read_schema(r, value);
        else
            tp_chat_drop(r->chat, "output_config.%.*s", (int)name.length, name.data);
        if (!good)
            return false;
    }
    return true;
}

/* ---- the rest ---- */

static bool read_nothing(const reading *r, uint32_t node)
{
    (void)r;
    (void)node;
    return true;
}

static bool read_model(const reading *r, uint32_t node)
{
    r->chat->model = tp_json_inside(r->doc, node);
    return true;
}

static bool read_stops(const reading *r, uint32_t node)
{
    return tp_chat_take_stops(r->chat, r->doc, node) || tp_chat_fault(r->chat, r->in, "stop_sequences: expected an array of strings");
}

static bool read_metadata(const reading *r, uint32_t node)
{
    uint32_t user = get(r, node, "user_id");

    if (tp_json_has(r->doc, user, TP_JSON_STRING))
        r->chat->params[TP_PARAM_USER] = (tp_field){ "metadata.user_id", tp_json_raw(r->doc, user) };
    return true;
}

static bool read_stream(const reading *r, uint32_t node)
{
    r->chat->stream = tp_json_has(r->doc, node, TP_JSON_TRUE);
    return true;
}

/* An answer without these checks is not what was asked for; clients know how to ask without them when they are named. */
static bool refuse_safeguards(const reading *r, uint32_t node)
{
    (void)node;
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "safeguards: they have no counterpart in this provider's dialect");
}

static const struct {
    tp_bytes key;
    bool (*read)(const reading *r, uint32_t node);
} MEMBERS[] = {
    { K("model"), read_model },
    { K("system"), read_nothing }, /* before all others */
    { K("messages"), read_messages },
    { K("tools"), tp_anthropic_tool_read_list },
    { K("tool_choice"), tp_anthropic_tool_read_choice },
    { K("stop_sequences"), read_stops },
    { K("metadata"), read_metadata },
    { K("thinking"), read_thinking },
    { K("output_config"), read_output },
    { K("output_format"), read_schema },
    { K("stream"), read_stream },
    { K("cache_control"), read_nothing }, /* behind all others */
    { K("safeguards"), refuse_safeguards },
};

static bool read_member(const reading *r, uint32_t key)
{
    uint32_t value = tp_json_value(key);
    tp_bytes name = tp_json_inside(r->doc, key);

    if (tp_json_has(r->doc, value, TP_JSON_NULL) || tp_chat_take_param(r->chat, r->doc, key, PARAMS))
        return true;
    for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(*MEMBERS); i++)
        if (tp_json_is(r->doc, key, MEMBERS[i].key))
            return MEMBERS[i].read(r, value);
    tp_chat_drop(r->chat, "%.*s", (int)name.length, name.data);
    return true;
}

/* A mark of the whole request stands for one on its last block. */
static void mark_last(const reading *r)
{
    uint32_t mark = tp_json_get(r->doc, 0, TP_BYTES("cache_control"));
    tp_part *last = r->chat->last->parts.last;

    if (last && !tp_anthropic_is_null(r->doc, mark))
        last->cache = tp_json_raw(r->doc, mark);
}

bool tp_anthropic_request_read(tp_chat *chat, tp_request_in *in)
{
    const reading r = { chat, in, chat->doc };

    if (tp_anthropic_is_null(r.doc, tp_json_get(r.doc, 0, TP_BYTES("messages"))))
        return tp_chat_fault(chat, in, "messages: expected an array");
    if (!read_system(&r))
        return false;
    for (uint32_t key = tp_json_first(r.doc, 0); key; key = tp_json_next(r.doc, key))
        if (!read_member(&r, key))
            return false;
    if (chat->budget == 0)
        chat->effort = TP_EFFORT_NONE;
    mark_last(&r);
    return true;
}
