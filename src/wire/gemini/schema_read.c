/* wire/gemini/schema_read.c - a client's schema of the OpenAPI kind as a JSON schema: types in small letters, counts as numbers, "nullable"
 * as one more type. */

#include "wire/gemini/format.h"

#define K TP_BYTES_INIT

enum { MOST_SCHEMA = 1 << 24 };

typedef struct rewriting {
    const tp_json *doc;
    tp_write w;
    tp_arena *arena;
} rewriting;

static void write_schema(rewriting *t, uint32_t schema);

static void write_lower(rewriting *t, tp_bytes word)
{
    char *lower = tp_arena_alloc(t->arena, word.length + 1);

    for (size_t i = 0; i < word.length; i++)
        lower[i] = (char)(word.data[i] >= 'A' && word.data[i] <= 'Z' ? word.data[i] | 0x20 : word.data[i]);
    tp_write_escaped(&t->w, tp_bytes_of(lower, word.length));
}

static bool is_nullable(const rewriting *t, uint32_t schema)
{
    return tp_json_has(t->doc, tp_gemini_spelling_get(t->doc, schema, TP_BYTES("nullable")), TP_JSON_TRUE);
}

static void write_type(rewriting *t, uint32_t schema, uint32_t type)
{
    bool nullable = is_nullable(t, schema);

    if (!tp_json_has(t->doc, type, TP_JSON_STRING)) {
        tp_write_raw(&t->w, tp_json_raw(t->doc, type));
        return;
    }
    if (nullable)
        tp_write_open(&t->w, '[');
    write_lower(t, tp_json_inside(t->doc, type));
    if (nullable)
        tp_write_text(&t->w, "null");
    if (nullable)
        tp_write_close(&t->w, ']');
}

static void write_one(rewriting *t, uint32_t schema, uint32_t value)
{
    (void)schema;
    write_schema(t, value);
}

static void write_list(rewriting *t, uint32_t schema, uint32_t value)
{
    (void)schema;
    tp_write_open(&t->w, '[');
    for (uint32_t item = tp_json_items(t->doc, value); item; item = tp_json_next(t->doc, item))
        write_schema(t, item);
    tp_write_close(&t->w, ']');
}

static void write_map(rewriting *t, uint32_t schema, uint32_t value)
{
    (void)schema;
    tp_write_open(&t->w, '{');
    for (uint32_t key = tp_json_items(t->doc, value); key; key = tp_json_next(t->doc, key)) {
        tp_write_key_escaped(&t->w, tp_json_inside(t->doc, key));
        write_schema(t, tp_json_value(key));
    }
    tp_write_close(&t->w, '}');
}

/* Numbers of 64 bits come as strings. */
static void write_count(rewriting *t, uint32_t schema, uint32_t value)
{
    uint64_t number;
    tp_bytes text = tp_json_inside(t->doc, value);

    (void)schema;
    tp_write_raw(&t->w, tp_bytes_number(text, &number) ? text : tp_json_raw(t->doc, value));
}

/* NULL: it is left out. */
static const struct {
    tp_bytes name;
    void (*write)(rewriting *t, uint32_t schema, uint32_t value);
} KEYWORDS[] = {
    { K("type"), write_type },
    { K("items"), write_one },
    { K("properties"), write_map },
    { K("anyOf"), write_list },
    { K("additionalProperties"), write_one },
    { K("minItems"), write_count },
    { K("maxItems"), write_count },
    { K("minLength"), write_count },
    { K("maxLength"), write_count },
    { K("minProperties"), write_count },
    { K("maxProperties"), write_count },
    { K("nullable"), NULL },
    { K("propertyOrdering"), NULL },
};

enum { KEYWORD_COUNT = sizeof(KEYWORDS) / sizeof(*KEYWORDS) };

static void write_keyword(rewriting *t, uint32_t schema, uint32_t key)
{
    size_t row = 0;

    while (row < KEYWORD_COUNT && !tp_gemini_spelling_is(t->doc, key, KEYWORDS[row].name))
        row++;
    if (row < KEYWORD_COUNT && !KEYWORDS[row].write)
        return;
    tp_write_key_escaped(&t->w, row < KEYWORD_COUNT ? KEYWORDS[row].name : tp_json_inside(t->doc, key));
    if (row < KEYWORD_COUNT)
        KEYWORDS[row].write(t, schema, tp_json_value(key));
    else
        tp_write_raw(&t->w, tp_json_raw(t->doc, tp_json_value(key)));
}

static void write_schema(rewriting *t, uint32_t schema)
{
    if (!tp_json_has(t->doc, schema, TP_JSON_OBJECT)) {
        tp_write_raw(&t->w, tp_json_raw(t->doc, schema));
        return;
    }
    tp_write_open(&t->w, '{');
    for (uint32_t key = tp_json_items(t->doc, schema); key; key = tp_json_next(t->doc, key))
        write_keyword(t, schema, key);
    tp_write_close(&t->w, '}');
}

tp_verbatim tp_gemini_schema_read(const tp_json *doc, uint32_t schema, tp_arena *arena)
{
    tp_buffer text = TP_BUFFER(MOST_SCHEMA);
    rewriting t = { doc, tp_write_to(&text), arena };
    tp_verbatim copy;

    write_schema(&t, schema);
    copy = t.w.full ? tp_json_raw(doc, schema) : tp_arena_copy(arena, tp_buffer_bytes(&text));
    tp_buffer_free(&text);
    return copy;
}
