/* lib/peer.c - accepts, reads requests with our own parser and answers by the script. */

#include "peer.h"

#include <stdlib.h>

#include "base/memory.h"

typedef struct saying {
    uv_write_t request;
    char bytes[];
} saying;

static void on_said(uv_write_t *request, int status)
{
    (void)status;
    free(request->data);
}

static void on_shut(uv_handle_t *handle)
{
    (void)handle;
}

static void hang_up(peer_connection *c, peer_then how)
{
    if (!c->open || how == PEER_KEEP)
        return;
    c->open = false;
    if (how == PEER_CLOSE || uv_tcp_close_reset(&c->tcp, on_shut) != 0)
        uv_close((uv_handle_t *)&c->tcp, on_shut);
}

static void say(peer_connection *c, tp_bytes text)
{
    saying *s = tp_memory_new(sizeof(*s) + text.length);
    uv_buf_t buffer = uv_buf_init(s->bytes, (unsigned)text.length);

    memcpy(s->bytes, text.data, text.length);
    s->request.data = s;
    if (uv_write(&s->request, (uv_stream_t *)&c->tcp, &buffer, 1, on_said) != 0)
        free(s);
}

static void answer(peer_connection *c)
{
    peer *p = c->peer;
    unsigned at = p->requests < p->answer_count ? p->requests : p->answer_count - 1;

    p->requests++;
    if (p->answers[at].text)
        say(c, tp_bytes_text(p->answers[at].text));
    hang_up(c, p->answers[at].then);
}

static bool is_early(const peer *p)
{
    return p->answers[p->requests < p->answer_count ? p->requests : p->answer_count - 1].early;
}

static void take(peer_connection *c, tp_bytes input)
{
    while (input.length && c->open) {
        tp_http1_read read;

        tp_http1_feed(&c->http, input, c->arena, &read);
        input = tp_bytes_from(input, read.used);
        if (read.err != TP_OK)
            return;
        if (read.head ? is_early(c->peer) || read.complete : read.complete)
            answer(c);
        if (read.complete)
            tp_http1_next(&c->http);
    }
}

static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    static char room[65536];

    (void)handle;
    (void)size;
    *buffer = uv_buf_init(room, sizeof(room));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    peer_connection *c = stream->data;

    if (got < 0) {
        c->ended = true;
        hang_up(c, PEER_CLOSE);
        return;
    }
    tp_buffer_add(&c->peer->received, tp_bytes_of(buffer->base, (size_t)got));
    take(c, tp_bytes_of(buffer->base, (size_t)got));
}

static void on_connection(uv_stream_t *listener, int status)
{
    peer *p = listener->data;
    peer_connection *c = &p->connections[p->accepted];

    if (status < 0 || p->accepted == PEER_CONNECTIONS)
        return;
    p->accepted++;
    *c = (peer_connection){ .peer = p, .open = true, .arena = tp_arena_new() };
    tp_http1_init(&c->http, true, 100000);
    uv_tcp_init(listener->loop, &c->tcp);
    c->tcp.data = c;
    uv_accept(listener, (uv_stream_t *)&c->tcp);
    if (!p->holds)
        uv_read_start((uv_stream_t *)&c->tcp, on_buffer, on_read);
}

void peer_open(peer *p, uv_loop_t *loop, const peer_answer *answers, unsigned count)
{
    struct sockaddr_in where;
    int size = sizeof(where);

    *p = (peer){ .answers = answers, .answer_count = count, .received = TP_BUFFER(64 << 20) };
    uv_ip4_addr("127.0.0.1", 0, &where);
    uv_tcp_init(loop, &p->listener);
    p->listener.data = p;
    uv_tcp_bind(&p->listener, (const struct sockaddr *)&where, 0);
    uv_listen((uv_stream_t *)&p->listener, PEER_CONNECTIONS, on_connection);
    uv_tcp_getsockname(&p->listener, (struct sockaddr *)&where, &size);
    p->port = ntohs(where.sin_port);
}

void peer_close(peer *p)
{
    for (unsigned i = 0; i < p->accepted; i++)
        hang_up(&p->connections[i], PEER_CLOSE);
    if (!uv_is_closing((uv_handle_t *)&p->listener))
        uv_close((uv_handle_t *)&p->listener, on_shut);
}

void peer_free(peer *p)
{
    for (unsigned i = 0; i < p->accepted; i++) {
        tp_http1_close(&p->connections[i].http);
        tp_arena_free(p->connections[i].arena);
    }
    tp_buffer_free(&p->received);
}

void peer_say(peer *p, tp_bytes text)
{
    say(&p->connections[p->accepted - 1], text);
}

void peer_hang_up(peer *p, peer_then how)
{
    hang_up(&p->connections[p->accepted - 1], how);
}

void peer_read_on(peer *p)
{
    p->holds = false;
    for (unsigned i = 0; i < p->accepted; i++)
        if (p->connections[i].open)
            uv_read_start((uv_stream_t *)&p->connections[i].tcp, on_buffer, on_read);
}
