/* wire/usage_table.h - where each dialect and provider keeps what the tap reads, and how its numbers add up. */

#ifndef TP_WIRE_USAGE_TABLE_H
#define TP_WIRE_USAGE_TABLE_H

#include "json/pick.h"
#include "wire/usage.h"

enum { TP_USAGE_SPOTS = 10, TP_USAGE_TERMS = 8, TP_USAGE_WORDS = 5, TP_USAGE_PATTERNS = 2 };

typedef enum tp_usage_role {
    TP_USAGE_OBJECT, /* the usage object */
    TP_USAGE_COUNT,  /* one term by itself, without an object around it */
    TP_USAGE_NAME,   /* the model */
    TP_USAGE_FAULT,  /* an error, when it is there and not empty */
    TP_USAGE_TYPE,   /* the kind of event: "error", or one of `ends` */
    TP_USAGE_DONE,   /* the end, when it is there and not false */
} tp_usage_role;

/* One shape of reply. An event that has none of `words` in it need not be read once the model is known. */
typedef struct tp_usage_form {
    tp_shape shape;
    tp_pick_path spots[TP_USAGE_SPOTS]; /* each with its tp_usage_role as tag */
    const char *ends;
    const char *words[TP_USAGE_WORDS];
} tp_usage_form;

/* A number that is added to `field`; one that is `otherwise` counts only where no earlier term was given. */
typedef struct tp_usage_term {
    tp_bytes keys[2]; /* its path in the usage object; the second may be empty */
    tp_usage_field field;
    bool otherwise;
} tp_usage_term;

/* How a provider counts. `names` and `hosts` are patterns; a row without any is for all others. */
typedef struct tp_usage_sum {
    tp_shape shape;
    tp_bytes names[TP_USAGE_PATTERNS], hosts[TP_USAGE_PATTERNS];
    tp_usage_term terms[TP_USAGE_TERMS];
} tp_usage_sum;

/* NULL for a shape that carries no usage. */
const tp_usage_form *tp_usage_table_form(tp_shape shape);
const tp_usage_sum *tp_usage_table_sum(tp_shape shape, tp_bytes provider, tp_bytes host);

#endif
