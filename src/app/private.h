/* app/private.h - the one app object, for the files of this room. Loop thread, but for `stop`. */

#ifndef TP_APP_PRIVATE_H
#define TP_APP_PRIVATE_H

#include "app/app.h"
#include "app/turn.h"
#include "exchange/endpoint.h"
#include "store/history.h"
#include "store/ledger.h"
#include "store/store.h"
#include "upstream/upstream.h"

typedef struct tp_app {
    const tp_app_options *options;
    tp_config_source source;
    uv_loop_t loop;
    tp_turn turn;
    tp_services services;
    tp_admin admin;
    const tp_settings *settings;
    tp_pipeline_set *pipelines;
    tp_server *server, *demo;
    int demo_fd;
    unsigned demo_port;
    tp_config_override overrides[16];
    char demo_urls[4][64];
    uv_signal_t signals[3];
    uv_async_t stop;
    tp_timer drain_timer, watchdog, trim_timer;
    uint64_t trimmed_at; /* requests when memory was last given back */
    unsigned stops;      /* how often it was told to stop */
    unsigned to_close;   /* databases that still write */
} tp_app;

/* reload.c */
bool tp_app_reload(tp_app *app, tp_buffer *why);

/* check.c: what only the whole of the settings can tell. False, and the reason printed, when they must not be served. */
bool tp_app_check(const tp_settings *settings);

/* memory.c: bytes that requests may take: listen.max_memory, else half of what the machine, the cgroup or RLIMIT_AS leaves. */
uint64_t tp_app_memory_limit(const tp_settings *settings);

/* trim.c: how malloc keeps memory; and from then on, what it keeps is given back whenever nothing runs. */
void tp_app_trim_tune(void);
void tp_app_trim_start(tp_app *app);

/* demo.c: binds the scripted provider's socket and lets the built-in providers point at it. */
bool tp_app_demo_prepare(tp_app *app);
bool tp_app_demo_serve(tp_app *app);
bool tp_app_demo_wants_memory(const tp_settings *settings);

/* stop.c: the first call drains, the second ends the drain. */
void tp_app_stop_begin(tp_app *app);

/* stop.c: takes everything down, after the loop was stopped. */
void tp_app_stop_finish(tp_app *app);

#endif
