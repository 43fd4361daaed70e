/* tokens/count.c - text to pieces to tokens, and what is remembered on the way. */

#include "tokens/count.h"

#include <stdlib.h>

#include "tokens/bpe.h"
#include "tokens/utf8.h"

/* Shorter texts are counted as fast as they are looked up. */
enum { REMEMBERED_TEXT = 256 };

typedef struct counter {
    tp_ranks ranks;
    const unsigned char *end; /* of the text */
    tp_memo *memo;
    unsigned vocabulary;
} counter;

static size_t count_unknown(const counter *c, tp_words first, uint64_t hash, const unsigned char *p, size_t n)
{
    tp_rank whole = tp_ranks_lookup(&c->ranks, first, hash, p, n);

    if (n == 1 || (whole.rank != TP_RANK_NONE && !(whole.split & TP_RANKS_UNREACHED)))
        return 1;
    return tp_bpe_count(&c->ranks, p, n, c->end);
}

static size_t count_long(const counter *c, tp_words first, uint64_t hash, const unsigned char *p, size_t n)
{
    const uint64_t counts = UINT64_C(0xff) << 40;
    tp_memo_slot *slot = &c->memo->slots[hash % TP_MEMO_SLOTS];
    tp_words key = tp_memo_long_key(c->memo, tp_bytes_of((const char *)p, n), c->vocabulary);
    size_t count;

    if (slot->lo == key.lo && (slot->hi & ~counts) == key.hi)
        return slot->hi >> 40 & 0xff;
    count = count_unknown(c, first, hash, p, n);
    *slot = (tp_memo_slot){ key.lo, key.hi | (uint64_t)count << 40 };
    return count;
}

static inline size_t count_piece(const counter *c, const unsigned char *p, size_t n)
{
    const uint64_t counts = UINT64_C(0xf) << 56;
    tp_words first = tp_hash_words(p, n < 16 ? n : 16, c->end), key;
    uint64_t hash = tp_hash_piece(first, p, n, c->end);
    tp_memo_slot *slot;
    size_t count;

    if (!c->memo || n > TP_MEMO_LONG)
        return count_unknown(c, first, hash, p, n);
    if (n > TP_MEMO_SHORT)
        return count_long(c, first, hash, p, n);
    slot = &c->memo->slots[hash % TP_MEMO_SLOTS];
    key = tp_memo_short_key(first, n, c->vocabulary);
    if (slot->lo == key.lo && (slot->hi & ~counts) == key.hi)
        return slot->hi >> 56 & 0xf;
    count = count_unknown(c, first, hash, p, n);
    *slot = (tp_memo_slot){ key.lo, key.hi | (uint64_t)count << 56 };
    return count;
}

/* Text that is valid and in the vocabulary's normal form. */
static uint64_t count_ready(const tp_vocabulary *v, counter *c, tp_bytes text)
{
    const unsigned char *begin = (const unsigned char *)text.data;
    tp_pieces pieces = { begin, begin + text.length, begin };
    uint64_t count = 0;

    c->end = pieces.end;
    while (pieces.at < pieces.end) {
        const unsigned char *end = v->split(&pieces);
        count += count_piece(c, pieces.at, (size_t)(end - pieces.at));
        pieces.at = end;
    }
    return count;
}

static uint64_t count_valid(const tp_vocabulary *v, counter *c, tp_bytes text)
{
    tp_bytes normal;
    uint64_t count;

    if (tp_normal_is(v->form, text))
        return count_ready(v, c, text);
    normal = tp_normal_of(v->form, text);
    count = count_ready(v, c, normal);
    free((void *)(uintptr_t)normal.data);
    return count;
}

static uint64_t count_any(const tp_vocabulary *v, counter *c, tp_bytes text)
{
    tp_bytes repaired;
    uint64_t count;

    if (tp_utf8_is_valid(text))
        return count_valid(v, c, text);
    repaired = tp_utf8_repaired(text);
    count = count_valid(v, c, repaired);
    free((void *)(uintptr_t)repaired.data);
    return count;
}

uint64_t tp_count_text(const tp_vocabulary *v, tp_memo *memo, tp_bytes text)
{
    counter c = { .memo = memo, .vocabulary = v->number };
    tp_words hash;
    uint64_t count;

    if (text.length == 0 || !tp_ranks_open(&c.ranks, tp_tables_ranks(v->table), v->limit))
        return 0;
    if (!memo || text.length < REMEMBERED_TEXT)
        return count_any(v, &c, text);
    hash = tp_memo_hash(memo, text, v->number);
    if (!tp_memo_text_find(memo, hash, &count)) {
        count = count_any(v, &c, text);
        tp_memo_text_keep(memo, hash, count);
    }
    return count;
}

bool tp_count_is_ready(const tp_vocabulary *v)
{
    tp_ranks ranks;
    return tp_ranks_open(&ranks, tp_tables_ranks(v->table), v->limit);
}
