/* bench/pace.c - a wheel of milliseconds: who writes its next event when. */

#include "pace.h"

#include <stddef.h>

void bench_pace_add(bench_pace *pace, bench_paced *paced, uint64_t due_ms)
{
    bench_paced **slot;

    paced->due_ms = due_ms > pace->now_ms ? due_ms : pace->now_ms + 1;
    slot = &pace->slots[paced->due_ms % BENCH_PACE_SLOTS];
    paced->next = *slot;
    paced->from = slot;
    if (paced->next)
        paced->next->from = &paced->next;
    *slot = paced;
}

void bench_pace_remove(bench_paced *paced)
{
    if (!paced->from)
        return;
    *paced->from = paced->next;
    if (paced->next)
        paced->next->from = paced->from;
    paced->from = NULL;
}

/* One more round of the wheel may lie before those of a slot: only what is due comes out. */
bench_paced *bench_pace_take(bench_pace *pace, uint64_t now_ms)
{
    if (pace->now_ms == 0)
        pace->now_ms = now_ms - 1;
    for (;;) {
        for (bench_paced *paced = pace->slots[pace->now_ms % BENCH_PACE_SLOTS]; paced; paced = paced->next) {
            if (paced->due_ms > pace->now_ms)
                continue;
            bench_pace_remove(paced);
            return paced;
        }
        if (pace->now_ms >= now_ms)
            return NULL;
        pace->now_ms++;
    }
}
