/* lib/bench.c - the scripted stages and the sink that writes down what it gets. */

#include "bench.h"

#include <string.h>

/* The stages find their bench through the probe's place in it. */
static bench *bench_of(probe *p);

static void on_held(void *arg)
{
    tp_resume(((probe *)arg)->x, TP_NEXT);
}

static tp_verdict probe_request(void *self, void *note, tp_exchange *x)
{
    probe *p = self;

    (void)note;
    p->requests++;
    p->x = x;
    if (p->holds_body)
        return tp_body_hold(x, p->most, p->partial, on_held, p);
    if (p->resumes_inside)
        tp_resume(x, p->resumed);
    if (p->verdict == TP_FAILED)
        return tp_fail(x, TP_ERR_POLICY_BLOCKED, "scripted");
    return p->verdict;
}

static void write_down(char *seen, char letter)
{
    size_t length = strlen(seen);

    if (length < 63)
        seen[length] = letter;
}

static tp_flow probe_reply(void *self, void *note, tp_exchange *x, const tp_event *ev)
{
    probe *p = self;
    bench *b = bench_of(p);
    tp_flow flow;

    (void)note;
    write_down(p->seen, "HRCEX"[ev->type]);
    if (p->withholds)
        return TP_FLOW_GO;
    flow = tp_pass(x, bench_stage((unsigned)(p - b->probes)), ev);
    p->holds_told += flow == TP_FLOW_HOLD;
    return flow;
}

static tp_heed probe_left(void *self, void *note, tp_exchange *x)
{
    probe *p = self;

    (void)note;
    p->lefts++;
    p->left_order = ++bench_of(p)->left_count;
    if (p->left_resumes)
        tp_resume(x, TP_FAILED);
    if (p->left_errors) {
        tp_fail(x, TP_ERR_CANCELLED, "left");
        bench_answer(x, TP_EVENT_ERROR);
    }
    return p->left_heed;
}

static tp_heed probe_room(void *self, void *note, tp_exchange *x)
{
    probe *p = self;

    (void)note;
    (void)x;
    p->rooms++;
    return p->room_heed;
}

static void probe_leave(void *self, void *note, tp_exchange *x)
{
    probe *p = self;

    (void)note;
    (void)x;
    p->leaves++;
    p->leave_order = ++bench_of(p)->leave_count;
}

#define PROBE_STAGE(title)                                                                                                                 \
    {                                                                                                                                      \
        .name = title, .note_size = 8, .request = probe_request, .reply = probe_reply, .left = probe_left, .room = probe_room,             \
        .leave = probe_leave                                                                                                               \
    }

static const tp_stage STAGES[BENCH_STAGES] = { PROBE_STAGE("outer"), PROBE_STAGE("middle"), PROBE_STAGE("inner") };

/* One bench at a time in a test program. */
static bench *CURRENT;

static bench *bench_of(probe *p)
{
    (void)p;
    return CURRENT;
}

const tp_stage *bench_stage(unsigned stage)
{
    return &STAGES[stage];
}

static uint64_t fake_ns(const tp_clock *clock)
{
    return ((const bench *)(const void *)clock)->now_ns;
}

static int64_t fake_wall(const tp_clock *clock)
{
    return (int64_t)(fake_ns(clock) / 1000000);
}

static tp_flow sink_head(tp_sink *sink, const tp_reply_head *head)
{
    bench *b = tp_list_entry(sink, bench, sink);

    b->status = head->status;
    write_down(b->sent, 'h');
    return b->sink_says;
}

static tp_flow sink_body(tp_sink *sink, tp_bytes part)
{
    bench *b = tp_list_entry(sink, bench, sink);

    (void)part;
    write_down(b->sent, 'b');
    return b->sink_says;
}

static void sink_end(tp_sink *sink, bool clean)
{
    write_down(tp_list_entry(sink, bench, sink)->sent, clean ? 'e' : 'x');
}

void bench_open(bench *b)
{
    *b = (bench){ .clock = { fake_ns, fake_wall }, .now_ns = 1000000000, .sink = { sink_head, sink_body, sink_end } };
    CURRENT = b;
    tp_driver_init(&b->driver, &b->clock);
    for (unsigned i = 0; i < BENCH_STAGES; i++)
        b->slots[i] = (tp_slot){ .stage = &STAGES[i], .self = &b->probes[i], .note = i * 16 };
    b->pipeline = (tp_pipeline){ b->slots, BENCH_STAGES, BENCH_STAGES * 16 };
    b->probes[INNER].verdict = TP_ANSWERED;
}

tp_exchange *bench_exchange(bench *b, const char *body, bool complete)
{
    static const tp_request REQUEST = { .method = { "POST", 4 }, .body_length = -1, .client = "127.0.0.1" };
    tp_exchange *x = tp_driver_new(&b->driver, &b->set, tp_arena_new());

    x->request = &REQUEST;
    x->id = TP_BYTES("id");
    if (body[0])
        tp_body_feed(tp_driver_body(x), tp_bytes_text(body));
    if (complete)
        tp_body_finish(tp_driver_body(x));
    return x;
}

void bench_start(bench *b, tp_exchange *x)
{
    tp_driver_start(x, &b->pipeline, &b->sink);
}

void bench_turn(bench *b)
{
    while (tp_driver_turn(&b->driver))
        ;
}

static tp_event event_of(tp_event_type type)
{
    static const tp_reply_head HEAD = { .status = 200, .body_length = -1 };

    return (tp_event){ .type = type, .head = &HEAD, .raw = TP_BYTES("part") };
}

tp_flow bench_answer(tp_exchange *x, tp_event_type type)
{
    tp_event ev = event_of(type);

    return tp_answer(x, &ev);
}

tp_flow bench_pass(bench *b, unsigned stage, tp_event_type type)
{
    tp_event ev = event_of(type);

    return tp_pass(b->probes[stage].x, bench_stage(stage), &ev);
}
