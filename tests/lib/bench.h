/* lib/bench.h - a pipeline of three scripted stages under the real driver, with a clock that stands still. */

#ifndef TP_TEST_BENCH_H
#define TP_TEST_BENCH_H

#include "exchange/driver.h"

enum { BENCH_STAGES = 3, OUTER = 0, MIDDLE = 1, INNER = 2 };

/* What a stage does, set by the test, and what was done to it. */
typedef struct probe {
    tp_verdict verdict;  /* of request() */
    bool resumes_inside; /* with `resumed`, before request() returns TP_WAIT */
    tp_verdict resumed;
    bool holds_body; /* request() returns tp_body_hold(most, partial) */
    uint64_t most;
    bool partial;
    bool withholds; /* reply() keeps events back */
    tp_heed left_heed, room_heed;
    bool left_resumes; /* left() resumes with TP_FAILED */
    bool left_errors;  /* left() answers with an ERROR event */
    unsigned requests, leaves, lefts, rooms, holds_told;
    unsigned left_order, leave_order; /* 1 = the first of all stages */
    char seen[64];                    /* one letter an event: H R E X */
    tp_exchange *x;
} probe;

typedef struct bench {
    tp_clock clock;
    uint64_t now_ns;
    tp_driver driver;
    tp_pipeline_set set;
    tp_pipeline pipeline;
    tp_slot slots[BENCH_STAGES];
    probe probes[BENCH_STAGES];
    unsigned left_count, leave_count;
    tp_sink sink;
    tp_flow sink_says;
    char sent[64]; /* what reached the client: h b e (clean end) x (cut off) */
    int status;    /* of the head that was sent */
} bench;

void bench_open(bench *b);

/* A new exchange with `body` already there, whole when `complete`. Not yet started. */
tp_exchange *bench_exchange(bench *b, const char *body, bool complete);
void bench_start(bench *b, tp_exchange *x);

/* Turns until nothing is queued. */
void bench_turn(bench *b);

/* The inner stage's answer, one event each. */
tp_flow bench_answer(tp_exchange *x, tp_event_type type);
tp_flow bench_pass(bench *b, unsigned stage, tp_event_type type);

/* A stage's constant, for tp_pass. */
const tp_stage *bench_stage(unsigned stage);

#endif
