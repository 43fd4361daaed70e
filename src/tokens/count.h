/* tokens/count.h - how many tokens a text is, for a named vocabulary. Pure; any thread. */

#ifndef TP_TOKENS_COUNT_H
#define TP_TOKENS_COUNT_H

#include "tokens/memo.h"
#include "tokens/vocabulary.h"

/* Tokens of `text`: UTF-8, invalid bytes count as U+FFFD and the words of special tokens as text, as the reference does it. Linear in
 * text.length. `memo` is this thread's, or NULL; it makes counting faster and changes no count. Memory only for text that is invalid, not
 * in its normal form, or has pieces of more than 64 bytes, and freed. 0 when the vocabulary's table is damaged (tp_count_is_ready). */
uint64_t tp_count_text(const tp_vocabulary *vocabulary, tp_memo *memo, tp_bytes text);

/* Whether the vocabulary's table has the header of a table. */
bool tp_count_is_ready(const tp_vocabulary *vocabulary);

#endif
