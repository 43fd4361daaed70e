/* exchange/outlet.c - what has passed all stages becomes what the client reads: our own fields on the head, errors in its dialect. */

#include <stdio.h>
#include <string.h>

#include "config/settings.h"
#include "exchange/private.h"
#include "wire/error.h"
#include "wire/usage.h"

enum { MOST_OWN_FIELDS = 13, USUAL_FIELDS = 48, MOST_ERROR = 16 << 10 };

typedef struct fields {
    tp_header *items;
    size_t count;
} fields;

static void add(fields *f, const char *name, tp_bytes value)
{
    f->items[f->count++] = (tp_header){ tp_bytes_text(name), value };
}

static void add_number(fields *f, tp_arena *arena, const char *name, uint64_t number)
{
    add(f, name, tp_arena_number(arena, number));
}

static void add_own(fields *f, const tp_exchange *x)
{
    const tp_outcome *o = &x->outcome;

    add(f, "x-tokenpak-request-id", x->id);
    if (o->provider)
        add(f, "x-tokenpak-provider", tp_bytes_text(o->provider->name));
    if (o->upstream_model.length && x->model.length && !tp_bytes_equal(o->upstream_model, x->model))
        add(f, "x-tokenpak-model", o->upstream_model);
    if (o->attempt_count > 1)
        add_number(f, x->arena, "x-tokenpak-attempts", o->attempt_count);
    if (o->warnings.length)
        add(f, "x-tokenpak-warnings", o->warnings);
    if (o->usage && x->failure.err == TP_OK) {
        add_number(f, x->arena, "x-tokenpak-input-tokens", o->usage->input);
        add_number(f, x->arena, "x-tokenpak-output-tokens", o->usage->output);
    }
}

/* An empty list with room for ours and `others`, in `usual` when they are not many: the sink takes it at once, and a stream would keep
 * it in its arena to the end. */
static fields own_fields(const tp_exchange *x, size_t others, tp_header usual[USUAL_FIELDS])
{
    size_t most = others + MOST_OWN_FIELDS;

    return (fields){ most <= USUAL_FIELDS ? usual : tp_arena_array(x->arena, tp_header, most), 0 };
}

/* How bytes of an error could be put behind what was sent. */
static tp_framing framing_of(const tp_driven *d, const tp_reply_head *head)
{
    tp_framing framing = TP_FRAMING_WHOLE;

    if (head->body_length >= 0)
        return framing;
    for (size_t i = 0; i < head->header_count; i++) {
        const tp_header *h = &head->headers[i];

        if (tp_bytes_equal_nocase(h->name, TP_BYTES("content-encoding")))
            return TP_FRAMING_WHOLE;
        if (!tp_bytes_equal_nocase(h->name, TP_BYTES("content-type")))
            continue;
        if (tp_bytes_starts(h->value, TP_BYTES("text/event-stream")))
            framing = TP_FRAMING_SSE;
        else if (tp_bytes_starts(h->value, TP_BYTES("application/x-ndjson")))
            framing = TP_FRAMING_LINES;
        else if (d->x.stream && d->x.shape == TP_SHAPE_GEMINI)
            framing = TP_FRAMING_ARRAY;
    }
    return framing;
}

static tp_flow send_head(tp_driven *d, const tp_reply_head *head)
{
    tp_header usual[USUAL_FIELDS];
    fields f = own_fields(&d->x, head->header_count, usual);
    tp_reply_head out = *head;

    for (size_t i = 0; i < head->header_count; i++)
        f.items[f.count++] = head->headers[i];
    add_own(&f, &d->x);
    out.headers = f.items;
    out.header_count = f.count;
    d->head_sent = true;
    d->framing = framing_of(d, head);
    return d->sink->head(d->sink, &out);
}

static char last_solid(tp_bytes part, char before)
{
    while (part.length && strchr(" \t\r\n", part.data[part.length - 1]))
        part.length--;
    return part.length ? part.data[part.length - 1] : before;
}

