/* tokens/ranks.c - the header of a table, and what must hold before it is used. */

#include "tokens/ranks.h"

#define MAGIC "TPRANKS1"
enum { HAS_SPLITS = 1, PADDING = 64, LEAST_BITS = 1, MOST_BITS = 20 };

/* Little-endian, as the directory. */
typedef struct header {
    char magic[8];
    uint64_t check; /* hash of the whole table with this field zero */
    uint32_t size;  /* of the whole table, bytes */
    uint32_t tokens;
    uint32_t bits; /* of the number of buckets */
    uint32_t flags;
    uint32_t longest; /* token, bytes */
    uint32_t unused;
    char name[24];
} header;

static bool header_of(header *h, tp_bytes table)
{
    if (table.length < sizeof *h)
        return false;
    memcpy(h, table.data, sizeof *h);
    h->check = le64toh(h->check);
    h->size = le32toh(h->size);
    h->bits = le32toh(h->bits);
    h->flags = le32toh(h->flags);
    return memcmp(h->magic, MAGIC, sizeof h->magic) == 0 && h->size == table.length;
}

bool tp_ranks_open(tp_ranks *ranks, tp_bytes table, uint32_t limit)
{
    header h;
    size_t directory;

    if (!header_of(&h, table) || h.bits < LEAST_BITS || h.bits > MOST_BITS || h.flags > HAS_SPLITS)
        return false;
    directory = ((size_t)(1u << h.bits) + 1) * sizeof(uint32_t);
    if (sizeof h + directory + PADDING > table.length)
        return false;
    *ranks = (tp_ranks){
        .directory = (const uint32_t *)(const void *)(table.data + sizeof h),
        .entries = (const unsigned char *)table.data + sizeof h + directory,
        .shift = 64 - h.bits,
        .limit = limit,
        .has_splits = h.flags & HAS_SPLITS,
    };
    return true;
}

/* As tp_hash_piece hashes it, with the field of the check read as zero: it is the second half of the first 16 bytes. */
bool tp_ranks_is_whole(tp_bytes table)
{
    const unsigned char *p = (const unsigned char *)table.data;
    tp_words first;
    header h;

    if (!header_of(&h, table))
        return false;
    first = (tp_words){ tp_hash_load8(p), 0 };
    return tp_hash_piece(first, p, table.length, p + table.length) == h.check;
}
