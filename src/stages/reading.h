/* stages/reading.h - reads what a held body says of model and stream, decoding a compressed one. */

#ifndef TP_STAGES_READING_H
#define TP_STAGES_READING_H

#include <tokenpak/stage.h>

#include "json/scan.h"

/* One reading; may run on a worker. Its memory is its own until tp_reading_apply. */
typedef struct tp_reading {
    tp_bytes body, coding; /* given: the held bytes and the value of Content-Encoding */
    uint64_t most;         /* given: bytes a compressed body may decode to */
    tp_arena *arena;
    tp_json json;
    tp_json_error error;
    bool decoded, valid;
    bool sealed;     /* with `deep`: a seal of another maker is in it */
    bool unreadable; /* a coding that is not known or broken */
    bool too_large;  /* decodes to more than `most` */
    bool deep;       /* given: record all values, not only the members; cleared when they are too many */
} tp_reading;

/* Prepares reading the body that `x` holds. */
tp_reading *tp_reading_new(tp_exchange *x, uint64_t most, bool deep);

/* Decodes and scans. Any thread. */
void tp_reading_run(void *reading);

/* Whether running it could take longer than a turn of the loop may. */
bool tp_reading_is_long(const tp_reading *reading);

/* Puts the result into the exchange, which takes the memory over. */
void tp_reading_apply(tp_reading *reading, tp_exchange *x);

#endif
