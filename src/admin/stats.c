/* admin/stats.c - the sums since start, of a window or of one session, as JSON. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/private.h"
#include "admin/query.h"
#include "base/memory.h"
#include "base/offload.h"
#include "store/ledger.h"
#include "store/stats_json.h"
#include "store/store.h"

enum { FRESH_NS = 1000000000 };

typedef struct job {
    tp_admin *admin;
    tp_admin_call *call;
    tp_window window; /* TP_WINDOW_COUNT = since start */
    tp_stats_by by;
    tp_process measured;
} job;

static uint64_t now_ns(const tp_admin *admin)
{
    return tp_clock_ns(admin->services->clock);
}

static tp_stats_json_frame frame_of(const tp_admin *admin, const tp_stats *live, const char *window)
{
    return (tp_stats_json_frame){
        .version = TP_VERSION,
        .uptime_s = (now_ns(admin) - admin->start_ns) / 1000000000,
        .window = window,
        .by = TP_STATS_BY_NONE,
        .in_flight = live->in_flight,
        .streaming = live->streaming,
    };
}

static void print(const tp_stats *stats, const tp_stats_json_frame *frame, tp_admin_call *call)
{
    tp_buffer body = TP_BUFFER(TP_ADMIN_LARGEST);

    tp_stats_json_print(stats, frame, &body);
    tp_admin_reply_json(call, 200, &body);
}

/* `problem`: why the window could not be read; the zeros are told together with the reason. */
static void answer(job *j, const tp_stats *stats, const char *problem)
{
    tp_admin *admin = j->admin;
    const tp_services *services = admin->services;
    const char *window = j->window == TP_WINDOW_COUNT ? "start" : tp_window_word(j->window);
    tp_stats_json_frame frame = frame_of(admin, tp_ledger_stats(services->ledger), window);
    tp_store_status status;
    char process[128];

    snprintf(process, sizeof(process), "{\"rss_bytes\":%" PRIu64 ",\"open_fds\":%" PRIu64 ",\"connections\":%u}", admin->process.rss_bytes,
             admin->process.open_fds, admin->connections(admin));
    frame.by = j->by;
    frame.process = process;
    if (services->store) {
        tp_store_status_get(services->store, &status);
        if (problem[0])
            status.problem = problem;
        frame.store = &status;
    }
    print(stats, &frame, j->call);
    free(j);
}

static void on_window(void *arg, const tp_reader_answer *window)
{
    answer(arg, &window->stats, window->problem);
}

static void gather(job *j)
{
    const tp_services *services = j->admin->services;
    tp_reader_question question = { .kind = TP_READER_WINDOW, .window = j->window, .by = j->by };

    if (j->window == TP_WINDOW_COUNT || !services->store) {
        answer(j, tp_ledger_stats(services->ledger), "");
        return;
    }
    question.now_ms = tp_clock_wall(services->clock);
    tp_store_ask(services->store, &question, on_window, j);
}

static void measure(void *arg)
{
    tp_process_measure(&((job *)arg)->measured);
}

static void on_measured(void *arg)
{
    job *j = arg;

    j->admin->process = j->measured;
    j->admin->process.measured_ns = now_ns(j->admin);
    gather(j);
}

static bool is_fresh(const tp_admin *admin)
{
    return admin->process.measured_ns && now_ns(admin) - admin->process.measured_ns < FRESH_NS;
}

/* What is asked for, when the words are known; else says so. */
static bool parse(tp_admin_call *call, tp_window *window, tp_stats_by *by)
{
    tp_query_text room;
    tp_bytes word = tp_query_value(call->query, "window", &room);

    *window = word.data ? tp_window_of(word) : TP_WINDOW_COUNT;
    if (word.data && *window == TP_WINDOW_COUNT) {
        tp_admin_reply_refuse(call, TP_ERR_CALLER_BAD_REQUEST, "window must be one of 1h, 24h, 7d, 30d, all");
        return false;
    }
    word = tp_query_value(call->query, "by", &room);
    *by = word.data ? tp_stats_by_of(word) : TP_STATS_BY_NONE;
    if (word.data && *by == TP_STATS_BY_NONE) {
        tp_admin_reply_refuse(call, TP_ERR_CALLER_BAD_REQUEST, "by must be one of model, provider, key, client, day");
        return false;
    }
    return true;
}

void tp_admin_stats(tp_admin *admin, tp_admin_call *call)
{
    tp_window window;
    tp_stats_by by;
    job *j;

    if (!parse(call, &window, &by))
        return;
    j = tp_new(job);
    *j = (job){ .admin = admin, .call = call, .window = window, .by = by };
    if (is_fresh(admin))
        gather(j);
    else
        tp_offload(admin->services->loop, measure, on_measured, j);
}

void tp_admin_stats_session(tp_admin *admin, tp_admin_call *call)
{
    tp_query_text room;
    const tp_stats *stats = tp_ledger_session(admin->services->ledger, tp_query_value(call->query, "id", &room));
    tp_stats_json_frame frame;

    if (!stats && tp_ledger_recent(admin->services->ledger, 0) == NULL)
        stats = tp_ledger_stats(admin->services->ledger); /* nothing was seen at all: zeros */
    if (!stats) {
        tp_admin_reply_refuse(call, TP_ERR_CALLER_NOT_FOUND, "no such session among those seen since start");
        return;
    }
    frame = frame_of(admin, stats, "session");
    print(stats, &frame, call);
}
