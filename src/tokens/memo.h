/* tokens/memo.h - remembers how many tokens a piece was, and a whole text; one for each thread, for all vocabularies. */

#ifndef TP_TOKENS_MEMO_H
#define TP_TOKENS_MEMO_H

#include <tokenpak/bytes.h>

#include "tokens/hash.h"

/* 1 MB for pieces and 128 KB for texts; what is new takes the place of what was there. Not for two threads at once. */
typedef struct tp_memo tp_memo;

tp_memo *tp_memo_new(void);
void tp_memo_free(tp_memo *memo);

enum { TP_MEMO_SLOTS = 1 << 16, TP_MEMO_SHORT = 14, TP_MEMO_LONG = 255 };

/* A piece of up to 14 bytes is its own key, with its length, the vocabulary's number (from 1) and the count above; a longer one is known by
 * 104 bits of a hash under a key of the memo's own, so that nobody can choose text that is taken for another. */
typedef struct tp_memo_slot {
    uint64_t lo, hi;
} tp_memo_slot;

typedef struct tp_memo_text {
    uint64_t lo, hi; /* hash of the text and the vocabulary */
    uint64_t count;
    uint64_t used;
} tp_memo_text;

struct tp_memo {
    uint64_t key[4];
    tp_memo_slot slots[TP_MEMO_SLOTS];
    tp_memo_text texts[1 << 12];
};

/* The key of a piece: both words without the count. */
static inline tp_words tp_memo_short_key(tp_words piece, size_t n, unsigned vocabulary)
{
    return (tp_words){ piece.lo, piece.hi | (uint64_t)vocabulary << 48 | (uint64_t)n << 60 };
}

tp_words tp_memo_long_key(const tp_memo *memo, tp_bytes piece, unsigned vocabulary);

/* Tokens of a text of this hash; false when it is not known. */
bool tp_memo_text_find(const tp_memo *memo, tp_words hash, uint64_t *count);
void tp_memo_text_keep(tp_memo *memo, tp_words hash, uint64_t count);

/* 128 bits over the text and a number, under the memo's key. */
tp_words tp_memo_hash(const tp_memo *memo, tp_bytes text, uint64_t number);

#endif
