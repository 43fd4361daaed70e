/* tokens/hash.h - loads a piece of text as two words and hashes it; the tables are ordered by this hash. Pure; any thread. */

#ifndef TP_TOKENS_HASH_H
#define TP_TOKENS_HASH_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TP_HASH_A 0x9E3779B97F4A7C15u
#define TP_HASH_B 0xC2B2AE3D27D4EB4Fu
#define TP_HASH_C 0x165667B19E3779F9u

/* Up to 16 bytes, padded with zeros. */
typedef struct tp_words {
    uint64_t lo, hi;
} tp_words;

static inline uint64_t tp_hash_load8(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, 8);
    return le64toh(word);
}

static inline uint64_t tp_hash_fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The first `n` (1..16) of 16 bytes that may be read. */
static inline tp_words tp_hash_open(const unsigned char *p, size_t n)
{
    tp_words w = { tp_hash_load8(p), tp_hash_load8(p + 8) };

    if (n <= 8) {
        w.lo &= UINT64_MAX >> (64 - 8 * n);
        w.hi = 0;
    } else {
        w.hi &= UINT64_MAX >> (128 - 8 * n);
    }
    return w;
}

/* The `n` (1..16) bytes at `p`; nothing at or behind `end` is read. */
static inline tp_words tp_hash_words(const unsigned char *p, size_t n, const unsigned char *end)
{
    unsigned char copy[16] = { 0 };

    if (end - p >= 16)
        return tp_hash_open(p, n);
    memcpy(copy, p, n);
    return (tp_words){ tp_hash_load8(copy), tp_hash_load8(copy + 8) };
}

/* Of a piece of `n` bytes; `first` is its first 16. */
static inline uint64_t tp_hash_piece(tp_words first, const unsigned char *p, size_t n, const unsigned char *end)
{
    uint64_t h = tp_hash_fold(first.lo ^ TP_HASH_A, first.hi ^ TP_HASH_B ^ n * TP_HASH_C);

    for (size_t at = 16; at < n; at += 16) {
        tp_words w = tp_hash_words(p + at, n - at < 16 ? n - at : 16, end);
        h = tp_hash_fold(w.lo ^ h, w.hi ^ TP_HASH_B);
    }
    return h;
}

#endif
