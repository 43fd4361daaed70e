/* wire/openai_chat/request_read.c - a client's chat request. */

#include "wire/openai_chat/format.h"
#include "wire/seal.h"

typedef struct reading {
    tp_chat *chat;
    tp_request_in *in;
    const tp_json *doc;
} reading;

#define K TP_BYTES_INIT

static const tp_chat_name PARAMS[] = {
    { K("max_tokens"), TP_PARAM_MAX_TOKENS },
    { K("max_completion_tokens"), TP_PARAM_MAX_TOKENS },
    { K("temperature"), TP_PARAM_TEMPERATURE },
    { K("top_p"), TP_PARAM_TOP_P },
    { K("top_k"), TP_PARAM_TOP_K },
    { K("seed"), TP_PARAM_SEED },
    { K("presence_penalty"), TP_PARAM_PRESENCE_PENALTY },
    { K("frequency_penalty"), TP_PARAM_FREQUENCY_PENALTY },
    { K("logprobs"), TP_PARAM_LOGPROBS },
    { K("top_logprobs"), TP_PARAM_TOP_LOGPROBS },
    { K("n"), TP_PARAM_N },
    { K("logit_bias"), TP_PARAM_LOGIT_BIAS },
    { K("user"), TP_PARAM_USER },
    { K("metadata"), TP_PARAM_METADATA },
    { K("service_tier"), TP_PARAM_SERVICE_TIER },
    { K("prediction"), TP_PARAM_PREDICTION },
    { K("verbosity"), TP_PARAM_VERBOSITY },
    { K("prompt_cache_key"), TP_PARAM_CACHE_KEY },
    { K("safety_identifier"), TP_PARAM_SAFETY },
    { K("store"), TP_PARAM_STORE },
    { K("modalities"), TP_PARAM_MODALITIES },
    { { NULL, 0 }, TP_PARAM_COUNT },
};

static bool is_null(const tp_json *doc, uint32_t node)
{
    return node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL);
}

/* ---- parts ---- */

static void read_cache(const reading *r, uint32_t node, tp_part *part)
{
    uint32_t mark = tp_json_member(r->doc, node, TP_BYTES("cache_control"));

    if (!is_null(r->doc, mark))
        part->cache = tp_json_raw(r->doc, mark);
    else if (!is_null(r->doc, tp_json_member(r->doc, node, TP_BYTES("prompt_cache_breakpoint"))))
        part->cache = TP_BYTES("{\"type\":\"ephemeral\"}");
}

static tp_part *read_text(const reading *r, tp_parts *list, uint32_t node)
{
    return tp_chat_add_text(r->chat, list, tp_json_inside(r->doc, tp_json_member(r->doc, node, TP_BYTES("text"))));
}

static tp_part *read_refusal(const reading *r, tp_parts *list, uint32_t node)
{
    tp_part *part = tp_chat_add_part(r->chat, list, TP_PART_REFUSAL);

    part->text = tp_json_inside(r->doc, tp_json_member(r->doc, node, TP_BYTES("refusal")));
    return part;
}

static tp_part *add_media(const reading *r, tp_parts *list, tp_part_type type)
{
    tp_part *part = tp_chat_add_part(r->chat, list, type);

    part->media = tp_arena_make(r->chat->arena, tp_media);
    return part;
}

static tp_part *read_image(const reading *r, tp_parts *list, uint32_t node)
{
    uint32_t image = tp_json_member(r->doc, node, TP_BYTES("image_url")), url = tp_json_member(r->doc, image, TP_BYTES("url"));
    tp_part *part = add_media(r, list, TP_PART_IMAGE);

    tp_chat_take_url(part->media, tp_json_inside(r->doc, url ? url : image));
    part->media->detail = tp_json_inside(r->doc, tp_json_member(r->doc, image, TP_BYTES("detail")));
    return part;
}

