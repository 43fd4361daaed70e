/* store/store.c - the queue on the loop's side and the one function that decides when a batch or a question goes to a worker. */

#include "store/store.h"

#include <stdlib.h>
#include <unistd.h>

#include <tokenpak/log.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/offload.h"
#include "store/place.h"
#include "store/writer.h"

enum {
    BATCH_ROWS = 1000,      /* so many do not wait for the interval */
    QUEUE_ROWS = 65536,     /* more are dropped */
    QUEUE_TRACES = 1000,    /* more within a second are left out: a sample is kept */
    TRACE_MS = 1000,        /* between two writes of traces */
    TIDY_MS = 60000,        /* between two removals of what is too old */
    TIDY_MORE_MS = 100,     /* likewise while there is more to remove */
    RETRY_MS = 10000,       /* after a problem */
    RETRY_LOCKED_MS = 1000, /* after a lock, with rows waiting */
    ID_BITS = 20,
    ID_STEP = 7919, /* two processes of one file begin to count in different places */
    NS_PER_MS = 1000000,
};

struct tp_store {
    tp_store_env env;
    tp_writer *writer;
    tp_writer_batch batch; /* the worker's while writer_busy */
    char *path;
    bool memory; /* ":memory:": questions share the writer's connection */
    uint64_t retain_ms, interval_ms;
    uint32_t keep;

    tp_list rows, traces, questions;
    uint64_t row_count, trace_count; /* waiting */
    uint32_t counter;                /* for ids */
    uint64_t traces_ns, tidy_ns;     /* when each was last done */
    tp_timer timer;
    bool due; /* the timer has fired */
    bool writer_busy, reader_busy;

    tp_database_state state;
    char problem[TP_DATABASE_PROBLEM];
    uint64_t stored, bytes, dropped;
    bool more_to_tidy;

    bool closing, finished; /* finished: the last batch is done */
    void (*closed)(void *arg);
    void *closed_arg;
};

typedef struct question {
    tp_link link;
    tp_store *store;
    tp_reader_question asked;
    tp_reader_answer answer;
    void (*done)(void *arg, const tp_reader_answer *answer);
    void *arg;
    char id[];
} question;

static void decide(tp_store *s);

static uint64_t since_ms(const tp_store *s, uint64_t ns)
{
    return (tp_clock_ns(s->env.timers->clock) - ns) / NS_PER_MS;
}

static void publish(tp_store *s, uint64_t dropped)
{
    s->dropped += dropped;
    if (!s->env.metrics)
        return;
    tp_metric_set(s->env.metrics, TP_METRIC_STORE_QUEUED, (double)s->row_count);
    if (dropped)
        tp_metric_add(s->env.metrics, TP_METRIC_STORE_DROPPED, (double)dropped, NULL, NULL, NULL);
}

/* Whether rows may wait: the file works, or its trouble passes by itself. */
static bool worth_waiting(const tp_store *s)
{
    return s->state == TP_DATABASE_OK || s->state == TP_DATABASE_OPENING || s->state == TP_DATABASE_LOCKED || s->state == TP_DATABASE_FULL;
}

static bool in_trouble(const tp_store *s)
{
    return s->state != TP_DATABASE_OK && s->state != TP_DATABASE_OPENING;
}

static uint64_t next_wait(const tp_store *s)
{
    uint64_t passed = since_ms(s, s->traces_ns);

    if (in_trouble(s))
        return s->state == TP_DATABASE_LOCKED ? RETRY_LOCKED_MS : RETRY_MS;
    if (s->row_count)
        return s->interval_ms;
    if (s->more_to_tidy)
        return TIDY_MORE_MS;
    if (s->trace_count)
        return passed < TRACE_MS ? TRACE_MS - passed : 1;
    return TIDY_MS;
}

static void fire(tp_timer *timer)
{
    tp_store *s = tp_list_entry(timer, tp_store, timer);

    s->due = true;
    decide(s);
}

static void take_state(tp_store *s)
{
    const tp_writer_batch *b = &s->batch;
    bool changed = b->state != s->state;
    bool was_trouble = in_trouble(s);

    s->state = b->state;
    memcpy(s->problem, b->problem, sizeof s->problem);
    s->stored = b->row_count;
    s->bytes = b->bytes;
    if (changed && in_trouble(s))
        tp_log(TP_LOG_ERROR, TP_AREA_STORE, "%s; requests are served %s", s->problem,
               worth_waiting(s) ? "and wait to be stored, as far as memory allows" : "without being stored");
    else if (changed && was_trouble)
        tp_log(TP_LOG_INFO, TP_AREA_STORE, "%s: storing again; %llu requests were not stored", s->path, (unsigned long long)s->dropped);
}

