/* base/timer.h - many one-shot timers over one clock: a binary heap, driven by the loop's single uv_timer or by a bench's hand. Loop
 * thread. */

#ifndef TP_BASE_TIMER_H
#define TP_BASE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/* Embedded in its owner; zeroed = not running. */
typedef struct tp_timer {
    uint64_t due_ns;
    uint32_t place; /* 1 + index in the heap, 0 = not running */
    void (*fire)(struct tp_timer *timer);
} tp_timer;

typedef struct tp_timers {
    const tp_clock *clock;
    tp_timer **heap;
    uint32_t count, room;
    uint64_t running_ns; /* while tp_timer_run fires: what is started then waits for the next run */
    /* Told whenever the earliest timer has changed, so that the driver can set its alarm; may be NULL. */
    void (*changed)(struct tp_timers *timers);
    void *driver;
} tp_timers;

void tp_timer_init(tp_timers *timers, const tp_clock *clock);
void tp_timer_close(tp_timers *timers);

/* Starts or restarts `timer`, due `ms` from now. */
void tp_timer_start(tp_timers *timers, tp_timer *timer, uint64_t ms, void (*fire)(tp_timer *timer));
void tp_timer_stop(tp_timers *timers, tp_timer *timer);

static inline bool tp_timer_running(const tp_timer *timer)
{
    return timer->place != 0;
}

/* Fires what is due; a timer may start and stop any timer meanwhile. */
void tp_timer_run(tp_timers *timers);

/* Milliseconds until the earliest, rounded up; UINT64_MAX when none runs. */
uint64_t tp_timer_next(const tp_timers *timers);

#endif
