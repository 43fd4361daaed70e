/* upstream/call.c - sends a request on a pooled or new connection and reads its reply. */

#include "upstream/call.h"

#include "base/memory.h"

/* A body up to MOST_COPIED bytes is joined with its head; a longer one is sent from where it lies, but up to MOST_JOINED bytes on a
 * connection that takes only one part at a time. */
enum { MOST_PENDING = 128 << 10, MOST_COPIED = 4 << 10, MOST_JOINED = 64 << 10, MOST_INTERIM = 32, MOST_SENDS = 4, MOST_SENT = 64 << 10 };

typedef enum state { CONNECTING, OPEN, ENDED } state;

struct tp_call {
    tp_upstream *upstream;
    const tp_call_request *request;
    const tp_call_events *events;
    void *arg;
    tp_conn *conn;
    state state;
    tp_http1 http;
    tp_buffer pending;   /* copies that the kernel has not taken whole */
    size_t pending_done; /* bytes of it that it has taken */
    unsigned part;       /* of the request's parts: the first that is not sent whole */
    size_t part_done;    /* bytes of it that are */
    bool reused;
    bool finished; /* the whole body was given */
    bool wanted;   /* `writable` is owed */
    bool paused;
    unsigned interim; /* replies of the class 1xx so far */
    bool replied;     /* a byte of the reply has come */
    bool has_head;    /* the final head has */
    bool streamed;    /* some of a streaming body was given, or its end: the request cannot be made again */
    uint64_t started_ns, connected_ns;
    tp_timer timer; /* first byte, then idle */
    tp_timer total;
    tp_timer later; /* what must not happen inside the caller */
};

static uint64_t now(const tp_call *c)
{
    return tp_clock_ns(c->upstream->timers->clock);
}

static void stop(tp_call *c)
{
    tp_timers *timers = c->upstream->timers;

    c->state = ENDED;
    tp_timer_stop(timers, &c->timer);
    tp_timer_stop(timers, &c->total);
    tp_timer_stop(timers, &c->later);
    tp_buffer_free(&c->pending);
    tp_http1_close(&c->http);
}

static void end(tp_call *c, tp_call_result result, const char *text)
{
    stop(c);
    if (c->conn)
        tp_connect_close(c->conn);
    c->conn = NULL;
    c->events->end(c->arg, result, text);
}

static void on_timeout(tp_timer *timer)
{
    tp_call *c = tp_list_entry(timer, tp_call, timer);

    end(c, TP_CALL_TIMEOUT, c->replied ? "the provider was silent for longer than timeout.idle" : "no reply within timeout.first_byte");
}

static void on_total(tp_timer *timer)
{
    end(tp_list_entry(timer, tp_call, total), TP_CALL_TIMEOUT, "the reply was not complete within timeout.total");
}

static void arm(tp_call *c, uint64_t ms)
{
    if (ms && !c->paused)
        tp_timer_start(c->upstream->timers, &c->timer, ms, on_timeout);
    else
        tp_timer_stop(c->upstream->timers, &c->timer);
}

static bool unsent(const tp_call *c)
{
    return c->pending.length > 0 || c->part < c->request->part_count;
}

static void watch(tp_call *c)
{
    if (c->state == OPEN)
        tp_connect_watch(c->conn, !c->paused, unsent(c));
}

/* The wait for the first byte counts only while it is the provider that is waited for, and not the client. */
static void await_reply(tp_call *c)
{
    if (c->state == OPEN && !c->replied)
        arm(c, c->finished || unsent(c) ? c->request->first_byte_ms : 0);
}

static void connect_anew(tp_call *c);

/* The connection has closed. The only place that decides what that means. A new one is never replaced, and so a kept one only once. */
static void on_closed(tp_call *c)
{
    bool untaken = c->reused && !c->replied && !c->streamed && !tp_connect_taken_in(c->conn);

    if (untaken) {
        tp_connect_close(c->conn);
        c->conn = NULL;
        tp_buffer_free(&c->pending);
        c->pending_done = c->part_done = 0;
        connect_anew(c);
    } else if (!c->replied) {
        end(c, TP_CALL_RESET_SENT, "the provider closed the connection without a reply");
    } else if (!c->has_head) {
        end(c, TP_CALL_GARBAGE, "the provider closed the connection inside the head of the reply");
    } else {
        end(c, TP_CALL_CUT_OFF, "the provider closed the connection inside the reply");
    }
}

