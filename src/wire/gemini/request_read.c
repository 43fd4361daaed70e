/* wire/gemini/request_read.c - a client's request to generate content, or to count its tokens. */

#include "wire/gemini/format.h"

#define K TP_BYTES_INIT

typedef bool read_fn(tp_gemini_reading *r, uint32_t node);

typedef struct member {
    tp_bytes name;
    read_fn *read;
} member;

/* Reads the members of an object that `table` (ended by an empty name) has. Others are dropped, named with `prefix` in front. */
static bool read_members(tp_gemini_reading *r, uint32_t object, const member *table, const char *prefix);

/* ---- contents ---- */

static const struct {
    tp_bytes word;
    tp_role role;
} ROLES[] = {
    { K("user"), TP_ROLE_USER },
    { K("model"), TP_ROLE_ASSISTANT },
    { K("function"), TP_ROLE_USER },
    { K("tool"), TP_ROLE_USER },
};

enum { ROLE_COUNT = sizeof(ROLES) / sizeof(*ROLES) };

/* Without a role it is the user who speaks. */
static bool read_content(tp_gemini_reading *r, uint32_t content, const char *where)
{
    uint32_t role = tp_gemini_spelling_get(r->doc, content, TP_BYTES("role")), parts;
    tp_bytes word = tp_json_inside(r->doc, role);
    size_t row = 0;

    while (word.length && row < ROLE_COUNT && !tp_json_is(r->doc, role, ROLES[row].word))
        row++;
    if (row == ROLE_COUNT)
        return tp_chat_fault(r->chat, r->in, "%s.role: '%.*s' is not known", where, (int)word.length, word.data);
    parts = tp_gemini_spelling_get(r->doc, content, TP_BYTES("parts"));
    if (!parts && tp_json_has(r->doc, content, TP_JSON_OBJECT))
        return true;
    return tp_gemini_part_read(r, tp_chat_add_message(r->chat, ROLES[row].role), parts, tp_arena_printf(r->chat->arena, "%s.parts", where));
}

static bool read_contents(tp_gemini_reading *r, uint32_t node)
{
    unsigned index = 0;

    if (tp_json_has(r->doc, node, TP_JSON_OBJECT))
        return read_content(r, node, "contents");
    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "contents: expected an array");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item), index++)
        if (!read_content(r, item, tp_arena_printf(r->chat->arena, "contents[%u]", index)))
            return false;
    return true;
}

/* In front of all that was read already, wherever it stands in the object. */
static bool read_system(tp_gemini_reading *r, uint32_t node)
{
    tp_message *message = tp_arena_make(r->chat->arena, tp_message);
    uint32_t parts = tp_gemini_spelling_get(r->doc, node, TP_BYTES("parts"));

    message->role = TP_ROLE_SYSTEM;
    message->next = r->chat->messages;
    r->chat->messages = message;
    r->chat->last = r->chat->last ? r->chat->last : message;
    if (!tp_json_has(r->doc, node, TP_JSON_STRING))
        return tp_gemini_part_read(r, message, parts, "systemInstruction.parts");
    tp_chat_add_text(r->chat, &message->parts, tp_json_inside(r->doc, node));
    return true;
}

/* ---- generationConfig ---- */

static const tp_chat_name PARAMS[] = {
    { K("temperature"), TP_PARAM_TEMPERATURE },
    { K("topP"), TP_PARAM_TOP_P },
    { K("topK"), TP_PARAM_TOP_K },
    { K("maxOutputTokens"), TP_PARAM_MAX_TOKENS },
    { K("candidateCount"), TP_PARAM_N },
    { K("seed"), TP_PARAM_SEED },
    { K("presencePenalty"), TP_PARAM_PRESENCE_PENALTY },
    { K("frequencyPenalty"), TP_PARAM_FREQUENCY_PENALTY },
    { K("responseLogprobs"), TP_PARAM_LOGPROBS },
    { K("logprobs"), TP_PARAM_TOP_LOGPROBS },
    { { NULL, 0 }, TP_PARAM_COUNT },
};

