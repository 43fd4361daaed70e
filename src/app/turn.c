/* app/turn.c - runs what the callbacks of a turn have queued, and sets the one alarm. */

#include "app/turn.h"

#include <time.h>

#include "base/logger.h"
#include "base/offload.h"

enum { LOG_EVERY_MS = 20, NS_PER_MS = 1000000 };

static void on_alarm(uv_timer_t *alarm)
{
    tp_turn *t = alarm->data;

    t->alarm_ns = UINT64_MAX;
    tp_timer_run(&t->timers);
}

/* An alarm that rings too early is harmless, so a later one is not moved. */
static void set_alarm(tp_turn *t)
{
    uint64_t ms = tp_timer_next(&t->timers), due;

    if (ms == UINT64_MAX)
        return;
    due = t->timers.heap[0]->due_ns;
    if (due >= t->alarm_ns)
        return;
    t->alarm_ns = due;
    uv_update_time(t->loop);
    uv_timer_start(&t->alarm, on_alarm, ms, 0);
}

static void write_log(void *arg)
{
    (void)arg;
    tp_logger_flush();
}

static void on_log_written(void *arg)
{
    ((tp_turn *)arg)->flushing = false;
}

static void on_log_timer(tp_timer *timer)
{
    tp_turn *t = tp_list_entry(timer, tp_turn, log_timer);

    t->flushing = true;
    tp_offload(t->loop, write_log, on_log_written, t);
}

static void run(tp_turn *t)
{
    bool more;

    if (!t->wanted)
        return;
    t->wanted = false;
    more = tp_driver_turn(&t->driver);
    for (unsigned i = 0; i < 2; i++)
        if (t->servers[i])
            tp_server_turn(t->servers[i]);
    t->wanted = t->wanted || more;
}

static void schedule_log(tp_turn *t)
{
    if (!t->flushing && !tp_timer_running(&t->log_timer) && tp_logger_pending())
        tp_timer_start(&t->timers, &t->log_timer, LOG_EVERY_MS, on_log_timer);
}

static void on_busy(uv_idle_t *busy)
{
    (void)busy;
}

static void on_before(uv_prepare_t *before)
{
    tp_turn *t = before->data;

    run(t);
    if (t->wanted)
        uv_idle_start(&t->busy, on_busy);
    else
        uv_idle_stop(&t->busy);
    schedule_log(t);
    set_alarm(t);
}

static uint64_t thread_cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The turn less the waiting in the poll: how long others had to wait for it, and how much of that was work of ours. */
static void measure(tp_turn *t)
{
    uint64_t now = uv_hrtime(), waited = uv_metrics_idle_time(t->loop), used = thread_cpu_ns();

    if (t->ended_ns) {
        tp_metric_observe(t->metrics, TP_METRIC_LOOP_LAG, (double)(now - t->ended_ns - (waited - t->waited_ns)) / 1e9, NULL);
        tp_metric_observe(t->metrics, TP_METRIC_LOOP_CPU, (double)(used - t->used_ns) / 1e9, NULL);
    }
    t->ended_ns = now;
    t->waited_ns = waited;
    t->used_ns = used;
}

static void on_after(uv_check_t *after)
{
    tp_turn *t = after->data;

    run(t);
    schedule_log(t);
    measure(t);
}

static void wake_for_driver(tp_driver *driver)
{
    tp_turn_want(driver->owner);
}

void tp_turn_want(tp_turn *turn)
{
    turn->wanted = true;
}

static uint64_t loop_ns(const tp_clock *clock)
{
    const tp_turn *t = tp_list_entry(clock, tp_turn, clock);

    return uv_now(t->loop) * NS_PER_MS;
}

void tp_turn_open(tp_turn *t, uv_loop_t *loop, const tp_clock *clock, tp_metrics *metrics)
{
    *t = (tp_turn){ .loop = loop, .metrics = metrics, .alarm_ns = UINT64_MAX };
    t->clock = (tp_clock){ loop_ns, clock->wall_ms };
    tp_timer_init(&t->timers, &t->clock);
    tp_driver_init(&t->driver, clock);
    t->driver.wake = wake_for_driver;
    t->driver.owner = t;
    uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
    uv_prepare_init(loop, &t->before);
    uv_check_init(loop, &t->after);
    uv_idle_init(loop, &t->busy);
    uv_timer_init(loop, &t->alarm);
    t->before.data = t->after.data = t->busy.data = t->alarm.data = t;
    uv_prepare_start(&t->before, on_before);
    uv_check_start(&t->after, on_after);
}

void tp_turn_close(tp_turn *t)
{
    uv_close((uv_handle_t *)&t->before, NULL);
    uv_close((uv_handle_t *)&t->after, NULL);
    uv_close((uv_handle_t *)&t->busy, NULL);
    uv_close((uv_handle_t *)&t->alarm, NULL);
    tp_timer_close(&t->timers);
    tp_driver_close(&t->driver);
}
