/* tokenpak/bytes.h - a borrowed run of bytes: a pointer and a length, never a terminator. Pure; any thread. */

#ifndef TOKENPAK_BYTES_H
#define TOKENPAK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whoever hands out a tp_bytes says how long it may be read. `data` may be NULL when `length` is 0. */
typedef struct tp_bytes {
    const char *data;
    size_t length;
} tp_bytes;

/* The bytes of a string literal, as a value and in the initialiser of a table. */
#define TP_BYTES(literal) ((tp_bytes)TP_BYTES_INIT(literal))
#define TP_BYTES_INIT(literal)                                                                                                             \
    {                                                                                                                                      \
        "" literal, sizeof(literal) - 1                                                                                                    \
    }

static inline tp_bytes tp_bytes_of(const char *data, size_t length)
{
    return (tp_bytes){ data, length };
}

/* The bytes of a C string, without its terminator; NULL is empty. */
static inline tp_bytes tp_bytes_text(const char *text)
{
    return (tp_bytes){ text, text ? strlen(text) : 0 };
}

static inline bool tp_bytes_equal(tp_bytes a, tp_bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* Whether the first `length` bytes are equal without regard to the case of ASCII letters. */
bool tp_bytes_same_nocase(const char *a, const char *b, size_t length);

/* Equality without regard to the case of ASCII letters (header names). Inline, because most comparisons end at the length. */
static inline bool tp_bytes_equal_nocase(tp_bytes a, tp_bytes b)
{
    return a.length == b.length && tp_bytes_same_nocase(a.data, b.data, a.length);
}

static inline bool tp_bytes_starts(tp_bytes text, tp_bytes prefix)
{
    return text.length >= prefix.length && (prefix.length == 0 || memcmp(text.data, prefix.data, prefix.length) == 0);
}

static inline bool tp_bytes_ends(tp_bytes text, tp_bytes suffix)
{
    return text.length >= suffix.length &&
           (suffix.length == 0 || memcmp(text.data + text.length - suffix.length, suffix.data, suffix.length) == 0);
}

/* From `start` to the end; empty when `start` lies behind it. */
static inline tp_bytes tp_bytes_from(tp_bytes text, size_t start)
{
    return start >= text.length ? (tp_bytes){ text.data, 0 } : (tp_bytes){ text.data + start, text.length - start };
}

/* Index of the first `c`, or text.length when there is none. */
static inline size_t tp_bytes_find(tp_bytes text, char c)
{
    const char *at = text.length ? memchr(text.data, c, text.length) : NULL;
    return at ? (size_t)(at - text.data) : text.length;
}

/* Index of the first byte below `limit`, or text.length when there is none. */
size_t tp_bytes_find_below(tp_bytes text, unsigned char limit);

/* Whether `part` occurs in `text`. */
bool tp_bytes_contains(tp_bytes text, tp_bytes part);

/* Without the blanks and tabs at both ends. */
tp_bytes tp_bytes_trim(tp_bytes text);

/* Cuts the next item off a list separated by `separator`, trimmed; false when nothing is left. */
bool tp_bytes_next(tp_bytes *rest, char separator, tp_bytes *item);

/* Shell pattern of `*` and `?` against the whole text. Linear in text.length times the number of stars. */
bool tp_bytes_match(tp_bytes pattern, tp_bytes text);

/* A decimal number of digits only; false when it is empty, has another character or does not fit. */
bool tp_bytes_number(tp_bytes text, uint64_t *number);

#endif
