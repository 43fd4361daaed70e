/* tokens/utf8.h - whether text is UTF-8, and what it counts as when it is not. Pure; any thread. */

#ifndef TP_TOKENS_UTF8_H
#define TP_TOKENS_UTF8_H

#include <stdbool.h>

#include <tokenpak/bytes.h>

/* Shortest forms only, no surrogates, nothing above U+10FFFF. */
bool tp_utf8_is_valid(tp_bytes text);

/* A copy with U+FFFD for each longest beginning of a character, or single byte, that is none: as Python, Rust and browsers decode with
 * replacement. `data` is the caller's to free. */
tp_bytes tp_utf8_repaired(tp_bytes text);

#endif