static tp_part *read_audio(const reading *r, tp_parts *list, uint32_t node)
{
    uint32_t audio = tp_json_member(r->doc, node, TP_BYTES("input_audio"));
    tp_part *part = add_media(r, list, TP_PART_AUDIO);

    part->media->data = tp_json_inside(r->doc, tp_json_member(r->doc, audio, TP_BYTES("data")));
    part->media->type = tp_json_inside(r->doc, tp_json_member(r->doc, audio, TP_BYTES("format")));
    return part;
}

static tp_part *read_file(const reading *r, tp_parts *list, uint32_t node)
{
    uint32_t file = tp_json_member(r->doc, node, TP_BYTES("file"));
    tp_part *part = add_media(r, list, TP_PART_FILE);

    tp_chat_take_url(part->media, tp_json_inside(r->doc, tp_json_member(r->doc, file, TP_BYTES("file_data"))));
    part->media->file_id = tp_json_inside(r->doc, tp_json_member(r->doc, file, TP_BYTES("file_id")));
    part->media->title = tp_json_inside(r->doc, tp_json_member(r->doc, file, TP_BYTES("filename")));
    return part;
}

static const struct {
    tp_bytes type;
    tp_part *(*read)(const reading *r, tp_parts *list, uint32_t node);
} PARTS[] = {
    { K("text"), read_text },         { K("refusal"), read_refusal }, { K("image_url"), read_image },
    { K("input_audio"), read_audio }, { K("file"), read_file },
};

static bool read_part(const reading *r, tp_parts *list, uint32_t node, const char *where)
{
    uint32_t type = tp_json_member(r->doc, node, TP_BYTES("type"));
    tp_bytes word = tp_json_inside(r->doc, type);

    for (size_t i = 0; i < sizeof(PARTS) / sizeof(*PARTS); i++) {
        tp_part *part;

        if (!tp_json_is(r->doc, type, PARTS[i].type))
            continue;
        part = PARTS[i].read(r, list, node);
        if (part)
            read_cache(r, node, part);
        return true;
    }
    return tp_chat_fault(r->chat, r->in, "%s.type: '%.*s' is not known", where, (int)word.length, word.data);
}

/* A string, an array of parts, or nothing. */
static bool read_content(const reading *r, tp_parts *list, uint32_t node, const char *where)
{
    unsigned index = 0;

    if (is_null(r->doc, node))
        return true;
    if (tp_json_has(r->doc, node, TP_JSON_STRING)) {
        tp_chat_add_text(r->chat, list, tp_json_inside(r->doc, node));
        return true;
    }
    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "%s: expected a string or an array of parts", where);
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item), index++)
        if (!read_part(r, list, item, tp_arena_printf(r->chat->arena, "%s[%u]", where, index)))
            return false;
    return true;
}

/* ---- messages ---- */

static tp_seal read_seal(const reading *r, uint32_t node)
{
    uint32_t google = tp_json_member(r->doc, tp_json_member(r->doc, node, TP_BYTES("extra_content")), TP_BYTES("google"));
    tp_seal seal = { .data = tp_json_inside(r->doc, tp_json_member(r->doc, google, TP_BYTES("thought_signature"))),
                     .maker = TP_DIALECT_GEMINI };

    return seal;
}

static void add_call(const reading *r, tp_parts *list, uint32_t node, uint32_t function, tp_escaped id)
{
    uint32_t custom = tp_json_member(r->doc, node, TP_BYTES("custom")), said = custom ? custom : function;
    tp_part *part = tp_chat_add_part(r->chat, list, TP_PART_CALL);
    uint32_t arguments = tp_json_member(r->doc, said, custom ? TP_BYTES("input") : TP_BYTES("arguments"));

    part->id = id;
    part->custom = custom != TP_JSON_NONE;
    part->name = tp_json_inside(r->doc, tp_json_member(r->doc, said, TP_BYTES("name")));
    part->arguments =
        tp_json_has(r->doc, arguments, TP_JSON_OBJECT) ? tp_json_raw(r->doc, arguments) : tp_json_text(r->doc, arguments, r->chat->arena);
    part->seal = read_seal(r, node);
}

