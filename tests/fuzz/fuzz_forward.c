/* fuzz/fuzz_forward.c - what we forward, read again by a reader that is not ours, is what we meant: requests to providers, replies to
 * clients. From the client's bytes through gate, driver and the stage `call` to the bytes on the connection, and back. */

#include "fuzz.h"

#include "base/metrics.h"
#include "config/snapshot.h"
#include "line.h"
#include "server/client.h"
#include "server/gate.h"
#include "stages/stages.h"
#include "strict.h"
#include "upstream/upstream.h"

enum { MOST_HEAD = 60 << 10 };

/* The process: made once. */
static struct {
    tp_timers timers;
    tp_services services;
    tp_driver driver;
    tp_server server;
    tp_slot slot;
    tp_pipeline pipeline;
    tp_pipeline_set set;
    tp_provider provider;
    tp_candidate candidate;
} P;

static uint64_t no_ns(const tp_clock *clock)
{
    (void)clock;
    return 1;
}

static int64_t no_wall(const tp_clock *clock)
{
    (void)clock;
    return 1;
}

static void no_wake(tp_server *server)
{
    (void)server;
}

static void open_process(void)
{
    static const tp_clock CLOCK = { no_ns, no_wall };
    tp_config_snapshot *snapshot = P.services.clock ? NULL : tp_config_snapshot_new(NULL, 0);
    tp_stage_env env = { .services = &P.services };

    if (!snapshot)
        return;
    env.all = &snapshot->settings;
    snapshot->settings.retry.attempts = 1;
    tp_timer_init(&P.timers, &CLOCK);
    tp_driver_init(&P.driver, &CLOCK);
    P.services = (tp_services){ .clock = &CLOCK, .timers = &P.timers, .metrics = tp_metrics_new(), .driver = &P.driver };
    P.services.upstream = tp_upstream_open(NULL, &P.timers, P.services.metrics);
    P.set = (tp_pipeline_set){ .settings = &snapshot->settings };
    P.slot.stage = &tp_stage_call;
    demand(tp_stage_call.open(&P.slot.self, NULL, &env) == TP_OK);
    P.pipeline = (tp_pipeline){ &P.slot, 1, tp_stage_call.note_size };
    P.server = (tp_server){ .services = &P.services, .pipelines = &P.set, .only_pipeline = -1, .wake = no_wake };
    tp_list_init(&P.server.dirty);
    P.provider = (tp_provider){ .name = "p", .dialect = TP_DIALECT_ANTHROPIC, .base_url = "http://origin.test" };
    P.candidate.provider = &P.provider;
}

/* One request on its way. */
typedef struct trip {
    tp_client client;
    tp_http1_head head;
    tp_bytes path, query;
    tp_buffer body;    /* as we have read it */
    bool whole, wrong; /* the client's message is; turned out not to be HTTP */
    line *line;
    tp_bytes answer; /* all of it */
    tp_err failure;
} trip;

/* ---- the way ---- */

static void start(trip *t, tp_arena *arena)
{
    tp_exchange *x = tp_driver_new(&P.driver, &P.set, arena);
    tp_request *r = tp_arena_make(arena, tp_request);

    *r = (tp_request){ t->head.method,       t->head.target,      t->path,     t->query, t->head.headers,
                       t->head.header_count, t->head.body_length, "127.0.0.1", NULL,     true };
    x->request = r;
    x->id = TP_BYTES("id");
    x->dialect = TP_DIALECT_ANTHROPIC;
    x->shape = TP_SHAPE_OTHER;
    x->plan = (tp_plan){ &P.candidate, 1 };
    t->client = (tp_client){ .server = &P.server, .out = TP_BUFFER(SIZE_MAX / 4), .head = &t->head, .x = x };
    tp_reply_sink(&t->client);
    tp_driver_start(x, &P.pipeline, &t->client.sink);
}

static bool take_head(trip *t, tp_http1 *http, tp_bytes *text, tp_arena *arena)
{
    tp_http1_read read = { .err = TP_OK };
    tp_gate_verdict verdict;

    while (text->length && read.err == TP_OK && !read.head) {
        tp_http1_feed(http, *text, arena, &read);
        *text = tp_bytes_from(*text, read.used);
    }
    if (read.err != TP_OK || !read.head)
        return false;
    t->head = read.parsed;
    t->whole = read.complete;
    t->path = tp_gate_path(&t->head);
    t->query = tp_bytes_from(t->path, tp_bytes_find(t->path, '?') + 1);
    t->path.length = tp_bytes_find(t->path, '?');
    verdict = tp_gate_check(&t->head, &P.set.settings->listen);
    return verdict.err == TP_OK && !verdict.preflight;
}

