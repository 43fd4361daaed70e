/* app/stop.c - the end: drain, then take the rooms down in the reverse order of their building. */

#include <stdlib.h>

#include <tokenpak/log.h>

#include "app/notify.h"
#include "app/private.h"
#include "base/logger.h"
#include "base/metrics.h"

enum { DRAIN_MS = 30000 };

static void on_drained(tp_server *server)
{
    uv_stop(&((tp_app *)server->owner)->loop);
}

static void on_drain_timeout(tp_timer *timer)
{
    tp_app *app = tp_list_entry(timer, tp_app, drain_timer);

    tp_log(TP_LOG_WARN, TP_AREA_APP, "%u connections did not end within %d s: they are cut", app->server->connections, DRAIN_MS / 1000);
    tp_server_abort(app->server, TP_ERR_OWN_SHUTTING_DOWN, "the proxy is stopping and could not wait any longer");
    uv_stop(&app->loop);
}

void tp_app_stop_begin(tp_app *app)
{
    if (app->stops++ > 0) {
        uv_stop(&app->loop);
        return;
    }
    tp_notify_send("STOPPING=1");
    tp_log(TP_LOG_INFO, TP_AREA_APP, "stopping: %u connections are open", app->server->connections);
    app->admin.draining = true;
    app->server->drained = on_drained;
    tp_timer_start(&app->turn.timers, &app->drain_timer, DRAIN_MS, on_drain_timeout);
    tp_server_drain(app->server);
}

static void on_closed(void *arg)
{
    ((tp_app *)arg)->to_close--;
}

static void bury_all(tp_app *app)
{
    tp_turn_want(&app->turn);
    while (app->turn.driver.alive > 0)
        uv_run(&app->loop, UV_RUN_NOWAIT);
}

/* Turns of the loop until every exchange is buried and the store has written its last batch. */
static void run_out(tp_app *app)
{
    tp_server *servers[] = { app->server, app->demo };

    for (unsigned i = 0; i < 2; i++) {
        if (servers[i])
            tp_server_close(servers[i]);
        bury_all(app);
    }
    if (!app->services.store)
        return;
    app->to_close = 2;
    tp_store_close(app->services.store, on_closed, app);
    tp_history_close(app->services.history, on_closed, app);
    while (app->to_close)
        uv_run(&app->loop, UV_RUN_ONCE);
}

static void close_handles(tp_app *app)
{
    for (unsigned i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&app->signals[i], NULL);
    uv_close((uv_handle_t *)&app->stop, NULL);
    tp_pipeline_drop(app->pipelines); /* stages may have calls of their own */
    tp_upstream_close(app->services.upstream);
    while (app->turn.flushing)
        uv_run(&app->loop, UV_RUN_ONCE);
    tp_turn_close(&app->turn);
    uv_run(&app->loop, UV_RUN_DEFAULT);
    uv_loop_close(&app->loop);
}

void tp_app_stop_finish(tp_app *app)
{
    run_out(app);
    close_handles(app);
    tp_ledger_free(app->services.ledger);
    tp_metrics_free(app->services.metrics);
    tp_server_free(app->server);
    tp_server_free(app->demo);
    tp_settings_drop(app->settings);
    tp_log(TP_LOG_INFO, TP_AREA_APP, "stopped");
    tp_logger_buffer(false);
}