static uint64_t drop_queue(tp_store *s)
{
    s->row_count = s->trace_count = 0;
    tp_writer_discard(&s->traces);
    return tp_writer_discard(&s->rows);
}

/* The batch goes back in front of what came meanwhile; the newest go when that is too much. */
static uint64_t put_back(tp_store *s)
{
    uint64_t dropped = 0;

    tp_list_move(&s->rows, &s->batch.rows);
    tp_list_move(&s->batch.rows, &s->rows);
    s->row_count = 0;
    for (tp_link *link = s->rows.head.next, *next; link != &s->rows.head; link = next) {
        next = link->next;
        if (s->row_count++ < QUEUE_ROWS)
            continue;
        tp_writer_job *job = tp_list_entry(link, tp_writer_job, link);
        tp_list_remove(link);
        tp_row_drop(job->row);
        free(job);
        s->row_count--;
        dropped++;
    }
    return dropped;
}

/* What becomes of the rows of a batch that is back; returns how many are lost. */
static uint64_t settle(tp_store *s)
{
    tp_writer_batch *b = &s->batch;
    uint64_t lost = b->lost;

    tp_writer_discard(&b->traces);
    if (b->written)
        tp_writer_discard(&b->rows);
    else if (worth_waiting(s) && !b->last)
        lost = put_back(s);
    else
        lost = tp_writer_discard(&b->rows);
    return worth_waiting(s) ? lost : lost + drop_queue(s);
}

static void batch_work(void *arg)
{
    tp_store *s = arg;

    tp_writer_run(s->writer, &s->batch);
}

static void batch_done(void *arg)
{
    tp_store *s = arg;
    uint64_t lost;

    s->writer_busy = false;
    take_state(s);
    s->more_to_tidy = s->batch.more;
    s->finished = s->batch.last;
    lost = settle(s);
    if (s->finished && lost)
        tp_log(TP_LOG_ERROR, TP_AREA_STORE, "%s; %llu requests could not be stored at the end", s->problem, (unsigned long long)lost);
    publish(s, lost);
    tp_timer_start(s->env.timers, &s->timer, next_wait(s), fire);
    decide(s);
}

static void start_batch(tp_store *s)
{
    uint64_t now = tp_clock_ns(s->env.timers->clock);
    tp_writer_batch *b = &s->batch;

    *b = (tp_writer_batch){ .now_ms = tp_clock_wall(s->env.timers->clock), .retain_ms = (int64_t)s->retain_ms, .keep = s->keep };
    b->last = s->closing;
    b->tidy = !b->last && (s->more_to_tidy || since_ms(s, s->tidy_ns) >= TIDY_MS);
    tp_list_init(&b->rows);
    tp_list_init(&b->traces);
    tp_list_move(&s->rows, &b->rows);
    s->row_count = 0;
    if (b->last || since_ms(s, s->traces_ns) >= TRACE_MS) {
        tp_list_move(&s->traces, &b->traces);
        s->trace_count = 0;
        s->traces_ns = now;
    }
    if (b->tidy)
        s->tidy_ns = now;
    s->due = false;
    s->writer_busy = true;
    tp_timer_stop(s->env.timers, &s->timer);
    tp_offload(s->env.loop, batch_work, batch_done, s);
}

static bool batch_due(const tp_store *s)
{
    if (s->writer_busy || s->finished)
        return false;
    if (s->closing)
        return !s->memory || tp_list_empty(&s->questions);
    return s->due || (s->row_count >= BATCH_ROWS && !in_trouble(s));
}

static void question_work(void *arg)
{
    question *q = arg;

    if (q->store->memory)
        tp_reader_ask_open(tp_writer_database(q->store->writer), &q->asked, &q->answer);
    else
        tp_reader_ask(q->store->path, &q->asked, &q->answer);
}

static bool *slot_of(tp_store *s)
{
    return s->memory ? &s->writer_busy : &s->reader_busy;
}

static void question_done(void *arg)
{
    question *q = arg;
    tp_store *s = q->store;

    *slot_of(s) = false;
    q->done(q->arg, &q->answer);
    tp_reader_free(&q->answer);
    free(q);
    decide(s);
}