/* A call of the days before tools has no id: its function's name stands for it, in the result too. */
static void read_calls(const reading *r, tp_parts *list, uint32_t message)
{
    uint32_t calls = tp_json_member(r->doc, message, TP_BYTES("tool_calls")),
             old = tp_json_member(r->doc, message, TP_BYTES("function_call"));

    for (uint32_t item = tp_json_items(r->doc, calls); item; item = tp_json_next(r->doc, item))
        add_call(r, list, item, tp_json_member(r->doc, item, TP_BYTES("function")),
                 tp_json_inside(r->doc, tp_json_member(r->doc, item, TP_BYTES("id"))));
    if (!is_null(r->doc, old))
        add_call(r, list, old, old, tp_json_inside(r->doc, tp_json_member(r->doc, old, TP_BYTES("name"))));
}

static void add_thought(const reading *r, tp_parts *list, tp_escaped text, tp_escaped sealed)
{
    tp_part *part;

    if (!text.length && !sealed.length)
        return;
    part = tp_chat_add_part(r->chat, list, TP_PART_THINKING);
    part->text = text;
    part->seal = tp_seal_unpack(TP_DIALECT_OPENAI, sealed);
}

/* reasoning_details (as OpenRouter has them) carry seals; reasoning_content and reasoning only the text. */
static void read_thoughts(const reading *r, tp_parts *list, uint32_t message)
{
    uint32_t details = tp_json_member(r->doc, message, TP_BYTES("reasoning_details"));
    uint32_t text = tp_json_member(r->doc, message, TP_BYTES("reasoning_content"));

    for (uint32_t item = tp_json_items(r->doc, details); item; item = tp_json_next(r->doc, item)) {
        tp_escaped sealed = tp_json_inside(r->doc, tp_json_member(r->doc, item, TP_BYTES("signature")));

        if (!sealed.length)
            sealed = tp_json_inside(r->doc, tp_json_member(r->doc, item, TP_BYTES("data")));
        add_thought(r, list, tp_json_inside(r->doc, tp_json_member(r->doc, item, TP_BYTES("text"))), sealed);
    }
    if (tp_json_items(r->doc, details))
        return;
    text = is_null(r->doc, text) ? tp_json_member(r->doc, message, TP_BYTES("reasoning")) : text;
    add_thought(r, list, tp_json_inside(r->doc, text), tp_bytes_of(NULL, 0));
}

static bool read_assistant(const reading *r, tp_message *m, uint32_t node, const char *where)
{
    uint32_t refusal = tp_json_member(r->doc, node, TP_BYTES("refusal"));

    read_thoughts(r, &m->parts, node);
    if (!read_content(r, &m->parts, tp_json_member(r->doc, node, TP_BYTES("content")), where))
        return false;
    if (!is_null(r->doc, refusal))
        read_refusal(r, &m->parts, node);
    if (!is_null(r->doc, tp_json_member(r->doc, node, TP_BYTES("audio"))))
        tp_chat_drop(r->chat, "audio");
    read_calls(r, &m->parts, node);
    return true;
}

static bool read_result(const reading *r, tp_message *m, uint32_t node, const char *where)
{
    tp_part *part = tp_chat_add_part(r->chat, &m->parts, TP_PART_RESULT);
    uint32_t id = tp_json_member(r->doc, node, TP_BYTES("tool_call_id"));

    part->id = tp_json_inside(r->doc, id ? id : tp_json_member(r->doc, node, TP_BYTES("name")));
    read_cache(r, node, part);
    return read_content(r, &part->parts, tp_json_member(r->doc, node, TP_BYTES("content")), where);
}

static bool read_plain(const reading *r, tp_message *m, uint32_t node, const char *where)
{
    m->name = tp_json_inside(r->doc, tp_json_member(r->doc, node, TP_BYTES("name")));
    return read_content(r, &m->parts, tp_json_member(r->doc, node, TP_BYTES("content")), where);
}

