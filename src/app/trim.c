/* app/trim.c - gives memory back to the system that malloc keeps. */

#include <malloc.h>

#include "app/private.h"
#include "base/offload.h"

enum { ARENAS = 2, MMAP_BYTES = 256 << 10, TOP_BYTES = 2 << 20, LOOK_MS = 30000 };

/* One arena for the loop and one for all workers, instead of one for each thread, and sizes that do not grow with the largest body seen:
 * what a peak took would stay. */
void tp_app_trim_tune(void)
{
    mallopt(M_ARENA_MAX, ARENAS);
    mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
    mallopt(M_TRIM_THRESHOLD, TOP_BYTES);
}

static void trim(void *arg)
{
    (void)arg;
    malloc_trim(0);
}

static void on_trimmed(void *arg)
{
    (void)arg;
}

/* Once behind every busy time: while nothing runs nobody waits for malloc's lock. */
static void on_look(tp_timer *timer)
{
    tp_app *app = tp_list_entry(timer, tp_app, trim_timer);
    uint64_t requests = tp_stats_requests(tp_ledger_stats(app->services.ledger)->sums);

    if (app->turn.driver.alive == 0 && requests != app->trimmed_at) {
        app->trimmed_at = requests;
        tp_offload(&app->loop, trim, on_trimmed, app);
    }
    tp_timer_start(&app->turn.timers, timer, LOOK_MS, on_look);
}

void tp_app_trim_start(tp_app *app)
{
    tp_timer_start(&app->turn.timers, &app->trim_timer, LOOK_MS, on_look);
}
