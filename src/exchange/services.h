/* exchange/services.h - what stages may use of the process: made by app, borrowed by everyone. Loop thread only. */

#ifndef TP_EXCHANGE_SERVICES_H
#define TP_EXCHANGE_SERVICES_H

#include <uv.h>

#include <tokenpak/metric.h>

#include "base/clock.h"
#include "base/timer.h"

typedef struct tp_services {
    uv_loop_t *loop;
    const tp_clock *clock;
    tp_timers *timers;
    tp_metrics *metrics;
    struct tp_upstream *upstream;
    struct tp_store *store;
    struct tp_history *history;
    struct tp_ledger *ledger;
    struct tp_driver *driver;
} tp_services;

#endif