static const struct {
    tp_bytes word;
    tp_role role;
    bool (*read)(const reading *r, tp_message *m, uint32_t node, const char *where);
} ROLES[] = {
    { K("system"), TP_ROLE_SYSTEM, read_plain }, { K("developer"), TP_ROLE_DEVELOPER, read_plain },
    { K("user"), TP_ROLE_USER, read_plain },     { K("assistant"), TP_ROLE_ASSISTANT, read_assistant },
    { K("tool"), TP_ROLE_USER, read_result },    { K("function"), TP_ROLE_USER, read_result },
};

static bool read_message(const reading *r, uint32_t node, unsigned index)
{
    uint32_t role = tp_json_member(r->doc, node, TP_BYTES("role"));
    tp_bytes word = tp_json_inside(r->doc, role);

    for (size_t i = 0; i < sizeof(ROLES) / sizeof(*ROLES); i++)
        if (tp_json_is(r->doc, role, ROLES[i].word))
            return ROLES[i].read(r, tp_chat_add_message(r->chat, ROLES[i].role), node,
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
    return true;
}

/* ---- tools ---- */

static void read_function(const reading *r, uint32_t function)
{
    tp_tool *tool = tp_chat_add_tool(r->chat);
    uint32_t parameters = tp_json_member(r->doc, function, TP_BYTES("parameters"));
    bool strict;

    tool->name = tp_json_inside(r->doc, tp_json_member(r->doc, function, TP_BYTES("name")));
    tool->description = tp_json_inside(r->doc, tp_json_member(r->doc, function, TP_BYTES("description")));
    if (!is_null(r->doc, parameters)) {
        tool->schema = parameters;
        tool->parameters = tp_json_raw(r->doc, parameters);
    }
    if (tp_json_bool(r->doc, tp_json_member(r->doc, function, TP_BYTES("strict")), &strict))
        tool->strict = strict;
}

static void read_custom(const reading *r, uint32_t custom)
{
    tp_tool *tool = tp_chat_add_tool(r->chat);
    uint32_t format = tp_json_member(r->doc, custom, TP_BYTES("format"));

    tool->custom = true;
    tool->name = tp_json_inside(r->doc, tp_json_member(r->doc, custom, TP_BYTES("name")));
    tool->description = tp_json_inside(r->doc, tp_json_member(r->doc, custom, TP_BYTES("description")));
    if (!is_null(r->doc, format))
        tool->parameters = tp_json_raw(r->doc, format);
}

static bool read_tools(const reading *r, uint32_t node)
{
    unsigned index = 0;

    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "tools: expected an array");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item), index++) {
        uint32_t type = tp_json_member(r->doc, item, TP_BYTES("type")), function = tp_json_member(r->doc, item, TP_BYTES("function"));
        tp_bytes word = tp_json_inside(r->doc, type);

        if (tp_json_is(r->doc, type, TP_BYTES("custom")))
            read_custom(r, tp_json_member(r->doc, item, TP_BYTES("custom")));
        else if (function)
            read_function(r, function);
        else
            tp_chat_drop(r->chat, "tools[%u]:%.*s", index, (int)word.length, word.data);
    }
    return true;
}

static bool read_functions(const reading *r, uint32_t node)
{
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item))
        read_function(r, item);
    return true;
}

static tp_escaped chosen_name(const reading *r, uint32_t node)
{
    uint32_t inside = tp_json_member(r->doc, node, TP_BYTES("function"));

    inside = inside ? inside : tp_json_member(r->doc, node, TP_BYTES("custom"));
    return tp_json_inside(r->doc, tp_json_member(r->doc, inside ? inside : node, TP_BYTES("name")));
}

