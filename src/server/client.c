/* server/client.c - the reading side of a client: heads, bodies, pipelining, timers, the end. */

#include "server/client.h"

#include <stdlib.h>

#include "base/memory.h"

enum { MOST_PIPELINED = 64 << 10, LINGER_MS = 2000, MOST_LINGERED = 16 << 20 };

static void feed(tp_client *c, tp_bytes input);

static const tp_listen *limits(const tp_client *c)
{
    return &c->server->pipelines->settings->listen;
}

tp_client *tp_client_new(tp_server *server)
{
    tp_client *c = tp_new(tp_client);

    c->server = server;
    c->input.limit = MOST_PIPELINED + TP_SERVER_READ;
    c->out.limit = c->flying.limit = SIZE_MAX / 2;
    tp_reply_sink(c);
    return c;
}

/* Ends in silence: the peer has been told nothing, or too little, and there is no more to say. */
static void on_timer(tp_timer *timer)
{
    tp_client *c = tp_list_entry(timer, tp_client, timer);
    bool in_head = !c->serving && tp_http1_started(&c->http);

    if (c->state == TP_CLIENT_READING && in_head)
        tp_reply_refuse(c, TP_ERR_CALLER_TIMEOUT, "the head of the request was not complete within listen.header_timeout");
    else if (c->state == TP_CLIENT_READING && c->x && !c->request_done)
        tp_body_break(tp_driver_body(c->x), TP_ERR_CALLER_TIMEOUT, "the body of the request stopped for longer than listen.body_timeout");
    else
        tp_client_close(c);
}

void tp_client_arm(tp_client *c, uint64_t ms)
{
    if (ms)
        tp_timer_start(c->server->services->timers, &c->timer, ms, on_timer);
    else
        tp_timer_stop(c->server->services->timers, &c->timer);
}

void tp_client_touch(tp_client *c)
{
    if (tp_list_linked(&c->dirty) || c->state == TP_CLIENT_CLOSED)
        return;
    tp_list_append(&c->server->dirty, &c->dirty);
    c->server->wake(c->server);
}

/* An admin call that is still being answered goes on without us. */
static void drop_call(tp_client *c)
{
    if (c->call)
        c->call->owner = NULL;
    c->call = NULL;
}

/* No stage has seen it, so none needs to hear of its end. */
static void drop_unstarted(tp_client *c)
{
    if (!c->x)
        return;
    tp_driver_drop(c->x);
    c->x = NULL;
    c->head = NULL;
    c->origin = tp_bytes_of(NULL, 0);
}

static void drop_request(tp_client *c)
{
    drop_call(c);
    tp_arena_free(c->arena);
    c->arena = NULL;
    c->head = NULL;
    c->origin = tp_bytes_of(NULL, 0);
}

static void on_closed(uv_handle_t *handle)
{
    tp_client *c = handle->data;
    tp_server *server = c->server;

    tp_http1_close(&c->http);
    tp_buffer_free(&c->input);
    tp_buffer_free(&c->out);
    tp_buffer_free(&c->flying);
    free(c);
    server->connections--;
    tp_metric_set(server->services->metrics, TP_METRIC_CONNECTIONS, server->connections);
    if (server->draining && server->connections == 0 && server->drained)
        server->drained(server);
}

void tp_client_close(tp_client *c)
{
    tp_exchange *x = c->x;

    if (c->state == TP_CLIENT_CLOSED)
        return;
    c->state = TP_CLIENT_CLOSED;
    c->x = NULL;
    tp_client_arm(c, 0);
    tp_watch_set(c, false);
    tp_list_remove(&c->link);
    tp_list_remove(&c->dirty);
    if (x)
        tp_driver_left(x);
    drop_request(c);
    if (c->unclean && !c->chunked && !c->writing && uv_tcp_close_reset(&c->tcp, on_closed) == 0)
        return;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_read_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    tp_client *c = handle->data;

    (void)size;
    *buffer = uv_buf_init(c->server->input, TP_SERVER_READ);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    tp_client *c = stream->data;

    if (got < 0) {
        tp_client_close(c);
        return;
    }
    feed(c, tp_bytes_of(buffer->base, (size_t)got));
}

/* The only place that decides whether the socket is read. */
static void regulate(tp_client *c)
{
    bool read = c->state != TP_CLIENT_CLOSED && !c->body_paused && c->input.length < MOST_PIPELINED;

    if (read == c->reading)
        return;
    c->reading = read;
    if (read)
        uv_read_start((uv_stream_t *)&c->tcp, on_read_buffer, on_read);
    else if (c->state != TP_CLIENT_CLOSED)
        uv_read_stop((uv_stream_t *)&c->tcp);
    tp_watch_set(c, !read && c->state == TP_CLIENT_READING);
}

static void on_body_pause(tp_body *body)
{
    tp_client *c = body->owner;

    c->body_paused = true;
    tp_client_arm(c, 0);
    regulate(c);
}

static void on_body_go(tp_body *body)
{
    tp_client *c = body->owner;

    c->body_paused = false;
    if (!c->request_done)
        tp_client_arm(c, limits(c)->body_timeout);
    regulate(c);
}

static void on_head(tp_client *c, const tp_http1_read *read)
{
    c->head = tp_arena_make(c->arena, tp_http1_head);
    *c->head = read->parsed;
    c->serving = true;
    c->close = !read->parsed.keep_alive || c->server->draining;
    c->request_done = read->complete;
    tp_client_arm(c, c->request_done ? 0 : limits(c)->body_timeout);
    tp_dispatch_head(c);
    if (!c->x)
        return;
    tp_driver_body(c->x)->owner = c;
    tp_driver_body(c->x)->pause = on_body_pause;
    tp_driver_body(c->x)->go = on_body_go;
}

