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
#include <getopt.h>
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

#include "reading.h"
#include "samples.h"

enum { READ_SIZE = 65536, TURN = 512, SECOND = 1000000000 };

typedef enum hold { HOLD_NOTHING, HOLD_IDLE, HOLD_STREAM } hold;

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
    char *request;
    size_t request_size;
    unsigned connections, parallel, opened, begun;
    double rate, warm, seconds;
    bool fresh, measuring;
    hold holds;
    pid_t pid;
    asker *askers, *free;
    uint64_t start_ns, planned; /* requests planned so far */
    uint64_t requests, events, errors, cpu_ns;
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
    ssize_t put = write(a->fd, l->request + a->sent, l->request_size - a->sent);

    a->asking = true;
    if (put > 0)
        a->sent += (size_t)put;
    if (a->connecting || a->sent < l->request_size)
        watch(l, a, EPOLL_CTL_MOD, EPOLLIN | (a->sent < l->request_size ? EPOLLOUT : 0));
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

    while (l->free && (due = l->start_ns + (uint64_t)((double)l->planned * SECOND / l->rate)) <= now) {
        asker *a = l->free;

        l->free = a->next_free;
        l->planned++;
        ask(l, a, due);
    }
}

static void go_on(load *l, asker *a)
{
    if (l->fresh)
        hang_up(a);
    if (l->rate > 0) {
        a->next_free = l->free;
        l->free = a;
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
    if (l->begun < l->connections)
        ask(l, &l->askers[l->begun++], now_ns());
    if (++l->opened == l->connections) {
        puts("open");
        fflush(stdout);
    }
}

static void count_reply(load *l, asker *a)
{
    bool good = a->reading.status == 200;

    a->asking = false;
    if (l->measuring) {
        l->requests += good;
        l->errors += !good;
        if (good)
            bench_samples_add(&l->samples, now_ns() - a->since_ns);
    }
    if (l->holds == HOLD_NOTHING)
        go_on(l, a);
    else
        count_opened(l, a);
}

static void lose(load *l, asker *a)
{
    l->errors += l->measuring || l->holds != HOLD_NOTHING;
    hang_up(a);
    if (l->holds != HOLD_NOTHING)
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
    else if (l->holds == HOLD_STREAM && a->reading.events > 0)
        count_opened(l, a);
}

static void asker_ready(load *l, asker *a, uint32_t events)
{
    if (a->connecting && events & (EPOLLERR | EPOLLHUP)) {
        lose(l, a);
        return;
    }
    if (events & EPOLLOUT && a->asking && a->sent < l->request_size)
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
            else if (l->holds != HOLD_NOTHING)
                return;
            else
                tick(l);
        }
    }
}

/* The timer rings once for each planned request. */
static void start_timer(load *l)
{
    long interval = (long)(SECOND / l->rate);
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
    for (l->begun = 0; l->begun < l->parallel && l->begun < l->connections;)
        ask(l, &l->askers[l->begun++], now_ns());
    run_until(l, 0);
    printf("{\"errors\": %llu}\n", (unsigned long long)l->errors);
}

static void measure(load *l)
{
    uint64_t from, until, used;

    l->start_ns = now_ns();
    if (l->rate > 0)
        start_timer(l);
    for (unsigned i = 0; i < l->connections; i++)
        go_on(l, &l->askers[i]);
    run_until(l, l->start_ns + (uint64_t)(l->warm * SECOND));
    l->measuring = true;
    from = now_ns();
    used = cpu_ns(l->pid);
    run_until(l, from + (uint64_t)(l->seconds * SECOND));
    l->cpu_ns = cpu_ns(l->pid) - used;
    until = now_ns();
    bench_samples_sort(&l->samples);
    printf("{\"requests\": %llu, \"events\": %llu, \"errors\": %llu, \"seconds\": %.6f, \"cpu_us\": %.3f", (unsigned long long)l->requests,
           (unsigned long long)l->events, (unsigned long long)l->errors, (double)(until - from) / SECOND, (double)l->cpu_ns / 1000);
    printf(", \"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n", (double)bench_samples_at(&l->samples, 0.5) / 1000,
           (double)bench_samples_at(&l->samples, 0.9) / 1000, (double)bench_samples_at(&l->samples, 0.99) / 1000,
           (double)bench_samples_at(&l->samples, 1) / 1000);
}

static void read_request(load *l, const char *path)
{
    FILE *file = fopen(path, "rb");

    l->request = malloc(1 << 20);
    if (!file || !l->request)
        fail(path);
    l->request_size = fread(l->request, 1, 1 << 20, file);
    fclose(file);
}

static void set_option(load *l, int letter, const char *value)
{
    switch (letter) {
    case 'p':
        l->address.sin_port = htons((uint16_t)strtoul(value, NULL, 10));
        break;
    case 'q':
        read_request(l, value);
        break;
    case 'c':
        l->connections = (unsigned)strtoul(value, NULL, 10);
        break;
    case 'k':
        l->parallel = (unsigned)strtoul(value, NULL, 10);
        break;
    case 'r':
        l->rate = strtod(value, NULL);
        break;
    case 'w':
        l->warm = strtod(value, NULL);
        break;
    case 's':
        l->seconds = strtod(value, NULL);
        break;
    case 'f':
        l->fresh = true;
        break;
    case 'h':
        l->holds = strcmp(value, "idle") == 0 ? HOLD_IDLE : HOLD_STREAM;
        break;
    case 'i':
        l->pid = (pid_t)strtol(value, NULL, 10);
        break;
    default:
        exit(2);
    }
}

static void read_options(load *l, int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        { "port", required_argument, NULL, 'p' },
        { "request", required_argument, NULL, 'q' },
        { "connections", required_argument, NULL, 'c' },
        { "parallel", required_argument, NULL, 'k' },
        { "rate", required_argument, NULL, 'r' },
        { "warm", required_argument, NULL, 'w' },
        { "seconds", required_argument, NULL, 's' },
        { "fresh", no_argument, NULL, 'f' },
        { "hold", required_argument, NULL, 'h' },
        { "pid", required_argument, NULL, 'i' },
        { 0 },
    };
    int letter;

    while ((letter = getopt_long(argc, argv, "", OPTIONS, NULL)) >= 0)
        set_option(l, letter, optarg);
    if (!l->request || l->address.sin_port == 0 || l->connections == 0) {
        fputs("load: needs --port, --request and --connections\n", stderr);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static load l = { .connections = 32, .parallel = 64, .warm = 0.2, .seconds = 1 };

    signal(SIGPIPE, SIG_IGN);
    l.address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    read_options(&l, argc, argv);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.askers = calloc(l.connections, sizeof *l.askers);
    if (!l.askers)
        fail("memory");
    for (unsigned i = 0; i < l.connections; i++)
        l.askers[i].fd = -1;
    if (l.holds != HOLD_NOTHING)
        hold_all(&l);
    else
        measure(&l);
    return 0;
}
