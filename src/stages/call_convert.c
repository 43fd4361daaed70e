/* stages/call_convert.c - a provider of another format: the request written for it, its reply read. */

#include "stages/call_convert.h"

#include <stdio.h>

#include <tokenpak/log.h>

#include "base/offload.h"
#include "json/string.h"
#include "stages/recall.h"
#include "wire/chat.h"
#include "wire/error.h"
#include "wire/feed.h"
#include "wire/reply_fields.h"
#include "wire/stream_error.h"

enum { MOST_EVENT = 16 << 20, MOST_TOLD = 256 << 10, SHOWN = 200 };

/* ---- the request ---- */

static const tp_candidate *candidate_of(const tp_call_note *n)
{
    return &n->x->plan.candidates[n->candidate];
}

static tp_bytes model_of(const tp_call_note *n)
{
    return candidate_of(n)->model.length ? candidate_of(n)->model : n->x->model;
}

static tp_call_converted converted(tp_call_note *n)
{
    const tp_convert *c = n->convert;
    const char *why = c->chat ? c->out.fault : c->in.fault;

    if (c->chat)
        n->x->chat = c->chat;
    if (c->good) {
        tp_trace_detail(n->x, &tp_stage_call, "converted_to", c->to->name);
        return TP_CALL_CONVERTED;
    }
    n->x->failure = (tp_failure){ .err = TP_OK };
    tp_fail(n->x, c->chat || c->in.unsupported ? TP_ERR_CALLER_UNSUPPORTED : TP_ERR_CALLER_BAD_REQUEST, "%s", why);
    return TP_CALL_UNSAYABLE;
}

static void on_converted(void *arg)
{
    tp_call_note *n = arg;

    n->converting = false;
    n->then(n, converted(n));
}

static void run(void *arg)
{
    tp_convert_run(((tp_call_note *)arg)->convert);
}

static void on_recalled(void *arg, const tp_json *past)
{
    tp_call_note *n = arg;
    tp_call_converted result = TP_CALL_UNSAYABLE;

    n->converting = false;
    n->past = past;
    if (past)
        result = tp_call_convert_request(n, n->then);
    else
        tp_fail(n->x, TP_ERR_CALLER_BAD_REQUEST, "previous_response_id: no reply of that id is kept for this client");
    if (result != TP_CALL_CONVERTING)
        n->then(n, result);
}

/* Whether what came before has to be looked up first. */
static bool recalls(tp_call_note *n)
{
    tp_bytes id = n->past || n->x->chat ? tp_bytes_of(NULL, 0) : tp_recall_wanted(n->x);

    if (id.length)
        tp_recall_find(n->self->services, n->x, id, on_recalled, n);
    return id.length > 0;
}

tp_call_converted tp_call_convert_request(tp_call_note *n, void (*then)(tp_call_note *n, tp_call_converted result))
{
    const tp_format *target = tp_convert_target(n->x, candidate_of(n)->provider);

    n->target = target;
    n->shape = target ? target->shape : n->x->shape;
    if (!target || (n->convert && n->convert->to == target && tp_bytes_equal(n->convert->out.model, model_of(n))))
        return TP_CALL_CONVERTED;
    if (!n->x->json || !n->x->deep) {
        tp_fail(n->x, TP_ERR_CALLER_UNSUPPORTED, "the body cannot be converted: %s",
                n->x->json ? "it has too many values" : "its Content-Encoding is not known");
        return TP_CALL_UNSAYABLE;
    }
    n->then = then;
    n->converting = recalls(n);
    if (n->converting)
        return TP_CALL_CONVERTING;
    n->convert = tp_convert_new(n->x, target, model_of(n), 2 * n->self->all->listen.max_body);
    n->convert->in.past = n->past;
    n->convert->out.no_usage = tp_call_refuses(n->self, candidate_of(n)->provider->name);
    if (!tp_convert_is_long(n->convert)) {
        tp_convert_run(n->convert);
        return converted(n);
    }
    n->converting = true;
    tp_offload(n->self->services->loop, run, on_converted, n);
    return TP_CALL_CONVERTING;
}

static tp_bytes target_path(const tp_call_note *n)
{
    const tp_request_out *out = &n->convert->out;
    bool bare = candidate_of(n)->provider->dialect == TP_DIALECT_OPENAI && tp_bytes_starts(out->path, TP_BYTES("/v1/"));
    const tp_bytes parts[] = { tp_bytes_text(n->request.origin->path), bare ? tp_bytes_from(out->path, 3) : out->path, TP_BYTES("?"),
                               out->query };

    return tp_arena_join(n->x->arena, parts, out->query.length ? 4 : 2);
}

