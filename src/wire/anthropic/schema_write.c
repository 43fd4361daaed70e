/* wire/anthropic/schema_write.c - the schema of an answer in the words that this dialect takes there: what it refuses is left out. */

#include "wire/anthropic/format.h"

typedef tp_anthropic_writing writing;

#define K TP_BYTES_INIT

/* What stands behind a keyword. */
typedef enum value {
    PLAIN,   /* is passed as it is */
    SCHEMA,  /* a schema */
    SCHEMAS, /* an object or an array of them */
    LIMIT,   /* is left out */
    CLOSED,  /* additionalProperties: has to be false */
    FEWEST,  /* minItems: 0 or 1 */
    FORMAT,  /* format: one of few */
} value;

static const struct {
    tp_bytes keyword;
    value value;
} KEYWORDS[] = {
    { K("properties"), SCHEMAS },     { K("$defs"), SCHEMAS },
    { K("definitions"), SCHEMAS },    { K("anyOf"), SCHEMAS },
    { K("allOf"), SCHEMAS },          { K("oneOf"), SCHEMAS },
    { K("items"), SCHEMA },           { K("additionalProperties"), CLOSED },
    { K("minItems"), FEWEST },        { K("format"), FORMAT },
    { K("maxItems"), LIMIT },         { K("uniqueItems"), LIMIT },
    { K("minimum"), LIMIT },          { K("maximum"), LIMIT },
    { K("exclusiveMinimum"), LIMIT }, { K("exclusiveMaximum"), LIMIT },
    { K("multipleOf"), LIMIT },       { K("minLength"), LIMIT },
    { K("maxLength"), LIMIT },        { K("minProperties"), LIMIT },
    { K("maxProperties"), LIMIT },    { K("patternProperties"), LIMIT },
};

static value value_of(const tp_json *doc, uint32_t key)
{
    for (size_t i = 0; i < sizeof(KEYWORDS) / sizeof(*KEYWORDS); i++)
        if (tp_json_is(doc, key, KEYWORDS[i].keyword))
            return KEYWORDS[i].value;
    return PLAIN;
}

static void write_schema(writing *g, uint32_t node);

static void write_schemas(writing *g, uint32_t node)
{
    const tp_json *doc = g->chat->doc;
    bool object = tp_json_has(doc, node, TP_JSON_OBJECT);

    tp_write_open(&g->w, object ? '{' : '[');
    for (uint32_t item = tp_json_items(doc, node); item; item = tp_json_next(doc, item)) {
        if (object)
            tp_write_key_escaped(&g->w, tp_json_inside(doc, item));
        write_schema(g, object ? tp_json_value(item) : item);
    }
    tp_write_close(&g->w, object ? '}' : ']');
}

static bool is_known_format(const tp_json *doc, uint32_t node)
{
    static const tp_bytes FORMATS[] = { K("date-time"), K("time"), K("date"), K("duration"), K("email"),
                                        K("hostname"),  K("uri"),  K("ipv4"), K("ipv6"),     K("uuid") };

    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(*FORMATS); i++)
        if (tp_json_is(doc, node, FORMATS[i]))
            return true;
    return false;
}

static bool is_left_out(const tp_json *doc, value kind, uint32_t node)
{
    uint64_t count;

    if (kind == FORMAT)
        return !is_known_format(doc, node);
    if (kind == FEWEST)
        return !tp_json_uint(doc, node, &count) || count > 1;
    return kind == LIMIT || (kind == CLOSED && !tp_json_has(doc, node, TP_JSON_FALSE));
}

static void write_keyword(writing *g, uint32_t key)
{
    const tp_json *doc = g->chat->doc;
    uint32_t node = tp_json_value(key);
    value kind = value_of(doc, key);
    tp_bytes name = tp_json_inside(doc, key);
    bool nested = tp_json_has(doc, node, TP_JSON_OBJECT) || tp_json_has(doc, node, TP_JSON_ARRAY);

    if (is_left_out(doc, kind, node))
        tp_chat_put_drop(g->out, "json_schema:%.*s", (int)name.length, name.data);
    if (kind == CLOSED || is_left_out(doc, kind, node))
        return;
    tp_write_key_escaped(&g->w, tp_json_is(doc, key, TP_BYTES("oneOf")) ? TP_BYTES("anyOf") : name);
    if (kind == SCHEMAS && nested)
        write_schemas(g, node);
    else if (kind == SCHEMA)
        write_schema(g, node);
    else
        tp_write_raw(&g->w, tp_json_raw(doc, node));
}

/* Every object has to say that it has no other members. */
static void write_schema(writing *g, uint32_t node)
{
    const tp_json *doc = g->chat->doc;

    if (!tp_json_has(doc, node, TP_JSON_OBJECT)) {
        tp_write_raw(&g->w, tp_json_raw(doc, node));
        return;
    }
    tp_write_open(&g->w, '{');
    for (uint32_t key = tp_json_items(doc, node); key; key = tp_json_next(doc, key))
        write_keyword(g, key);
    if (tp_json_is(doc, tp_json_get(doc, node, TP_BYTES("type")), TP_BYTES("object")) || tp_json_get(doc, node, TP_BYTES("properties")))
        tp_write_member_bool(&g->w, "additionalProperties", false);
    tp_write_close(&g->w, '}');
}

/* An object that names no member could only be empty here. */
bool tp_anthropic_schema_write_fits(const tp_chat *chat)
{
    static const tp_bytes SAYS[] = { K("properties"), K("anyOf"), K("oneOf"), K("allOf"), K("$ref"), K("items"), K("enum") };

    if (chat->dialect == TP_DIALECT_ANTHROPIC)
        return true;
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(*SAYS); i++)
        if (tp_anthropic_get(chat->doc, chat->output_node, SAYS[i]))
            return true;
    return false;
}

void tp_anthropic_schema_write(writing *g)
{
    tp_write_key(&g->w, "schema");
    if (g->chat->dialect == TP_DIALECT_ANTHROPIC)
        tp_write_raw(&g->w, g->chat->output_schema);
    else
        write_schema(g, g->chat->output_node);
}
