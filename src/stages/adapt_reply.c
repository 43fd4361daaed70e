/* stages/adapt_reply.c - canonical events as the client reads them: event by event, or gathered into one reply. */

#include "stages/adapt_reply.h"

#include "base/list.h"
#include "stages/recall.h"
#include "stages/stages.h"
#include "wire/chat.h"
#include "wire/error.h"

/* Clients take a connection for dead that is silent for long; Claude Code, for one, wants a ping. */
enum { SILENCE_MS = 15000 };

static uint64_t now_ns(const tp_adapt_reply *r)
{
    return tp_clock_ns(r->services->clock);
}

/* ---- writing ---- */

static tp_flow flush(tp_adapt_reply *r)
{
    tp_flow flow = TP_FLOW_GO;

    if (r->out.length)
        flow = tp_pass(r->x, &tp_stage_adapt, &(tp_event){ .type = TP_EVENT_RAW, .raw = tp_buffer_bytes(&r->out) });
    r->written_ns = r->out.length ? now_ns(r) : r->written_ns;
    r->out.length = 0;
    return flow;
}

static void on_silence(tp_timer *timer)
{
    tp_adapt_reply *r = tp_list_entry(timer, tp_adapt_reply, timer);
    uint64_t silent = (now_ns(r) - r->written_ns) / 1000000, wait = SILENCE_MS;

    if (silent + 1 < SILENCE_MS) {
        wait = SILENCE_MS - silent;
    } else {
        r->writer.format->write_event(&r->writer, &(tp_chat_event){ .type = TP_CHAT_PING });
        flush(r);
    }
    tp_timer_start(r->services->timers, &r->timer, wait, on_silence);
}

/* ---- the head ---- */

/* Gemini's clients choose: events with alt=sse, otherwise an array. */
static tp_framing stream_framing(const tp_exchange *x)
{
    tp_bytes rest = x->request->query, item;

    while (x->format->framing == TP_FRAMING_ARRAY && tp_bytes_next(&rest, '&', &item))
        if (tp_bytes_equal(item, TP_BYTES("alt=sse")))
            return TP_FRAMING_SSE;
    return x->format->framing;
}

static tp_escaped escaped_model(const tp_exchange *x)
{
    tp_bytes quoted = tp_json_quote(x->arena, x->model);

    return tp_bytes_of(quoted.data + 1, quoted.length - 2);
}

static void make_writer(tp_adapt_reply *r)
{
    tp_exchange *x = r->x;

    r->writer = (tp_writer){ .format = x->format,
                             .arena = x->arena,
                             .out = &r->out,
                             .chat = x->chat,
                             .state = tp_arena_alloc(x->arena, x->format->writer_size + 1),
                             .framing = x->stream ? stream_framing(x) : TP_FRAMING_WHOLE,
                             .id = tp_chat_safe_id(x->arena, x->id),
                             .model = escaped_model(x),
                             .now = tp_clock_wall(r->services->clock) / 1000 };
}

/* The fields go with the event; those of a head that waits are copied. */
static void keep_head(tp_adapt_reply *r, const tp_reply_head *head)
{
    tp_header *fields = tp_arena_array(r->x->arena, tp_header, head->header_count);

    for (size_t i = 0; i < head->header_count; i++)
        fields[i] = (tp_header){ tp_arena_copy(r->x->arena, head->headers[i].name), tp_arena_copy(r->x->arena, head->headers[i].value) };
    r->head = (tp_reply_head){ .status = 200, .headers = fields, .header_count = head->header_count };
}

static tp_flow pass_stream_head(tp_adapt_reply *r, const tp_reply_head *head)
{
    tp_header *fields = tp_arena_array(r->x->arena, tp_header, head->header_count);
    tp_reply_head out = { .status = 200, .headers = fields, .header_count = head->header_count, .body_length = -1 };

    for (size_t i = 0; i < head->header_count; i++) {
        fields[i] = head->headers[i];
        if (tp_bytes_equal(fields[i].name, TP_BYTES("content-type")))
            fields[i].value = tp_bytes_text(tp_error_content_type(r->writer.framing));
    }
    return tp_pass(r->x, &tp_stage_adapt, &(tp_event){ .type = TP_EVENT_HEAD, .head = &out });
}

tp_flow tp_adapt_reply_head(tp_adapt_reply *r, tp_exchange *x, tp_services *services, const tp_event *ev, uint64_t most)
{
    r->x = x;
    r->services = services;
    r->out.limit = SIZE_MAX / 2;
    make_writer(r);
    if (x->stream) {
        r->written_ns = now_ns(r);
        tp_timer_start(services->timers, &r->timer, SILENCE_MS, on_silence);
        return pass_stream_head(r, ev->head);
    }
    keep_head(r, ev->head);
    r->gather = tp_gather_new(x->arena, most);
    return TP_FLOW_GO;
}

/* ---- events ---- */

tp_flow tp_adapt_reply_chat(tp_adapt_reply *r, const tp_event *ev)
{
    if (!r->gather) {
        r->writer.format->write_event(&r->writer, ev->chat);
        r->x->outcome.events = r->writer.events;
        return flush(r);
    }
    if (!tp_gather_event(r->gather, ev->chat)) {
        tp_fail(r->x, TP_ERR_PROVIDER_BAD_REPLY, "the converted reply is longer than listen.max_body");
        return tp_pass(r->x, &tp_stage_adapt, &(tp_event){ .type = TP_EVENT_ERROR });
    }
    return TP_FLOW_GO;
}

tp_flow tp_adapt_reply_end(tp_adapt_reply *r, const tp_event *ev)
{
    tp_timer_stop(r->services->timers, &r->timer);
    if (r->gather) {
        r->writer.format->write_reply(&r->writer, tp_gather_reply(r->gather));
        r->head.body_length = (int64_t)r->out.length;
        tp_pass(r->x, &tp_stage_adapt, &(tp_event){ .type = TP_EVENT_HEAD, .head = &r->head });
        flush(r);
    }
    tp_recall_keep(r->services, r->x, &r->writer);
    return tp_pass(r->x, &tp_stage_adapt, ev);
}

void tp_adapt_reply_close(tp_adapt_reply *r)
{
    if (r->services)
        tp_timer_stop(r->services->timers, &r->timer);
    tp_buffer_free(&r->out);
}
