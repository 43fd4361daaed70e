/* app/turn.h - what surrounds each turn of the loop: timers, resumed exchanges, writes to clients, the log. Loop thread only. */

#ifndef TP_APP_TURN_H
#define TP_APP_TURN_H

#include <uv.h>

#include "base/timer.h"
#include "exchange/driver.h"
#include "server/server.h"

typedef struct tp_turn {
    uv_loop_t *loop;
    tp_clock clock; /* the loop's own time, read once a turn: good enough for timers */
    tp_timers timers;
    tp_driver driver;
    tp_metrics *metrics;
    tp_server *servers[2]; /* NULL = none */
    uv_prepare_t before;   /* before the poll */
    uv_check_t after;      /* after it */
    uv_idle_t busy;        /* active while work is left: the poll does not wait */
    uv_timer_t alarm;
    uint64_t alarm_ns; /* when it rings; UINT64_MAX = not set */
    tp_timer log_timer;
    bool wanted, flushing;
    uint64_t ended_ns, waited_ns, used_ns;
} tp_turn;

void tp_turn_open(tp_turn *turn, uv_loop_t *loop, const tp_clock *clock, tp_metrics *metrics);

/* The handles close in the next turn of the loop. */
void tp_turn_close(tp_turn *turn);

/* Work for the end of this turn. */
void tp_turn_want(tp_turn *turn);

#endif
