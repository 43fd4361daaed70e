/* bench/load.c - asks one port without pause, at a fixed rate, or to hold connections open; prints what came back as JSON.
 *
 * load --port P --request FILE [--connections N] [--rate R] [--fresh] [--warm S] [--seconds S] [--pid PID]
 *     N connections ask again as soon as they are answered. With --rate, R requests a second are planned and each latency counts
 *     from the planned time, so that waiting for a slow reply is not forgotten. --fresh = a new connection for each request.
 *     --pid: CPU time (user and system, all threads) that the process used within the measured seconds.
 * load --port P --request FILE --hold idle|stream --connections N [--parallel K]
 *     opens them, at most K at a time, says so, and holds them until its standard input ends: idle ones after one reply each,
 *     streams after their first event. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "options.h"
#include "reading.h"
#include "samples.h"

enum { READ_SIZE = 65536, TURN = 512, SECOND = 1000000000 };

typedef struct asker {
    int fd; /* -1 = not connected */
    bool connecting, asking, opened;
    uint64_t since_ns;
    size_t sent;
    struct asker *next_free;
    bench_reading reading;
} asker;

typedef struct load {
    int epoll, timer;
    struct sockaddr_in address;
    bench_options options;
    unsigned opened, begun;
    bool measuring;
    asker *askers, *free, **free_end;                        /* the one free for longest comes first: all connections are used */
    uint64_t start_ns, planned;                              /* requests planned so far */
    uint64_t requests, all_requests, events, errors, cpu_ns; /* all: from the start on */
    bench_samples samples;
    char buffer[READ_SIZE];
} load;

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static uint64_t cpu_ns(pid_t pid)
{
    struct timespec used = { 0 };
    clockid_t clock;

    if (pid > 0 && clock_getcpuclockid(pid, &clock) == 0)
        clock_gettime(clock, &used);
    return (uint64_t)used.tv_sec * SECOND + (uint64_t)used.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void watch(load *l, asker *a, int operation, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = a };

    epoll_ctl(l->epoll, operation, a->fd, &event);
}

static void hang_up(asker *a)
{
    if (a->fd >= 0)
        close(a->fd);
    a->fd = -1;
    a->asking = a->connecting = false;
    memset(&a->reading, 0, offsetof(bench_reading, head));
}

static void send_request(load *l, asker *a)
{
    ssize_t put = write(a->fd, l->options.request + a->sent, l->options.request_size - a->sent);

    a->asking = true;
    if (put > 0)
        a->sent += (size_t)put;
    if (a->connecting || a->sent < l->options.request_size)
        watch(l, a, EPOLL_CTL_MOD, EPOLLIN | (a->sent < l->options.request_size ? EPOLLOUT : 0));
    a->connecting = false;
}

/* The request leaves when the connection stands. */
static void dial(load *l, asker *a)
{
    int one = 1;

    a->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (a->fd < 0)
        fail("socket");
    setsockopt(a->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(a->fd, (struct sockaddr *)&l->address, sizeof l->address) != 0 && errno != EINPROGRESS)
        fail("connect");
    a->connecting = a->asking = true;
    watch(l, a, EPOLL_CTL_ADD, EPOLLOUT | EPOLLIN);
}

static void ask(load *l, asker *a, uint64_t since)
{
    a->since_ns = since;
    a->sent = 0;
    if (a->fd < 0)
        dial(l, a);
    else
        send_request(l, a);
}

/* Sends what is planned until now, as long as there are connections for it. */
static void ask_planned(load *l)
{
    uint64_t now = now_ns(), due;

    while (l->free && (due = l->start_ns + (uint64_t)((double)l->planned * SECOND / l->options.rate)) <= now) {
        asker *a = l->free;

        l->free = a->next_free;
        if (!l->free)
            l->free_end = &l->free;
        l->planned++;
        ask(l, a, due);
    }
}

static void go_on(load *l, asker *a)
{
    if (l->options.fresh)
        hang_up(a);
    if (l->options.rate > 0) {
        a->next_free = NULL;
        *l->free_end = a;
        l->free_end = &a->next_free;
        ask_planned(l);
    } else {
        ask(l, a, now_ns());
    }
}

/* Holding: one more of them is open, so the next one may come. */
static void count_opened(load *l, asker *a)
{
    if (a->opened)
        return;
    a->opened = true;
    if (l->begun < l->options.connections)
        ask(l, &l->askers[l->begun++], now_ns());
    if (++l->opened == l->options.connections) {
        puts("open");
        fflush(stdout);
    }
}

static void count_reply(load *l, asker *a)
{
    bool good = a->reading.status == 200;

    a->asking = false;
    l->all_requests++;
    if (l->measuring) {
        l->requests += good;
        l->errors += !good;
        if (good)
            bench_samples_add(&l->samples, now_ns() - a->since_ns);
    }
    if (l->options.holds == BENCH_HOLD_NOTHING)
        go_on(l, a);
    else
        count_opened(l, a);
}

