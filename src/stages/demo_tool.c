/* stages/demo_tool.c - picks the first tool of a request and makes up arguments that its schema accepts. */

#include "stages/demo.h"

enum { DEEPEST = 8, LONGEST = 4096 };

static uint32_t get(const tp_json *json, uint32_t object, const char *key)
{
    return object == TP_JSON_NONE ? TP_JSON_NONE : tp_json_get(json, object, tp_bytes_text(key));
}

static bool is_string(const tp_json *json, uint32_t node)
{
    return node != TP_JSON_NONE && tp_json_kind_of(json, node) == TP_JSON_STRING;
}

/* The schema of a tool, under whichever name its dialect has for it. */
static uint32_t schema_of(const tp_json *json, uint32_t tool)
{
    static const char *const KEYS[] = { "parameters", "input_schema", "parametersJsonSchema", "parameters_json_schema" };
    uint32_t schema = TP_JSON_NONE;

    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]) && schema == TP_JSON_NONE; i++)
        schema = get(json, tool, KEYS[i]);
    return schema;
}

/* Tools that the provider runs itself have a name too, but another type. */
static bool is_function(const tp_json *json, uint32_t tool, uint32_t *name, uint32_t *schema)
{
    uint32_t type = get(json, tool, "type");

    *name = get(json, tool, "name");
    *schema = schema_of(json, tool);
    if (!is_string(json, *name))
        return false;
    return !is_string(json, type) || tp_json_is(json, type, TP_BYTES("function")) || get(json, tool, "input_schema") != TP_JSON_NONE;
}

static bool first_of(const tp_json *json, uint32_t list, uint32_t *name, uint32_t *schema)
{
    if (list == TP_JSON_NONE || tp_json_kind_of(json, list) != TP_JSON_ARRAY)
        return false;
    for (uint32_t item = tp_json_first(json, list); item != TP_JSON_NONE; item = tp_json_next(json, item))
        if (is_function(json, item, name, schema))
            return true;
    return false;
}

/* One entry of `tools`: the function itself (Responses, Anthropic), around one (Chat, Ollama) or around a list of them (Gemini). */
static bool function_in(const tp_json *json, uint32_t tool, uint32_t *name, uint32_t *schema)
{
    uint32_t inner = get(json, tool, "function");

    if (inner != TP_JSON_NONE && is_function(json, inner, name, schema))
        return true;
    return is_function(json, tool, name, schema) || first_of(json, get(json, tool, "functionDeclarations"), name, schema) ||
           first_of(json, get(json, tool, "function_declarations"), name, schema);
}

bool tp_demo_tool_find(const tp_json *json, uint32_t *name, uint32_t *schema)
{
    uint32_t tools = tp_json_get(json, 0, TP_BYTES("tools"));

    if (tools == TP_JSON_NONE || tp_json_kind_of(json, tools) != TP_JSON_ARRAY)
        return false;
    for (uint32_t tool = tp_json_first(json, tools); tool != TP_JSON_NONE; tool = tp_json_next(json, tool))
        if (function_in(json, tool, name, schema))
            return true;
    return false;
}

typedef struct maker {
    const tp_json *json;
    tp_arena *arena;
    tp_buffer out;
} maker;

static bool put_value(maker *m, uint32_t schema, unsigned depth);

static bool put_member(maker *m, uint32_t name, uint32_t properties, unsigned depth)
{
    uint32_t schema = TP_JSON_NONE;

    if (properties != TP_JSON_NONE)
        schema = tp_json_get(m->json, properties, tp_json_text(m->json, name, m->arena));
    return tp_buffer_add(&m->out, tp_json_raw(m->json, name)) && tp_buffer_text(&m->out, ": ") && put_value(m, schema, depth);
}

