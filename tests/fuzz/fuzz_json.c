/* fuzz/fuzz_json.c - the scanner and cJSON take the same texts for the same values, and a pick does not care how its text is cut. */

#include "fuzz.h"

#include <cJSON.h>

#include "json/pick.h"
#include "json/scan.h"

enum { COMPARABLE_DEPTH = 900, CJSON_NUMBER = 63 };

static const char *const PATHS[] = { "usage", "a.b", "model" };

/* ---- the second parser ---- */

/* What cJSON cannot take although it is JSON: numbers of 64 characters, half a surrogate pair, its own depth. */
static bool beyond_cjson(const tp_json *doc)
{
    unsigned depth = 0;

    for (size_t i = 0; i < doc->text.length; i++)
        depth += doc->text.data[i] == '[' || doc->text.data[i] == '{';
    for (uint32_t i = 0; i < doc->count; i++) {
        tp_bytes raw = tp_json_raw(doc, i);

        if (doc->nodes[i].kind == TP_JSON_NUMBER && raw.length >= CJSON_NUMBER)
            return true;
        if (doc->nodes[i].escaped && (tp_bytes_contains(raw, TP_BYTES("\\uD")) || tp_bytes_contains(raw, TP_BYTES("\\ud"))))
            return true;
    }
    return depth >= COMPARABLE_DEPTH;
}

/* What cJSON takes although it is not JSON: a byte order mark, control characters as blanks and in strings, a zero byte as the end, any
 * number that strtod takes, \u with other than four digits. `at` is the byte we stumble over. */
static bool beyond_json(tp_bytes text, size_t at)
{
    bool number = at < text.length && text.data[at] && strchr("+-.eE0123456789", text.data[at]);

    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20)
            return true;
    number = number || (at > 0 && strchr("+-.eE0123456789", text.data[at - 1]));
    return number || tp_bytes_starts(text, TP_BYTES("\xEF\xBB\xBF")) || tp_bytes_contains(text, TP_BYTES("\\u"));
}

/* Its strings end at a zero character. */
static bool same_string(const tp_json *doc, uint32_t node, const char *theirs, tp_arena *arena)
{
    tp_bytes ours = tp_json_text(doc, node, arena);

    ours.length = tp_bytes_find(ours, 0);
    return tp_bytes_equal(ours, tp_bytes_text(theirs));
}

static bool same_number(tp_bytes raw, const cJSON *item)
{
    char text[CJSON_NUMBER + 1] = { 0 };
    double ours;

    memcpy(text, raw.data, raw.length);
    ours = strtod(text, NULL);
    return cJSON_IsNumber(item) && memcmp(&ours, &item->valuedouble, sizeof(ours)) == 0;
}

static bool same_value(const tp_json *doc, uint32_t node, const cJSON *item, tp_arena *arena);

static bool same_children(const tp_json *doc, uint32_t node, const cJSON *item, tp_arena *arena)
{
    bool object = tp_json_kind_of(doc, node) == TP_JSON_OBJECT, same = object ? cJSON_IsObject(item) : cJSON_IsArray(item);
    const cJSON *child = item->child;

    for (uint32_t i = tp_json_first(doc, node); same && i != TP_JSON_NONE; i = tp_json_next(doc, i)) {
        same =
            child && (!object || same_string(doc, i, child->string, arena)) && same_value(doc, object ? tp_json_value(i) : i, child, arena);
        child = child ? child->next : NULL;
    }
    return same && !child;
}

static bool same_value(const tp_json *doc, uint32_t node, const cJSON *item, tp_arena *arena)
{
    switch (tp_json_kind_of(doc, node)) {
    case TP_JSON_STRING:
        return cJSON_IsString(item) && same_string(doc, node, item->valuestring, arena);
    case TP_JSON_NUMBER:
        return same_number(tp_json_raw(doc, node), item);
    case TP_JSON_TRUE:
        return cJSON_IsTrue(item);
    case TP_JSON_FALSE:
        return cJSON_IsFalse(item);
    case TP_JSON_NULL:
        return cJSON_IsNull(item);
    default:
        return same_children(doc, node, item, arena);
    }
}