static bool take_param(tp_gemini_reading *r, uint32_t key)
{
    for (const tp_chat_name *row = PARAMS; row->key.length; row++) {
        if (!tp_gemini_spelling_is(r->doc, key, row->key))
            continue;
        r->chat->params[row->param] = (tp_field){ row->key.data, tp_json_raw(r->doc, tp_json_value(key)) };
        return true;
    }
    return false;
}

static bool read_stops(tp_gemini_reading *r, uint32_t node)
{
    return tp_chat_take_stops(r->chat, r->doc, node) || tp_chat_fault(r->chat, r->in, "stopSequences: expected an array of strings");
}

static bool read_type(tp_gemini_reading *r, uint32_t node)
{
    if (tp_json_is(r->doc, node, TP_BYTES("text/plain")))
        return true;
    if (!tp_json_is(r->doc, node, TP_BYTES("application/json"))) {
        r->in->unsupported = true;
        return tp_chat_fault(r->chat, r->in, "generationConfig.responseMimeType: no other provider has this one");
    }
    if (r->chat->output == TP_OUTPUT_TEXT)
        r->chat->output = TP_OUTPUT_JSON;
    return true;
}

static bool read_schema(tp_gemini_reading *r, uint32_t node)
{
    r->chat->output = TP_OUTPUT_SCHEMA;
    r->chat->output_schema = tp_gemini_schema_read(r->doc, node, r->chat->arena);
    return true;
}

static bool read_json_schema(tp_gemini_reading *r, uint32_t node)
{
    r->chat->output = TP_OUTPUT_SCHEMA;
    r->chat->output_schema = tp_json_raw(r->doc, node);
    r->chat->output_node = node;
    return true;
}

static bool read_shown(tp_gemini_reading *r, uint32_t node)
{
    r->chat->show_thought = tp_json_has(r->doc, node, TP_JSON_TRUE);
    return true;
}

/* -1 leaves it to the model, 0 is none. */
static bool read_budget(tp_gemini_reading *r, uint32_t node)
{
    uint64_t tokens;

    if (tp_bytes_equal(tp_json_raw(r->doc, node), TP_BYTES("-1")))
        r->chat->budget = TP_CHAT_BUDGET_FREE;
    else if (tp_json_uint(r->doc, node, &tokens) && tokens <= INT32_MAX)
        r->chat->budget = (int64_t)tokens;
    else
        return tp_chat_fault(r->chat, r->in, "generationConfig.thinkingConfig.thinkingBudget: expected a whole number");
    return true;
}

static bool read_level(tp_gemini_reading *r, uint32_t node)
{
    tp_bytes word = tp_json_inside(r->doc, node);
    char *lower = tp_arena_alloc(r->chat->arena, word.length + 1);

    for (size_t i = 0; i < word.length; i++)
        lower[i] = (char)(word.data[i] >= 'A' && word.data[i] <= 'Z' ? word.data[i] | 0x20 : word.data[i]);
    r->chat->effort = tp_model_rule_effort_named(tp_bytes_of(lower, word.length));
    return true;
}

static const member THINKING[] = {
    { K("includeThoughts"), read_shown },
    { K("thinkingBudget"), read_budget },
    { K("thinkingLevel"), read_level },
    { { NULL, 0 }, NULL },
};

static bool read_thinking(tp_gemini_reading *r, uint32_t node)
{
    return read_members(r, node, THINKING, "generationConfig.thinkingConfig.");
}

/* The words are the same elsewhere, in small letters. */
static bool read_modalities(tp_gemini_reading *r, uint32_t node)
{
    tp_bytes raw = tp_json_raw(r->doc, node);
    char *lower = tp_arena_alloc(r->chat->arena, raw.length + 1);
    size_t length = 0;

    for (size_t i = 0; i < raw.length; i++)
        if (!strchr(" \t\r\n", raw.data[i]))
            lower[length++] = (char)(raw.data[i] >= 'A' && raw.data[i] <= 'Z' ? raw.data[i] | 0x20 : raw.data[i]);
    r->chat->params[TP_PARAM_MODALITIES] = (tp_field){ "responseModalities", tp_bytes_of(lower, length) };
    return true;
}

