/* wire/anthropic/mark.c - cache marks: at most four of them, and none of an hour behind one of five minutes. */

#include "wire/anthropic/format.h"

enum { MOST_MARKS = 4 };

/* Marks inside a result stand for one on all of it: not every server that speaks this dialect takes them there. */
tp_verbatim tp_anthropic_mark_of(const tp_part *part)
{
    tp_verbatim mark = part->cache;

    if (part->type == TP_PART_THINKING)
        return tp_bytes_of(NULL, 0);
    if (part->type != TP_PART_RESULT || mark.length)
        return mark;
    for (const tp_part *inner = part->parts.first; inner; inner = inner->next)
        mark = inner->cache.length ? inner->cache : mark;
    return mark;
}

unsigned tp_anthropic_mark_excess(const tp_chat *chat)
{
    unsigned count = 0;

    for (const tp_tool *tool = chat->tools; tool; tool = tool->next)
        count += tool->cache.length > 0;
    for (const tp_message *m = chat->messages; m; m = m->next)
        for (const tp_part *part = m->parts.first; part; part = part->next)
            count += tp_anthropic_mark_of(part).length > 0;
    return count > MOST_MARKS ? count - MOST_MARKS : 0;
}

void tp_anthropic_mark_write(tp_anthropic_writing *g, tp_verbatim mark)
{
    bool hour = tp_bytes_contains(mark, TP_BYTES("\"1h\""));

    if (!mark.length)
        return;
    if (g->skip_marks) {
        g->skip_marks--;
        return;
    }
    tp_write_member_raw(&g->w, "cache_control", hour && g->short_mark ? TP_BYTES("{\"type\":\"ephemeral\"}") : mark);
    g->short_mark |= !hour;
}
