/* bench/pace.h - a wheel of milliseconds: who writes its next event when. */

#ifndef TP_BENCH_PACE_H
#define TP_BENCH_PACE_H

#include <stdint.h>

enum { BENCH_PACE_SLOTS = 4096 };

/* Inside what it paces; zeroed = nowhere. */
typedef struct bench_paced {
    struct bench_paced *next, **from;
    uint64_t due_ms;
} bench_paced;

typedef struct bench_pace {
    bench_paced *slots[BENCH_PACE_SLOTS];
    uint64_t now_ms;
} bench_pace;

void bench_pace_add(bench_pace *pace, bench_paced *paced, uint64_t due_ms);
void bench_pace_remove(bench_paced *paced);

/* Takes one out that is due at `now_ms`; NULL when no more is. */
bench_paced *bench_pace_take(bench_pace *pace, uint64_t now_ms);

#endif
