/* fuzz/line.h - stands in for upstream/connect.c at link time: a connection to a provider is what was sent and what will be answered. */

#ifndef TP_FUZZ_LINE_H
#define TP_FUZZ_LINE_H

#include "base/buffer.h"

/* Of the one connection at a time. */
typedef struct line {
    tp_buffer sent;
    tp_bytes answer; /* what is not read of it yet; the provider closes behind it */
    size_t piece;    /* most bytes that the kernel takes or gives at once */
    bool open, kept;
} line;

/* Forgets the last connection; what is opened next answers with `answer`. */
line *line_begin(tp_bytes answer, size_t piece);

/* The connection stands: it is written to and read from as far as it is watched, until it is closed or kept. */
void line_run(void);

/* Frees everything, a kept connection too. */
void line_end(void);

#endif
