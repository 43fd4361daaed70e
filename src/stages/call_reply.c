/* stages/call_reply.c - the provider's reply on its way out: held, tapped for usage, less the chunk the client did not ask for. */

#include "stages/call_convert.h"
#include "wire/stream_error.h"

enum { HOLD_EVENT_MS = 15000, MOST_HELD_EVENT = 1 << 20, MOST_REFUSAL = 64 << 10, MOST_EVENT = 16 << 20, MOST_UNPACKED = 8 << 20 };

static tp_exchange *x_of(const tp_call_note *n)
{
    return n->x;
}

/* ---- head ---- */

/* Fields of the provider that would be wrong, or foreign, on our origin, or taken for ours. */
static bool is_dropped(tp_bytes name)
{
    static const tp_bytes NAMES[] = { TP_BYTES_INIT("set-cookie"), TP_BYTES_INIT("alt-svc"), TP_BYTES_INIT("strict-transport-security"),
                                      TP_BYTES_INIT("nel"), TP_BYTES_INIT("report-to") };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (tp_bytes_equal_nocase(name, NAMES[i]))
            return true;
    return name.length > 11 && tp_bytes_equal_nocase(tp_bytes_of(name.data, 11), TP_BYTES("x-tokenpak-"));
}

/* Content-Length of a reply without a body says what a GET would have had: it passes. */
static bool has_no_body(const tp_call_note *n, int status)
{
    return tp_bytes_equal(n->x->request->method, TP_BYTES("HEAD")) || status == 304;
}

static bool field_stays(const tp_call_note *n, const tp_header *field, int status, tp_bytes connection)
{
    if (tp_bytes_equal_nocase(field->name, TP_BYTES("content-length")))
        return has_no_body(n, status);
    if (n->hides && n->coding && tp_bytes_equal_nocase(field->name, TP_BYTES("content-encoding")))
        return false;
    if (x_of(n)->outcome.attempt_count > 1 && status >= 400 && tp_bytes_equal_nocase(field->name, TP_BYTES("x-should-retry")))
        return false;
    return !is_dropped(field->name) && !tp_http1_is_hop(field->name, connection);
}

static void keep_head(tp_call_note *n, const tp_http1_head *head)
{
    tp_bytes connection = tp_http1_connection(head->headers, head->header_count, n->heads);
    tp_header *fields = tp_arena_array(n->heads, tp_header, head->header_count + 1);
    size_t count = 0;

    for (size_t i = 0; i < head->header_count; i++)
        if (field_stays(n, &head->headers[i], head->status, connection))
            fields[count++] = head->headers[i];
    if (n->x->outcome.attempt_count > 1 && head->status >= 400)
        fields[count++] = (tp_header){ TP_BYTES("x-should-retry"), TP_BYTES("false") };
    n->reply = (tp_reply_head){ head->status, head->reason, fields, count, n->hides ? -1 : head->body_length };
}

static tp_framing framing_of(const tp_call_note *n, const tp_http1_head *head)
{
    tp_bytes type = tp_http1_field(head->headers, head->header_count, "content-type");

    if (tp_bytes_starts(type, TP_BYTES("text/event-stream")))
        return TP_FRAMING_SSE;
    if (tp_bytes_starts(type, TP_BYTES("application/x-ndjson")))
        return TP_FRAMING_LINES;
    if (n->shape == TP_SHAPE_GEMINI && n->x->stream)
        return TP_FRAMING_ARRAY;
    return TP_FRAMING_WHOLE;
}

static bool is_chat(const tp_call_note *n)
{
    return n->x->held && n->x->shape != TP_SHAPE_OTHER && n->x->shape != TP_SHAPE_OPENAI_EMBEDDINGS;
}

static tp_call_hold hold_for(const tp_call_note *n, const tp_http1_head *head, tp_framing framing)
{
    uint64_t most = n->self->all->listen.hold_reply;

    if (n->added && (head->status == 400 || head->status == 422))
        return TP_HOLD_REFUSAL;
    if (head->status != 200 || !is_chat(n))
        return TP_HOLD_NOTHING;
    if (framing == TP_FRAMING_SSE && tp_call_can_retry(n, 0, NULL))
        return TP_HOLD_EVENT;
    if (framing == TP_FRAMING_WHOLE && (head->body_length < 0 || (uint64_t)head->body_length <= most))
        return TP_HOLD_WHOLE;
    return TP_HOLD_NOTHING;
}

/* ---- reading what passes ---- */

