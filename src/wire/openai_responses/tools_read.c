/* wire/openai_responses/tools_read.c - the tools of a client's request, those in namespaces under names of their own, and their choice. */

#include "wire/openai_responses/format.h"

#define K TP_BYTES_INIT

enum { LONGEST_NAME = 64, HASH_LENGTH = 9 };

/* ---- names ---- */

static uint32_t hash_of(tp_bytes text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * 16777619u;
    return hash;
}

/* Both names in one, in characters and at a length that every provider takes. */
static tp_escaped join_names(tp_arena *arena, tp_escaped space, tp_escaped bare)
{
    tp_bytes between = tp_bytes_ends(space, TP_BYTES("__")) ? tp_bytes_of(NULL, 0) : TP_BYTES("__");
    tp_escaped name = tp_chat_safe_id(arena, tp_arena_join(arena, (const tp_bytes[]){ space, between, bare }, 3));

    if (name.length <= LONGEST_NAME)
        return name;
    return tp_bytes_text(tp_arena_printf(arena, "%.*s_%08x", LONGEST_NAME - HASH_LENGTH, name.data, hash_of(name)));
}

static tp_escaped name_not_taken(const tp_chat *chat, tp_escaped name)
{
    tp_escaped free = name;

    for (unsigned i = 2; tp_chat_tool(chat, free); i++)
        free = tp_bytes_text(
            tp_arena_printf(chat->arena, "%.*s_%u", (int)(name.length < LONGEST_NAME - 8 ? name.length : LONGEST_NAME - 8), name.data, i));
    return free;
}

static const tp_tool *find_in_space(const tp_chat *chat, tp_escaped space, tp_escaped bare)
{
    const tp_tool *tool = chat->tools;

    while (tool && !(tp_bytes_equal(tool->space, space) && tp_bytes_equal(tool->bare, bare)))
        tool = tool->next;
    return tool;
}

tp_escaped tp_openai_responses_tools_read_name(const tp_responses_reading *r, uint32_t object)
{
    tp_escaped space = tp_json_inside(r->doc, tp_json_member(r->doc, object, TP_BYTES("namespace")));
    tp_escaped bare = tp_json_inside(r->doc, tp_json_member(r->doc, object, TP_BYTES("name")));
    const tp_tool *tool = space.length ? find_in_space(r->chat, space, bare) : NULL;

    if (tool)
        return tool->name;
    return space.length ? join_names(r->chat->arena, space, bare) : bare;
}

/* ---- tools ---- */

/* {"type":"function","name":...}; some clients put all of it under "function", as in a chat. */
static tp_tool *read_function(const tp_responses_reading *r, uint32_t node)
{
    uint32_t inside = tp_json_member(r->doc, node, TP_BYTES("function")), function = inside ? inside : node;
    uint32_t parameters = tp_json_get(r->doc, function, TP_BYTES("parameters"));
    tp_tool *tool = tp_chat_add_tool(r->chat);
    bool strict;

    tool->name = tp_json_inside(r->doc, tp_json_get(r->doc, function, TP_BYTES("name")));
    tool->description = tp_json_inside(r->doc, tp_json_get(r->doc, function, TP_BYTES("description")));
    if (!tp_responses_is_null(r->doc, parameters)) {
        tool->schema = r->doc == r->chat->doc ? parameters : TP_JSON_NONE; /* the past is another text */
        tool->parameters = tp_json_raw(r->doc, parameters);
    }
    if (tp_json_bool(r->doc, tp_json_get(r->doc, function, TP_BYTES("strict")), &strict))
        tool->strict = strict;
    return tool;
}

static tp_tool *read_custom(const tp_responses_reading *r, uint32_t node)
{
    uint32_t format = tp_json_get(r->doc, node, TP_BYTES("format"));
    tp_tool *tool = tp_chat_add_tool(r->chat);

    tool->custom = true;
    tool->name = tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("name")));
    tool->description = tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("description")));
    if (!tp_responses_is_null(r->doc, format))
        tool->parameters = tp_json_raw(r->doc, format);
    return tool;
}

/* One that the provider runs. */
static void read_hosted(const tp_responses_reading *r, tp_escaped type)
{
    tp_tool *tool = tp_chat_add_tool(r->chat);

    tool->name = type;
    tool->hosted = TP_HOSTED_OTHER;
    if (tp_bytes_starts(type, TP_BYTES("web_search")))
        tool->hosted = TP_HOSTED_WEB_SEARCH;
    else if (tp_bytes_equal(type, TP_BYTES("code_interpreter")))
        tool->hosted = TP_HOSTED_CODE;
}

