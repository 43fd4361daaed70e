/* json/splice.c - edits of a JSON text as replaced spans. */

#include "json/splice.h"

/* Insertion sort, stable: the edits of a request are few and mostly in order. */
static void sort(tp_splice *edits, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        tp_splice moved = edits[i];
        unsigned at = i;

        for (; at > 0 && edits[at - 1].offset > moved.offset; at--)
            edits[at] = edits[at - 1];
        edits[at] = moved;
    }
}

static bool fits(tp_bytes text, const tp_splice *edits, unsigned count)
{
    size_t done = 0;

    for (unsigned i = 0; i < count; i++) {
        if (edits[i].offset < done || edits[i].offset > text.length || edits[i].removed > text.length - edits[i].offset)
            return false;
        done = edits[i].offset + edits[i].removed;
    }
    return true;
}

bool tp_splice_apply(tp_bytes text, tp_splice *edits, unsigned count, tp_buffer *out)
{
    size_t before = out->length, done = 0;
    bool room = true;

    sort(edits, count);
    if (!fits(text, edits, count))
        return false;
    for (unsigned i = 0; room && i < count; i++) {
        room = tp_buffer_add(out, tp_bytes_of(text.data + done, edits[i].offset - done)) && tp_buffer_add(out, edits[i].inserted);
        done = edits[i].offset + edits[i].removed;
    }
    room = room && tp_buffer_add(out, tp_bytes_from(text, done));
    if (!room)
        out->length = before;
    return room;
}

tp_splice tp_splice_value(const tp_json *doc, uint32_t node, tp_bytes json)
{
    const tp_json_node *n = &doc->nodes[node];

    return (tp_splice){ .offset = n->start, .removed = n->end - n->start, .inserted = json };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

tp_splice tp_splice_member(const tp_json *doc, uint32_t object, tp_bytes key, tp_bytes json, tp_arena *arena)
{
    const tp_json_node *n = &doc->nodes[object];
    size_t at = n->end - 1;
    tp_bytes quoted = tp_json_quote(arena, key);
    tp_buffer text = TP_BUFFER(SIZE_MAX / 4);
    tp_splice edit;

    while (is_blank(doc->text.data[at - 1]))
        at--;
    if (at - 1 != n->start)
        tp_buffer_text(&text, ",");
    tp_buffer_add(&text, quoted);
    tp_buffer_text(&text, ":");
    tp_buffer_add(&text, json);
    edit = (tp_splice){ .offset = at, .inserted = tp_arena_copy(arena, tp_buffer_bytes(&text)) };
    tp_buffer_free(&text);
    return edit;
}
