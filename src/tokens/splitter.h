/* tokens/splitter.h - cuts text into the pieces within which tokens are merged, one function for each family of vocabularies. Pure. */

#ifndef TP_TOKENS_SPLITTER_H
#define TP_TOKENS_SPLITTER_H

/* Text that is being cut. Must be valid UTF-8. */
typedef struct tp_pieces {
    const unsigned char *at; /* where the next piece begins; below `end` */
    const unsigned char *end;
    const unsigned char *stop; /* what a splitter remembers: how far it has looked; at first `at` */
} tp_pieces;

/* The end of the piece that begins at `at`; always further on. All calls over one text together are linear in its length. */
typedef const unsigned char *tp_splitter(tp_pieces *pieces);

/* GPT-2, GPT-3 (r50k, p50k), and Claude 2. */
tp_splitter tp_splitter_gpt2;

/* GPT-3.5 and GPT-4. */
tp_splitter tp_splitter_cl100k;

/* Qwen 2 and 3: as cl100k, but each digit is a piece. */
tp_splitter tp_splitter_cl100k_qwen;

/* GPT-4o and later, gpt-oss. */
tp_splitter tp_splitter_o200k;

/* Mistral's tekken: as o200k, but each digit is a piece, and contractions are words of their own. */
tp_splitter tp_splitter_o200k_tekken;

/* DeepSeek V3 and R1. */
tp_splitter tp_splitter_deepseek;

#endif
