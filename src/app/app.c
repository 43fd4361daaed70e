/* app/app.c - builds everything in reading order and runs the loop. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <tokenpak/log.h>

#include "app/notify.h"
#include "app/pipeline_table.h"
#include "app/private.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "config/problems.h"

enum { MOST_SECTIONS = 32 };

/* The one app object: signal-like calls from other threads (tp_app_stop) must find it. */
static tp_app *APP;

const tp_section *tp_app_sections(size_t *count)
{
    static tp_section sections[MOST_SECTIONS];
    size_t found = 0;

    for (unsigned t = 0; t < TP_PIPELINE_KINDS; t++) {
        for (unsigned i = 0; i < tp_pipeline_table_all[t].count; i++) {
            const tp_stage *stage = tp_pipeline_table_all[t].stages[i];
            bool known = !stage->options;

            for (size_t s = 0; s < found; s++)
                known = known || strcmp(sections[s].name, stage->name) == 0;
            if (!known)
                sections[found++] = (tp_section){ stage->name, stage->options, stage->settings_size, stage->help };
        }
    }
    *count = found;
    return sections;
}

static void print_problems(const tp_config_problems *problems)
{
    tp_buffer text = TP_BUFFER(1 << 20);

    tp_config_problems_text(problems, &text);
    fwrite(text.data ? text.data : "", 1, text.length, stderr);
    tp_buffer_free(&text);
}

static bool load_settings(tp_app *app)
{
    tp_config_problems problems = { 0 };

    app->settings = tp_config_load(&app->source, &problems);
    print_problems(&problems);
    tp_config_problems_free(&problems);
    if (!app->settings || !tp_app_check(app->settings))
        return false;
    tp_logger_set((tp_log_level)app->settings->log.level, app->settings->log.format == 1);
    return true;
}

/* As many descriptors as the system lets us have. */
static void raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    umask(077);
    signal(SIGPIPE, SIG_IGN);
}

static void want_turn(tp_server *server)
{
    tp_turn_want(&((tp_app *)server->owner)->turn);
}

static bool admin_reload(tp_admin *admin, tp_buffer *why)
{
    return tp_app_reload(admin->owner, why);
}

static unsigned admin_connections(tp_admin *admin)
{
    return ((tp_app *)admin->owner)->server->connections;
}

static void build_services(tp_app *app)
{
    uv_loop_init(&app->loop);
    app->services.metrics = tp_metrics_new();
    tp_turn_open(&app->turn, &app->loop, &tp_clock_system, app->services.metrics);
    app->services.loop = &app->loop;
    app->services.clock = &tp_clock_system;
    app->services.timers = &app->turn.timers;
    app->services.driver = &app->turn.driver;
    app->services.ledger = tp_ledger_new(app->settings->trace.keep);
    app->services.upstream = tp_upstream_open(&app->loop, &app->turn.timers, app->services.metrics);
}

static bool build_store(tp_app *app)
{
    tp_store_env env = { &app->loop, &app->turn.timers, app->services.metrics };
    tp_store_settings settings = app->settings->store;
    char problem[TP_DATABASE_PROBLEM];

    if (app->options->demo && tp_app_demo_wants_memory(app->settings))
        settings.path = ":memory:";
    app->services.store = tp_store_open(&env, &settings, app->settings->trace.keep, problem);
    if (!app->services.store)
        fprintf(stderr, "tokenpak: %s\n", problem);
    else
        app->services.history = tp_history_open(&app->loop, settings.path);
    return app->services.store != NULL;
}

static void build_admin(tp_app *app)
{
    app->admin = (tp_admin){
        .services = &app->services,
        .settings = app->settings,
        .start_ns = tp_clock_ns(&tp_clock_system),
        .reload = admin_reload,
        .connections = admin_connections,
        .owner = app,
    };
}