/* Sends what the kernel takes of `bytes`, a bounded amount a turn, and returns what is left. A broken connection takes everything: the
 * reader will see why. */
static tp_bytes send_some(tp_call *c, tp_bytes bytes)
{
    for (unsigned i = 0; i < MOST_SENDS && bytes.length; i++) {
        ssize_t sent = tp_connect_send(c->conn, tp_bytes_of(bytes.data, bytes.length < MOST_SENT ? bytes.length : MOST_SENT));

        if (sent == TP_CONNECT_AGAIN)
            break;
        bytes = tp_bytes_from(bytes, sent == TP_CONNECT_BROKEN ? bytes.length : (size_t)sent);
    }
    return bytes;
}

/* Sends a copy, now or when there is room, and all of it only when the connection stands. */
static void push(tp_call *c, tp_bytes bytes)
{
    bool now_possible = c->state == OPEN && c->pending.length == 0;

    tp_buffer_add(&c->pending, now_possible ? send_some(c, bytes) : bytes);
}

/* What is pending first, then the parts of a large body, from where they lie. */
static void flush(tp_call *c)
{
    tp_bytes left = send_some(c, tp_bytes_from(tp_buffer_bytes(&c->pending), c->pending_done));

    c->pending_done = c->pending.length - left.length;
    if (c->pending_done > MOST_PENDING) {
        tp_buffer_drop(&c->pending, c->pending_done);
        c->pending_done = 0;
    }
    if (left.length)
        return;
    tp_buffer_free(&c->pending);
    c->pending_done = 0;
    for (; c->part < c->request->part_count; c->part++, c->part_done = 0) {
        const tp_bytes *part = &c->request->parts[c->part];

        left = send_some(c, tp_bytes_from(*part, c->part_done));
        c->part_done = part->length - left.length;
        if (left.length)
            return;
    }
}

static void compose_head(const tp_call *c, tp_buffer *out)
{
    const tp_call_request *r = c->request;

    tp_buffer_add(out, r->method);
    tp_buffer_text(out, " ");
    tp_buffer_add(out, r->target);
    tp_buffer_text(out, " HTTP/1.1\r\nHost: ");
    tp_buffer_text(out, r->origin->authority);
    tp_buffer_text(out, "\r\n");
    for (size_t i = 0; i < r->header_count; i++) {
        tp_buffer_add(out, r->headers[i].name);
        tp_buffer_text(out, ": ");
        tp_buffer_add(out, r->headers[i].value);
        tp_buffer_text(out, "\r\n");
    }
    if (r->body_length < 0)
        tp_buffer_text(out, "Transfer-Encoding: chunked\r\n");
    else if (!r->no_body_field) {
        tp_buffer_text(out, "Content-Length: ");
        tp_buffer_number(out, (uint64_t)r->body_length);
        tp_buffer_text(out, "\r\n");
    }
    tp_buffer_text(out, "\r\n");
}

static void on_event(void *arg, tp_conn *conn, bool readable, bool writable);
static void on_later(tp_timer *timer);

/* Of what was taken from the descriptor already no event tells. */
static void look_later(tp_call *c)
{
    if (tp_connect_holds(c->conn))
        tp_timer_start(c->upstream->timers, &c->later, 0, on_later);
}

/* Sends the head and what follows it as far as the kernel takes it; false where that cannot be done at once. */
static bool send_gathered(tp_call *c, tp_bytes head)
{
    const tp_call_request *r = c->request;
    tp_bytes all[1 + TP_CALL_PARTS] = { head };
    ssize_t sent;
    size_t taken;

    memcpy(all + 1, r->parts, sizeof(r->parts));
    sent = tp_connect_send_parts(c->conn, all, 1 + r->part_count);
    if (sent < 0)
        return false;
    taken = (size_t)sent;
    tp_buffer_add(&c->pending, tp_bytes_from(head, taken));
    taken -= taken < head.length ? taken : head.length;
    for (c->part = 0; c->part < r->part_count && taken >= r->parts[c->part].length; c->part++)
        taken -= r->parts[c->part].length;
    c->part_done = taken;
    return true;
}

/* Head and body in one, or the head alone where the body is long. */
static void send_joined(tp_call *c, tp_buffer *out)
{
    for (c->part = 0; c->request->body_length <= MOST_JOINED && c->part < c->request->part_count; c->part++)
        tp_buffer_add(out, c->request->parts[c->part]);
    push(c, tp_buffer_bytes(out));
}

