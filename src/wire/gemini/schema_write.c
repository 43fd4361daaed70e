/* wire/gemini/schema_write.c - a JSON schema in the subset that older models take: they refuse a request for a word they do not know. What
 * cannot be said is left out, so that the schema allows more, never less. */

#include "wire/gemini/format.h"

enum { MOST_LAYERS = 16, MOST_REFS = 256 /* followed in one schema */, MOST_DEPTH = 32, MOST_STEP = 256 };

/* The objects that one schema is put together from by $ref, allOf and a lone alternative; of a word the first one counts. */
typedef struct layers {
    uint32_t nodes[MOST_LAYERS];
    unsigned count;
    bool nullable;
    bool recursive; /* it is inside itself: there it stays without members */
    const struct layers *above;
} layers;

typedef struct walk {
    const tp_json *doc;
    uint32_t root;
    tp_write *w;
    const layers *above; /* the schema around the next one */
    unsigned refs, depth;
} walk;

static uint32_t get(const walk *k, uint32_t schema, const char *key)
{
    uint32_t value = tp_json_has(k->doc, schema, TP_JSON_OBJECT) ? tp_json_get(k->doc, schema, tp_bytes_text(key)) : TP_JSON_NONE;

    return tp_json_has(k->doc, value, TP_JSON_NULL) ? TP_JSON_NONE : value;
}

static uint32_t find(const walk *k, const layers *l, const char *key)
{
    uint32_t value = TP_JSON_NONE;

    for (unsigned i = 0; i < l->count && !value; i++)
        value = get(k, l->nodes[i], key);
    return value;
}

/* ---- layers ---- */

/* Cuts a step off a JSON pointer and undoes its escapes; false when none is left. */
static bool next_step(tp_bytes *rest, char *step)
{
    tp_bytes item = tp_bytes_of(rest->data, tp_bytes_find(*rest, '/'));
    size_t length = 0;

    if (!item.length || item.length >= MOST_STEP)
        return false;
    for (size_t i = 0; i < item.length; i++) {
        bool escape = item.data[i] == '~' && i + 1 < item.length;

        i += escape;
        step[length++] = item.data[i];
        if (escape)
            step[length - 1] = item.data[i] == '1' ? '/' : '~';
    }
    step[length] = '\0';
    *rest = tp_bytes_from(*rest, item.length + 1);
    return true;
}

/* The schema that "#/$defs/name" names; TP_JSON_NONE when it is not in this one. */
static uint32_t find_ref(const walk *k, tp_bytes ref)
{
    uint32_t at = k->root;
    char step[MOST_STEP];

    if (!tp_bytes_starts(ref, TP_BYTES("#/")))
        return TP_JSON_NONE;
    ref = tp_bytes_from(ref, 2);
    while (at && next_step(&ref, step))
        at = get(k, at, step);
    return ref.length ? TP_JSON_NONE : at;
}

static bool is_null_type(const walk *k, uint32_t schema)
{
    return tp_json_is(k->doc, get(k, schema, "type"), TP_BYTES("null"));
}

/* Alternatives other than null; `only` is the last of them. */
static unsigned count_alternatives(const walk *k, uint32_t list, uint32_t *only)
{
    unsigned count = 0;

    for (uint32_t item = tp_json_items(k->doc, list); item; item = tp_json_next(k->doc, item)) {
        if (is_null_type(k, item))
            continue;
        *only = item;
        count++;
    }
    return count;
}

static bool is_inside(const layers *l, uint32_t schema)
{
    for (; l; l = l->above)
        for (unsigned i = 0; i < l->count; i++)
            if (l->nodes[i] == schema)
                return true;
    return false;
}

static void collect(walk *k, layers *l, uint32_t schema);

static void collect_ref(walk *k, layers *l, tp_bytes ref)
{
    uint32_t schema = find_ref(k, ref);

    if (is_inside(l, schema) || k->refs == MOST_REFS) {
        l->recursive = true;
        return;
    }
    k->refs++;
    collect(k, l, schema);
}

static void collect_only(walk *k, layers *l, uint32_t list)
{
    uint32_t only = TP_JSON_NONE;
    unsigned all = 0;

    for (uint32_t item = tp_json_items(k->doc, list); item; item = tp_json_next(k->doc, item))
        all++;
    if (count_alternatives(k, list, &only) < all)
        l->nullable = true;
    if (count_alternatives(k, list, &only) == 1)
        collect(k, l, only);
}