static bool is_namespace(const tp_json *doc, uint32_t tool)
{
    return tp_json_is(doc, tp_json_member(doc, tool, TP_BYTES("type")), TP_BYTES("namespace"));
}

static tp_tool *read_tool(const tp_responses_reading *r, uint32_t node)
{
    uint32_t type = tp_json_get(r->doc, node, TP_BYTES("type"));

    if (tp_json_is(r->doc, type, TP_BYTES("function")))
        return read_function(r, node);
    if (tp_json_is(r->doc, type, TP_BYTES("custom")))
        return read_custom(r, node);
    read_hosted(r, tp_json_inside(r->doc, type));
    return NULL;
}

static void read_namespace(const tp_responses_reading *r, uint32_t node)
{
    tp_escaped space = tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("name")));
    uint32_t tools = tp_json_get(r->doc, node, TP_BYTES("tools"));

    for (uint32_t item = tp_json_items(r->doc, tools); item; item = tp_json_next(r->doc, item)) {
        tp_escaped bare = tp_json_inside(r->doc, tp_json_member(r->doc, item, TP_BYTES("name")));
        tp_tool *tool = find_in_space(r->chat, space, bare) ? NULL : read_tool(r, item);

        if (!tool)
            continue;
        tool->name = name_not_taken(r->chat, join_names(r->chat->arena, space, bare));
        tool->space = space;
        tool->bare = bare;
    }
}

/* A later item of the input may offer again what was offered before. */
static bool is_there(const tp_responses_reading *r, uint32_t tool)
{
    tp_escaped name = tp_json_inside(r->doc, tp_json_member(r->doc, tool, TP_BYTES("name")));

    return name.length && tp_chat_tool(r->chat, name);
}

/* Namespaces come last, so that the names made for them give way to those that the client chose. */
bool tp_openai_responses_tools_read(tp_responses_reading *r, uint32_t node)
{
    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "tools: expected an array");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item))
        if (!is_namespace(r->doc, item) && !is_there(r, item))
            read_tool(r, item);
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item))
        if (is_namespace(r->doc, item))
            read_namespace(r, item);
    return true;
}

/* ---- their choice ---- */

static void read_allowed(const tp_responses_reading *r, uint32_t node)
{
    uint32_t tools = tp_json_get(r->doc, node, TP_BYTES("tools"));
    unsigned count = 0;

    for (uint32_t item = tp_json_items(r->doc, tools); item; item = tp_json_next(r->doc, item))
        count++;
    r->chat->choice = TP_CHOICE_ALLOWED;
    r->chat->must = tp_json_is(r->doc, tp_json_get(r->doc, node, TP_BYTES("mode")), TP_BYTES("required"));
    r->chat->chosen = tp_arena_array(r->chat->arena, tp_escaped, count);
    r->chat->chosen_count = 0; /* the field may be given twice */
    for (uint32_t item = tp_json_items(r->doc, tools); item; item = tp_json_next(r->doc, item)) {
        tp_escaped name = tp_openai_responses_tools_read_name(r, item);

        if (name.length)
            r->chat->chosen[r->chat->chosen_count++] = name;
    }
}

static void read_one(const tp_responses_reading *r, uint32_t node)
{
    r->chat->choice = TP_CHOICE_ONE;
    r->chat->chosen = tp_arena_make(r->chat->arena, tp_escaped);
    r->chat->chosen[0] = tp_openai_responses_tools_read_name(r, node);
    r->chat->chosen_count = 1;
}

static bool read_object(const tp_responses_reading *r, uint32_t node)
{
    if (tp_json_is(r->doc, tp_json_get(r->doc, node, TP_BYTES("type")), TP_BYTES("allowed_tools"))) {
        read_allowed(r, node);
    } else if (tp_json_get(r->doc, node, TP_BYTES("name"))) {
        read_one(r, node);
    } else { /* a hosted tool, which nobody else can be made to use */
        r->chat->choice = TP_CHOICE_AUTO;
        tp_chat_drop(r->chat, "tool_choice");
    }
    return true;
}

bool tp_openai_responses_tools_read_choice(tp_responses_reading *r, uint32_t node)
{
    static const struct {
        tp_bytes word;
        tp_tool_choice choice;
    } WORDS[] = { { K("auto"), TP_CHOICE_AUTO }, { K("none"), TP_CHOICE_NONE }, { K("required"), TP_CHOICE_ANY } };

    if (tp_json_has(r->doc, node, TP_JSON_OBJECT))
        return read_object(r, node);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
        if (tp_json_is(r->doc, node, WORDS[i].word))
            r->chat->choice = WORDS[i].choice;
    return r->chat->choice != TP_CHOICE_UNSAID || tp_chat_fault(r->chat, r->in, "tool_choice: this form is not known");
}