/* The parts of a body go to its exchange; those of a refused request go nowhere. */
static void on_parts(tp_client *c, const tp_http1_read *read)
{
    for (unsigned i = 0; i < read->count && c->x; i++)
        tp_body_feed(tp_driver_body(c->x), read->parts[i]);
    if (read->count && c->x && !read->complete && tp_dispatch_full(c->server))
        tp_body_break(tp_driver_body(c->x), TP_ERR_OWN_OVERLOADED, "the proxy has reached listen.max_memory");
    if (read->count && !read->complete && !c->body_paused)
        tp_client_arm(c, limits(c)->body_timeout);
    if (!read->complete)
        return;
    c->request_done = true;
    tp_client_arm(c, c->writing ? limits(c)->idle_timeout : 0);
    if (c->x)
        tp_body_finish(tp_driver_body(c->x));
}

static void on_bad(tp_client *c, const tp_http1_read *read)
{
    c->close = true;
    if (c->x && c->started) {
        tp_body_break(tp_driver_body(c->x), read->err, read->message);
    } else if (!c->reply_done) {
        drop_call(c);
        if (!c->serving && read->parsed.method.length) {
            c->head = tp_arena_make(c->arena, tp_http1_head);
            *c->head = read->parsed;
        }
        tp_reply_refuse(c, read->err, read->message);
        drop_unstarted(c);
    }
    c->request_done = false;
}

static void begin_request(tp_client *c)
{
    c->arena = tp_arena_from(&c->server->services->driver->arenas);
    tp_http1_init(&c->http, true, limits(c)->max_header);
    c->started = c->request_done = c->reply_done = c->unclean = false;
    tp_client_arm(c, limits(c)->header_timeout);
}

/* One step of the parser. False when the rest of the input is not to be read now. */
static bool take(tp_client *c, tp_bytes *input)
{
    tp_http1_read read;

    if (!c->serving && !c->arena)
        begin_request(c);
    tp_http1_feed(&c->http, *input, c->x ? c->x->arena : c->arena, &read);
    *input = tp_bytes_from(*input, read.used);
    if (read.err != TP_OK) {
        on_bad(c, &read);
        return false;
    }
    if (read.head)
        on_head(c, &read);
    on_parts(c, &read);
    return c->state == TP_CLIENT_READING && !(c->serving && c->request_done);
}

static void keep_input(tp_client *c, tp_bytes rest)
{
    tp_buffer_add(&c->input, rest);
    regulate(c);
}

static void linger(tp_client *c, tp_bytes input)
{
    c->lingered += (uint32_t)input.length;
    if (c->lingered > MOST_LINGERED)
        tp_client_close(c);
}

static void start_exchange(tp_client *c)
{
    tp_exchange *x = c->x;

    if (!x || c->started)
        return;
    c->started = true;
    tp_driver_start(x, &c->server->pipelines->pipelines[c->server->only_pipeline >= 0 ? c->server->only_pipeline : (int)c->kind], &c->sink);
    if (c->expects && c->x && !c->request_done && c->out.length == 0) {
        tp_buffer_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
        tp_client_touch(c);
    }
}

static void feed(tp_client *c, tp_bytes input)
{
    if (c->state == TP_CLIENT_LINGERING || (c->reply_done && !c->request_done)) {
        linger(c, input);
        return;
    }
    if (c->serving && c->request_done) {
        keep_input(c, input);
        return;
    }
    while (input.length && take(c, &input))
        ;
    if (c->state != TP_CLIENT_READING)
        return;
    start_exchange(c);
    if (input.length && c->serving && c->request_done)
        keep_input(c, input);
}

static void on_shut(uv_shutdown_t *request, int status)
{
    (void)status;
    free(request);
}

/* Our side is shut first, so that the peer can read the reply before it sees a reset for bytes we did not read. */
static void begin_lingering(tp_client *c)
{
    uv_shutdown_t *request;

    if (c->unclean && !c->chunked) {
        tp_client_close(c);
        return;
    }
    request = tp_new(uv_shutdown_t);
    c->state = TP_CLIENT_LINGERING;
    c->body_paused = false;
    if (uv_shutdown(request, (uv_stream_t *)&c->tcp, on_shut) != 0)
        free(request);
    tp_client_arm(c, LINGER_MS);
    tp_buffer_free(&c->input);
    regulate(c);
}

void tp_client_advance(tp_client *c)
{
    tp_buffer input = c->input;

    drop_request(c);
    c->serving = c->reply_done = c->body_paused = false;
    if (c->close) {
        begin_lingering(c);
        return;
    }
    tp_http1_close(&c->http);
    tp_buffer_free(&c->out);
    c->input = (tp_buffer){ .limit = input.limit };
    tp_client_arm(c, limits(c)->idle_timeout);
    regulate(c);
    if (input.length)
        feed(c, tp_buffer_bytes(&input));
    tp_buffer_free(&input);
}

void tp_client_begin(tp_client *c)
{
    int size = sizeof(c->peer);

    c->tcp.data = c;
    uv_tcp_getpeername(&c->tcp, &c->peer.any, &size);
    uv_tcp_nodelay(&c->tcp, 1);
    tp_list_append(&c->server->clients, &c->link);
    tp_client_arm(c, limits(c)->header_timeout);
    regulate(c);
}