static void start_question(tp_store *s)
{
    *slot_of(s) = true;
    tp_offload(s->env.loop, question_work, question_done, tp_list_entry(tp_list_shift(&s->questions), question, link));
}

static void finish(tp_store *s)
{
    void (*closed)(void *) = s->closed;
    void *arg = s->closed_arg;

    tp_timer_stop(s->env.timers, &s->timer);
    drop_queue(s);
    tp_writer_free(s->writer);
    free(s->path);
    free(s);
    closed(arg);
}

/* The only place that decides what a worker does next; everything else changes state and calls it. */
static void decide(tp_store *s)
{
    if (batch_due(s))
        start_batch(s);
    if (!*slot_of(s) && !tp_list_empty(&s->questions))
        start_question(s);
    if (s->finished && !s->writer_busy && !s->reader_busy && tp_list_empty(&s->questions))
        finish(s);
}

void tp_store_configure(tp_store *store, const tp_store_settings *settings, uint32_t keep)
{
    store->retain_ms = settings->retain;
    store->interval_ms = settings->batch_interval;
    store->keep = keep;
}

tp_store *tp_store_open(const tp_store_env *env, const tp_store_settings *settings, uint32_t keep, char problem[TP_DATABASE_PROBLEM])
{
    tp_store *s;

    if (!tp_place_prepare(settings->path, problem, TP_DATABASE_PROBLEM))
        return NULL;
    s = tp_new(tp_store);
    s->env = *env;
    s->path = tp_memory_text(settings->path);
    s->memory = strcmp(s->path, ":memory:") == 0;
    s->writer = tp_writer_new(s->path);
    s->state = TP_DATABASE_OPENING;
    s->traces_ns = s->tidy_ns = tp_clock_ns(env->timers->clock);
    s->counter = (uint32_t)(s->traces_ns / 1000) + (uint32_t)getpid() * ID_STEP;
    tp_list_init(&s->rows);
    tp_list_init(&s->traces);
    tp_list_init(&s->questions);
    tp_store_configure(s, settings, keep);
    s->due = true;
    decide(s);
    return s;
}

static tp_writer_job *new_job(int64_t id, tp_row *row)
{
    tp_writer_job *job = tp_new(tp_writer_job);

    job->id = id;
    job->row = row;
    return job;
}

static void add_trace(tp_store *s, int64_t id, const tp_row *row)
{
    tp_row trace = { .request = row->request, .trace = row->trace };

    if (row->trace.length == 0 || s->keep == 0 || s->trace_count >= QUEUE_TRACES)
        return;
    tp_list_append(&s->traces, &new_job(id, tp_row_copy(&trace))->link);
    s->trace_count++;
}

void tp_store_add(tp_store *store, tp_row *row)
{
    int64_t id = (row->started_ms << ID_BITS) | (store->counter++ & ((1u << ID_BITS) - 1));

    if (!worth_waiting(store) || store->row_count >= QUEUE_ROWS) {
        publish(store, 1);
        return;
    }
    /* Rows may wait long, and a trace is larger than the rest of a row. */
    tp_list_append(&store->rows, &new_job(id, row->trace.length ? tp_row_copy_summary(row) : tp_row_keep(row))->link);
    add_trace(store, id, row);
    if (store->row_count++ == 0 && !in_trouble(store))
        tp_timer_start(store->env.timers, &store->timer, store->interval_ms, fire);
    decide(store);
}

void tp_store_status_get(const tp_store *store, tp_store_status *status)
{
    *status = (tp_store_status){
        .state = tp_database_word(store->state),
        .problem = store->problem,
        .rows = store->stored,
        .queued = store->row_count,
        .dropped = store->dropped,
        .db_bytes = store->bytes,
    };
}

void tp_store_ask(tp_store *store, const tp_reader_question *asked, void (*done)(void *arg, const tp_reader_answer *answer), void *arg)
{
    question *q = tp_memory_new(sizeof *q + asked->id.length + 1);

    q->store = store;
    q->asked = *asked;
    q->done = done;
    q->arg = arg;
    if (asked->id.length)
        memcpy(q->id, asked->id.data, asked->id.length);
    q->asked.id.data = q->id;
    tp_list_append(&store->questions, &q->link);
    decide(store);
}

void tp_store_close(tp_store *store, void (*closed)(void *arg), void *arg)
{
    store->closing = true;
    store->closed = closed;
    store->closed_arg = arg;
    decide(store);
}
