/* json/write.h - puts a JSON text together value by value; commas are its own business. What is past the buffer's limit is left out and
 * `full` says so. One thread. */

#ifndef TP_JSON_WRITE_H
#define TP_JSON_WRITE_H

#include "base/buffer.h"

typedef struct tp_write {
    tp_buffer *out;
    bool comma; /* the next value or key has one before it */
    bool full;
    bool one_line; /* line ends between the tokens of raw values become blanks */
} tp_write;

static inline tp_write tp_write_to(tp_buffer *out)
{
    return (tp_write){ .out = out };
}

/* '{' or '[', and '}' or ']'. */
void tp_write_open(tp_write *w, char bracket);
void tp_write_close(tp_write *w, char bracket);

/* `key` needs no escapes. */
void tp_write_key(tp_write *w, const char *key);
void tp_write_key_escaped(tp_write *w, tp_bytes inside); /* one as it stands in another text */

void tp_write_raw(tp_write *w, tp_bytes json);       /* a JSON value as it stands */
void tp_write_escaped(tp_write *w, tp_bytes inside); /* the inside of a JSON string */
void tp_write_string(tp_write *w, tp_bytes text);    /* UTF-8; invalid bytes become U+FFFD */
void tp_write_text(tp_write *w, const char *text);
void tp_write_number(tp_write *w, uint64_t number);
void tp_write_bool(tp_write *w, bool truth);
void tp_write_null(tp_write *w);

/* The same as members of an object. */
void tp_write_member_raw(tp_write *w, const char *key, tp_bytes json); /* nothing when `json` is empty */
void tp_write_member_escaped(tp_write *w, const char *key, tp_bytes inside);
void tp_write_member_string(tp_write *w, const char *key, tp_bytes text);
void tp_write_member_text(tp_write *w, const char *key, const char *text);
void tp_write_member_number(tp_write *w, const char *key, uint64_t number);
void tp_write_member_bool(tp_write *w, const char *key, bool truth);
void tp_write_member_null(tp_write *w, const char *key);
void tp_write_member_open(tp_write *w, const char *key, char bracket);

/* A string in pieces: opened, then any of the two, then closed. */
void tp_write_string_open(tp_write *w);
void tp_write_piece_escaped(tp_write *w, tp_bytes inside);
void tp_write_piece_string(tp_write *w, tp_bytes text);
void tp_write_string_close(tp_write *w);

#endif