static void send_request(tp_call *c)
{
    tp_buffer *out = &c->upstream->scratch, early = c->pending;

    c->pending = (tp_buffer)TP_BUFFER(early.limit);
    c->state = OPEN;
    c->connected_ns = now(c);
    c->conn->event = on_event;
    c->conn->arg = c;
    if (c->reused)
        tp_connect_mark(c->conn);
    out->length = 0;
    compose_head(c, out);
    if (c->request->part_count == 0 || c->request->body_length <= MOST_COPIED || !send_gathered(c, tp_buffer_bytes(out)))
        send_joined(c, out);
    tp_buffer_clear(out, MOST_JOINED * 2);
    if (unsent(c))
        flush(c);
    push(c, tp_buffer_bytes(&early));
    tp_buffer_free(&early);
    c->finished = c->finished || !c->request->streams;
    await_reply(c);
    watch(c);
    look_later(c);
}

static void on_connected(void *arg, tp_conn *conn, tp_connect_result result, const char *text)
{
    static const tp_call_result RESULTS[] = { TP_CALL_OK, TP_CALL_NO_CONNECTION, TP_CALL_TLS, TP_CALL_CONNECT_TIMEOUT, TP_CALL_STARVED };
    static const char *const WORDS[] = { "ok", "failed", "tls", "timeout", "starved" };
    tp_call *c = arg;

    tp_metric_add(c->upstream->metrics, TP_METRIC_UPSTREAM_OPEN, 1, c->request->origin->authority, WORDS[result], NULL);
    if (result == TP_CONNECT_STARVED && tp_upstream_shed(c->upstream)) {
        tp_connect_close(conn);
        connect_anew(c);
        return;
    }
    if (result != TP_CONNECT_OK) {
        end(c, RESULTS[result], text);
        return;
    }
    send_request(c);
    if (c->state == OPEN && !c->finished)
        c->events->writable(c->arg);
}

static void connect_anew(tp_call *c)
{
    c->state = CONNECTING;
    c->reused = false;
    c->conn = tp_connect_start(c->upstream->connector, c->request->origin, c->request->connect_ms, on_connected, c);
}

/* The reply is complete: the connection is kept when nothing speaks against it. */
static void complete(tp_call *c, bool keep)
{
    tp_conn *conn = c->conn;

    if (keep && c->finished && !unsent(c)) {
        c->conn = NULL;
        tp_upstream_put(c->upstream, conn);
    }
    end(c, TP_CALL_OK, "");
}

static void on_head(tp_call *c, const tp_http1_read *read)
{
    if (read->parsed.status == 101) {
        end(c, TP_CALL_GARBAGE, "the provider switched protocols unasked");
    } else if (read->parsed.status < 200 && ++c->interim > MOST_INTERIM) {
        end(c, TP_CALL_GARBAGE, "the provider sent too many interim replies");
    } else if (read->parsed.status < 200) {
        tp_http1_next(&c->http);
    } else {
        c->has_head = true;
        c->events->head(c->arg, &read->parsed);
    }
}

/* One step of the parser; false when the call has ended. What came before a fault is told. */
static bool take(tp_call *c, tp_bytes *input, bool *keep)
{
    tp_http1_read read;

    tp_http1_feed(&c->http, *input, c->request->heads, &read);
    *input = tp_bytes_from(*input, read.used);
    if (read.head && read.err == TP_OK) {
        *keep = read.parsed.keep_alive;
        on_head(c, &read);
    }
    for (unsigned i = 0; i < read.count && c->state == OPEN; i++)
        c->events->body(c->arg, read.parts[i]);
    if (c->state != OPEN)
        return false;
    if (read.err != TP_OK) {
        end(c, c->has_head ? TP_CALL_CUT_OFF : TP_CALL_GARBAGE, read.message);
        return false;
    }
    if (read.complete && c->has_head) {
        complete(c, *keep && input->length == 0);
        return false;
    }
    return true;
}

static bool parse(tp_call *c, tp_bytes input)
{
    bool keep = llhttp_should_keep_alive(&c->http.parser) != 0;

    c->replied = true;
    arm(c, c->request->idle_ms);
    while (input.length)
        if (!take(c, &input, &keep))
            return false;
    return true;
}

static void on_readable(tp_call *c)
{
    for (;;) {
        ssize_t got = tp_connect_receive(c->conn, c->upstream->input, TP_UPSTREAM_READ);

        if (got == TP_CONNECT_AGAIN)
            return;
        if (got <= 0) {
            if (got == 0 && c->has_head && tp_http1_end(&c->http))
                complete(c, false);
            else
                on_closed(c);
            return;
        }
        if (!parse(c, tp_bytes_of(c->upstream->input, (size_t)got)))
            return;
        /* What is still in the socket is told again. */
        if (c->paused || (got < TP_UPSTREAM_READ && !tp_connect_holds(c->conn)))
            return;
    }
}