static void lose(load *l, asker *a)
{
    l->errors += l->measuring || l->options.holds != BENCH_HOLD_NOTHING;
    hang_up(a);
    if (l->options.holds != BENCH_HOLD_NOTHING)
        count_opened(l, a);
    else
        go_on(l, a);
}

static void read_reply(load *l, asker *a)
{
    ssize_t got = read(a->fd, l->buffer, sizeof l->buffer);
    uint64_t before = a->reading.events;
    bench_progress progress;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    progress = got > 0 && a->asking ? bench_reading_take(&a->reading, l->buffer, (size_t)got) : BENCH_BROKEN;
    if (l->measuring)
        l->events += a->reading.events - before;
    if (progress == BENCH_BROKEN)
        lose(l, a);
    else if (progress == BENCH_WHOLE)
        count_reply(l, a);
    else if (l->options.holds == BENCH_HOLD_STREAM && a->reading.events > 0)
        count_opened(l, a);
}

static void asker_ready(load *l, asker *a, uint32_t events)
{
    if (a->connecting && events & (EPOLLERR | EPOLLHUP)) {
        lose(l, a);
        return;
    }
    if (events & EPOLLOUT && a->asking && a->sent < l->options.request_size)
        send_request(l, a);
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP) && a->fd >= 0)
        read_reply(l, a);
}

static void tick(load *l)
{
    uint64_t count;

    if (read(l->timer, &count, sizeof count) > 0)
        ask_planned(l);
}

/* Runs until a time, or, without one, until standard input ends. */
static void run_until(load *l, uint64_t until)
{
    struct epoll_event events[TURN];

    while (until == 0 || now_ns() < until) {
        int count = epoll_wait(l->epoll, events, TURN, until == 0 ? -1 : 1);

        for (int i = 0; i < count; i++) {
            asker *a = events[i].data.ptr;

            if (a)
                asker_ready(l, a, events[i].events);
            else if (l->options.holds != BENCH_HOLD_NOTHING)
                return;
            else
                tick(l);
        }
    }
}

/* The timer rings once for each planned request. */
static void start_timer(load *l)
{
    long interval = (long)(SECOND / l->options.rate);
    struct itimerspec ring = { .it_interval.tv_nsec = interval, .it_value.tv_nsec = interval };
    struct epoll_event event = { .events = EPOLLIN };

    l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (l->timer < 0 || timerfd_settime(l->timer, 0, &ring, NULL) != 0 || epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->timer, &event) != 0)
        fail("timerfd");
}

static void hold_all(load *l)
{
    struct epoll_event event = { .events = EPOLLIN };

    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0)
        fail("standard input");
    for (l->begun = 0; l->begun < l->options.parallel && l->begun < l->options.connections;)
        ask(l, &l->askers[l->begun++], now_ns());
    run_until(l, 0);
    printf("{\"errors\": %llu}\n", (unsigned long long)l->errors);
}

static double micros(const load *l, double share)
{
    return (double)bench_samples_at(&l->samples, share) / 1000;
}

static void report(load *l, double seconds)
{
    bench_samples_sort(&l->samples);
    printf("{\"requests\": %llu, \"all_requests\": %llu, \"events\": %llu, \"errors\": %llu", (unsigned long long)l->requests,
           (unsigned long long)l->all_requests, (unsigned long long)l->events, (unsigned long long)l->errors);
    printf(", \"seconds\": %.6f, \"cpu_us\": %.3f", seconds, (double)l->cpu_ns / 1000);
    printf(", \"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n", micros(l, 0.5), micros(l, 0.9), micros(l, 0.99),
           micros(l, 1));
}

static void measure(load *l)
{
    uint64_t from, until, used;

    l->start_ns = now_ns();
    if (l->options.rate > 0)
        start_timer(l);
    for (unsigned i = 0; i < l->options.connections; i++)
        go_on(l, &l->askers[i]);
    run_until(l, l->start_ns + (uint64_t)(l->options.warm * SECOND));
    l->measuring = true;
    from = now_ns();
    used = cpu_ns(l->options.pid);
    run_until(l, from + (uint64_t)(l->options.seconds * SECOND));
    l->cpu_ns = cpu_ns(l->options.pid) - used;
    until = now_ns();
    report(l, (double)(until - from) / SECOND);
}

int main(int argc, char **argv)
{
    static load l;

    signal(SIGPIPE, SIG_IGN);
    bench_options_read(&l.options, argc, argv);
    l.address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    l.address.sin_port = htons(l.options.port);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.free_end = &l.free;
    l.askers = calloc(l.options.connections, sizeof *l.askers);
    if (!l.askers)
        fail("memory");
    for (unsigned i = 0; i < l.options.connections; i++)
        l.askers[i].fd = -1;
    if (l.options.holds != BENCH_HOLD_NOTHING)
        hold_all(&l);
    else
        measure(&l);
    return 0;
}
