/* wire/ollama/request_read.c - a client's request, to chat or to generate. */

#include "wire/ollama/format.h"

typedef tp_ollama_reading reading;

#define K TP_BYTES_INIT

static const tp_chat_name PARAMS[] = {
    { K("keep_alive"), TP_PARAM_KEEP_ALIVE },
    { K("logprobs"), TP_PARAM_LOGPROBS },
    { K("top_logprobs"), TP_PARAM_TOP_LOGPROBS },
    { { NULL, 0 }, TP_PARAM_COUNT },
};

static const tp_chat_name OPTIONS[] = {
    { K("num_predict"), TP_PARAM_MAX_TOKENS },
    { K("temperature"), TP_PARAM_TEMPERATURE },
    { K("top_p"), TP_PARAM_TOP_P },
    { K("top_k"), TP_PARAM_TOP_K },
    { K("seed"), TP_PARAM_SEED },
    { K("presence_penalty"), TP_PARAM_PRESENCE_PENALTY },
    { K("frequency_penalty"), TP_PARAM_FREQUENCY_PENALTY },
    { K("num_ctx"), TP_PARAM_CONTEXT_SIZE },
    { { NULL, 0 }, TP_PARAM_COUNT },
};

/* A row of a table of members. */
typedef struct member {
    tp_bytes key;
    bool (*read)(reading *r, uint32_t node);
} member;

/* Legal, but nobody else can be asked that. */
static bool refuse(const reading *r, const char *field)
{
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "%s: it has no counterpart in this provider's dialect", field);
}

/* ---- members of both ---- */

static bool read_model(reading *r, uint32_t node)
{
    r->chat->model = tp_json_inside(r->doc, node);
    return true;
}

static bool read_stream(reading *r, uint32_t node)
{
    r->chat->stream = !tp_json_has(r->doc, node, TP_JSON_FALSE);
    return true;
}

/* "json", "" or a schema. */
static bool read_format(reading *r, uint32_t node)
{
    if (tp_json_has(r->doc, node, TP_JSON_OBJECT)) {
        r->chat->output = TP_OUTPUT_SCHEMA;
        r->chat->output_schema = tp_json_raw(r->doc, node);
        r->chat->output_node = node;
        return true;
    }
    if (tp_json_is(r->doc, node, TP_BYTES("json")))
        r->chat->output = TP_OUTPUT_JSON;
    return r->chat->output == TP_OUTPUT_JSON || tp_json_is(r->doc, node, TP_BYTES("")) ||
           tp_chat_fault(r->chat, r->in, "format: expected \"json\" or a schema");
}

static bool read_think(reading *r, uint32_t node)
{
    bool wanted;

    if (tp_json_bool(r->doc, node, &wanted)) {
        r->chat->effort = wanted ? TP_EFFORT_UNSAID : TP_EFFORT_NONE;
        r->chat->budget = wanted ? TP_CHAT_BUDGET_FREE : TP_CHAT_BUDGET_UNSAID;
        r->chat->show_thought = wanted;
        return true;
    }
    r->chat->effort = tp_model_rule_effort_named(tp_json_inside(r->doc, node));
    r->chat->show_thought = r->chat->effort > TP_EFFORT_NONE;
    return r->chat->effort != TP_EFFORT_UNSAID || tp_chat_fault(r->chat, r->in, "think: expected a boolean, or low, medium or high");
}

/* A limit below zero is none. */
static void read_option(reading *r, uint32_t key)
{
    tp_field *limit = &r->chat->params[TP_PARAM_MAX_TOKENS];
    tp_bytes name = tp_json_inside(r->doc, key);

    if (!tp_chat_take_param(r->chat, r->doc, key, OPTIONS))
        tp_chat_drop(r->chat, "%.*s", (int)name.length, name.data);
    else if (limit->name && limit->value.data[0] == '-')
        *limit = (tp_field){ .name = NULL };
}

static bool read_options(reading *r, uint32_t node)
{
    if (!tp_json_has(r->doc, node, TP_JSON_OBJECT))
        return tp_chat_fault(r->chat, r->in, "options: expected an object");
    for (uint32_t key = tp_json_items(r->doc, node); key; key = tp_json_next(r->doc, key)) {
        if (!tp_json_is(r->doc, key, TP_BYTES("stop")))
            read_option(r, key);
        else if (!tp_chat_take_stops(r->chat, r->doc, tp_json_value(key)))
            return tp_chat_fault(r->chat, r->in, "options.stop: expected a string or an array of strings");
    }
    return true;
}

static const member BOTH[] = {
    { K("model"), read_model }, { K("stream"), read_stream },   { K("format"), read_format },
    { K("think"), read_think }, { K("options"), read_options }, { { NULL, 0 }, NULL },
};

/* ---- chat ---- */

