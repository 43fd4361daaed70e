/* server/accept.c - the listening socket: lets clients in, and lets them wait in its backlog while descriptors are short. */

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tokenpak/log.h>

#include "server/server.h"

/* MOST_KEPT descriptors, or a quarter of what is allowed, are left for providers, the store and what else is opened. */
enum { BACKLOG = 1024, MOST_AT_ONCE = 64, MOST_KEPT = 256, LOOK_AGAIN_MS = 100, LOG_EVERY_MS = 60000 };

static void on_waiting(uv_poll_t *poll, int status, int events);

/* The kernel gives out the lowest free number: a high one says that all below are in use. The limit may be changed from outside. */
static bool is_short(int fd)
{
    struct rlimit limit = { .rlim_cur = RLIM_INFINITY };
    rlim_t kept;

    getrlimit(RLIMIT_NOFILE, &limit);
    kept = limit.rlim_cur / 4 < MOST_KEPT ? limit.rlim_cur / 4 : MOST_KEPT;
    return (rlim_t)fd + kept >= limit.rlim_cur;
}

static void on_look_again(tp_timer *timer)
{
    tp_server *server = tp_list_entry(timer, tp_server, look_again);
    int probe = fcntl(server->listener, F_DUPFD_CLOEXEC, 0);
    bool room = probe >= 0 && !is_short(probe);

    if (probe >= 0)
        close(probe);
    if (room)
        uv_poll_start(&server->waiting, UV_READABLE, on_waiting);
    else
        tp_timer_start(server->services->timers, timer, LOOK_AGAIN_MS, on_look_again);
}

/* Who is not let in now waits in the backlog, and is not turned away. */
static void pause_accepting(tp_server *server, const char *why)
{
    uint64_t now = tp_clock_ns(server->services->clock) / 1000000;

    uv_poll_stop(&server->waiting);
    tp_timer_start(server->services->timers, &server->look_again, LOOK_AGAIN_MS, on_look_again);
    tp_metric_add(server->services->metrics, TP_METRIC_ACCEPT_PAUSES, 1, NULL, NULL, NULL);
    if (server->pause_logged && now - server->pause_logged < LOG_EVERY_MS)
        return;
    server->pause_logged = now;
    tp_log(TP_LOG_WARN, TP_AREA_SERVER,
           "%s, with %u clients connected: new ones wait (descriptors are limited by RLIMIT_NOFILE, ulimit -n)", why, server->connections);
}

static void on_waiting(uv_poll_t *poll, int status, int events)
{
    tp_server *server = poll->data;

    (void)status;
    (void)events;
    for (unsigned i = 0; i < MOST_AT_ONCE && server->listening; i++) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
            pause_accepting(server, strerror(errno));
            return;
        }
        if (fd < 0)
            return; /* nobody is waiting any more, or whoever did has left */
        server->accepted(server, fd);
        if (is_short(fd)) {
            pause_accepting(server, "few descriptors are left");
            return;
        }
    }
}

static int open_socket(const char *address, unsigned port)
{
    struct sockaddr_storage where;
    bool v6 = uv_ip4_addr(strcmp(address, "localhost") == 0 ? "127.0.0.1" : address, (int)port, (struct sockaddr_in *)&where) != 0;
    int failed = v6 ? uv_ip6_addr(address, (int)port, (struct sockaddr_in6 *)&where) : 0, fd, on = 1, off = 0;

    if (failed)
        return failed;
    fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return uv_translate_sys_error(errno);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (v6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, (struct sockaddr *)&where, v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)) == 0)
        return fd;
    failed = uv_translate_sys_error(errno);
    close(fd);
    return failed;
}

static unsigned bound_port(int fd)
{
    struct sockaddr_storage where = { 0 };
    socklen_t size = sizeof(where);

    if (getsockname(fd, (struct sockaddr *)&where, &size) != 0)
        return 0;
    /* NOLINTNEXTLINE: it is filled by getsockname */
    return where.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&where)->sin_port) : ntohs(((struct sockaddr_in6 *)&where)->sin6_port);
}

int tp_accept_start(tp_server *server, const char *address, unsigned port, int fd)
{
    int failed;

    fd = fd >= 0 ? fd : open_socket(address, port);
    if (fd < 0)
        return fd;
    failed = listen(fd, BACKLOG) == 0 ? 0 : uv_translate_sys_error(errno);
    if (!failed)
        failed = uv_poll_init(server->services->loop, &server->waiting, fd); /* makes it non-blocking */
    if (failed) {
        close(fd);
        return failed;
    }
    server->listener = fd;
    server->waiting.data = server;
    server->listening = true;
    server->port = bound_port(fd);
    return uv_poll_start(&server->waiting, UV_READABLE, on_waiting);
}

void tp_accept_stop(tp_server *server)
{
    if (!server->listening)
        return;
    server->listening = false;
    tp_timer_stop(server->services->timers, &server->look_again);
    uv_close((uv_handle_t *)&server->waiting, NULL);
    close(server->listener);
}
