/* tokens/vocabulary.h - which vocabularies there are, and which one a model counts with. Pure; any thread. */

#ifndef TP_TOKENS_VOCABULARY_H
#define TP_TOKENS_VOCABULARY_H

#include "tokens/normal.h"
#include "tokens/splitter.h"
#include "tokens/tables.h"

typedef struct tp_vocabulary {
    const char *name; /* as the reference calls it: "o200k_base" */
    unsigned number;  /* from 1, another for each */
    tp_table table;
    uint32_t limit; /* ranks below it are used */
    tp_splitter *split;
    tp_normal_form form; /* that text has before it is cut */
} tp_vocabulary;

/* How sure a count is. */
typedef enum tp_sureness {
    TP_SURE_EXACT,      /* the model's own vocabulary */
    TP_SURE_CALIBRATED, /* a near relative's: to be corrected by what the provider reports */
    TP_SURE_HEURISTIC,  /* that of a stranger */
} tp_sureness;

typedef struct tp_vocabulary_choice {
    const tp_vocabulary *vocabulary;
    tp_sureness sureness;
} tp_vocabulary_choice;

/* "exact", "calibrated", "heuristic". */
const char *tp_vocabulary_sureness_name(tp_sureness sureness);

/* NULL when there is none of that name. */
const tp_vocabulary *tp_vocabulary_named(tp_bytes name);

/* The n-th vocabulary, from 0; NULL behind the last. */
const tp_vocabulary *tp_vocabulary_at(size_t n);

/* By the model's name, with or without a provider's before it ("openai/gpt-4o"). Never without an answer. */
tp_vocabulary_choice tp_vocabulary_for_model(tp_bytes model);

#endif
