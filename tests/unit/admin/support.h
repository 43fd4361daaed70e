/* admin/support.h - what the admin tests share: an admin room with a ledger, a store in a folder of its own, and calls made by hand. */

#ifndef TP_TEST_ADMIN_SUPPORT_H
#define TP_TEST_ADMIN_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/list.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "config/load.h"
#include "stages/auth.h"
#include "store/ledger.h"
#include "store/store.h"

#define NOW_MS INT64_C(1769860800000) /* 2026-01-31T12:00:00Z */

typedef struct office {
    char folder[64], path[96];
    uv_loop_t loop;
    tp_clock clock;
    tp_timers timers;
    tp_services services;
    tp_admin admin;
    bool reload_works, closed;
    unsigned reloads;
    /* The call: what it shows, and what was answered. */
    bool elsewhere; /* not from loopback */
    tp_header headers[2];
    size_t header_count;
    unsigned answers;
    int status;
    tp_err err;
    char content_type[128], message[2048];
    char *body;
    cJSON *json;
} office;

static inline uint64_t office_ns(const tp_clock *clock)
{
    (void)clock;
    return tp_clock_ns(&tp_clock_system);
}

static inline int64_t office_wall(const tp_clock *clock)
{
    (void)clock;
    return NOW_MS;
}

static inline unsigned seven_connections(tp_admin *admin)
{
    (void)admin;
    return 7;
}

static inline bool office_reload(tp_admin *admin, tp_buffer *why)
{
    office *o = admin->owner;

    o->reloads++;
    if (!o->reload_works)
        tp_buffer_text(why, "config.yaml:1:1: unknown key \"lisen\"");
    return o->reload_works;
}

static inline const tp_settings *office_settings(office *o, const char *yaml)
{
    static const char *name = "auth";
    tp_section section = { name, tp_stage_auth.options, tp_stage_auth.settings_size, tp_stage_auth.help };
    tp_config_problems problems = { 0 };
    tp_config_source source = { .file = o->path, .sections = &section, .section_count = 1 };
    FILE *file = fopen(o->path, "w");
    const tp_settings *settings;

    assert_non_null(file);
    assert_true(fputs(yaml, file) >= 0);
    fclose(file);
    settings = tp_config_load(&source, &problems);
    assert_non_null(settings);
    tp_config_problems_free(&problems);
    unlink(o->path);
    return settings;
}

static inline void office_configure(office *o, const char *yaml)
{
    if (o->admin.settings)
        tp_settings_drop(o->admin.settings);
    o->admin.settings = office_settings(o, yaml);
}

static inline int office_build(void **state)
{
    office *o = tp_new(office);

    snprintf(o->folder, sizeof o->folder, "/tmp/tp-admin-XXXXXX");
    assert_non_null(mkdtemp(o->folder));
    snprintf(o->path, sizeof o->path, "%s/file", o->folder);
    uv_loop_init(&o->loop);
    o->clock = (tp_clock){ office_ns, office_wall };
    tp_timer_init(&o->timers, &o->clock);
    o->services = (tp_services){ .loop = &o->loop, .clock = &o->clock, .timers = &o->timers };
    o->services.metrics = tp_metrics_new();
    o->services.ledger = tp_ledger_new(10);
    o->admin = (tp_admin){ .services = &o->services, .reload = office_reload, .connections = seven_connections, .owner = o };
    o->admin.start_ns = tp_clock_ns(&o->clock);
    office_configure(o, "auth: { admin_key: open-sesame }");
    *state = o;
    return 0;
}

static inline void office_turn(office *o)
{
    uv_run(&o->loop, UV_RUN_NOWAIT);
    tp_timer_run(&o->timers);
    usleep(500);
}

static inline void office_open_store(office *o)
{
    tp_store_env env = { .loop = &o->loop, .timers = &o->timers };
    tp_store_settings settings = { .path = o->path, .retain = UINT64_C(90) * 86400000, .batch_interval = 5 };
    char problem[TP_DATABASE_PROBLEM] = "";

    o->services.store = tp_store_open(&env, &settings, 10, problem);
    assert_non_null(o->services.store);
}

static inline void office_closed(void *arg)
{
    ((office *)arg)->closed = true;
}

static inline void office_forget(office *o)
{
    cJSON_Delete(o->json);
    free(o->body);
    o->json = NULL;
    o->body = NULL;
    o->answers = 0;
    o->err = TP_OK;
    o->message[0] = 0;
}

