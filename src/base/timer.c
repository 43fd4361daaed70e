/* base/timer.c - a binary heap of timers, each of which knows its place. */

#include "base/timer.h"

#include <stdlib.h>

#include "base/memory.h"

enum { NS_PER_MS = 1000000 };

void tp_timer_init(tp_timers *timers, const tp_clock *clock)
{
    *timers = (tp_timers){ .clock = clock };
}

void tp_timer_close(tp_timers *timers)
{
    free(timers->heap);
    timers->heap = NULL;
    timers->count = timers->room = 0;
}

static void put(tp_timers *timers, uint32_t index, tp_timer *timer)
{
    timers->heap[index] = timer;
    timer->place = index + 1;
}

static void sift_up(tp_timers *timers, uint32_t index)
{
    tp_timer *timer = timers->heap[index];

    while (index > 0 && timers->heap[(index - 1) / 2]->due_ns > timer->due_ns) {
        put(timers, index, timers->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    put(timers, index, timer);
}

static void sift_down(tp_timers *timers, uint32_t index)
{
    tp_timer *timer = timers->heap[index];

    for (uint32_t child = 2 * index + 1; child < timers->count; child = 2 * index + 1) {
        if (child + 1 < timers->count && timers->heap[child + 1]->due_ns < timers->heap[child]->due_ns)
            child++;
        if (timers->heap[child]->due_ns >= timer->due_ns)
            break;
        put(timers, index, timers->heap[child]);
        index = child;
    }
    put(timers, index, timer);
}

static void take_out(tp_timers *timers, tp_timer *timer)
{
    uint32_t index = timer->place - 1;
    tp_timer *last = timers->heap[--timers->count];

    timer->place = 0;
    if (last == timer)
        return;
    put(timers, index, last);
    sift_up(timers, index);
    sift_down(timers, last->place - 1);
}

static void tell(tp_timers *timers, uint64_t before)
{
    uint64_t after = timers->count ? timers->heap[0]->due_ns : UINT64_MAX;

    if (after != before && timers->changed)
        timers->changed(timers);
}

static uint64_t earliest(const tp_timers *timers)
{
    return timers->count ? timers->heap[0]->due_ns : UINT64_MAX;
}

static void insert(tp_timers *timers, tp_timer *timer)
{
    if (timers->count == timers->room) {
        timers->room = timers->room ? timers->room * 2 : 64;
        timers->heap = tp_memory_resize(timers->heap, timers->room * sizeof(*timers->heap));
    }
    put(timers, timers->count++, timer);
    sift_up(timers, timer->place - 1);
}

void tp_timer_start(tp_timers *timers, tp_timer *timer, uint64_t ms, void (*fire)(tp_timer *timer))
{
    uint64_t before = earliest(timers);

    timer->due_ns = tp_clock_ns(timers->clock) + ms * NS_PER_MS;
    if (timer->due_ns <= timers->running_ns)
        timer->due_ns = timers->running_ns + 1;
    timer->fire = fire;
    if (!timer->place) {
        insert(timers, timer);
    } else {
        sift_up(timers, timer->place - 1);
        sift_down(timers, timer->place - 1);
    }
    tell(timers, before);
}

void tp_timer_stop(tp_timers *timers, tp_timer *timer)
{
    uint64_t before = earliest(timers);

    if (!timer->place)
        return;
    take_out(timers, timer);
    tell(timers, before);
}

void tp_timer_run(tp_timers *timers)
{
    uint64_t now = tp_clock_ns(timers->clock), before = earliest(timers);

    timers->running_ns = now;
    while (timers->count && timers->heap[0]->due_ns <= now) {
        tp_timer *timer = timers->heap[0];

        take_out(timers, timer);
        timer->fire(timer);
    }
    timers->running_ns = 0;
    tell(timers, before);
}

uint64_t tp_timer_next(const tp_timers *timers)
{
    uint64_t now = tp_clock_ns(timers->clock), due = earliest(timers);

    if (due == UINT64_MAX)
        return UINT64_MAX;
    return due <= now ? 0 : (due - now + NS_PER_MS - 1) / NS_PER_MS;
}