static void collect(walk *k, layers *l, uint32_t schema)
{
    uint32_t ref = get(k, schema, "$ref"), all = get(k, schema, "allOf");

    if (!tp_json_has(k->doc, schema, TP_JSON_OBJECT) || l->count == MOST_LAYERS)
        return;
    l->nodes[l->count++] = schema;
    l->nullable |= tp_json_has(k->doc, get(k, schema, "nullable"), TP_JSON_TRUE);
    if (ref)
        collect_ref(k, l, tp_json_inside(k->doc, ref));
    for (uint32_t item = tp_json_items(k->doc, all); item; item = tp_json_next(k->doc, item))
        collect(k, l, item);
    collect_only(k, l, get(k, schema, "anyOf"));
    collect_only(k, l, get(k, schema, "oneOf"));
}

/* ---- words ---- */

static void write_schema(walk *k, uint32_t schema);

/* What means the same in both. */
static void write_plain(walk *k, const layers *l)
{
    static const char *const WORDS[] = { "title",    "description", "default",   "minimum", "maximum",       "minItems",
                                         "maxItems", "minLength",   "maxLength", "pattern", "minProperties", "maxProperties" };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++) {
        uint32_t value = find(k, l, WORDS[i]);

        if (value)
            tp_write_member_raw(k->w, WORDS[i], tp_json_raw(k->doc, value));
    }
}

/* Any other is refused. */
static void write_format(walk *k, const layers *l)
{
    static const char *const FORMATS[] = { "enum", "date-time", "int32", "int64", "float", "double" };
    uint32_t format = find(k, l, "format");

    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(*FORMATS) && format; i++)
        if (tp_json_is(k->doc, format, tp_bytes_text(FORMATS[i])))
            tp_write_member_text(k->w, "format", FORMATS[i]);
}

/* Only strings can be listed. */
static void write_enum(walk *k, const layers *l)
{
    uint32_t constant = find(k, l, "const"), list = find(k, l, "enum"), first = tp_json_items(k->doc, list);
    bool begun = false;

    for (uint32_t item = first ? first : constant; item; item = first ? tp_json_next(k->doc, item) : TP_JSON_NONE) {
        if (!tp_json_has(k->doc, item, TP_JSON_STRING))
            continue;
        if (!begun)
            tp_write_member_open(k->w, "enum", '[');
        begun = true;
        tp_write_raw(k->w, tp_json_raw(k->doc, item));
    }
    if (begun)
        tp_write_close(k->w, ']');
}

/* The types of a list other than null; `first` is the first of them. */
static unsigned count_types(const walk *k, layers *l, uint32_t list, uint32_t *first)
{
    unsigned count = 0;

    for (uint32_t item = tp_json_items(k->doc, list); item; item = tp_json_next(k->doc, item)) {
        bool null = tp_json_is(k->doc, item, TP_BYTES("null"));

        l->nullable |= null;
        *first = null || count ? *first : item;
        count += !null;
    }
    return count;
}

static void write_type_list(walk *k, layers *l, uint32_t list)
{
    uint32_t first = TP_JSON_NONE;
    unsigned count = count_types(k, l, list, &first);

    if (count == 1)
        tp_write_member_raw(k->w, "type", tp_json_raw(k->doc, first));
    if (count <= 1)
        return;
    tp_write_member_open(k->w, "anyOf", '[');
    for (uint32_t item = first; item; item = tp_json_next(k->doc, item)) {
        if (tp_json_is(k->doc, item, TP_BYTES("null")))
            continue;
        tp_write_open(k->w, '{');
        tp_write_member_raw(k->w, "type", tp_json_raw(k->doc, item));
        if (tp_json_is(k->doc, item, TP_BYTES("array")))
            tp_write_member_raw(k->w, "items", TP_BYTES("{\"type\":\"string\"}"));
        tp_write_close(k->w, '}');
    }
    tp_write_close(k->w, ']');
}

/* A list of alternatives that says what no other word says; TP_JSON_NONE otherwise. */
static uint32_t find_alternatives(const walk *k, const layers *l)
{
    static const char *const WORDS[] = { "anyOf", "oneOf" };

    if (find(k, l, "type") || find(k, l, "properties"))
        return TP_JSON_NONE;
    for (size_t i = 0; i < 2; i++) {
        uint32_t list = find(k, l, WORDS[i]), only;

        if (count_alternatives(k, list, &only) > 1)
            return list;
    }
    return TP_JSON_NONE;
}

static void write_alternatives(walk *k, uint32_t list)
{
    tp_write_member_open(k->w, "anyOf", '[');
    for (uint32_t item = tp_json_items(k->doc, list); item; item = tp_json_next(k->doc, item))
        if (!is_null_type(k, item))
            write_schema(k, item);
    tp_write_close(k->w, ']');
}

