/* tokens/memo.c - keyed hashes, and the texts whose counts are known. */

#include "tokens/memo.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/memory.h"

tp_memo *tp_memo_new(void)
{
    tp_memo *memo = tp_new(tp_memo);

    /* 32 bytes come whole once the kernel's generator has started. */
    if (getrandom(memo->key, sizeof memo->key, 0) != (ssize_t)sizeof memo->key)
        abort();
    return memo;
}

void tp_memo_free(tp_memo *memo)
{
    free(memo);
}

/* Two chains of multiplications that share no key. */
static tp_words mix(const tp_memo *memo, tp_words h, tp_words w)
{
    return (tp_words){
        tp_hash_fold(h.lo ^ w.lo ^ memo->key[0], w.hi ^ memo->key[1]),
        tp_hash_fold(h.hi ^ w.hi ^ memo->key[2], w.lo ^ memo->key[3]),
    };
}

tp_words tp_memo_hash(const tp_memo *memo, tp_bytes text, uint64_t number)
{
    const unsigned char *p = (const unsigned char *)text.data, *end = p + text.length;
    tp_words h = mix(memo, (tp_words){ TP_HASH_A, TP_HASH_B }, (tp_words){ text.length, number });

    for (; end - p > 16; p += 16)
        h = mix(memo, h, (tp_words){ tp_hash_load8(p), tp_hash_load8(p + 8) });
    if (p < end)
        h = mix(memo, h, tp_hash_words(p, (size_t)(end - p), end));
    return mix(memo, h, (tp_words){ TP_HASH_C, 0 });
}

tp_words tp_memo_long_key(const tp_memo *memo, tp_bytes piece, unsigned vocabulary)
{
    tp_words h = tp_memo_hash(memo, piece, vocabulary);

    h.hi = (h.hi >> 24) | (uint64_t)vocabulary << 48 | UINT64_C(15) << 60;
    return h;
}

static size_t place(tp_words hash)
{
    return hash.hi % (sizeof((tp_memo *)NULL)->texts / sizeof(tp_memo_text));
}

bool tp_memo_text_find(const tp_memo *memo, tp_words hash, uint64_t *count)
{
    const tp_memo_text *text = &memo->texts[place(hash)];

    if (!text->used || text->lo != hash.lo || text->hi != hash.hi)
        return false;
    *count = text->count;
    return true;
}

void tp_memo_text_keep(tp_memo *memo, tp_words hash, uint64_t count)
{
    memo->texts[place(hash)] = (tp_memo_text){ hash.lo, hash.hi, count, 1 };
}