static bool only_blanks(const char *from, const char *end)
{
    while (from < end && (unsigned char)*from <= 0x20)
        from++;
    return from == end;
}

static void compare(tp_bytes text, const tp_json *doc, const tp_json_error *error, tp_arena *arena)
{
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(text.data, text.length, &end, false);
    bool accepted = tree && only_blanks(end, text.data + text.length);

    if (doc && !beyond_cjson(doc))
        demand(accepted && same_value(doc, 0, tree, arena));
    if (!doc && accepted)
        demand(beyond_json(text, error->offset));
    cJSON_Delete(tree);
}

/* ---- ourselves ---- */

/* Every node lies inside of the text, and a member's key before its value. */
static void walk(const tp_json *doc)
{
    for (uint32_t i = 0; i < doc->count; i++) {
        demand(doc->nodes[i].start < doc->nodes[i].end && doc->nodes[i].end <= doc->text.length);
        demand(doc->nodes[i].next == TP_JSON_NONE || (doc->nodes[i].next > i && doc->nodes[i].next < doc->count));
        demand(doc->nodes[i].kind != TP_JSON_KEY || tp_json_value(i) < doc->count);
    }
}

static tp_pick *pick_cut(tp_bytes text, tp_arena *arena, size_t cut)
{
    tp_pick *pick = tp_pick_new(arena, PATHS, 3, 64, NULL, NULL);

    tp_pick_feed(pick, tp_bytes_of(text.data, cut));
    tp_pick_feed(pick, tp_bytes_from(text, cut));
    tp_pick_end(pick);
    return pick;
}

static void pick_at_cuts(tp_bytes text, tp_arena *arena)
{
    tp_pick *whole = pick_cut(text, arena, 0);
    size_t step = text.length / 64 + 1;

    for (size_t cut = 0; cut <= text.length; cut += step) {
        tp_pick *cut_pick = pick_cut(text, arena, cut);

        for (unsigned path = 0; path < 3; path++)
            demand(tp_bytes_equal(tp_pick_value(whole, path), tp_pick_value(cut_pick, path)));
        demand(tp_pick_texts(whole) == tp_pick_texts(cut_pick) && tp_pick_elements(whole) == tp_pick_elements(cut_pick));
    }
}

/* Of one valid text, the pick finds what the scanner finds. */
static void pick_agrees(const tp_json *doc, tp_arena *arena)
{
    tp_pick *pick = pick_cut(doc->text, arena, 0);
    uint32_t usage = tp_json_get(doc, 0, TP_BYTES("usage"));
    tp_bytes raw;

    demand(tp_pick_texts(pick) == 1);
    if (usage == TP_JSON_NONE || tp_json_times(doc, 0, TP_BYTES("usage")) != 1 || tp_json_kind_of(doc, usage) == TP_JSON_NULL)
        return;
    raw = tp_json_raw(doc, usage);
    if (raw.length <= 64)
        demand(tp_bytes_equal(raw, tp_pick_value(pick, 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data, size);
    tp_arena *arena = tp_arena_new();
    tp_json_error error;
    tp_json doc;
    bool accepted = tp_json_scan(text, arena, TP_JSON_EVERYTHING, &doc, &error);

    compare(text, accepted ? &doc : NULL, &error, arena);
    if (accepted) {
        walk(&doc);
        for (uint32_t i = 0; i < doc.count; i++)
            demand(tp_json_text(&doc, i, arena).length <= tp_json_raw(&doc, i).length);
        pick_agrees(&doc, arena);
    } else {
        demand(error.offset <= size && error.what);
    }
    pick_at_cuts(text, arena);
    tp_arena_free(arena);
    return 0;
}
