/* fuzz/fuzz_json.c - the scanner agrees with cJSON where the two can be compared, splices stay JSON, and a pick does not care how it is
 * cut. */

#include <cJSON.h>
#include <stdlib.h>

#include "json/pick.h"
#include "json/splice.h"

enum { COMPARABLE_DEPTH = 900 };

static const char *const PATHS[] = { "usage", "a.b", "model" };

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Where cJSON by its nature accepts more, or less: zero bytes, control characters, numbers by strtod, its own depth, lone surrogates, a
 * byte order mark. */
static bool comparable(tp_bytes text)
{
    unsigned depth = 0;

    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];

        depth += c == '[' || c == '{';
        if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == '\\' || c >= 0x80)
            return false;
    }
    return depth < COMPARABLE_DEPTH;
}

/* What the scanner accepts, cJSON must accept. The converse does not hold: cJSON takes 01, 1. and newlines in strings. */
static void compare(tp_bytes text, bool accepted)
{
    cJSON *tree;

    if (!accepted || !comparable(text))
        return;
    tree = cJSON_ParseWithLength(text.data, text.length);
    demand(tree != NULL);
    cJSON_Delete(tree);
}

/* Every node lies inside of the text, and a member's key before its value. */
static void walk(const tp_json *doc)
{
    for (uint32_t i = 0; i < doc->count; i++) {
        demand(doc->nodes[i].start < doc->nodes[i].end && doc->nodes[i].end <= doc->text.length);
        demand(doc->nodes[i].next == TP_JSON_NONE || (doc->nodes[i].next > i && doc->nodes[i].next < doc->count));
        demand(doc->nodes[i].kind != TP_JSON_KEY || tp_json_value(i) < doc->count);
    }
}

static void splice(const tp_json *doc, tp_arena *arena)
{
    tp_splice edits[2];
    tp_buffer out = TP_BUFFER(SIZE_MAX / 4);
    tp_json edited;
    uint32_t value;

    if (tp_json_kind_of(doc, 0) != TP_JSON_OBJECT)
        return;
    edits[0] = tp_splice_member(doc, 0, TP_BYTES("added"), TP_BYTES("[1]"), arena);
    value = tp_json_get(doc, 0, TP_BYTES("model"));
    if (value != TP_JSON_NONE)
        edits[1] = tp_splice_value(doc, value, tp_json_quote(arena, tp_json_raw(doc, value)));
    demand(tp_splice_apply(doc->text, edits, value == TP_JSON_NONE ? 1 : 2, &out));
    demand(tp_json_scan(tp_buffer_bytes(&out), arena, TP_JSON_MEMBERS, &edited, NULL));
    demand(tp_bytes_equal(tp_json_raw(&edited, tp_json_get(&edited, 0, TP_BYTES("added"))), TP_BYTES("[1]")));
    tp_buffer_free(&out);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data, size);
    tp_arena *arena = tp_arena_new();
    tp_json_error error;
    tp_json doc;
    bool accepted = tp_json_scan(text, arena, TP_JSON_EVERYTHING, &doc, &error);

    compare(text, accepted);
    if (accepted) {
        walk(&doc);
        for (uint32_t i = 0; i < doc.count; i++)
            demand(tp_json_text(&doc, i, arena).length <= tp_json_raw(&doc, i).length);
        splice(&doc, arena);
        pick_agrees(&doc, arena);
    } else {
        demand(error.offset <= size && error.what);
    }
    pick_at_cuts(text, arena);
    tp_arena_free(arena);
    return 0;
}
