/* bench/provider.c - a mock provider on one thread: chats and event streams, plain or over TLS, as the header field x-bench asks.
 *
 * provider PLAIN TLS FULL CERTIFICATE KEY - three ports of loopback; FULL is TLS that gives out no tickets.
 * x-bench: chat SIZE [close] = a completion with a body of SIZE bytes, after which the connection may close;
 * x-bench: stream EVENTS MS = that many events, one write each, as fast as they go (MS 0) or one every MS milliseconds. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "answers.h"
#include "link.h"
#include "pace.h"

enum { HEAD_SIZE = 8192, READ_SIZE = 65536, TURN = 512, DEFAULT_CHAT = 888 };

typedef struct listener {
    int fd;
    SSL_CTX *context;
} listener;

typedef struct peer {
    bench_paced paced; /* first: the wheel gives it back */
    bench_link link;
    listener *accepts; /* not NULL = this is no connection */
    char *head;        /* of the request that arrives; NULL when none is */
    size_t head_size, body_left;
    bench_text out; /* what waits to be written */
    unsigned events_left, every_ms;
    bool closes, replies, watched;
    struct peer *next_fast, *next_dead;
} peer;

typedef struct provider {
    int epoll;
    bench_pace pace;
    peer *fast; /* streams that write whenever they can, one event in each turn */
    peer *dead; /* closed, freed when no event can name them any more */
    uint64_t streams;
    char buffer[READ_SIZE];
} provider;

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void bury(provider *p, peer *c)
{
    if (c->link.fd < 0)
        return;
    bench_pace_remove(&c->paced);
    bench_link_close(&c->link);
    c->link.fd = -1;
    c->next_dead = p->dead;
    p->dead = c;
}

static void watch(provider *p, peer *c, bool writable)
{
    struct epoll_event event = { .events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c };

    if (c->watched == writable)
        return;
    c->watched = writable;
    epoll_ctl(p->epoll, EPOLL_CTL_MOD, c->link.fd, &event);
}

/* False when the connection is gone. */
static bool flush(provider *p, peer *c)
{
    while (c->out.size > 0) {
        ssize_t put = bench_link_write(&c->link, c->out.data, c->out.size);

        if (put == BENCH_GONE)
            return false;
        if (put == BENCH_AGAIN)
            break;
        c->out.data += put;
        c->out.size -= (size_t)put;
    }
    watch(p, c, c->out.size > 0);
    return true;
}

/* Writes an event, and says when the next one comes. */
static void next_event(provider *p, peer *c)
{
    if (c->out.size == 0)
        c->out = bench_answer_event(--c->events_left);
    if (!flush(p, c)) {
        bury(p, c);
        return;
    }
    c->replies = c->events_left > 0;
    if (c->replies && c->every_ms > 0)
        bench_pace_add(&p->pace, &c->paced, c->paced.due_ms + c->every_ms);
}

static void begin_stream(provider *p, peer *c, unsigned events, unsigned every_ms)
{
    c->events_left = events > 0 ? events : 1;
    c->every_ms = every_ms;
    c->replies = true;
    c->out = bench_answer_stream_head();
    if (!flush(p, c)) {
        bury(p, c);
    } else if (every_ms > 0) {
        /* Spread over the interval: streams of real clients do not tick together. */
        bench_pace_add(&p->pace, &c->paced, now_ms() + p->streams++ * 7919 % every_ms + 1);
    } else {
        c->next_fast = p->fast;
        p->fast = c;
    }
}

static void reply(provider *p, peer *c)
{
    const char *asked = strstr(c->head, "\r\nx-bench: ");
    char kind[16] = "chat", last[16] = "0";
    unsigned first = DEFAULT_CHAT;

    if (asked && sscanf(asked + 11, "%15s %u %15[a-z0-9]", kind, &first, last) < 2)
        first = DEFAULT_CHAT;
    free(c->head);
    c->head = NULL;
    if (strcmp(kind, "stream") == 0) {
        begin_stream(p, c, first, (unsigned)strtoul(last, NULL, 10));
        return;
    }
    c->closes = strcmp(last, "close") == 0;
    c->out = bench_answer_chat(first, c->closes);
    if (!flush(p, c) || (c->closes && c->out.size == 0))
        bury(p, c);
}

static size_t content_length(const char *head)
{
    const char *field = strcasestr(head, "\r\ncontent-length:");

    return field ? strtoul(field + 17, NULL, 10) : 0;
}