static inline int office_tear_down(void **state)
{
    office *o = *state;
    char command[128];

    if (o->services.store)
        tp_store_close(o->services.store, office_closed, o);
    for (int i = 0; i < 20000 && o->services.store && !o->closed; i++)
        office_turn(o);
    office_forget(o);
    tp_settings_drop(o->admin.settings);
    tp_ledger_free(o->services.ledger);
    tp_metrics_free(o->services.metrics);
    tp_timer_close(&o->timers);
    assert_int_equal(uv_loop_close(&o->loop), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", o->folder);
    assert_int_equal(system(command), 0);
    free(o);
    return 0;
}

static inline void office_done(tp_admin_call *call, tp_admin_reply *reply)
{
    office *o = call->owner;

    o->answers++;
    o->status = reply->status;
    o->err = reply->err;
    snprintf(o->content_type, sizeof o->content_type, "%s", reply->content_type ? reply->content_type : "");
    snprintf(o->message, sizeof o->message, "%s", reply->message ? reply->message : "");
    o->body = strndup(reply->body.data ? reply->body.data : "", reply->body.length);
    o->json = cJSON_Parse(o->body);
    free(call);
}

/* Makes one call and turns the loop until it is answered. The target dies with tp_admin_serve, as the server's may. */
static inline void office_call(office *o, const char *method, const char *target)
{
    tp_admin_call *call = tp_new(tp_admin_call);
    char *copy = strdup(target), *mark = strchr(copy, '?');

    office_forget(o);
    *call = (tp_admin_call){ .method = tp_bytes_text(method), .headers = o->headers, .header_count = o->header_count };
    call->path = mark ? tp_bytes_of(copy, (size_t)(mark - copy)) : tp_bytes_text(copy);
    call->query = tp_bytes_text(mark ? mark + 1 : "");
    call->loopback = !o->elsewhere;
    call->done = office_done;
    call->owner = o;
    tp_admin_serve(&o->admin, call);
    free(copy);
    for (int i = 0; i < 10000 && !o->answers; i++)
        office_turn(o);
    assert_int_equal(o->answers, 1);
}

static inline void office_get(office *o, const char *target)
{
    office_call(o, "GET", target);
}

static inline void office_header(office *o, const char *name, const char *value)
{
    o->headers[o->header_count++] = (tp_header){ tp_bytes_text(name), tp_bytes_text(value) };
}

/* The member at a path of keys separated by blanks. */
static inline const cJSON *member(const office *o, const char *path)
{
    const cJSON *at = o->json;
    tp_bytes rest = tp_bytes_text(path), key;
    char name[64];

    assert_non_null(at);
    while (tp_bytes_next(&rest, ' ', &key)) {
        snprintf(name, sizeof name, "%.*s", (int)key.length, key.data);
        at = cJSON_GetObjectItemCaseSensitive(at, name);
        if (!at)
            fail_msg("no member %s in %s", path, o->body);
    }
    return at;
}

static inline tp_row row_of(const char *id, const char *model, int64_t started_ms)
{
    return (tp_row){
        .request = tp_bytes_text(id),
        .client = TP_BYTES("127.0.0.1"),
        .key = TP_BYTES("-"),
        .session = TP_BYTES("session one"),
        .dialect = TP_BYTES("openai"),
        .method = TP_BYTES("POST"),
        .path = TP_BYTES("/v1/chat/completions"),
        .model = tp_bytes_text(model),
        .provider = TP_BYTES("openai"),
        .trace = TP_BYTES("{\"stages\":[{\"name\":\"route\"}],\"attempts\":[]}"),
        .started_ms = started_ms,
        .status = 200,
        .input = 12,
        .output = 3,
    };
}

static inline void office_add(office *o, const char *id, const char *model, int64_t started_ms)
{
    tp_row row = row_of(id, model, started_ms);

    tp_ledger_add(o->services.ledger, &row);
}

/* Into the file only, as if an earlier process had served it. */
static inline void office_add_stored(office *o, const char *id, int64_t started_ms)
{
    tp_row row = row_of(id, "gpt-4o", started_ms);
    tp_store_status before, after;

    tp_store_status_get(o->services.store, &before);
    tp_store_add(o->services.store, &row);
    do {
        office_turn(o);
        tp_store_status_get(o->services.store, &after);
    } while (after.rows == before.rows);
}

#define IN_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_build, office_tear_down)

#endif
