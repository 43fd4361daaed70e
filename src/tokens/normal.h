/* tokens/normal.h - Unicode's normal forms, of Unicode 16. Pure; any thread. */

#ifndef TP_TOKENS_NORMAL_H
#define TP_TOKENS_NORMAL_H

#include <stdbool.h>

#include <tokenpak/bytes.h>

typedef enum tp_normal_form { TP_NORMAL_NONE, TP_NORMAL_NFC, TP_NORMAL_NFKC } tp_normal_form;

/* True only when `text` (valid UTF-8) is in this form; false may also mean that this has to be tried. Linear, and fast for ASCII. */
bool tp_normal_is(tp_normal_form form, tp_bytes text);

/* A copy of `text` (valid UTF-8) in this form, NFC or NFKC. `data` is the caller's to free. */
tp_bytes tp_normal_of(tp_normal_form form, tp_bytes text);

#endif