/* As server/client.c does: what is complete is never fed on. */
static void take_body(trip *t, tp_http1 *http, tp_bytes text, tp_arena *arena, tp_body *body)
{
    tp_http1_read read;

    while (text.length && !t->whole && !t->wrong) {
        tp_http1_feed(http, text, arena, &read);
        text = tp_bytes_from(text, read.used);
        t->wrong = read.err != TP_OK;
        t->whole = read.complete && !t->wrong;
        for (unsigned i = 0; i < read.count && !t->wrong; i++) {
            tp_buffer_add(&t->body, read.parts[i]);
            tp_body_feed(body, read.parts[i]);
        }
    }
    if (t->whole)
        tp_body_finish(body);
    if (t->wrong)
        tp_body_break(body, TP_ERR_CALLER_BAD_REQUEST, "bad");
}

/* ---- the requests ---- */

static bool named(tp_bytes name, const char *const *names)
{
    for (; *names; names++)
        if (tp_bytes_equal_nocase(name, tp_bytes_text(*names)))
            return true;
    return false;
}

/* Fields that may stay behind; `connection` is read as the one who reads it would. */
static bool may_be_dropped(const tp_header *field, const tp_header *fields, size_t count)
{
    static const char *const NAMES[] = { "connection",
                                         "proxy-connection",
                                         "keep-alive",
                                         "te",
                                         "transfer-encoding",
                                         "upgrade",
                                         "proxy-authenticate",
                                         "proxy-authorization",
                                         "trailer",
                                         "host",
                                         "content-length",
                                         "expect",
                                         "authorization",
                                         "x-api-key",
                                         "x-goog-api-key",
                                         "api-key",
                                         "set-cookie",
                                         "alt-svc",
                                         "strict-transport-security",
                                         "nel",
                                         "report-to",
                                         NULL };
    bool listed = field->name.length > 11 && tp_bytes_equal_nocase(tp_bytes_of(field->name.data, 11), TP_BYTES("x-tokenpak-"));

    for (size_t i = 0; i < count && !listed; i++) {
        tp_bytes rest = fields[i].value, item;

        if (tp_bytes_equal_nocase(fields[i].name, TP_BYTES("connection")))
            while (tp_bytes_next(&rest, ',', &item))
                listed = listed || tp_bytes_equal_nocase(item, field->name);
    }
    return listed || named(field->name, NAMES);
}

static bool same_field(const tp_header *a, const tp_header *b)
{
    return tp_bytes_equal(a->name, b->name) && tp_bytes_equal(a->value, b->value);
}

/* `out` has the fields of `in` in their order, less those that may be dropped; returns how many of `out` they are. */
static size_t demand_fields(const tp_header *in, size_t count, const tp_header *out, size_t out_count)
{
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        if (at < out_count && same_field(&in[i], &out[at]))
            at++;
        else
            demand(may_be_dropped(&in[i], in, count));
    }
    return at;
}

static void demand_target(const trip *t, tp_bytes target)
{
    if (tp_bytes_contains(t->query, TP_BYTES("k")) || tp_bytes_contains(t->query, TP_BYTES("%")))
        return; /* maybe key=, in any spelling: it is cut out */
    demand(tp_bytes_starts(target, t->path));
    target = tp_bytes_from(target, t->path.length);
    demand(target.length == 0 ? t->query.length == 0 : target.data[0] == '?' && tp_bytes_equal(tp_bytes_from(target, 1), t->query));
}

static void demand_request(const trip *t)
{
    strict_message *m = malloc(sizeof(*m));
    strict_result result = strict_request(tp_buffer_bytes(&t->line->sent), m);
    size_t passed;

    demand(result != STRICT_BAD && (result == STRICT_WHOLE) == t->whole);
    if (m->has_head) {
        demand(result != STRICT_WHOLE || m->used == t->line->sent.length);
        demand(tp_bytes_equal(m->method, t->head.method));
        demand_target(t, m->target);
        demand(m->count && same_field(&m->fields[0], &(tp_header){ TP_BYTES("Host"), TP_BYTES("origin.test") }));
        passed = demand_fields(t->head.headers, t->head.header_count, m->fields + 1, m->count - 1);
        demand(m->count - 1 - passed <= 1); /* the framing, which is ours */
        demand(!t->whole || tp_bytes_equal(tp_buffer_bytes(&m->body), tp_buffer_bytes(&t->body)));
    }
    strict_free(m);
    free(m);
}