/* The proxies send one request at a time, so all behind a head is its body. */
static void take(provider *p, peer *c, const char *data, size_t size)
{
    const char *end;

    if (c->body_left == 0) {
        size_t had = c->head_size, more = size < HEAD_SIZE - 1 - had ? size : HEAD_SIZE - 1 - had;

        if (!c->head && !(c->head = malloc(HEAD_SIZE)))
            abort();
        memcpy(c->head + had, data, more);
        c->head_size += more;
        c->head[c->head_size] = 0;
        end = strstr(c->head, "\r\n\r\n");
        if (!end) {
            if (c->head_size == HEAD_SIZE - 1)
                bury(p, c);
            return;
        }
        size -= (size_t)(end + 4 - c->head) - had;
        c->head[end + 2 - c->head] = 0;
        c->head_size = 0;
        c->body_left = content_length(c->head);
    }
    c->body_left -= size < c->body_left ? size : c->body_left;
    if (c->body_left == 0)
        reply(p, c);
}

static void peer_ready(provider *p, peer *c, uint32_t events)
{
    ssize_t got;

    if (events & EPOLLOUT && c->out.size > 0 && (!flush(p, c) || (c->closes && c->out.size == 0))) {
        bury(p, c);
        return;
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    do {
        got = bench_link_read(&c->link, p->buffer, sizeof p->buffer);
        if (got > 0)
            take(p, c, p->buffer, (size_t)got);
        else if (got == BENCH_GONE)
            bury(p, c);
    } while (got > 0 && c->link.fd >= 0 && c->link.tls);
}

static void accept_all(provider *p, listener *l)
{
    for (;;) {
        int one = 1, fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        struct epoll_event event = { .events = EPOLLIN };
        peer *c;

        if (fd < 0)
            return;
        if (!(c = calloc(1, sizeof *c)))
            abort();
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        bench_link_open(&c->link, fd, l->context);
        event.data.ptr = c;
        epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

static void listen_on(provider *p, int family, const char *port, SSL_CTX *context)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    listener *l = calloc(1, sizeof *l);
    peer *c = calloc(1, sizeof *c);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
    int one = 1, bound;

    if (!l || !c)
        abort();
    six.sin6_port = four.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    l->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    l->context = context;
    c->accepts = l;
    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    bound = family == AF_INET ? bind(l->fd, (struct sockaddr *)&four, sizeof four) : bind(l->fd, (struct sockaddr *)&six, sizeof six);
    if (bound == 0 && listen(l->fd, 4096) == 0 && epoll_ctl(p->epoll, EPOLL_CTL_ADD, l->fd, &event) == 0)
        return;
    if (family == AF_INET) {
        fprintf(stderr, "cannot listen on port %s: %s\n", port, strerror(errno));
        exit(1);
    }
}

static void write_streams(provider *p)
{
    peer *fast = p->fast, *c;
    bench_paced *paced;

    p->fast = NULL;
    while ((c = fast)) {
        fast = c->next_fast;
        if (c->link.fd >= 0 && c->out.size == 0)
            next_event(p, c);
        if (c->link.fd >= 0 && c->replies) {
            c->next_fast = p->fast;
            p->fast = c;
        }
    }
    while ((paced = bench_pace_take(&p->pace, now_ms())))
        next_event(p, (peer *)paced);
}

static void free_dead(provider *p)
{
    for (peer *c; (c = p->dead);) {
        p->dead = c->next_dead;
        free(c->head);
        free(c);
    }
}

static void turn(provider *p)
{
    struct epoll_event events[TURN];
    int count = epoll_wait(p->epoll, events, TURN, p->fast ? 0 : 1);

    for (int i = 0; i < count; i++) {
        peer *c = events[i].data.ptr;

        if (c->accepts)
            accept_all(p, c->accepts);
        else if (c->link.fd >= 0)
            peer_ready(p, c, events[i].events);
    }
    write_streams(p);
    free_dead(p);
}

int main(int argc, char **argv)
{
    static provider p;

    if (argc != 6) {
        fprintf(stderr, "usage: %s PLAIN TLS FULL CERTIFICATE KEY\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    p.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int port = 1; port <= 3; port++) {
        SSL_CTX *context = port == 1 ? NULL : bench_tls_context(argv[4], argv[5], port == 2);

        listen_on(&p, AF_INET, argv[port], context);
        listen_on(&p, AF_INET6, argv[port], context);
    }
    for (;;)
        turn(&p);
}