static bool build_server(tp_app *app)
{
    const tp_listen *listen = &app->settings->listen;
    int failed;

    app->server = tp_server_new(&app->services, app->pipelines);
    app->server->admin = &app->admin;
    app->server->wake = want_turn;
    app->server->owner = app;
    app->server->max_memory = tp_app_memory_limit(app->settings);
    app->turn.servers[0] = app->server;
    if (app->options->demo && !tp_app_demo_serve(app))
        return false;
    failed = tp_server_listen(app->server, listen->address, listen->port, tp_notify_listen_fd());
    if (failed)
        fprintf(stderr, "tokenpak: cannot listen on %s port %u: %s\n", listen->address, listen->port, uv_strerror(failed));
    return failed == 0;
}

static void on_stop_signal(uv_signal_t *signal, int number)
{
    (void)number;
    tp_app_stop_begin(signal->data);
}

static void on_reload_signal(uv_signal_t *signal, int number)
{
    tp_buffer why = TP_BUFFER(64 << 10);
    char state[64];

    (void)number;
    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)(tp_clock_ns(&tp_clock_system) / 1000));
    tp_notify_send(state);
    tp_app_reload(signal->data, &why);
    tp_notify_send("READY=1");
    tp_buffer_free(&why);
}

static void on_stop_call(uv_async_t *async)
{
    tp_app_stop_begin(async->data);
}

static void watch_signals(tp_app *app)
{
    static const int NUMBERS[3] = { SIGTERM, SIGINT, SIGHUP };

    for (unsigned i = 0; i < 3; i++) {
        uv_signal_init(&app->loop, &app->signals[i]);
        app->signals[i].data = app;
        uv_signal_start(&app->signals[i], NUMBERS[i] == SIGHUP ? on_reload_signal : on_stop_signal, NUMBERS[i]);
    }
    uv_async_init(&app->loop, &app->stop, on_stop_call);
    app->stop.data = app;
}

static void on_watchdog(tp_timer *timer)
{
    tp_app *app = tp_list_entry(timer, tp_app, watchdog);

    tp_notify_send("WATCHDOG=1");
    tp_timer_start(&app->turn.timers, timer, tp_notify_watchdog_ms(), on_watchdog);
}

static void announce(tp_app *app)
{
    const char *address = app->settings->listen.address;

    tp_log(TP_LOG_INFO, TP_AREA_APP, strchr(address, ':') ? "serving on http://[%s]:%u%s" : "serving on http://%s:%u%s", address,
           app->server->port, app->options->demo ? " (demo: the providers are scripted)" : "");
    tp_logger_buffer(true);
    tp_notify_send("READY=1");
    tp_app_trim_start(app);
    if (tp_notify_watchdog_ms())
        on_watchdog(&app->watchdog);
    if (app->options->serving)
        app->options->serving(app->options->arg, app->server->port);
}

/* The rooms, from the ground up. 0, or the exit code; the reason was printed. */
static int build(tp_app *app)
{
    app->source = app->options->source;
    app->source.sections = tp_app_sections(&app->source.section_count);
    for (size_t i = 0; i < app->options->source.override_count; i++)
        app->overrides[i] = app->options->source.overrides[i];
    app->source.overrides = app->overrides;
    if (app->options->demo && !tp_app_demo_prepare(app))
        return 1;
    if (!load_settings(app))
        return 2;
    build_services(app);
    watch_signals(app);
    if (!build_store(app))
        return 1;
    build_admin(app);
    app->pipelines = tp_pipeline_open(tp_pipeline_table_all, TP_PIPELINE_KINDS, app->settings, NULL, &app->services);
    if (!app->pipelines)
        return 1;
    return build_server(app) ? 0 : 1;
}

int tp_app_serve(const tp_app_options *options)
{
    tp_app *app = tp_new(tp_app);
    int failed;

    raise_limits();
    tp_app_trim_tune();
    app->options = options;
    APP = app;
    failed = build(app);
    if (failed == 0) {
        announce(app);
        uv_run(&app->loop, UV_RUN_DEFAULT);
    }
    APP = NULL;
    if (app->services.loop)
        tp_app_stop_finish(app);
    else if (app->settings)
        tp_settings_drop(app->settings);
    free(app);
    return failed;
}

void tp_app_stop(void)
{
    if (APP)
        uv_async_send(&APP->stop);
}