static void read_tool(const reading *r, uint32_t function)
{
    tp_tool *tool = tp_chat_add_tool(r->chat);
    uint32_t parameters = tp_json_get(r->doc, function, TP_BYTES("parameters"));

    tool->name = tp_json_inside(r->doc, tp_json_get(r->doc, function, TP_BYTES("name")));
    tool->description = tp_json_inside(r->doc, tp_json_get(r->doc, function, TP_BYTES("description")));
    if (!tp_json_has(r->doc, parameters, TP_JSON_OBJECT))
        return;
    tool->schema = parameters;
    tool->parameters = tp_json_raw(r->doc, parameters);
}

static bool read_tools(reading *r, uint32_t node)
{
    unsigned index = 0;

    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "tools: expected an array");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item), index++) {
        uint32_t function = tp_json_get(r->doc, item, TP_BYTES("function"));

        if (!tp_json_has(r->doc, function, TP_JSON_OBJECT))
            return tp_chat_fault(r->chat, r->in, "tools[%u].function: expected an object", index);
        read_tool(r, function);
    }
    return true;
}

static const member CHAT[] = {
    { K("messages"), tp_ollama_message_read_all },
    { K("tools"), read_tools },
    { { NULL, 0 }, NULL },
};

static const member *find_member(const reading *r, const member *table, uint32_t key)
{
    while (table->read && !tp_json_is(r->doc, key, table->key))
        table++;
    return table->read ? table : NULL;
}

/* All members, those of both requests and those in `own`. */
static bool read_members(reading *r, const member *own)
{
    for (uint32_t key = tp_json_first(r->doc, 0); key; key = tp_json_next(r->doc, key)) {
        tp_bytes name = tp_json_inside(r->doc, key);
        const member *row = find_member(r, own, key);

        if (tp_json_has(r->doc, tp_json_value(key), TP_JSON_NULL) || tp_chat_take_param(r->chat, r->doc, key, PARAMS))
            continue;
        row = row ? row : find_member(r, BOTH, key);
        if (!row)
            tp_chat_drop(r->chat, "%.*s", (int)name.length, name.data);
        else if (!row->read(r, tp_json_value(key)))
            return false;
    }
    return true;
}

/* Without a message Ollama only loads the model. */
static bool is_a_chat(const reading *r, const char *field)
{
    r->in->unsupported = !r->chat->messages;
    return r->chat->messages || tp_chat_fault(r->chat, r->in, "%s: without it only Ollama can do something", field);
}

bool tp_ollama_request_read_chat(tp_chat *chat, tp_request_in *in)
{
    reading r = { .chat = chat, .in = in, .doc = chat->doc };

    chat->stream = true;
    return read_members(&r, CHAT) && is_a_chat(&r, "messages");
}

/* ---- generate ---- */

/* What is read once all members are known, because their order is the client's. */
static bool pass_over(reading *r, uint32_t node)
{
    (void)r;
    (void)node;
    return true;
}

static bool refuse_suffix(reading *r, uint32_t node)
{
    return tp_json_is(r->doc, node, TP_BYTES("")) || refuse(r, "suffix");
}

static bool refuse_raw(reading *r, uint32_t node)
{
    return !tp_json_has(r->doc, node, TP_JSON_TRUE) || refuse(r, "raw");
}

static bool refuse_context(reading *r, uint32_t node)
{
    return !tp_json_items(r->doc, node) || refuse(r, "context");
}

static bool drop_template(reading *r, uint32_t node)
{
    if (!tp_json_is(r->doc, node, TP_BYTES("")))
        tp_chat_drop(r->chat, "template");
    return true;
}

static const member GENERATE[] = {
    { K("prompt"), pass_over }, { K("system"), pass_over },       { K("images"), pass_over },       { K("suffix"), refuse_suffix },
    { K("raw"), refuse_raw },   { K("context"), refuse_context }, { K("template"), drop_template }, { { NULL, 0 }, NULL },
};

static tp_escaped text_of(const reading *r, tp_bytes key)
{
    return tp_json_inside(r->doc, tp_json_get(r->doc, 0, key));
}

static bool read_prompt(const reading *r)
{
    tp_escaped system = text_of(r, TP_BYTES("system")), prompt = text_of(r, TP_BYTES("prompt"));
    tp_message *m;

    if (!prompt.length)
        return true;
    if (system.length)
        tp_chat_add_text(r->chat, &tp_chat_add_message(r->chat, TP_ROLE_SYSTEM)->parts, system);
    m = tp_chat_add_message(r->chat, TP_ROLE_USER);
    if (!tp_ollama_message_read_images(r, &m->parts, tp_json_get(r->doc, 0, TP_BYTES("images")), "images"))
        return false;
    tp_chat_add_text(r->chat, &m->parts, prompt);
    return true;
}

bool tp_ollama_request_read_generate(tp_chat *chat, tp_request_in *in)
{
    reading r = { .chat = chat, .in = in, .doc = chat->doc };

    chat->stream = true;
    return read_members(&r, GENERATE) && read_prompt(&r) && is_a_chat(&r, "prompt");
}
