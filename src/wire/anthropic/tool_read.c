/* wire/anthropic/tool_read.c - the tools of a client's request, and which of them the model may call. */

#include "wire/anthropic/format.h"

typedef tp_anthropic_reading reading;

#define K TP_BYTES_INIT

/* Tools by their type, a shell pattern; the first that fits counts. */
static const struct {
    tp_bytes type;
    tp_hosted hosted;
} TYPES[] = {
    { K("custom"), TP_HOSTED_NONE },
    { K(""), TP_HOSTED_NONE },
    { K("web_search_*"), TP_HOSTED_WEB_SEARCH },
    { K("web_fetch_*"), TP_HOSTED_WEB_FETCH },
    { K("code_execution_*"), TP_HOSTED_CODE },
    { K("*"), TP_HOSTED_OTHER },
};

static tp_hosted hosted_of(tp_bytes type)
{
    size_t i = 0;

    while (!tp_bytes_match(TYPES[i].type, type))
        i++;
    return TYPES[i].hosted;
}

/* Members that say when and how a tool is shown to the model or called, not what it does: elsewhere it is shown at once. */
static void drop_others(const reading *r, uint32_t node)
{
    static const tp_bytes KNOWN[] = { K("type"), K("name"), K("description"), K("input_schema"), K("strict"), K("cache_control") };
    size_t count = sizeof(KNOWN) / sizeof(*KNOWN);

    for (uint32_t key = tp_json_items(r->doc, node); key; key = tp_json_next(r->doc, key)) {
        tp_bytes name = tp_json_inside(r->doc, key);
        size_t i = 0;

        while (i < count && !tp_json_is(r->doc, key, KNOWN[i]))
            i++;
        if (i == count && !tp_json_has(r->doc, tp_json_value(key), TP_JSON_NULL))
            tp_chat_drop(r->chat, "tools.%.*s", (int)name.length, name.data);
    }
}

static void read_custom(const reading *r, tp_tool *tool, uint32_t node)
{
    uint32_t schema = tp_json_get(r->doc, node, TP_BYTES("input_schema"));
    bool strict;

    tool->description = tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("description")));
    if (tp_json_has(r->doc, schema, TP_JSON_OBJECT)) {
        tool->schema = schema;
        tool->parameters = tp_json_raw(r->doc, schema);
    }
    if (tp_json_bool(r->doc, tp_json_get(r->doc, node, TP_BYTES("strict")), &strict))
        tool->strict = strict;
    drop_others(r, node);
}

static bool read_tool(const reading *r, uint32_t node, unsigned index)
{
    uint32_t mark = tp_anthropic_get(r->doc, node, TP_BYTES("cache_control"));
    tp_tool *tool;

    if (!tp_json_has(r->doc, node, TP_JSON_OBJECT))
        return tp_chat_fault(r->chat, r->in, "tools[%u]: expected an object", index);
    tool = tp_chat_add_tool(r->chat);
    tool->hosted = hosted_of(tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("type"))));
    tool->name = tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("name")));
    if (!tool->name.length && !tool->hosted)
        return tp_chat_fault(r->chat, r->in, "tools[%u].name: expected a string", index);
    if (!tp_anthropic_is_null(r->doc, mark))
        tool->cache = tp_json_raw(r->doc, mark);
    if (tool->hosted)
        tool->parameters = tp_json_raw(r->doc, node);
    else
        read_custom(r, tool, node);
    return true;
}

bool tp_anthropic_tool_read_list(const reading *r, uint32_t node)
{
    unsigned index = 0;

    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "tools: expected an array");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item))
        if (!read_tool(r, item, index++))
            return false;
    return true;
}

static const struct {
    tp_bytes word;
    tp_tool_choice choice;
} CHOICES[] = {
    { K("auto"), TP_CHOICE_AUTO },
    { K("any"), TP_CHOICE_ANY },
    { K("tool"), TP_CHOICE_ONE },
    { K("none"), TP_CHOICE_NONE },
};

bool tp_anthropic_tool_read_choice(const reading *r, uint32_t node)
{
    uint32_t type = tp_json_get(r->doc, node, TP_BYTES("type"));
    bool alone;

    for (size_t i = 0; i < sizeof(CHOICES) / sizeof(*CHOICES); i++)
        if (tp_json_is(r->doc, type, CHOICES[i].word))
            r->chat->choice = CHOICES[i].choice;
    if (r->chat->choice == TP_CHOICE_UNSAID)
        return tp_chat_fault(r->chat, r->in, "tool_choice.type: expected auto, any, tool or none");
    if (r->chat->choice == TP_CHOICE_ONE) {
        r->chat->chosen = tp_arena_make(r->chat->arena, tp_escaped);
        r->chat->chosen[0] = tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("name")));
        r->chat->chosen_count = 1;
    }
    if (tp_json_bool(r->doc, tp_json_get(r->doc, node, TP_BYTES("disable_parallel_tool_use")), &alone))
        r->chat->parallel = !alone;
    return true;
}
