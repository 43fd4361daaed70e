/* wire/gemini/tool_read.c - a client's tools, and which of them may be called. */

#include "wire/gemini/format.h"

#define K TP_BYTES_INIT

static bool is_null(const tp_json *doc, uint32_t node)
{
    return node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL);
}

static tp_bytes inside(const tp_gemini_reading *r, uint32_t object, tp_bytes name)
{
    return tp_json_inside(r->doc, tp_gemini_spelling_get(r->doc, object, name));
}

static void read_schema(tp_gemini_reading *r, tp_tool *tool, uint32_t function)
{
    uint32_t whole = tp_gemini_spelling_get(r->doc, function, TP_BYTES("parametersJsonSchema"));
    uint32_t subset = tp_gemini_spelling_get(r->doc, function, TP_BYTES("parameters"));

    if (!is_null(r->doc, whole)) {
        tool->schema = whole;
        tool->parameters = tp_json_raw(r->doc, whole);
    } else if (!is_null(r->doc, subset)) {
        tool->parameters = tp_gemini_schema_read(r->doc, subset, r->chat->arena);
    }
}

/* What a function returns is not told to a model of another provider. */
static void read_functions(tp_gemini_reading *r, uint32_t list)
{
    for (uint32_t function = tp_json_items(r->doc, list); function; function = tp_json_next(r->doc, function)) {
        tp_tool *tool = tp_chat_add_tool(r->chat);

        tool->name = inside(r, function, TP_BYTES("name"));
        tool->description = inside(r, function, TP_BYTES("description"));
        read_schema(r, tool, function);
    }
}

static const struct {
    tp_bytes name;
    tp_hosted hosted;
} HOSTED[] = {
    { K("googleSearch"), TP_HOSTED_WEB_SEARCH },
    { K("googleSearchRetrieval"), TP_HOSTED_WEB_SEARCH },
    { K("urlContext"), TP_HOSTED_WEB_FETCH },
    { K("codeExecution"), TP_HOSTED_CODE },
};

static void read_hosted(tp_gemini_reading *r, uint32_t key)
{
    tp_bytes name = tp_json_inside(r->doc, key);
    tp_tool *tool;

    for (size_t i = 0; i < sizeof(HOSTED) / sizeof(*HOSTED); i++) {
        if (!tp_gemini_spelling_is(r->doc, key, HOSTED[i].name))
            continue;
        tool = tp_chat_add_tool(r->chat);
        tool->hosted = HOSTED[i].hosted;
        tool->name = HOSTED[i].name;
        return;
    }
    tp_chat_drop(r->chat, "tools:%.*s", (int)name.length, name.data);
}

static void read_tool(tp_gemini_reading *r, uint32_t tool)
{
    if (!tp_json_has(r->doc, tool, TP_JSON_OBJECT))
        return;
    for (uint32_t key = tp_json_items(r->doc, tool); key; key = tp_json_next(r->doc, key)) {
        if (is_null(r->doc, tp_json_value(key)))
            continue;
        if (tp_gemini_spelling_is(r->doc, key, TP_BYTES("functionDeclarations")))
            read_functions(r, tp_json_value(key));
        else
            read_hosted(r, key);
    }
}

bool tp_gemini_tool_read(tp_gemini_reading *r, uint32_t tools)
{
    if (tp_json_has(r->doc, tools, TP_JSON_OBJECT))
        read_tool(r, tools);
    else if (!tp_json_has(r->doc, tools, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "tools: expected an array");
    else
        for (uint32_t tool = tp_json_items(r->doc, tools); tool; tool = tp_json_next(r->doc, tool))
            read_tool(r, tool);
    return true;
}

/* ---- choice ---- */

static const struct {
    tp_bytes word;
    tp_tool_choice choice;
} MODES[] = {
    { K("AUTO"), TP_CHOICE_AUTO },      { K("MODE_UNSPECIFIED"), TP_CHOICE_AUTO },
    { K("VALIDATED"), TP_CHOICE_AUTO }, { K("ANY"), TP_CHOICE_ANY },
    { K("NONE"), TP_CHOICE_NONE },
};

static bool read_mode(tp_gemini_reading *r, tp_bytes word)
{
    for (size_t i = 0; i < sizeof(MODES) / sizeof(*MODES); i++) {
        if (!tp_bytes_equal_nocase(word, MODES[i].word))
            continue;
        r->chat->choice = MODES[i].choice;
        return true;
    }
    return word.length == 0;
}

static void read_allowed(tp_gemini_reading *r, uint32_t names)
{
    unsigned count = 0;

    for (uint32_t name = tp_json_items(r->doc, names); name; name = tp_json_next(r->doc, name))
        count++;
    if (!count || r->chat->choice == TP_CHOICE_NONE)
        return;
    r->chat->must = r->chat->choice == TP_CHOICE_ANY;
    r->chat->choice = r->chat->must && count == 1 ? TP_CHOICE_ONE : TP_CHOICE_ALLOWED;
    r->chat->chosen = tp_arena_array(r->chat->arena, tp_escaped, count);
    r->chat->chosen_count = 0; /* the field may be given twice */
    for (uint32_t name = tp_json_items(r->doc, names); name; name = tp_json_next(r->doc, name))
        r->chat->chosen[r->chat->chosen_count++] = tp_json_inside(r->doc, name);
}

bool tp_gemini_tool_read_choice(tp_gemini_reading *r, uint32_t config)
{
    uint32_t calling = tp_gemini_spelling_get(r->doc, config, TP_BYTES("functionCallingConfig"));

    if (!read_mode(r, inside(r, calling, TP_BYTES("mode"))))
        return tp_chat_fault(r->chat, r->in, "toolConfig.functionCallingConfig.mode: this word is not known");
    if (tp_json_has(r->doc, tp_gemini_spelling_get(r->doc, calling, TP_BYTES("allowedFunctionNames")), TP_JSON_ARRAY))
        read_allowed(r, tp_gemini_spelling_get(r->doc, calling, TP_BYTES("allowedFunctionNames")));
    if (tp_gemini_spelling_get(r->doc, config, TP_BYTES("retrievalConfig")))
        tp_chat_drop(r->chat, "toolConfig.retrievalConfig");
    return true;
}
