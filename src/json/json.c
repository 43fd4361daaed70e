/* json/json.c - finds members and decodes values in a text that was scanned; quotes a string. */

#include "base/buffer.h"
#include "json/scan.h"
#include "json/string.h"

/* The inside of a string or key. */
static tp_bytes inside(const tp_json *doc, uint32_t node)
{
    tp_bytes raw = tp_json_raw(doc, node);

    return tp_bytes_of(raw.data + 1, raw.length - 2);
}

static bool is_string(const tp_json *doc, uint32_t node)
{
    return doc->nodes[node].kind == TP_JSON_STRING || doc->nodes[node].kind == TP_JSON_KEY;
}

bool tp_json_is(const tp_json *doc, uint32_t node, tp_bytes text)
{
    if (!is_string(doc, node))
        return false;
    return doc->nodes[node].escaped ? tp_string_equal(inside(doc, node), text) : tp_bytes_equal(inside(doc, node), text);
}

static uint32_t find(const tp_json *doc, uint32_t object, tp_bytes key, uint32_t *times)
{
    uint32_t value = TP_JSON_NONE;

    *times = 0;
    if (doc->nodes[object].kind != TP_JSON_OBJECT)
        return value;
    for (uint32_t k = tp_json_first(doc, object); k != TP_JSON_NONE; k = tp_json_next(doc, k)) {
        if (!tp_json_is(doc, k, key))
            continue;
        value = tp_json_value(k);
        ++*times;
    }
    return value;
}

uint32_t tp_json_get(const tp_json *doc, uint32_t object, tp_bytes key)
{
    uint32_t times;

    return find(doc, object, key, &times);
}

uint32_t tp_json_times(const tp_json *doc, uint32_t object, tp_bytes key)
{
    uint32_t times;

    find(doc, object, key, &times);
    return times;
}

tp_bytes tp_json_text(const tp_json *doc, uint32_t node, tp_arena *arena)
{
    tp_bytes raw;
    char *out;

    if (!is_string(doc, node))
        return tp_bytes_of("", 0);
    raw = inside(doc, node);
    if (!doc->nodes[node].escaped)
        return raw;
    out = tp_arena_alloc(arena, raw.length);
    return tp_bytes_of(out, tp_string_decode(raw, out));
}

bool tp_json_uint(const tp_json *doc, uint32_t node, uint64_t *number)
{
    return doc->nodes[node].kind == TP_JSON_NUMBER && tp_string_number(tp_json_raw(doc, node), number);
}

bool tp_json_bool(const tp_json *doc, uint32_t node, bool *truth)
{
    *truth = doc->nodes[node].kind == TP_JSON_TRUE;
    return *truth || doc->nodes[node].kind == TP_JSON_FALSE;
}

tp_bytes tp_json_quote(tp_arena *arena, tp_bytes text)
{
    tp_buffer quoted = TP_BUFFER(SIZE_MAX / 4);
    tp_bytes copy;

    tp_buffer_text(&quoted, "\"");
    tp_buffer_json(&quoted, text);
    tp_buffer_text(&quoted, "\"");
    copy = tp_arena_copy(arena, tp_buffer_bytes(&quoted));
    tp_buffer_free(&quoted);
    return copy;
}