static void emit(tp_call_note *n, tp_bytes part)
{
    if (n->hold != TP_HOLD_NOTHING)
        tp_buffer_add(&n->held, part);
    else
        n->flow = tp_answer(n->x, &(tp_event){ .type = TP_EVENT_RAW, .raw = part });
}

static void on_event(void *arg, const tp_sse_event *event)
{
    tp_call_note *n = arg;
    bool hidden = n->hides && event->kind == TP_SSE_EVENT && tp_stream_error_usage_chunk(event->data);

    if (event->kind == TP_SSE_EVENT && !n->first_seen) {
        n->first_seen = true;
        n->first_is_error = tp_stream_error_event(n->shape, event->name, event->data);
    }
    if (n->hides && !hidden)
        emit(n, event->raw);
}

static void note_usage(tp_call_note *n)
{
    const tp_usage_seen *seen = tp_usage_tap_seen(n->tap);

    if (!n->target)
        n->x->outcome.events = seen->events;
    n->x->outcome.told_error = seen->error;
    if (!seen->found)
        return;
    n->x->outcome.usage = &seen->usage;
    n->x->outcome.usage_raw = seen->raw;
}

static bool read_decoded(void *arg, tp_bytes part)
{
    tp_call_note *n = arg;

    n->unpacked += part.length;
    if (n->coding && n->unpacked > MOST_UNPACKED)
        return false;
    if (n->tap) {
        tp_usage_tap_feed(n->tap, part);
        note_usage(n);
    }
    if (n->sse)
        tp_sse_feed(n->sse, part);
    if (n->target)
        tp_call_convert_part(n, part);
    return true;
}

/* False when the client would miss what cannot be decoded. What is only read on the side passes unread then. */
static bool read_part(tp_call_note *n, tp_bytes part)
{
    if (!n->tap && !n->sse && !n->target)
        return true;
    n->unpacked = 0;
    if (n->coding)
        return tp_coding_feed(n->coding, part, read_decoded, n) == TP_CODING_OK || !(n->hides || n->target);
    read_decoded(n, part);
    return true;
}

static void make_readers(tp_call_note *n, const tp_http1_head *head, tp_framing framing)
{
    const tp_provider *provider = n->x->outcome.provider;
    tp_bytes coding = tp_http1_field(head->headers, head->header_count, "content-encoding");

    n->hides = n->added && !n->target && head->status == 200 && framing == TP_FRAMING_SSE;
    if (n->shape != TP_SHAPE_OTHER && head->status == 200)
        n->tap = tp_usage_tap_new(n->x->arena, provider->name, n->request.origin->authority, n->shape, framing);
    if (!n->target && (n->hides || n->hold == TP_HOLD_EVENT))
        n->sse = tp_sse_new(MOST_EVENT, on_event, n);
    if (!coding.length || tp_bytes_equal_nocase(coding, TP_BYTES("identity")))
        return;
    n->coding = tp_coding_new(coding);
    if (n->coding)
        return;
    /* A coding nobody here can undo passes as it is, unread. */
    n->tap = NULL;
    n->hides = false;
    tp_sse_free(n->sse);
    n->sse = NULL;
}

static void on_hold_timeout(tp_timer *timer)
{
    tp_call_note *n = tp_list_entry(timer, tp_call_note, timer);

    if (n->target)
        tp_call_convert_accept(n);
    else
        tp_call_reply_accept(n);
}

void tp_call_reply_begin(tp_call_note *n, const tp_http1_head *head)
{
    tp_framing framing = framing_of(n, head);

    n->attempt->status = head->status;
    n->attempt->connect_us = tp_call_connect_ns(n->call) / 1000;
    n->attempt->kept = tp_call_reused(n->call);
    if (tp_call_can_retry(n, head->status, head)) {
        tp_call_give_up_on(n, head->status, head);
        return;
    }
    n->hold = hold_for(n, head, framing);
    make_readers(n, head, framing);
    if (n->hold == TP_HOLD_EVENT && !n->sse)
        n->hold = TP_HOLD_NOTHING;
    keep_head(n, head);
    n->held.limit = SIZE_MAX / 2;
    if (n->target)
        tp_call_convert_begin(n, framing);
    if (n->hold == TP_HOLD_EVENT)
        tp_timer_start(n->self->services->timers, &n->timer, HOLD_EVENT_MS, on_hold_timeout);
    if (n->hold == TP_HOLD_NOTHING)
        tp_call_reply_accept(n);
}

static void forget_head(tp_call_note *n)
{
    n->reply.headers = NULL;
    n->reply.header_count = 0;
    tp_arena_free(n->heads);
    n->heads = NULL;
}

/* ---- body ---- */

