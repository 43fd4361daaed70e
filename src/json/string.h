/* json/string.h - the inside of JSON strings: skipping, comparing and decoding it. Pure; any thread. */

#ifndef TP_JSON_STRING_H
#define TP_JSON_STRING_H

#include <tokenpak/bytes.h>

/* First byte in [at, end) that is a quote, a backslash or a control character; `end` when there is none. */
const char *tp_string_skip(const char *at, const char *end);

/* Decodes the inside of a string, escapes checked before, into `out`, which has room for raw.length bytes; returns the length. */
size_t tp_string_decode(tp_bytes raw, char *out);

/* Whether the inside of a string, decoded, is `text`. */
bool tp_string_equal(tp_bytes raw, tp_bytes text);

/* The text of a JSON number as a whole number; accepts 12 and 12.0. */
bool tp_string_number(tp_bytes raw, uint64_t *number);

#endif
