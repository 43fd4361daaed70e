/* wire/openai_responses/request_read.c - a client's request: its members, but for the items and the tools. */

#include "wire/openai_responses/format.h"

#define K TP_BYTES_INIT

typedef tp_responses_reading reading;

static const tp_chat_name PARAMS[] = {
    { K("max_output_tokens"), TP_PARAM_MAX_TOKENS },
    { K("temperature"), TP_PARAM_TEMPERATURE },
    { K("top_p"), TP_PARAM_TOP_P },
    { K("top_logprobs"), TP_PARAM_TOP_LOGPROBS },
    { K("metadata"), TP_PARAM_METADATA },
    { K("user"), TP_PARAM_USER },
    { K("safety_identifier"), TP_PARAM_SAFETY },
    { K("service_tier"), TP_PARAM_SERVICE_TIER },
    { K("store"), TP_PARAM_STORE },
    { K("prompt_cache_key"), TP_PARAM_CACHE_KEY },
    { { NULL, 0 }, TP_PARAM_COUNT },
};

static bool read_instructions(reading *r, uint32_t node)
{
    if (!tp_json_has(r->doc, node, TP_JSON_STRING))
        return tp_chat_fault(r->chat, r->in, "instructions: expected a string");
    tp_chat_add_text(r->chat, &tp_chat_add_message(r->chat, TP_ROLE_SYSTEM)->parts, tp_json_inside(r->doc, node));
    return true;
}

static bool read_model(reading *r, uint32_t node)
{
    r->chat->model = tp_json_inside(r->doc, node);
    return true;
}

static bool read_parallel(reading *r, uint32_t node)
{
    r->chat->parallel = tp_json_has(r->doc, node, TP_JSON_TRUE);
    return true;
}

static bool read_stream(reading *r, uint32_t node)
{
    r->chat->stream = tp_json_has(r->doc, node, TP_JSON_TRUE);
    return true;
}

/* Encrypted reasoning always comes along, as nothing is stored. */
static bool read_include(reading *r, uint32_t node)
{
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item)) {
        tp_bytes word = tp_json_inside(r->doc, item);

        if (tp_json_is(r->doc, item, TP_BYTES("message.output_text.logprobs")))
            r->chat->params[TP_PARAM_LOGPROBS] = (tp_field){ "include:message.output_text.logprobs", TP_BYTES("true") };
        else if (!tp_json_is(r->doc, item, TP_BYTES("reasoning.encrypted_content")))
            tp_chat_drop(r->chat, "include:%.*s", (int)word.length, word.data);
    }
    return true;
}

static bool read_reasoning(reading *r, uint32_t node)
{
    uint32_t effort = tp_json_member(r->doc, node, TP_BYTES("effort")), summary = tp_json_member(r->doc, node, TP_BYTES("summary"));

    if (!summary)
        summary = tp_json_member(r->doc, node, TP_BYTES("generate_summary"));
    r->chat->show_thought = tp_json_has(r->doc, summary, TP_JSON_STRING) && !tp_json_is(r->doc, summary, TP_BYTES("none"));
    if (tp_responses_is_null(r->doc, effort))
        return true;
    r->chat->effort = tp_model_rule_effort_named(tp_json_inside(r->doc, effort));
    return r->chat->effort != TP_EFFORT_UNSAID || tp_chat_fault(r->chat, r->in, "reasoning.effort: this word is not known");
}

static void read_schema(const reading *r, uint32_t format)
{
    uint32_t schema = tp_json_get(r->doc, format, TP_BYTES("schema"));
    tp_chat *chat = r->chat;
    bool strict;

    chat->output = TP_OUTPUT_SCHEMA;
    chat->output_name = tp_json_inside(r->doc, tp_json_get(r->doc, format, TP_BYTES("name")));
    chat->output_description = tp_json_inside(r->doc, tp_json_get(r->doc, format, TP_BYTES("description")));
    chat->output_node = schema;
    chat->output_schema = schema ? tp_json_raw(r->doc, schema) : TP_BYTES("{\"type\":\"object\"}");
    if (tp_json_bool(r->doc, tp_json_get(r->doc, format, TP_BYTES("strict")), &strict))
        chat->output_strict = strict;
}