static tp_flow send_body(tp_driven *d, tp_bytes part)
{
    if (part.length == 0)
        return TP_FLOW_GO;
    d->x.outcome.bytes_out += part.length;
    for (size_t i = part.length > 2 ? part.length - 2 : 0; i < part.length; i++) {
        d->tail[0] = d->tail[1];
        d->tail[1] = part.data[i];
    }
    d->solid = last_solid(part, d->solid);
    return d->sink->body(d->sink, part);
}

static void send_end(tp_driven *d, bool clean)
{
    tp_sink *sink = d->sink;

    tp_driver_detach(d);
    sink->end(sink, clean);
}

static tp_error_said said(const tp_driven *d)
{
    const tp_exchange *x = &d->x;

    return (tp_error_said){ .err = x->failure.err,
                            .message = tp_bytes_text(x->failure.message),
                            .request_id = x->id,
                            .events = x->outcome.events,
                            .status = x->failure.status,
                            .before = d->solid };
}

/* The whole error reply, while nothing was sent. */
static void send_error_reply(tp_driven *d)
{
    const tp_exchange *x = &d->x;
    tp_error_said what = said(d);
    tp_header usual[USUAL_FIELDS];
    fields f = own_fields(x, x->failure.header_count, usual);
    tp_buffer body = TP_BUFFER(MOST_ERROR);
    tp_reply_head head = { .status = tp_err_status(x->failure.err) };

    tp_error_body(x->dialect, &what, &body);
    add(&f, "content-type", TP_BYTES("application/json"));
    for (size_t i = 0; i < x->failure.header_count; i++)
        f.items[f.count++] = x->failure.headers[i];
    add(&f, "x-tokenpak-error", tp_bytes_text(tp_err_code(x->failure.err)));
    add(&f, "x-should-retry", tp_bytes_text(tp_err_retry(x->failure.err) ? "true" : "false"));
    if (x->failure.err == TP_ERR_OWN_OVERLOADED)
        add(&f, "retry-after", TP_BYTES("1"));
    add_own(&f, x);
    head.headers = f.items;
    head.header_count = f.count;
    head.body_length = (int64_t)body.length;
    d->sink->head(d->sink, &head);
    send_body(d, tp_buffer_bytes(&body));
    tp_buffer_free(&body);
    send_end(d, true);
}

/* The stream is broken: say so in its own words, and never end it cleanly. */
static void send_error_event(tp_driven *d)
{
    tp_error_said what = said(d);
    tp_buffer event = TP_BUFFER(MOST_ERROR);

    if (d->framing == TP_FRAMING_SSE && d->tail[1] && (d->tail[1] != '\n' || (d->tail[0] != '\n' && d->tail[0] != '\r')))
        tp_buffer_text(&event, "\n\n");
    if (d->framing == TP_FRAMING_LINES && d->tail[1] && d->tail[1] != '\n')
        tp_buffer_text(&event, "\n");
    if (d->framing != TP_FRAMING_WHOLE && tp_error_event(d->x.shape, d->framing, &what, &event))
        send_body(d, tp_buffer_bytes(&event));
    tp_buffer_free(&event);
    send_end(d, false);
}

static tp_flow give_out(tp_driven *d, const tp_event *ev)
{
    switch (ev->type) {
    case TP_EVENT_HEAD:
        return send_head(d, ev->head);
    case TP_EVENT_RAW:
        return send_body(d, ev->raw);
    case TP_EVENT_CHAT:
        break; /* adapt has made bytes of it */
    case TP_EVENT_END:
        send_end(d, true);
        break;
    case TP_EVENT_ERROR:
        if (d->head_sent)
            send_error_event(d);
        else
            send_error_reply(d);
        break;
    }
    return TP_FLOW_GO;
}

tp_flow tp_outlet_event(tp_driven *d, const tp_event *ev)
{
    bool last = ev->type == TP_EVENT_END || ev->type == TP_EVENT_ERROR;

    if (d->outside_done)
        return TP_FLOW_GO;
    d->outside_done = last;
    if (!d->sink)
        return TP_FLOW_GO;
    return give_out(d, ev);
}
