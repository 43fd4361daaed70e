/* wire/gemini/spelling.c - members by name, written in camelCase or in snake_case. */

#include "wire/gemini/format.h"

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Whether `key` is `name` with "_x" in place of each "X". */
static bool is_snake(tp_bytes key, tp_bytes name)
{
    size_t at = 0;

    for (size_t i = 0; i < name.length; i++) {
        bool upper = is_upper(name.data[i]);

        if (at + 1 + upper > key.length || (upper && key.data[at++] != '_') ||
            key.data[at++] != (upper ? name.data[i] | 0x20 : name.data[i]))
            return false;
    }
    return at == key.length;
}

bool tp_gemini_spelling_is(const tp_json *doc, uint32_t key, tp_bytes name)
{
    return tp_json_is(doc, key, name) || is_snake(tp_json_inside(doc, key), name);
}

uint32_t tp_gemini_spelling_get(const tp_json *doc, uint32_t object, tp_bytes name)
{
    uint32_t found = TP_JSON_NONE;

    if (!tp_json_has(doc, object, TP_JSON_OBJECT))
        return TP_JSON_NONE;
    for (uint32_t key = tp_json_items(doc, object); key; key = tp_json_next(doc, key))
        if (tp_gemini_spelling_is(doc, key, name))
            found = tp_json_value(key);
    return found;
}