/* The only place that decides whether what is held may go. */
static void judge(tp_call_note *n)
{
    bool error = n->hold == TP_HOLD_EVENT && n->first_seen && n->first_is_error;

    if (error && tp_call_can_retry(n, 0, NULL))
        tp_call_give_up_on(n, 0, NULL);
    else if (n->hold == TP_HOLD_EVENT && (n->first_seen || n->held.length > MOST_HELD_EVENT))
        tp_call_reply_accept(n);
    else if (n->hold == TP_HOLD_WHOLE && n->held.length > n->self->all->listen.hold_reply)
        tp_call_reply_accept(n);
    else if (n->hold == TP_HOLD_REFUSAL && n->held.length > MOST_REFUSAL)
        tp_call_reply_accept(n);
}

static void note_first_byte(tp_call_note *n)
{
    tp_outcome *o = &n->x->outcome;

    if (o->first_token_ns || n->reply.status != 200)
        return;
    o->first_token_ns = tp_clock_ns(n->self->services->clock) - n->x->start_ns;
}

void tp_call_reply_part(tp_call_note *n, tp_bytes part)
{
    note_first_byte(n);
    if (!read_part(n, part)) {
        tp_call_break(n, "its stream cannot be decoded, or grows too much by it");
        return;
    }
    if (!n->hides && !n->target)
        emit(n, part);
    if (n->hold != TP_HOLD_NOTHING && !n->target)
        judge(n);
    if (n->call && n->flow == TP_FLOW_HOLD)
        tp_call_pause(n->call);
}

void tp_call_reply_accept(tp_call_note *n)
{
    tp_timer_stop(n->self->services->timers, &n->timer);
    n->hold = TP_HOLD_NOTHING;
    n->accepted = true;
    n->x->outcome.status = n->reply.status;
    if (n->x->held && !n->target && (!n->call || tp_call_sent(n->call))) {
        n->x->json = NULL; /* it points into the body */
        tp_body_release(n->x);
    }
    n->flow = tp_answer(n->x, &(tp_event){ .type = TP_EVENT_HEAD, .head = &n->reply });
    forget_head(n);
    if (n->held.length)
        n->flow = tp_answer(n->x, &(tp_event){ .type = TP_EVENT_RAW, .raw = tp_buffer_bytes(&n->held) });
    tp_buffer_free(&n->held);
}

static bool was_refused(const tp_call_note *n)
{
    tp_buffer text = TP_BUFFER(MOST_REFUSAL);
    tp_bytes coding;
    bool refused;

    if (n->hold != TP_HOLD_REFUSAL)
        return false;
    if (!n->coding)
        return tp_stream_error_refused_options(n->reply.status, tp_buffer_bytes(&n->held));
    coding = tp_http1_field(n->reply.headers, n->reply.header_count, "content-encoding");
    tp_coding_whole(coding, tp_buffer_bytes(&n->held), &text);
    refused = tp_stream_error_refused_options(n->reply.status, tp_buffer_bytes(&text));
    tp_buffer_free(&text);
    return refused;
}

void tp_call_reply_complete(tp_call_note *n)
{
    if (was_refused(n)) {
        tp_call_again_plainly(n);
        return;
    }
    if ((n->hides || n->target) && n->coding && tp_coding_end(n->coding) != TP_CODING_OK) {
        tp_call_break(n, "its stream cannot be decoded to the end");
        return;
    }
    if (n->sse)
        tp_sse_end(n->sse);
    if (n->tap) {
        tp_usage_tap_end(n->tap);
        note_usage(n);
        n->x->outcome.usage_expected = is_chat(n) && n->x->shape != TP_SHAPE_ANTHROPIC_COUNT;
    }
    if (n->target) {
        tp_call_convert_complete(n);
        return;
    }
    if (n->hold == TP_HOLD_WHOLE && n->reply.body_length < 0)
        n->reply.body_length = (int64_t)n->held.length;
    if (!n->accepted)
        tp_call_reply_accept(n);
    n->done = true;
    tp_answer(n->x, &(tp_event){ .type = TP_EVENT_END });
}

void tp_call_reply_clear(tp_call_note *n)
{
    tp_timer_stop(n->self->services->timers, &n->timer);
    tp_coding_free(n->coding);
    tp_sse_free(n->sse);
    tp_buffer_free(&n->held);
    forget_head(n);
    n->coding = NULL;
    n->sse = NULL;
    n->tap = NULL;
    n->feed = NULL;
    n->hold = TP_HOLD_NOTHING;
    n->hides = n->first_seen = n->first_is_error = false;
}
