/* tokens/bpe.h - byte-pair encoding of one piece of text: how many tokens. Pure; any thread. */

#ifndef TP_TOKENS_BPE_H
#define TP_TOKENS_BPE_H

#include "tokens/ranks.h"

/* Tokens of the `n` (1 or more) bytes at `p` when the pair of lowest rank is merged, the leftmost first, until no pair is a token. Nothing
 * at or behind `end` is read. Linear in `n`; memory beyond the stack only for pieces of more than 64 bytes, and freed. */
size_t tp_bpe_count(const tp_ranks *ranks, const unsigned char *p, size_t n, const unsigned char *end);

#endif
