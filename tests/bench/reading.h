/* bench/reading.h - reads replies off a connection: where each ends, its status, the events in it. */

#ifndef TP_BENCH_READING_H
#define TP_BENCH_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCH_HEAD_SIZE = 4096 };

typedef enum bench_reading_state {
    BENCH_IN_HEAD,
    BENCH_IN_BODY,
    BENCH_IN_CHUNK_SIZE,
    BENCH_IN_CHUNK,
    BENCH_IN_CHUNK_END,
    BENCH_IN_TRAILER,
} bench_reading_state;

typedef struct bench_reading {
    bench_reading_state state;
    unsigned status;
    uint64_t left;   /* bytes of the body or chunk */
    uint64_t events; /* blank lines of event streams, over all replies */
    size_t line;     /* characters of the line of a chunk's head or trailer */
    char last;       /* byte of the body before */
    size_t head_size;
    char head[BENCH_HEAD_SIZE];
} bench_reading;

typedef enum bench_progress { BENCH_MORE, BENCH_WHOLE, BENCH_BROKEN } bench_progress;

/* A reply that is whole ends with the data: nothing was asked behind it. */
bench_progress bench_reading_take(bench_reading *reading, const char *data, size_t size);

#endif
