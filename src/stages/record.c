/* stages/record.c - what a request leaves behind: its row, its trace, its metrics and the line of the access log. */

#include "stages/stages.h"

#include <stdlib.h>

#include "base/logger.h"
#include "base/memory.h"
#include "exchange/driver.h"
#include "exchange/services.h"
#include "store/ledger.h"
#include "store/store.h"
#include "wire/usage.h"

/* Above TRACES_A_SECOND only each SAMPLE-th request keeps its list of stages: nobody reads more, and each costs microseconds. */
enum { MOST_TRACE = TP_ROW_TRACE_MOST, TRACES_A_SECOND = 1000, SAMPLE = 16 };

typedef struct record {
    tp_services *services;
    bool access, traces;        /* whether log.access and trace.keep want any */
    uint64_t second, in_second; /* how many requests have ended in it */
} record;

typedef struct note {
    bool streaming;
} note;

static tp_err record_open(void **self, const void *previous, const tp_stage_env *env)
{
    record *r = tp_new(record);

    (void)previous;
    *r = (record){ .services = env->services, .access = env->all->log.access, .traces = env->all->trace.keep > 0 };
    *self = r;
    return TP_OK;
}

static void record_close(void *self)
{
    free(self);
}

static tp_verdict record_request(void *self, void *my_note, tp_exchange *x)
{
    record *r = self;

    (void)my_note;
    (void)x;
    tp_ledger_in_flight(r->services->ledger, 1);
    tp_metric_add(r->services->metrics, TP_METRIC_IN_FLIGHT, 1, NULL, NULL, NULL);
    return TP_NEXT;
}

static tp_flow record_reply(void *self, void *my_note, tp_exchange *x, const tp_event *ev)
{
    record *r = self;
    note *n = my_note;

    if (ev->type == TP_EVENT_HEAD && x->stream && ev->head->body_length < 0 && !n->streaming) {
        n->streaming = true;
        tp_ledger_streaming(r->services->ledger, 1);
    }
    return tp_pass(x, &tp_stage_record, ev);
}

/* ---- the trace ---- */

static void put_name(tp_buffer *out, const char *before, const char *name)
{
    tp_buffer_text(out, before);
    tp_buffer_text(out, "\"");
    tp_buffer_text(out, name);
    tp_buffer_text(out, "\":");
}

static void put_string(tp_buffer *out, const char *before, const char *name, tp_bytes value)
{
    put_name(out, before, name);
    tp_buffer_text(out, "\"");
    tp_buffer_json(out, value);
    tp_buffer_text(out, "\"");
}

static void put_number(tp_buffer *out, const char *before, const char *name, uint64_t value)
{
    put_name(out, before, name);
    tp_buffer_number(out, value);
}

static void put_stage(tp_buffer *out, const tp_stage_trace *t)
{
    static const char *const VERDICTS[] = { "next", "answered", "wait", "failed" };

    put_string(out, "{", "name", tp_bytes_text(t->stage->name));
    put_string(out, ",", "verdict", tp_bytes_text(VERDICTS[t->verdict]));
    put_number(out, ",", "us", (t->request_ns + t->reply_ns) / 1000);
    if (t->wait_ns)
        put_number(out, ",", "wait_us", t->wait_ns / 1000);
    put_name(out, ",", "detail");
    tp_buffer_text(out, "{");
    for (const tp_detail *d = t->details; d; d = d->next)
        put_string(out, d == t->details ? "" : ",", d->name, tp_bytes_text(d->value));
    tp_buffer_text(out, "}}");
}

static void put_attempt(tp_buffer *out, const tp_attempt *a)
{
    put_string(out, "{", "provider", tp_bytes_text(a->provider));
    put_string(out, ",", "model", a->model);
    if (a->status)
        put_number(out, ",", "status", (uint64_t)a->status);
    else
        tp_buffer_text(out, ",\"status\":null");
    if (a->err == TP_OK)
        tp_buffer_text(out, ",\"error\":null");
    else
        put_string(out, ",", "error", tp_bytes_text(tp_err_code(a->err)));
    put_number(out, ",", "us", a->us);
    put_number(out, ",", "connect_us", a->connect_us);
    tp_buffer_text(out, a->kept ? ",\"kept\":true}" : ",\"kept\":false}");
}

static void put_trace(tp_buffer *out, const tp_exchange *x)
{
    unsigned count;
    const tp_stage_trace *stages = tp_driver_trace(x, &count);

    tp_buffer_text(out, "{\"stages\":[");
    for (unsigned i = 0; i < count; i++) {
        tp_buffer_text(out, i ? "," : "");
        put_stage(out, &stages[i]);
    }
    tp_buffer_text(out, "],\"attempts\":[");
    for (const tp_attempt *a = x->outcome.attempts; a; a = a->next) {
        put_attempt(out, a);
        tp_buffer_text(out, a->next ? "," : "");
    }
    tp_buffer_text(out, "]}");
}

