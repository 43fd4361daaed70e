/* upstream/upstream.c - keeps idle connections, newest first, and drops those that speak, close or grow old. */

#include "upstream/upstream.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "base/memory.h"

/* A provider's own keep-alive ends between 5 s and 10 minutes; most end at 60 s or later. */
enum { IDLE_MOST = 256, IDLE_AGE_MS = 55000, REAP_EVERY_MS = 5000 };

static void count_idle(tp_upstream *u, tp_origin *origin, int change)
{
    origin->idle_count += (unsigned)change;
    u->idle += (unsigned)change;
    tp_metric_set(u->metrics, TP_METRIC_UPSTREAM_IDLE, u->idle);
}

static void drop(tp_upstream *u, tp_conn *conn)
{
    count_idle(u, conn->origin, -1);
    tp_connect_close(conn);
}

static void on_idle_event(void *arg, tp_conn *conn, bool readable, bool writable)
{
    (void)readable;
    (void)writable;
    if (!tp_connect_silent(conn)) /* a ticket of TLS is no word of the provider */
        drop(arg, conn);
}

static void reap(tp_timer *timer)
{
    tp_upstream *u = tp_list_entry(timer, tp_upstream, reaper);
    uint64_t now = tp_clock_ns(u->timers->clock);

    for (tp_origin *o = u->origins; o; o = o->next) {
        while (!tp_list_empty(&o->idle)) {
            tp_conn *oldest = tp_list_entry(o->idle.head.previous, tp_conn, link);

            if (now - oldest->since_ns < (uint64_t)IDLE_AGE_MS * 1000000)
                break;
            drop(u, oldest);
        }
    }
    if (u->idle)
        tp_timer_start(u->timers, &u->reaper, REAP_EVERY_MS, reap);
}

tp_upstream *tp_upstream_open(uv_loop_t *loop, tp_timers *timers, tp_metrics *metrics)
{
    tp_upstream *u = tp_new(tp_upstream);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    u->timers = timers;
    u->metrics = metrics;
    u->scratch.limit = SIZE_MAX / 2;
    u->connector = tp_connect_open(loop, timers);
    return u;
}

bool tp_upstream_shed(tp_upstream *u)
{
    bool any = u->idle > 0;

    for (tp_origin *o = u->origins; o; o = o->next)
        while (!tp_list_empty(&o->idle))
            drop(u, tp_list_entry(o->idle.head.next, tp_conn, link));
    return any;
}

void tp_upstream_close(tp_upstream *u)
{
    tp_timer_stop(u->timers, &u->reaper);
    tp_upstream_shed(u);
    while (u->origins) {
        tp_origin *o = u->origins;

        u->origins = o->next;
        tp_origin_free(o);
    }
    tp_connect_shut(u->connector);
    tp_buffer_free(&u->scratch);
    free(u);
}

tp_origin *tp_upstream_origin(tp_upstream *u, const char *base_url)
{
    tp_origin *o = u->origins;

    while (o && strcmp(o->base_url, base_url) != 0)
        o = o->next;
    if (o)
        return o;
    o = tp_origin_new(base_url);
    o->next = u->origins;
    u->origins = o;
    return o;
}

tp_conn *tp_upstream_take(tp_upstream *u, tp_origin *origin)
{
    while (!tp_list_empty(&origin->idle)) {
        tp_conn *conn = tp_list_entry(origin->idle.head.next, tp_conn, link);

        if (tp_connect_silent(conn)) {
            tp_list_remove(&conn->link);
            count_idle(u, origin, -1);
            return conn;
        }
        drop(u, conn);
    }
    return NULL;
}

void tp_upstream_put(tp_upstream *u, tp_conn *conn)
{
    if (conn->origin->idle_count >= IDLE_MOST) {
        tp_connect_close(conn);
        return;
    }
    conn->since_ns = tp_clock_ns(u->timers->clock);
    conn->event = on_idle_event;
    conn->arg = u;
    tp_connect_watch(conn, true, false);
    tp_list_prepend(&conn->origin->idle, &conn->link);
    count_idle(u, conn->origin, 1);
    if (!tp_timer_running(&u->reaper))
        tp_timer_start(u->timers, &u->reaper, REAP_EVERY_MS, reap);
}