/* ---- the replies ---- */

/* What the provider has said, empty lines and interim replies passed over; `total`: up to the end of it. */
static strict_result provider_said(const trip *t, strict_message *m, size_t *total)
{
    bool head = tp_bytes_equal(t->head.method, TP_BYTES("HEAD"));
    strict_result result;

    for (*total = 0;; *total += m->used) {
        while (tp_bytes_starts(tp_bytes_from(t->answer, *total), TP_BYTES("\r\n")))
            *total += 2;
        result = strict_reply(tp_bytes_from(t->answer, *total), head, m);
        if (result != STRICT_WHOLE || m->status >= 200 || m->status == 101)
            break;
        strict_free(m);
    }
    *total += m->used;
    return result;
}

static void demand_same_reply(const trip *t, const strict_message *to, const strict_message *from)
{
    demand(to->status == from->status);
    demand(tp_bytes_equal(tp_buffer_bytes(&to->body), tp_buffer_bytes(&from->body)));
    demand_fields(from->fields, from->count, to->fields, to->count);
    demand(!to->until_close || t->client.close || to->status == 204 || to->status == 304);
}

static void demand_reply(const trip *t)
{
    strict_message *to = malloc(2 * sizeof(*to)), *from = to + 1;
    tp_bytes out = tp_buffer_bytes(&t->client.out);
    size_t total;
    strict_result got = strict_reply(out, tp_bytes_equal(t->head.method, TP_BYTES("HEAD")), to), said = provider_said(t, from, &total);

    demand(t->client.reply_done && got != STRICT_BAD && !to->odd);
    if (t->failure == TP_OK) {
        demand(got == STRICT_WHOLE && to->used == out.length && said == STRICT_WHOLE);
        demand_same_reply(t, to, from);
        demand(!t->line->kept || (total == t->answer.length && !from->until_close && t->whole));
    } else {
        demand(!t->line->kept);
        demand(!t->whole || said != STRICT_WHOLE || from->status < 200 || from->odd); /* what is strictly right is never refused */
        demand(t->client.unclean ? got == STRICT_PART || to->until_close : got == STRICT_WHOLE && to->status >= 400);
    }
    strict_free(to);
    strict_free(from);
    free(to);
}

/* ---- one trip ---- */

static void travel(tp_bytes request, tp_bytes answer, size_t piece)
{
    trip t = { .body = TP_BUFFER(SIZE_MAX / 4), .answer = answer };
    tp_arena *arena = tp_arena_new();
    tp_http1 http;
    tp_exchange *x;

    tp_http1_init(&http, true, MOST_HEAD);
    if (!take_head(&t, &http, &request, arena)) {
        tp_http1_close(&http);
        tp_arena_free(arena);
        return;
    }
    t.line = line_begin(answer, piece);
    start(&t, arena);
    x = t.client.x;
    t.client.request_done = t.whole;
    if (t.whole)
        tp_body_finish(tp_driver_body(x));
    take_body(&t, &http, request, arena, tp_driver_body(x));
    t.client.request_done = t.whole;
    line_run();
    t.failure = x->failure.err;
    demand_request(&t);
    demand_reply(&t);
    line_end();
    tp_http1_close(&http);
    tp_list_remove(&t.client.dirty);
    tp_buffer_free(&t.client.out);
    tp_buffer_free(&t.body);
    while (tp_driver_turn(&P.driver))
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const tp_bytes REQUESTS[] = { TP_BYTES_INIT("GET /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                                         TP_BYTES_INIT("HEAD /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                                         TP_BYTES_INIT("GET /v1/x HTTP/1.0\r\nHost: localhost\r\n\r\n") };
    tp_bytes text = tp_bytes_of((const char *)data, size);

    open_process();
    travel(text, TP_BYTES("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), SIZE_MAX);
    travel(text, TP_BYTES("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), 7);
    for (size_t i = 0; i < sizeof(REQUESTS) / sizeof(REQUESTS[0]); i++)
        travel(REQUESTS[i], text, i == 0 ? 5 : SIZE_MAX);
    return 0;
}
