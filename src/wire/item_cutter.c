/* wire/item_cutter.c - objects out of lines and arrays. */

#include "wire/item_cutter.h"

/* Follows one character; returns whether it ends an item. */
static bool step(tp_item_cutter *c, char byte)
{
    if (c->in_string) {
        c->in_string = c->escape || byte != '"';
        c->escape = !c->escape && byte == '\\';
        return false;
    }
    if (byte == '"')
        c->in_string = true;
    else if (byte == '{' || byte == '[')
        c->depth++;
    else if (byte == '}' || byte == ']')
        return --c->depth == 0;
    return false;
}

/* The first byte of the next item; `length` when there is none, more when something else stands there. */
static size_t find_item(tp_bytes piece, size_t at)
{
    while (at < piece.length && piece.data[at] && strchr(" \t\r\n,[]", piece.data[at]))
        at++;
    return at == piece.length || piece.data[at] == '{' ? at : piece.length + 1;
}

/* Behind the end of the item that goes on at `at`; 0 when it does not end in this piece. */
static size_t find_end(tp_item_cutter *c, tp_bytes piece, size_t at)
{
    while (at < piece.length)
        if (step(c, piece.data[at++]))
            return at;
    return 0;
}

static bool give(tp_item_cutter *c, tp_bytes part)
{
    if (!c->held.length) {
        c->fn(c->arg, part);
        return true;
    }
    if (!tp_buffer_add(&c->held, part))
        return false;
    c->fn(c->arg, tp_buffer_bytes(&c->held));
    c->held.length = 0;
    return true;
}

bool tp_item_cutter_feed(tp_item_cutter *c, tp_bytes piece)
{
    size_t at = 0, end;

    for (;;) {
        if (!c->depth)
            at = find_item(piece, at);
        if (at >= piece.length)
            return at == piece.length;
        end = find_end(c, piece, at);
        if (!end)
            return tp_buffer_add(&c->held, tp_bytes_from(piece, at));
        if (!give(c, tp_bytes_of(piece.data + at, end - at)))
            return false;
        at = end;
    }
}