/* ---- the row ---- */

/* The domain of an error is the first word of its code; of a provider's status see section 6 of the contract. */
static tp_row_class class_of(const tp_exchange *x)
{
    const char *code = tp_err_code(x->failure.err);
    int status = x->outcome.status;

    if (x->failure.err == TP_ERR_CANCELLED || (x->left && x->failure.err != TP_OK))
        return TP_ROW_CANCELLED;
    if (x->failure.err != TP_OK)
        return code[0] == 'c'   ? TP_ROW_CALLER_ERROR
               : code[0] == 'o' ? TP_ROW_OWN_ERROR
               : code[1] == 'o' ? TP_ROW_POLICY_ERROR
                                : TP_ROW_PROVIDER_ERROR;
    if (status == 408 || status == 429 || status >= 500 || x->outcome.told_error)
        return TP_ROW_PROVIDER_ERROR;
    return status >= 400 ? TP_ROW_CALLER_ERROR : TP_ROW_OK;
}

static int64_t ms_of(uint64_t ns)
{
    return (int64_t)(ns / 1000000);
}

static void put_usage(tp_row *row, const tp_outcome *o)
{
    const tp_usage *u = o->usage;

    row->no_usage = !u && o->usage_expected && o->status == 200;
    if (!u)
        return;
    row->input = (int64_t)u->input;
    row->output = (int64_t)u->output;
    row->cache_read = (int64_t)u->cache_read;
    row->cache_creation = (int64_t)u->cache_creation;
    row->reasoning = (int64_t)u->reasoning;
    row->source = TP_BYTES("provider");
    row->usage = o->usage_raw;
}

/* The attempts that another one followed. */
static void put_failures(tp_buffer *out, const tp_outcome *o)
{
    for (const tp_attempt *a = o->attempts; a && a->next; a = a->next) {
        tp_buffer_text(out, out->length ? "," : "");
        tp_buffer_text(out, a->provider);
        tp_buffer_text(out, ":");
        if (a->err == TP_OK)
            tp_buffer_number(out, (uint64_t)a->status);
        else
            tp_buffer_text(out, tp_err_code(a->err));
    }
}

static tp_row row_of(const tp_exchange *x, uint64_t now)
{
    const tp_outcome *o = &x->outcome;
    bool own_reply = x->failure.err != TP_OK && o->status == 0;
    tp_row row = {
        .request = x->id,
        .client = tp_bytes_text(x->request->client),
        .key = tp_bytes_text(x->key_name),
        .session = x->session,
        .tag = x->tag,
        .dialect = tp_bytes_text(tp_dialect_name(x->dialect)),
        .method = x->request->method,
        .path = x->request->path,
        .model = x->model,
        .upstream_model = o->upstream_model,
        .provider = tp_bytes_text(o->provider ? o->provider->name : NULL),
        .error = tp_bytes_text(x->failure.err == TP_OK ? NULL : tp_err_code(x->failure.err)),
        .started_ms = x->start_ms,
        .stream = x->stream,
        .status = own_reply ? tp_err_status(x->failure.err) : o->status,
        .class = class_of(x),
        .attempts = o->attempt_count,
        .bytes_in = (int64_t)o->bytes_in,
        .bytes_out = (int64_t)o->bytes_out,
        .first_token_ms = o->first_token_ns ? ms_of(o->first_token_ns) : -1,
        .total_ms = ms_of(now - x->start_ns),
        .overhead_us = (int64_t)(tp_driver_own_ns(x) / 1000),
        .provider_ms = o->attempt_count ? ms_of(o->provider_ns) : -1,
    };

    put_usage(&row, o);
    return row;
}

static void count_tokens(tp_metrics *metrics, const tp_row *row)
{
    const struct {
        const char *kind;
        int64_t tokens;
    } KINDS[] = {
        { "input", row->input },           { "output", row->output },
        { "cache_read", row->cache_read }, { "cache_creation", row->cache_creation },
        { "reasoning", row->reasoning },
    };

    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        if (KINDS[i].tokens)
            tp_metric_add(metrics, TP_METRIC_TOKENS, (double)KINDS[i].tokens, row->provider.data, row->upstream_model.data, KINDS[i].kind);
}