static const member CONFIG[] = {
    { K("stopSequences"), read_stops },
    { K("responseMimeType"), read_type },
    { K("responseSchema"), read_schema },
    { K("responseJsonSchema"), read_json_schema },
    { K("thinkingConfig"), read_thinking },
    { K("responseModalities"), read_modalities },
    { { NULL, 0 }, NULL },
};

static bool read_config(tp_gemini_reading *r, uint32_t node)
{
    return read_members(r, node, CONFIG, "generationConfig.");
}

/* ---- the whole ---- */

static bool refuse_cached(tp_gemini_reading *r, uint32_t node)
{
    (void)node;
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "cachedContent: no other provider can read what Google keeps");
}

static bool read_labels(tp_gemini_reading *r, uint32_t node)
{
    r->chat->params[TP_PARAM_METADATA] = (tp_field){ "labels", tp_json_raw(r->doc, node) };
    return true;
}

static bool pass_over(tp_gemini_reading *r, uint32_t node)
{
    (void)r;
    (void)node;
    return true;
}

static bool read_counted(tp_gemini_reading *r, uint32_t node);

static const member MEMBERS[] = {
    { K("contents"), read_contents },
    { K("systemInstruction"), read_system },
    { K("tools"), tp_gemini_tool_read },
    { K("toolConfig"), tp_gemini_tool_read_choice },
    { K("generationConfig"), read_config },
    { K("cachedContent"), refuse_cached },
    { K("labels"), read_labels },
    { K("model"), pass_over }, /* the path names it */
    { K("generateContentRequest"), read_counted },
    { { NULL, 0 }, NULL },
};

/* Of countTokens: the request that is to be counted. */
static bool read_counted(tp_gemini_reading *r, uint32_t node)
{
    return read_members(r, node, MEMBERS, "");
}

static bool read_members(tp_gemini_reading *r, uint32_t object, const member *table, const char *prefix)
{
    if (tp_json_kind_of(r->doc, object) != TP_JSON_OBJECT)
        return tp_chat_fault(r->chat, r->in, "%s: expected an object", prefix[0] ? prefix : "generateContentRequest");
    for (uint32_t key = tp_json_first(r->doc, object); key; key = tp_json_next(r->doc, key)) {
        tp_bytes name = tp_json_inside(r->doc, key);
        const member *row = table;

        if (tp_json_has(r->doc, tp_json_value(key), TP_JSON_NULL) || (table == CONFIG && take_param(r, key)))
            continue;
        while (row->read && !tp_gemini_spelling_is(r->doc, key, row->name))
            row++;
        if (!row->read)
            tp_chat_drop(r->chat, "%s%.*s", prefix, (int)name.length, name.data);
        else if (!row->read(r, tp_json_value(key)))
            return false;
    }
    return true;
}

static tp_bytes path_model(tp_bytes path)
{
    static const char MARK[] = "/models/";
    const char *at = path.length ? memmem(path.data, path.length, MARK, sizeof(MARK) - 1) : NULL;
    tp_bytes rest = at ? tp_bytes_from(path, (size_t)(at - path.data) + sizeof(MARK) - 1) : tp_bytes_of(NULL, 0);

    return tp_bytes_of(rest.data, tp_bytes_find(rest, ':'));
}

bool tp_gemini_request_read(tp_chat *chat, tp_request_in *in)
{
    tp_gemini_reading r = { .chat = chat, .in = in, .doc = chat->doc };

    chat->model = path_model(in->path);
    chat->stream = tp_bytes_ends(in->path, TP_BYTES(":streamGenerateContent"));
    chat->stream_usage = true;
    if (!read_members(&r, 0, MEMBERS, ""))
        return false;
    return chat->messages || tp_chat_fault(chat, in, "contents: expected at least one");
}
