/* bench/options.h - the words of the load generator's command line. */

#ifndef TP_BENCH_OPTIONS_H
#define TP_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum bench_hold { BENCH_HOLD_NOTHING, BENCH_HOLD_IDLE, BENCH_HOLD_STREAM } bench_hold;

typedef struct bench_options {
    uint16_t port;
    char *request; /* the bytes to send, head and body */
    size_t request_size;
    unsigned connections, parallel;
    double rate;          /* requests a second; 0 = as many as are answered */
    double warm, seconds; /* before and while it is measured */
    bool fresh;           /* a new connection for each request */
    bench_hold holds;
    pid_t pid; /* whose CPU time is told; 0 = nobody's */
} bench_options;

/* Ends the program when something is missing or unknown. */
void bench_options_read(bench_options *options, int argc, char **argv);

#endif