static void count(tp_metrics *metrics, const tp_exchange *x, const tp_row *row, uint64_t total_ns)
{
    const char *provider = row->provider.data;

    tp_metric_add(metrics, TP_METRIC_IN_FLIGHT, -1, NULL, NULL, NULL);
    tp_metric_add(metrics, TP_METRIC_REQUESTS, 1, row->dialect.data, provider, tp_row_class_word(row->class));
    if (x->failure.err != TP_OK)
        tp_metric_add(metrics, TP_METRIC_ERRORS, 1, row->error.data, NULL, NULL);
    if (row->no_usage)
        tp_metric_add(metrics, TP_METRIC_NO_USAGE, 1, provider, NULL, NULL);
    tp_metric_observe(metrics, TP_METRIC_DURATION, (double)total_ns / 1e9, provider);
    tp_metric_observe(metrics, TP_METRIC_OVERHEAD, (double)row->overhead_us / 1e6, NULL);
    if (x->outcome.first_token_ns)
        tp_metric_observe(metrics, TP_METRIC_FIRST_BYTE, (double)x->outcome.first_token_ns / 1e9, provider);
    tp_metric_add(metrics, TP_METRIC_BYTES_IN, (double)row->bytes_in, NULL, NULL, NULL);
    tp_metric_add(metrics, TP_METRIC_BYTES_OUT, (double)row->bytes_out, NULL, NULL, NULL);
    count_tokens(metrics, row);
}

static void log_access(const tp_exchange *x, const tp_row *row)
{
    const tp_bytes NUMBER = { NULL, 0 };
    const tp_log_field FIELDS[] = {
        { TP_BYTES_INIT("id"), row->request, 0 },
        { TP_BYTES_INIT("client"), row->client, 0 },
        { TP_BYTES_INIT("key"), row->key, 0 },
        { TP_BYTES_INIT("method"), row->method, 0 },
        { TP_BYTES_INIT("path"), row->path, 0 },
        { TP_BYTES_INIT("model"), row->model, 0 },
        { TP_BYTES_INIT("provider"), row->provider, 0 },
        { TP_BYTES_INIT("status"), NUMBER, (uint64_t)row->status },
        { TP_BYTES_INIT("class"), tp_bytes_text(tp_row_class_word(row->class)), 0 },
        { TP_BYTES_INIT("attempts"), NUMBER, (uint64_t)row->attempts },
        { TP_BYTES_INIT("input"), NUMBER, (uint64_t)row->input },
        { TP_BYTES_INIT("output"), NUMBER, (uint64_t)row->output },
        { TP_BYTES_INIT("bytes_in"), NUMBER, (uint64_t)row->bytes_in },
        { TP_BYTES_INIT("bytes_out"), NUMBER, (uint64_t)row->bytes_out },
        { TP_BYTES_INIT("ms"), NUMBER, (uint64_t)row->total_ms },
        { TP_BYTES_INIT("overhead_us"), NUMBER, (uint64_t)row->overhead_us },
        { TP_BYTES_INIT("error"), row->error, 0 },
    };
    unsigned count = sizeof(FIELDS) / sizeof(FIELDS[0]);

    tp_logger_fields(TP_LOG_INFO, TP_AREA_ACCESS, "request", FIELDS, x->failure.err == TP_OK ? count - 1 : count);
}

static bool keeps_trace(record *r, uint64_t now)
{
    if (now / 1000000000 != r->second) {
        r->second = now / 1000000000;
        r->in_second = 0;
    }
    return r->traces && (r->in_second++ < TRACES_A_SECOND || r->in_second % SAMPLE == 0);
}

/* Spans of the request are not C strings; a copy of the row is. */
static void record_leave(void *self, void *my_note, tp_exchange *x)
{
    record *r = self;
    uint64_t now = tp_clock_ns(r->services->clock);
    tp_buffer trace = TP_BUFFER(MOST_TRACE), failures = TP_BUFFER(512);
    tp_row row = row_of(x, now), *copy;

    if (keeps_trace(r, now))
        put_trace(&trace, x);
    row.trace = tp_buffer_bytes(&trace);
    put_failures(&failures, &x->outcome);
    row.failures = tp_buffer_bytes(&failures);
    copy = tp_row_copy(&row);
    tp_ledger_in_flight(r->services->ledger, -1);
    if (((note *)my_note)->streaming)
        tp_ledger_streaming(r->services->ledger, -1);
    tp_ledger_add(r->services->ledger, copy);
    tp_store_add(r->services->store, copy);
    count(r->services->metrics, x, copy, now - x->start_ns);
    if (r->access && tp_log_on(TP_LOG_INFO))
        log_access(x, copy);
    tp_row_drop(copy);
    tp_buffer_free(&trace);
    tp_buffer_free(&failures);
}

const tp_stage tp_stage_record = {
    .name = "record",
    .note_size = sizeof(note),
    .open = record_open,
    .close = record_close,
    .request = record_request,
    .reply = record_reply,
    .leave = record_leave,
};