/* The required properties. */
static bool put_object(maker *m, uint32_t schema, unsigned depth)
{
    uint32_t required = get(m->json, schema, "required"), properties = get(m->json, schema, "properties"), name = TP_JSON_NONE;
    unsigned count = 0;

    if (required != TP_JSON_NONE && tp_json_kind_of(m->json, required) == TP_JSON_ARRAY)
        name = tp_json_first(m->json, required);
    if (!tp_buffer_text(&m->out, "{"))
        return false;
    for (; name != TP_JSON_NONE; name = tp_json_next(m->json, name)) {
        if (!is_string(m->json, name))
            continue;
        if (!tp_buffer_text(&m->out, count++ ? ", " : "") || !put_member(m, name, properties, depth))
            return false;
    }
    return tp_buffer_text(&m->out, "}");
}

static bool put_array(maker *m, uint32_t schema, unsigned depth)
{
    uint32_t items = get(m->json, schema, "items");

    if (items == TP_JSON_NONE)
        return tp_buffer_text(&m->out, "[]");
    return tp_buffer_text(&m->out, "[") && put_value(m, items, depth) && tp_buffer_text(&m->out, "]");
}

/* The value that a schema names itself: a constant, or the first of an enumeration. */
static uint32_t given_value(const tp_json *json, uint32_t schema)
{
    uint32_t value = get(json, schema, "const"), list = get(json, schema, "enum");

    if (value == TP_JSON_NONE && list != TP_JSON_NONE && tp_json_kind_of(json, list) == TP_JSON_ARRAY)
        value = tp_json_first(json, list);
    return value;
}

/* Its type with the quotes; of a list of types the first; without one, what it looks like. */
static tp_bytes type_of(const tp_json *json, uint32_t schema)
{
    uint32_t type = get(json, schema, "type");

    if (type != TP_JSON_NONE && tp_json_kind_of(json, type) == TP_JSON_ARRAY)
        type = tp_json_first(json, type);
    if (is_string(json, type))
        return tp_json_raw(json, type);
    return get(json, schema, "properties") != TP_JSON_NONE ? TP_BYTES("\"object\"") : TP_BYTES("\"string\"");
}

static uint32_t first_choice(const tp_json *json, uint32_t schema)
{
    uint32_t list = get(json, schema, "anyOf");

    if (list == TP_JSON_NONE)
        list = get(json, schema, "oneOf");
    return list != TP_JSON_NONE && tp_json_kind_of(json, list) == TP_JSON_ARRAY ? tp_json_first(json, list) : TP_JSON_NONE;
}

/* Gemini writes the types in capitals. */
static bool put_typed(maker *m, uint32_t schema, unsigned depth)
{
    static const struct {
        const char *type, *value;
    } SIMPLE[] = {
        { "\"integer\"", "1" },
        { "\"number\"", "1" },
        { "\"boolean\"", "true" },
        { "\"null\"", "null" },
    };
    tp_bytes type = type_of(m->json, schema);

    for (size_t i = 0; i < sizeof(SIMPLE) / sizeof(SIMPLE[0]); i++)
        if (tp_bytes_equal_nocase(type, tp_bytes_text(SIMPLE[i].type)))
            return tp_buffer_text(&m->out, SIMPLE[i].value);
    if (tp_bytes_equal_nocase(type, TP_BYTES("\"object\"")))
        return put_object(m, schema, depth + 1);
    if (tp_bytes_equal_nocase(type, TP_BYTES("\"array\"")))
        return put_array(m, schema, depth + 1);
    return tp_buffer_text(&m->out, "\"demo\"");
}

static bool put_value(maker *m, uint32_t schema, unsigned depth)
{
    uint32_t given = given_value(m->json, schema), choice = first_choice(m->json, schema);

    if (depth > DEEPEST)
        return false;
    if (given != TP_JSON_NONE)
        return tp_buffer_add(&m->out, tp_json_raw(m->json, given));
    return choice != TP_JSON_NONE ? put_value(m, choice, depth + 1) : put_typed(m, schema, depth);
}

const char *tp_demo_tool_arguments(const tp_json *json, uint32_t schema, tp_arena *arena)
{
    maker m = { json, arena, TP_BUFFER(LONGEST) };
    bool made = put_object(&m, schema, 0);
    const char *text = made ? tp_arena_copy(arena, tp_buffer_bytes(&m.out)).data : "{}";

    tp_buffer_free(&m.out);
    return text;
}
