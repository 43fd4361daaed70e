/* store/support.h - what the store's tests share: a folder of their own, a sample row, a loop driven by hand. */

#ifndef TP_TEST_STORE_SUPPORT_H
#define TP_TEST_STORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/store.h"

#define NOW_MS INT64_C(1769860800000) /* 2026-01-31T12:00:00Z */

typedef struct house {
    char folder[64], path[96];
    uv_loop_t loop;
    tp_timers timers;
    tp_clock clock;
    int64_t wall_ms;
    uint64_t skipped_ns; /* added to the monotonic clock, to make timers fire early */
    tp_store *store;
    tp_store_settings settings;
    bool closed;
} house;

static inline int64_t house_wall(const tp_clock *clock)
{
    return tp_list_entry(clock, house, clock)->wall_ms;
}

static inline uint64_t house_ns(const tp_clock *clock)
{
    return tp_clock_ns(&tp_clock_system) + tp_list_entry(clock, house, clock)->skipped_ns;
}

static inline int house_build(void **state)
{
    house *h = tp_new(house);

    snprintf(h->folder, sizeof h->folder, "/tmp/tp-store-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
    snprintf(h->path, sizeof h->path, "%s/monitor.db", h->folder);
    uv_loop_init(&h->loop);
    h->clock = (tp_clock){ house_ns, house_wall };
    h->wall_ms = NOW_MS;
    tp_timer_init(&h->timers, &h->clock);
    h->settings = (tp_store_settings){ .path = h->path, .retain = UINT64_C(90) * 86400000, .batch_interval = 5 };
    *state = h;
    return 0;
}

static inline void house_turn(house *h)
{
    uv_run(&h->loop, UV_RUN_NOWAIT);
    tp_timer_run(&h->timers);
    usleep(500);
}

static inline void house_skip(house *h, uint64_t ms)
{
    h->skipped_ns += ms * 1000000;
    house_turn(h);
}

static inline tp_store_status house_status(house *h)
{
    tp_store_status status;

    tp_store_status_get(h->store, &status);
    return status;
}

/* Turns the loop until the state is `state` and nothing waits, at most 5 s. */
static inline void house_await(house *h, const char *state)
{
    for (int i = 0; i < 10000; i++) {
        tp_store_status status = house_status(h);
        if (strcmp(status.state, state) == 0 && (status.queued == 0 || strcmp(state, "locked") == 0))
            return;
        house_turn(h);
    }
    fail_msg("the state is %s (%s), not %s", house_status(h).state, house_status(h).problem, state);
}

/* Turns the loop until `rows` are stored, at most 5 s. */
static inline void house_await_rows(house *h, uint64_t rows)
{
    for (int i = 0; i < 10000 && house_status(h).rows != rows; i++)
        house_turn(h);
    assert_int_equal(house_status(h).rows, rows);
}

static inline void house_open(house *h)
{
    tp_store_env env = { .loop = &h->loop, .timers = &h->timers };
    char problem[TP_DATABASE_PROBLEM] = "";

    h->store = tp_store_open(&env, &h->settings, 10, problem);
    if (!h->store)
        fail_msg("%s", problem);
}

static inline void house_on_closed(void *arg)
{
    house *h = arg;

    h->closed = true;
    h->store = NULL;
}

static inline void house_close(house *h)
{
    h->closed = false;
    tp_store_close(h->store, house_on_closed, h);
    for (int i = 0; i < 20000 && !h->closed; i++)
        house_turn(h);
    assert_true(h->closed);
}

static inline int house_tear_down(void **state)
{
    house *h = *state;
    char command[128];

    if (h->store)
        house_close(h);
    tp_timer_close(&h->timers);
    assert_int_equal(uv_loop_close(&h->loop), 0);
    snprintf(command, sizeof command, "rm -rf '%s'", h->folder);
    assert_int_equal(system(command), 0);
    free(h);
    return 0;
}

static inline tp_row sample(void)
{
    return (tp_row){
        .request = TP_BYTES("req-1"),
        .client = TP_BYTES("127.0.0.1"),
        .key = TP_BYTES("-"),
        .dialect = TP_BYTES("openai"),
        .method = TP_BYTES("POST"),
        .path = TP_BYTES("/v1/chat/completions"),
        .model = TP_BYTES("gpt-4o"),
        .upstream_model = TP_BYTES("gpt-4o"),
        .provider = TP_BYTES("openai"),
        .source = TP_BYTES("provider"),
        .usage = TP_BYTES("{\"prompt_tokens\":12}"),
        .trace = TP_BYTES("{\"stages\":[],\"attempts\":[]}"),
        .started_ms = NOW_MS,
        .status = 200,
        .attempts = 1,
        .input = 12,
        .output = 3,
        .first_token_ms = 40,
        .total_ms = 100,
        .overhead_us = 80,
        .provider_ms = 90,
    };
}

/* Another connection to the file. */
static inline sqlite3 *other_program(house *h)
{
    sqlite3 *handle;

    assert_int_equal(sqlite3_open(h->path, &handle), SQLITE_OK);
    return handle;
}

static inline void sql(sqlite3 *handle, const char *text)
{
    char *error = NULL;

    if (sqlite3_exec(handle, text, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", text, error);
}

static inline int64_t number_in(sqlite3 *handle, const char *text)
{
    sqlite3_stmt *statement;
    int64_t number;

    assert_int_equal(sqlite3_prepare_v2(handle, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_build, house_tear_down)

#endif
