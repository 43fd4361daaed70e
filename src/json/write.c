/* json/write.c - puts a JSON text together. */

#include "json/write.h"

static void add(tp_write *w, tp_bytes bytes)
{
    if (!tp_buffer_add(w->out, bytes))
        w->full = true;
}

/* Before a value or a key. */
static void begin(tp_write *w)
{
    if (w->comma)
        add(w, TP_BYTES(","));
    w->comma = true;
}

void tp_write_open(tp_write *w, char bracket)
{
    begin(w);
    add(w, tp_bytes_of(&bracket, 1));
    w->comma = false;
}

void tp_write_close(tp_write *w, char bracket)
{
    add(w, tp_bytes_of(&bracket, 1));
    w->comma = true;
}

void tp_write_key_escaped(tp_write *w, tp_bytes inside)
{
    begin(w);
    add(w, TP_BYTES("\""));
    add(w, inside);
    add(w, TP_BYTES("\":"));
    w->comma = false;
}

void tp_write_key(tp_write *w, const char *key)
{
    tp_write_key_escaped(w, tp_bytes_text(key));
}

/* Strings have no line ends in them. */
static void flatten(char *at, char *end)
{
    for (; at < end; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
}

void tp_write_raw(tp_write *w, tp_bytes json)
{
    size_t start;

    begin(w);
    start = w->out->length;
    add(w, json);
    if (w->one_line && w->out->length > start && tp_bytes_find_below(json, ' ') < json.length)
        flatten(w->out->data + start, w->out->data + w->out->length);
}

void tp_write_string_open(tp_write *w)
{
    begin(w);
    add(w, TP_BYTES("\""));
}

void tp_write_piece_escaped(tp_write *w, tp_bytes inside)
{
    add(w, inside);
}

void tp_write_piece_string(tp_write *w, tp_bytes text)
{
    if (!tp_buffer_json(w->out, text))
        w->full = true;
}

void tp_write_string_close(tp_write *w)
{
    add(w, TP_BYTES("\""));
}

void tp_write_escaped(tp_write *w, tp_bytes inside)
{
    tp_write_string_open(w);
    add(w, inside);
    tp_write_string_close(w);
}

void tp_write_string(tp_write *w, tp_bytes text)
{
    tp_write_string_open(w);
    tp_write_piece_string(w, text);
    tp_write_string_close(w);
}

void tp_write_text(tp_write *w, const char *text)
{
    tp_write_string(w, tp_bytes_text(text));
}

void tp_write_number(tp_write *w, uint64_t number)
{
    begin(w);
    if (!tp_buffer_number(w->out, number))
        w->full = true;
}

void tp_write_bool(tp_write *w, bool truth)
{
    tp_write_raw(w, truth ? TP_BYTES("true") : TP_BYTES("false"));
}

void tp_write_null(tp_write *w)
{
    tp_write_raw(w, TP_BYTES("null"));
}

void tp_write_member_raw(tp_write *w, const char *key, tp_bytes json)
{
    if (!json.length)
        return;
    tp_write_key(w, key);
    tp_write_raw(w, json);
}

void tp_write_member_escaped(tp_write *w, const char *key, tp_bytes inside)
{
    tp_write_key(w, key);
    tp_write_escaped(w, inside);
}

void tp_write_member_string(tp_write *w, const char *key, tp_bytes text)
{
    tp_write_key(w, key);
    tp_write_string(w, text);
}

void tp_write_member_text(tp_write *w, const char *key, const char *text)
{
    tp_write_member_string(w, key, tp_bytes_text(text));
}

void tp_write_member_number(tp_write *w, const char *key, uint64_t number)
{
    tp_write_key(w, key);
    tp_write_number(w, number);
}

void tp_write_member_bool(tp_write *w, const char *key, bool truth)
{
    tp_write_key(w, key);
    tp_write_bool(w, truth);
}

void tp_write_member_null(tp_write *w, const char *key)
{
    tp_write_key(w, key);
    tp_write_null(w);
}

void tp_write_member_open(tp_write *w, const char *key, char bracket)
{
    tp_write_key(w, key);
    tp_write_open(w, bracket);
}