void tp_call_convert_compose(tp_call_note *n)
{
    tp_bytes body = tp_buffer_bytes(&n->convert->body);

    n->request.target = target_path(n);
    n->request.parts[0] = body;
    n->request.part_count = 1;
    n->request.body_length = (int64_t)body.length;
    n->request.streams = n->request.no_body_field = false;
}

/* ---- the reply ---- */

void tp_call_convert_accept(tp_call_note *n)
{
    n->x->converted = true;
    n->x->outcome.warnings = tp_convert_warnings(n->convert, n->x->arena);
    tp_call_reply_accept(n);
}

/* The head goes out with the first event, so that an error before it can still be told by its status. */
static void on_chat_event(void *arg, const tp_chat_event *event)
{
    tp_call_note *n = arg;

    if (!n->accepted)
        tp_call_convert_accept(n);
    n->flow = tp_answer(n->x, &(tp_event){ .type = TP_EVENT_CHAT, .chat = event });
}

static tp_bytes id_of(const tp_call_note *n)
{
    return tp_chat_safe_id(n->x->arena, n->x->id);
}

void tp_call_convert_begin(tp_call_note *n, tp_framing framing)
{
    bool fine = n->reply.status == 200 && !n->x->counting;
    const tp_feed_setup setup = {
        .arena = n->x->arena,
        .format = n->target,
        .chat = n->convert->chat,
        .framing = framing,
        .id = id_of(n),
        .most = framing == TP_FRAMING_WHOLE ? n->self->all->listen.max_body : MOST_EVENT,
        .emit = on_chat_event,
        .arg = n,
    };

    tp_reply_fields_translate(&n->reply, n->target->dialect, n->x->dialect, n->heads);
    n->reply.body_length = -1;
    n->hold = fine ? TP_HOLD_EVENT : TP_HOLD_TOLD;
    n->held.limit = MOST_TOLD;
    n->feed = fine ? tp_feed_new(&setup) : NULL;
}

static tp_bytes plain_text(const tp_call_note *n, tp_escaped text)
{
    char *out = tp_arena_alloc(n->x->arena, text.length + 1);

    return tp_bytes_of(out, tp_string_decode(text, out));
}

/* A reply that is made here whole. */
static void answer(tp_call_note *n, tp_buffer *body)
{
    n->reply.reason = tp_bytes_of(NULL, 0);
    n->reply.body_length = (int64_t)body->length;
    n->held.length = 0;
    tp_call_reply_accept(n);
    n->flow = tp_answer(n->x, &(tp_event){ .type = TP_EVENT_RAW, .raw = tp_buffer_bytes(body) });
    tp_buffer_free(body);
    n->done = true;
    tp_answer(n->x, &(tp_event){ .type = TP_EVENT_END });
}

static void add_field(tp_call_note *n, const char *name, tp_bytes value)
{
    tp_header *fields = tp_arena_array(n->heads, tp_header, n->reply.header_count + 1);

    if (tp_http1_field(n->reply.headers, n->reply.header_count, name).length)
        return;
    memcpy(fields, n->reply.headers, n->reply.header_count * sizeof(*fields));
    fields[n->reply.header_count] = (tp_header){ tp_bytes_text(name), value };
    n->reply.headers = fields;
    n->reply.header_count++;
}

/* What the body said of trying again, where clients look for it. */
static void add_advice(tp_call_note *n, const tp_told *told)
{
    if (told->retry_ms)
        add_field(n, "retry-after", tp_arena_number(n->heads, (told->retry_ms + 999) / 1000));
    if (told->trouble == TP_TROUBLE_QUOTA)
        add_field(n, "x-should-retry", TP_BYTES("false"));
}

/* The error of the provider as a reply of its status, in the client's words. */
static void answer_told(tp_call_note *n, const tp_told *told)
{
    tp_buffer body = TP_BUFFER(MOST_TOLD * 2);
    tp_error_said said = { .err = TP_ERR_PROVIDER_BAD_REPLY,
                           .message = plain_text(n, told->message),
                           .request_id = n->x->id,
                           .status = tp_error_status_for(n->x->dialect, told->status),
                           .code = n->target->dialect == n->x->dialect ? told->code : tp_bytes_of(NULL, 0),
                           .trouble = told->trouble };

    tp_error_body(n->x->dialect, &said, &body);
    n->reply.status = said.status;
    add_advice(n, told);
    n->x->outcome.told_error |= n->hold != TP_HOLD_TOLD; /* with a status the status says it */
    answer(n, &body);
}