static void read_allowed(const reading *r, uint32_t allowed)
{
    uint32_t tools = tp_json_member(r->doc, allowed, TP_BYTES("tools"));
    unsigned count = 0;

    for (uint32_t item = tp_json_items(r->doc, tools); item; item = tp_json_next(r->doc, item))
        count++;
    r->chat->choice = TP_CHOICE_ALLOWED;
    r->chat->must = tp_json_is(r->doc, tp_json_member(r->doc, allowed, TP_BYTES("mode")), TP_BYTES("required"));
    r->chat->chosen = tp_arena_array(r->chat->arena, tp_escaped, count);
    r->chat->chosen_count = 0; /* the field may be given twice */
    for (uint32_t item = tp_json_items(r->doc, tools); item; item = tp_json_next(r->doc, item))
        r->chat->chosen[r->chat->chosen_count++] = chosen_name(r, item);
}

/* tool_choice, or the older function_call. */
static bool read_choice(const reading *r, uint32_t node)
{
    static const struct {
        tp_bytes word;
        tp_tool_choice choice;
    } WORDS[] = { { K("auto"), TP_CHOICE_AUTO }, { K("none"), TP_CHOICE_NONE }, { K("required"), TP_CHOICE_ANY } };
    uint32_t allowed = tp_json_member(r->doc, node, TP_BYTES("allowed_tools"));

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
        if (tp_json_is(r->doc, node, WORDS[i].word))
            r->chat->choice = WORDS[i].choice;
    if (allowed) {
        read_allowed(r, allowed);
    } else if (tp_json_has(r->doc, node, TP_JSON_OBJECT)) {
        r->chat->choice = TP_CHOICE_ONE;
        r->chat->chosen = tp_arena_make(r->chat->arena, tp_escaped);
        r->chat->chosen[0] = chosen_name(r, node);
        r->chat->chosen_count = 1;
    }
    return r->chat->choice != TP_CHOICE_UNSAID || tp_chat_fault(r->chat, r->in, "tool_choice: this form is not known");
}

/* ---- the rest ---- */

static bool read_model(const reading *r, uint32_t node)
{
    r->chat->model = tp_json_inside(r->doc, node);
    return true;
}

static bool read_parallel(const reading *r, uint32_t node)
{
    r->chat->parallel = tp_json_has(r->doc, node, TP_JSON_TRUE);
    return true;
}

static bool read_stop(const reading *r, uint32_t node)
{
    return tp_chat_take_stops(r->chat, r->doc, node) || tp_chat_fault(r->chat, r->in, "stop: expected a string or an array of strings");
}

static bool read_effort(const reading *r, uint32_t node)
{
    r->chat->effort = tp_model_rule_effort_named(tp_json_inside(r->doc, node));
    return r->chat->effort != TP_EFFORT_UNSAID || tp_chat_fault(r->chat, r->in, "reasoning_effort: this word is not known");
}

static bool read_output(const reading *r, uint32_t node)
{
    uint32_t type = tp_json_member(r->doc, node, TP_BYTES("type")), schema = tp_json_member(r->doc, node, TP_BYTES("json_schema"));
    uint32_t inside = tp_json_member(r->doc, schema, TP_BYTES("schema"));
    bool strict;

    if (tp_json_is(r->doc, type, TP_BYTES("text")))
        return true;
    r->chat->output = TP_OUTPUT_JSON;
    if (tp_json_is(r->doc, type, TP_BYTES("json_object")))
        return true;
    if (!tp_json_is(r->doc, type, TP_BYTES("json_schema")))
        return tp_chat_fault(r->chat, r->in, "response_format.type: this word is not known");
    r->chat->output = TP_OUTPUT_SCHEMA;
    r->chat->output_name = tp_json_inside(r->doc, tp_json_member(r->doc, schema, TP_BYTES("name")));
    r->chat->output_description = tp_json_inside(r->doc, tp_json_member(r->doc, schema, TP_BYTES("description")));
    r->chat->output_node = inside;
    r->chat->output_schema = inside ? tp_json_raw(r->doc, inside) : TP_BYTES("{\"type\":\"object\"}");
    if (tp_json_bool(r->doc, tp_json_member(r->doc, schema, TP_BYTES("strict")), &strict))
        r->chat->output_strict = strict;
    return true;
}

