/* upstream/upstream.h - the room's own state: origins, idle connections, shared buffers. Loop thread only. */

#ifndef TP_UPSTREAM_UPSTREAM_H
#define TP_UPSTREAM_UPSTREAM_H

#include <tokenpak/metric.h>

#include "base/buffer.h"
#include "upstream/connect.h"

enum { TP_UPSTREAM_READ = 64 << 10 };

typedef struct tp_upstream {
    tp_timers *timers;
    tp_metrics *metrics;
    tp_connector *connector;
    tp_origin *origins;
    tp_timer reaper;
    unsigned idle;
    tp_buffer scratch;            /* what is about to be sent, for the length of one call */
    char input[TP_UPSTREAM_READ]; /* one read buffer for all replies */
} tp_upstream;

tp_upstream *tp_upstream_open(uv_loop_t *loop, tp_timers *timers, tp_metrics *metrics);

/* Every call must have ended before. */
void tp_upstream_close(tp_upstream *upstream);

/* The origin of a base URL that config has checked; made on first use, kept until the end. */
tp_origin *tp_upstream_origin(tp_upstream *upstream, const char *base_url);

/* An idle connection that is still silent, the last used first; NULL when there is none. It is the caller's. */
tp_conn *tp_upstream_take(tp_upstream *upstream, tp_origin *origin);

/* Gives a connection back whose exchange has ended cleanly. */
void tp_upstream_put(tp_upstream *upstream, tp_conn *conn);

/* Closes all idle connections, because descriptors are short; false when there was none. */
bool tp_upstream_shed(tp_upstream *upstream);

#endif