/* What cannot be read is shown to whoever debugs, and to nobody else. */
static void log_unread(const tp_call_note *n, tp_bytes body, const char *why)
{
    int shown = (int)(body.length < SHOWN ? body.length : SHOWN);

    tp_log(TP_LOG_DEBUG, TP_AREA_STAGE, "request %.*s: the reply of %s cannot be read: %s; it begins: %.*s", (int)n->x->id.length,
           n->x->id.data, n->x->outcome.provider->name, why, shown, body.data ? body.data : "");
}

static void complete_count(tp_call_note *n, const tp_json *doc)
{
    tp_buffer body = TP_BUFFER(MOST_TOLD);
    uint64_t tokens;

    if (!n->target->read_count(doc, &tokens)) {
        tp_call_end_badly(n, TP_ERR_PROVIDER_BAD_REPLY, "the provider's reply has no count of tokens");
        return;
    }
    n->x->format->write_count(&body, tokens);
    answer(n, &body);
}

/* A server that does not know the option with which we ask for usage is asked without it. */
static bool refuses_usage(const tp_call_note *n)
{
    return n->x->stream && n->shape == TP_SHAPE_OPENAI_CHAT && !n->convert->out.no_usage &&
           tp_stream_error_refused_options(n->reply.status, tp_buffer_bytes(&n->held));
}

static void complete_told(tp_call_note *n)
{
    tp_told told = { .status = n->reply.status };
    tp_arena *scratch = tp_arena_new();
    tp_bytes body = tp_buffer_bytes(&n->held);
    tp_json doc;
    bool json = tp_json_scan(body, scratch, TP_JSON_EVERYTHING, &doc, NULL);

    if (json && told.status == 200) {
        complete_count(n, &doc);
        tp_arena_free(scratch);
        return;
    }
    if (!json || !n->target->read_error(&doc, &told, scratch)) {
        log_unread(n, body, "it is no error of its dialect");
        told.message = tp_bytes_text(tp_arena_printf(n->x->arena, "%s answered with status %d", n->x->outcome.provider->name, told.status));
    }
    answer_told(n, &told);
    tp_arena_free(scratch);
}

/* The reply is of no further use: another attempt while the client has seen nothing, else the error. */
static void give_up(tp_call_note *n)
{
    const tp_told *told = tp_feed_told(n->feed);
    char message[512];

    if (told && !n->accepted && tp_call_can_retry(n, 0, NULL)) {
        tp_call_give_up_on(n, 0, NULL);
    } else if (told && !n->accepted) {
        tp_call_cancel_attempt(n);
        answer_told(n, told);
    } else if (told) {
        tp_bytes text = plain_text(n, told->message);

        snprintf(message, sizeof(message), "%.*s", (int)(text.length < 500 ? text.length : 500), text.data ? text.data : "");
        n->x->failure.status = tp_error_status_for(n->x->dialect, told->status);
        tp_call_end_badly(n, TP_ERR_PROVIDER_BROKEN_STREAM, message);
    } else {
        snprintf(message, sizeof(message), "%s: its reply cannot be converted: %s", n->x->outcome.provider->name, tp_feed_fault(n->feed));
        log_unread(n, tp_feed_unread(n->feed), tp_feed_fault(n->feed));
        tp_call_end_badly(n, n->accepted ? TP_ERR_PROVIDER_BROKEN_STREAM : TP_ERR_PROVIDER_BAD_REPLY, message);
    }
}

void tp_call_convert_part(tp_call_note *n, tp_bytes part)
{
    if (n->hold == TP_HOLD_TOLD)
        tp_buffer_add(&n->held, part);
    if (!n->feed || n->done)
        return;
    tp_feed_usage(n->feed, n->x->outcome.usage);
    if (!tp_feed_bytes(n->feed, part))
        give_up(n);
}

void tp_call_convert_complete(tp_call_note *n)
{
    if (n->hold == TP_HOLD_TOLD && refuses_usage(n)) {
        n->convert = NULL;
        tp_call_again_plainly(n);
        return;
    }
    if (n->hold == TP_HOLD_TOLD) {
        complete_told(n);
        return;
    }
    tp_feed_usage(n->feed, n->x->outcome.usage);
    if (!tp_feed_end(n->feed)) {
        give_up(n);
        return;
    }
    n->done = true;
    tp_answer(n->x, &(tp_event){ .type = TP_EVENT_END });
}