/* Every schema needs one, alternatives excepted. */
static void write_type(walk *k, layers *l)
{
    uint32_t type = find(k, l, "type"), alternatives = find_alternatives(k, l);

    if (alternatives)
        write_alternatives(k, alternatives);
    else if (tp_json_has(k->doc, type, TP_JSON_ARRAY))
        write_type_list(k, l, type);
    else if (type)
        tp_write_member_raw(k->w, "type", tp_json_raw(k->doc, type));
    else if (l->recursive || find(k, l, "properties"))
        tp_write_member_text(k->w, "type", "object");
    else
        tp_write_member_text(k->w, "type", find(k, l, "items") ? "array" : "string");
}

/* ---- members ---- */

static bool is_listed(const walk *k, const layers *l, unsigned before, uint32_t key)
{
    for (unsigned i = 0; i < before; i++)
        for (uint32_t at = tp_json_items(k->doc, get(k, l->nodes[i], "properties")); at; at = tp_json_next(k->doc, at))
            if (tp_bytes_equal(tp_json_raw(k->doc, at), tp_json_raw(k->doc, key)))
                return true;
    return false;
}

static void write_properties(walk *k, const layers *l)
{
    if (!tp_json_items(k->doc, find(k, l, "properties")))
        return;
    tp_write_member_open(k->w, "properties", '{');
    for (unsigned i = 0; i < l->count; i++) {
        for (uint32_t key = tp_json_items(k->doc, get(k, l->nodes[i], "properties")); key; key = tp_json_next(k->doc, key)) {
            if (is_listed(k, l, i, key))
                continue;
            tp_write_key_escaped(k->w, tp_json_inside(k->doc, key));
            write_schema(k, tp_json_value(key));
        }
    }
    tp_write_close(k->w, '}');
}

/* One that is not among the properties is refused. */
static bool is_property(const walk *k, const layers *l, uint32_t name)
{
    for (unsigned i = 0; i < l->count; i++)
        for (uint32_t key = tp_json_items(k->doc, get(k, l->nodes[i], "properties")); key; key = tp_json_next(k->doc, key))
            if (tp_bytes_equal(tp_json_raw(k->doc, key), tp_json_raw(k->doc, name)))
                return true;
    return false;
}

static void write_required(walk *k, const layers *l)
{
    bool begun = false;

    for (unsigned i = 0; i < l->count; i++) {
        for (uint32_t name = tp_json_items(k->doc, get(k, l->nodes[i], "required")); name; name = tp_json_next(k->doc, name)) {
            if (!is_property(k, l, name))
                continue;
            if (!begun)
                tp_write_member_open(k->w, "required", '[');
            begun = true;
            tp_write_raw(k->w, tp_json_raw(k->doc, name));
        }
    }
    if (begun)
        tp_write_close(k->w, ']');
}

/* Those of an array have to be described; of a tuple the first stands for all. */
static void write_items(walk *k, const layers *l)
{
    uint32_t items = find(k, l, "items");
    bool array = tp_json_is(k->doc, find(k, l, "type"), TP_BYTES("array"));

    if (!items && !array)
        return;
    tp_write_key(k->w, "items");
    write_schema(k, tp_json_has(k->doc, items, TP_JSON_ARRAY) ? tp_json_items(k->doc, items) : items);
}

static void write_schema(walk *k, uint32_t schema)
{
    layers l = { .above = k->above };

    tp_write_open(k->w, '{');
    if (k->depth++ < MOST_DEPTH)
        collect(k, &l, schema);
    k->above = &l;
    write_type(k, &l);
    write_plain(k, &l);
    write_format(k, &l);
    write_enum(k, &l);
    write_properties(k, &l);
    write_required(k, &l);
    write_items(k, &l);
    if (l.nullable)
        tp_write_member_bool(k->w, "nullable", true);
    tp_write_close(k->w, '}');
    k->above = l.above;
    k->depth--;
}

tp_gemini_schema tp_gemini_schema_write_source(const tp_chat *chat, uint32_t node, tp_verbatim text, tp_arena *arena)
{
    tp_json *doc = tp_arena_make(arena, tp_json);

    if (node)
        return (tp_gemini_schema){ chat->doc, node };
    if (!tp_json_scan(tp_arena_join(arena, (const tp_bytes[]){ TP_BYTES("["), text, TP_BYTES("]") }, 3), arena, TP_JSON_EVERYTHING, doc,
                      NULL))
        return (tp_gemini_schema){ chat->doc, TP_JSON_NONE };
    return (tp_gemini_schema){ doc, tp_json_first(doc, 0) };
}

bool tp_gemini_schema_write_is_empty(const tp_gemini_schema *schema)
{
    walk k = { .doc = schema->doc, .root = schema->node };
    layers l = { .count = 0 };

    collect(&k, &l, schema->node);
    return !tp_json_items(k.doc, find(&k, &l, "properties"));
}

void tp_gemini_schema_write(tp_write *w, const tp_gemini_schema *schema)
{
    walk k = { .doc = schema->doc, .root = schema->node, .w = w };

    write_schema(&k, schema->node);
}
