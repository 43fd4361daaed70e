/* tokens/ranks.h - finds the rank of a token in a table, where the table lies: no heap, nothing built. Pure; any thread. */

#ifndef TP_TOKENS_RANKS_H
#define TP_TOKENS_RANKS_H

#include <stdbool.h>

#include <tokenpak/bytes.h>

#include "tokens/hash.h"

#define TP_RANK_NONE UINT32_MAX

/* A table is a header (ranks.c), a directory of buckets, and the entries bucket by bucket. A word of the directory is where a bucket's
 * entries begin and, above, a filter of ten bits that turns most strangers away. An entry is three bytes of rank and length, two more of
 * length when it is long, one of the split in tables that have it, and the token. */
enum { TP_RANKS_OFFSET_BITS = 22, TP_RANKS_FILTER_BITS = 10, TP_RANKS_BITS = 18, TP_RANKS_LONG = 63, TP_RANKS_UNREACHED = 0x80 };

typedef struct tp_ranks {
    const uint32_t *directory;
    const unsigned char *entries;
    unsigned shift;  /* of a hash, to its bucket */
    uint32_t limit;  /* ranks from here on are not of this vocabulary */
    bool has_splits; /* a pair merges only where its token's own split lies */
} tp_ranks;

typedef struct tp_rank {
    uint32_t rank;
    unsigned split; /* length of the left part; TP_RANKS_UNREACHED: merging the token's bytes gives something else. 0 in tables without */
} tp_rank;

/* False when the header is not that of a table of this size and kind. Looks at the header only. */
bool tp_ranks_open(tp_ranks *ranks, tp_bytes table, uint32_t limit);

/* Whether every byte is as it was made. Reads it all. */
bool tp_ranks_is_whole(tp_bytes table);

static inline uint32_t tp_ranks_load4(const unsigned char *p)
{
    uint32_t word;
    memcpy(&word, p, 4);
    return le32toh(word);
}

/* Tables are padded, so that 16 bytes may be read behind each of their tokens. */
static inline bool tp_ranks_same(const unsigned char *token, tp_words first, const unsigned char *p, size_t n)
{
    if (n <= 16) {
        tp_words w = tp_hash_open(token, n);
        return w.lo == first.lo && w.hi == first.hi;
    }
    return memcmp(token, p, n) == 0;
}

/* The token of `n` (1 or more) bytes at `p`, whose first words and hash these are; rank TP_RANK_NONE when there is none. */
static inline tp_rank tp_ranks_lookup(const tp_ranks *r, tp_words first, uint64_t hash, const unsigned char *p, size_t n)
{
    const uint32_t mask = (1u << TP_RANKS_OFFSET_BITS) - 1;
    const uint32_t *bucket = r->directory + (hash >> r->shift);
    uint32_t word = le32toh(bucket[0]);
    const unsigned char *at = r->entries + (word & mask), *stop;

    if (!(word >> TP_RANKS_OFFSET_BITS & 1u << ((hash & 0xffff) * TP_RANKS_FILTER_BITS >> 16)))
        return (tp_rank){ TP_RANK_NONE, 0 };
    for (stop = r->entries + (le32toh(bucket[1]) & mask); at < stop;) {
        uint32_t head = tp_ranks_load4(at);
        size_t length = head >> TP_RANKS_BITS & TP_RANKS_LONG;
        unsigned split;
        at += 3;
        if (length == TP_RANKS_LONG) {
            length = (size_t)(at[0] | at[1] << 8);
            at += 2;
        }
        split = r->has_splits ? *at++ : 0;
        head &= (1u << TP_RANKS_BITS) - 1;
        if (length == n && tp_ranks_same(at, first, p, n))
            return (tp_rank){ head < r->limit ? head : TP_RANK_NONE, split };
        at += length;
    }
    return (tp_rank){ TP_RANK_NONE, 0 };
}

/* The same from the bytes alone; nothing at or behind `end` is read. */
static inline tp_rank tp_ranks_find(const tp_ranks *r, const unsigned char *p, size_t n, const unsigned char *end)
{
    tp_words first = tp_hash_words(p, n < 16 ? n : 16, end);
    return tp_ranks_lookup(r, first, tp_hash_piece(first, p, n, end), p, n);
}

#endif