static void on_event(void *arg, tp_conn *conn, bool readable, bool writable)
{
    tp_call *c = arg;

    (void)conn;
    if (writable && unsent(c)) {
        flush(c);
        await_reply(c);
        if (c->state == OPEN && c->wanted && c->pending.length - c->pending_done < MOST_PENDING) {
            c->wanted = false;
            c->events->writable(c->arg);
        }
    }
    if (c->state == OPEN && readable && !c->paused)
        on_readable(c);
    watch(c);
}

/* What was not to happen inside the caller: the first request for a streaming body, and the look for what no event would tell. */
static void on_later(tp_timer *timer)
{
    tp_call *c = tp_list_entry(timer, tp_call, later);

    if (c->state == OPEN && !c->finished)
        c->events->writable(c->arg);
    if (c->state == OPEN && !c->paused && tp_connect_holds(c->conn))
        on_readable(c);
    watch(c);
}

tp_call *tp_call_start(tp_upstream *upstream, const tp_call_request *request, const tp_call_events *events, void *arg)
{
    tp_call *c = tp_arena_make(request->arena, tp_call);

    *c = (tp_call){ .upstream = upstream, .request = request, .events = events, .arg = arg, .pending = TP_BUFFER(SIZE_MAX / 2) };
    c->started_ns = now(c);
    tp_http1_init(&c->http, false, request->most_head);
    c->http.no_body = tp_bytes_equal(request->method, TP_BYTES("HEAD"));
    if (request->total_ms)
        tp_timer_start(upstream->timers, &c->total, request->total_ms, on_total);
    c->conn = tp_upstream_take(upstream, request->origin);
    if (!c->conn) {
        connect_anew(c);
        return c;
    }
    c->reused = true;
    send_request(c);
    if (!c->finished)
        tp_timer_start(upstream->timers, &c->later, 0, on_later);
    return c;
}

/* Put together first: three small sends would cost more, and three records of TLS. */
static void push_chunk(tp_call *c, tp_bytes part)
{
    tp_buffer *out = &c->upstream->scratch;

    out->length = 0;
    tp_buffer_hex(out, part.length);
    tp_buffer_text(out, "\r\n");
    tp_buffer_add(out, part);
    tp_buffer_text(out, "\r\n");
    push(c, tp_buffer_bytes(out));
    tp_buffer_clear(out, MOST_JOINED * 2);
}

bool tp_call_write(tp_call *c, tp_bytes part)
{
    if (c->state == ENDED)
        return false;
    if (part.length == 0) /* as a chunk it would end the body */
        return !c->wanted;
    c->streamed = true;
    if (c->request->body_length < 0)
        push_chunk(c, part);
    else
        push(c, part);
    c->wanted = c->pending.length - c->pending_done >= MOST_PENDING;
    await_reply(c);
    watch(c);
    return c->state == OPEN && !c->wanted;
}

void tp_call_finish(tp_call *c)
{
    if (c->state == ENDED)
        return;
    c->finished = c->streamed = true;
    if (c->request->body_length < 0)
        push(c, TP_BYTES("0\r\n\r\n"));
    if (c->state != OPEN)
        return;
    await_reply(c);
    watch(c);
}

void tp_call_pause(tp_call *c)
{
    c->paused = true;
    arm(c, 0);
    watch(c);
}

void tp_call_resume(tp_call *c)
{
    if (!c->paused)
        return;
    c->paused = false;
    if (c->state != OPEN)
        return;
    if (c->replied)
        arm(c, c->request->idle_ms);
    await_reply(c);
    watch(c);
    look_later(c);
}

void tp_call_cancel(tp_call *c)
{
    if (c->state == ENDED)
        return;
    stop(c);
    if (c->conn)
        tp_connect_close(c->conn);
    c->conn = NULL;
}

uint64_t tp_call_connect_ns(const tp_call *c)
{
    return c->connected_ns ? c->connected_ns - c->started_ns : 0;
}

bool tp_call_sent(const tp_call *c)
{
    return c->state == ENDED || (c->state == OPEN && c->finished && !unsent(c));
}

bool tp_call_reused(const tp_call *c)
{
    return c->reused;
}
