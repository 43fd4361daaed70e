/* bench/answers.h - the bytes of the mock provider's replies, made once. */

#ifndef TP_BENCH_ANSWERS_H
#define TP_BENCH_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct bench_text {
    const char *data;
    size_t size;
} bench_text;

/* A whole chat completion with a body of `size` bytes; `closes` = it says that the connection closes. */
bench_text bench_answer_chat(size_t size, bool closes);

bench_text bench_answer_stream_head(void);

/* The event with `left` more behind it; the last one ends the reply. */
bench_text bench_answer_event(unsigned left);

#endif