static bool read_stream(const reading *r, uint32_t node)
{
    r->chat->stream = tp_json_has(r->doc, node, TP_JSON_TRUE);
    return true;
}

static bool read_options(const reading *r, uint32_t node)
{
    bool asked = false;

    tp_json_bool(r->doc, tp_json_member(r->doc, node, TP_BYTES("include_usage")), &asked);
    r->chat->stream_usage = asked;
    return true;
}

static bool read_search(const reading *r, uint32_t node)
{
    tp_tool *tool = tp_chat_add_tool(r->chat);

    (void)node;
    tool->hosted = TP_HOSTED_WEB_SEARCH;
    tool->name = TP_BYTES("web_search_options");
    return true;
}

static const struct {
    tp_bytes key;
    bool (*read)(const reading *r, uint32_t node);
} MEMBERS[] = {
    { K("model"), read_model },
    { K("messages"), read_messages },
    { K("tools"), read_tools },
    { K("functions"), read_functions },
    { K("tool_choice"), read_choice },
    { K("function_call"), read_choice },
    { K("parallel_tool_calls"), read_parallel },
    { K("stop"), read_stop },
    { K("reasoning_effort"), read_effort },
    { K("response_format"), read_output },
    { K("stream"), read_stream },
    { K("stream_options"), read_options },
    { K("web_search_options"), read_search },
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

bool tp_openai_chat_request_read_chat(tp_chat *chat, tp_request_in *in)
{
    const reading r = { chat, in, chat->doc };

    for (uint32_t key = tp_json_first(r.doc, 0); key; key = tp_json_next(r.doc, key))
        if (!read_member(&r, key))
            return false;
    return chat->messages || tp_chat_fault(chat, in, "messages: expected at least one message");
}

/* ---- legacy completions ---- */

/* One prompt; tokens and several prompts at once have no counterpart elsewhere. */
static bool read_prompt(const reading *r, uint32_t node)
{
    uint32_t first = tp_json_has(r->doc, node, TP_JSON_ARRAY) ? tp_json_items(r->doc, node) : node;

    if (!first || !tp_json_has(r->doc, first, TP_JSON_STRING) || (first != node && tp_json_next(r->doc, first))) {
        r->in->unsupported = true;
        return tp_chat_fault(r->chat, r->in, "prompt: only one prompt of text can be converted");
    }
    tp_chat_add_text(r->chat, &tp_chat_add_message(r->chat, TP_ROLE_USER)->parts, tp_json_inside(r->doc, first));
    return true;
}

static bool refuse_old(const reading *r, tp_bytes name)
{
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "%.*s: it has no counterpart in this provider's dialect", (int)name.length, name.data);
}

static bool read_old_member(const reading *r, uint32_t key)
{
    static const tp_bytes REFUSED[] = { K("suffix"), K("echo"), K("best_of"), K("logprobs") };
    uint32_t value = tp_json_value(key);
    tp_bytes raw = tp_json_raw(r->doc, value), name = tp_json_inside(r->doc, key);
    bool idle = tp_bytes_equal(raw, TP_BYTES("false")) || tp_bytes_equal(raw, TP_BYTES("null")) || tp_bytes_equal(raw, TP_BYTES("\"\""));

    if (tp_json_is(r->doc, key, TP_BYTES("prompt")))
        return read_prompt(r, value);
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(*REFUSED); i++)
        if (tp_json_is(r->doc, key, REFUSED[i]))
            return idle || (i == 2 && tp_bytes_equal(raw, TP_BYTES("1"))) || refuse_old(r, name);
    return read_member(r, key);
}

bool tp_openai_chat_request_read_completions(tp_chat *chat, tp_request_in *in)
{
    const reading r = { chat, in, chat->doc };

    for (uint32_t key = tp_json_first(r.doc, 0); key; key = tp_json_next(r.doc, key))
        if (!read_old_member(&r, key))
            return false;
    return chat->messages || tp_chat_fault(chat, in, "prompt: expected a string");
}