static bool read_text(reading *r, uint32_t node)
{
    uint32_t format = tp_json_member(r->doc, node, TP_BYTES("format")), verbosity = tp_json_member(r->doc, node, TP_BYTES("verbosity"));
    uint32_t type = tp_json_member(r->doc, format, TP_BYTES("type"));

    if (!tp_responses_is_null(r->doc, verbosity))
        r->chat->params[TP_PARAM_VERBOSITY] = (tp_field){ "text.verbosity", tp_json_raw(r->doc, verbosity) };
    if (tp_responses_is_null(r->doc, format) || tp_json_is(r->doc, type, TP_BYTES("text")))
        return true;
    r->chat->output = TP_OUTPUT_JSON;
    if (tp_json_is(r->doc, type, TP_BYTES("json_schema")))
        read_schema(r, format);
    else if (!tp_json_is(r->doc, type, TP_BYTES("json_object")))
        return tp_chat_fault(r->chat, r->in, "text.format.type: this word is not known");
    return true;
}

static bool read_truncation(reading *r, uint32_t node)
{
    if (!tp_json_is(r->doc, node, TP_BYTES("disabled")))
        tp_chat_drop(r->chat, "truncation");
    return true;
}

static bool refuse(reading *r, const char *name)
{
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "%s: only OpenAI itself keeps what this refers to; send the whole input instead", name);
}

static bool read_previous(reading *r, uint32_t node)
{
    (void)node;
    return r->in->past || refuse(r, "previous_response_id");
}

static bool read_conversation(reading *r, uint32_t node)
{
    (void)node;
    return refuse(r, "conversation");
}

static bool read_prompt(reading *r, uint32_t node)
{
    (void)node;
    return refuse(r, "prompt");
}

static bool read_background(reading *r, uint32_t node)
{
    if (!tp_json_has(r->doc, node, TP_JSON_TRUE))
        return true;
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "background: only OpenAI itself works on after the client has gone");
}

/* What came before has been an input, or an output, of the same form. */
static bool read_input(reading *r, uint32_t node)
{
    const tp_json *own = r->doc;
    bool good = true;

    if (r->in->past) {
        uint32_t items = tp_json_get(r->in->past, 0, TP_BYTES("items"));

        r->chat->past = tp_json_raw(r->in->past, items);
        r->doc = r->in->past;
        good = tp_openai_responses_items_read(r, items);
        r->doc = own;
    }
    return good && tp_openai_responses_items_read(r, node);
}

/* For the client's or OpenAI's own ends: leaving it out changes nothing. */
static bool pass_over(reading *r, uint32_t node)
{
    (void)r;
    (void)node;
    return true;
}

/* In this order: calls name tools, and instructions come before all messages. */
static const struct {
    tp_bytes key;
    bool (*read)(reading *r, uint32_t node);
} MEMBERS[] = {
    { K("model"), read_model },
    { K("previous_response_id"), read_previous },
    { K("conversation"), read_conversation },
    { K("prompt"), read_prompt },
    { K("background"), read_background },
    { K("tools"), tp_openai_responses_tools_read },
    { K("instructions"), read_instructions },
    { K("input"), read_input },
    { K("tool_choice"), tp_openai_responses_tools_read_choice },
    { K("parallel_tool_calls"), read_parallel },
    { K("reasoning"), read_reasoning },
    { K("text"), read_text },
    { K("include"), read_include },
    { K("stream"), read_stream },
    { K("truncation"), read_truncation },
    { K("stream_options"), pass_over },
    { K("client_metadata"), pass_over },
};

enum { MEMBER_COUNT = sizeof(MEMBERS) / sizeof(*MEMBERS) };

static bool read_members(reading *r)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        uint32_t node = tp_json_get(r->doc, 0, MEMBERS[i].key);

        if (!tp_responses_is_null(r->doc, node) && !MEMBERS[i].read(r, node))
            return false;
    }
    return true;
}

static bool is_member(const tp_json *doc, uint32_t key)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        if (tp_json_is(doc, key, MEMBERS[i].key))
            return true;
    return false;
}

static void read_params(const reading *r)
{
    for (uint32_t key = tp_json_first(r->doc, 0); key; key = tp_json_next(r->doc, key)) {
        tp_bytes name = tp_json_inside(r->doc, key);

        if (tp_chat_take_param(r->chat, r->doc, key, PARAMS) || is_member(r->doc, key))
            continue;
        if (!tp_json_has(r->doc, tp_json_value(key), TP_JSON_NULL))
            tp_chat_drop(r->chat, "%.*s", (int)name.length, name.data);
    }
    if (!r->chat->params[TP_PARAM_LOGPROBS].name) /* alternatives to what is not shown */
        r->chat->params[TP_PARAM_TOP_LOGPROBS].name = NULL;
}

bool tp_openai_responses_request_read(tp_chat *chat, tp_request_in *in)
{
    reading r = { chat, in, chat->doc, { .maker = TP_DIALECT_COUNT } };

    if (!read_members(&r))
        return false;
    read_params(&r);
    return chat->messages || tp_chat_fault(chat, in, "input: expected a string or an array of items");
}
