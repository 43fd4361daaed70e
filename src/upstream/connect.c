/* upstream/connect.c - libcurl makes the connection in a CURLM shard; the handshake and the bytes on it are ours. */

#include "upstream/connect.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tokenpak/log.h>

#include "base/memory.h"
#include "base/offload.h"
#include "upstream/poll.h"
#include "upstream/tcpinfo.h"

enum { SHARD_SIZE = 16, LONGEST_CONNECT_MS = 300000 };

typedef struct tp_shard {
    tp_connector *connector;
    CURLM *multi;
    tp_timer timer;
    unsigned count;
    struct tp_shard *next;
} tp_shard;

struct tp_connector {
    uv_loop_t *loop;
    tp_timers *timers;
    CURLSH *share;
    tp_tls_context *tls; /* NULL until loaded */
    bool shut, loading;
    tp_list waiting; /* connections that need it */
    tp_shard *shards;
    tp_polls polls; /* of libcurl while it connects, of ours afterwards */
};

static void free_connector(tp_connector *c)
{
    curl_share_cleanup(c->share);
    tp_tls_context_free(c->tls);
    tp_poll_free(&c->polls);
    free(c);
}

static void finish_connect(tp_conn *conn, CURLcode code);

/* Connections that have come to an end of their connecting. Never called inside a libcurl callback. */
static void collect(tp_shard *shard)
{
    int left;
    CURLMsg *message;

    while ((message = curl_multi_info_read(shard->multi, &left))) {
        tp_conn *conn = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&conn);
        finish_connect(conn, message->data.result);
    }
}

static void on_curl_event(void *arg, int fd, bool readable, bool writable)
{
    tp_shard *shard = arg;
    int running;

    curl_multi_socket_action(shard->multi, fd, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0), &running);
    collect(shard);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
    tp_shard *shard = arg;

    (void)easy;
    (void)unused;
    if (what == CURL_POLL_REMOVE)
        tp_poll_drop(&shard->connector->polls, fd);
    else
        tp_poll_set(&shard->connector->polls, fd, what & CURL_POLL_IN, what & CURL_POLL_OUT, on_curl_event, shard);
    return 0;
}

static void on_timer(tp_timer *timer)
{
    tp_shard *shard = tp_list_entry(timer, tp_shard, timer);
    int running;

    curl_multi_socket_action(shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(shard);
}

static int on_curl_timer(CURLM *multi, long ms, void *arg)
{
    tp_shard *shard = arg;

    (void)multi;
    if (ms < 0)
        tp_timer_stop(shard->connector->timers, &shard->timer);
    else
        tp_timer_start(shard->connector->timers, &shard->timer, (uint64_t)ms, on_timer);
    return 0;
}

static void on_own_event(void *arg, int fd, bool readable, bool writable)
{
    tp_conn *conn = arg;

    (void)fd;
    if (conn->tls)
        tp_tls_ready(conn->tls, &readable, &writable);
    conn->event(conn->arg, conn, readable, writable);
}

/* Before it opens a connection libcurl closes what it finds dead among those it has lent: such a descriptor is its owner's to close. */
static int on_close_socket(void *arg, curl_socket_t fd)
{
    tp_connector *c = arg;
    tp_conn *conn = tp_poll_owner(&c->polls, fd, on_own_event);

    if (conn) {
        conn->released = true;
        return 0;
    }
    tp_poll_drop(&c->polls, fd);
    return close(fd);
}

/* The TLS that a proxy is spoken to in. */
static CURLcode on_proxy_context(CURL *easy, void *context, void *arg)
{
    tp_connector *c = arg;

    (void)easy;
    tp_tls_adapt(c->tls, context);
    return CURLE_OK;
}

static tp_shard *shard_with_room(tp_connector *c)
{
    tp_shard *shard = c->shards;

    while (shard && shard->count >= SHARD_SIZE)
        shard = shard->next;
    if (shard)
        return shard;
    shard = tp_new(tp_shard);
    *shard = (tp_shard){ .connector = c, .multi = curl_multi_init(), .next = c->shards };
    curl_multi_setopt(shard->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(shard->multi, CURLMOPT_SOCKETDATA, shard);
    curl_multi_setopt(shard->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(shard->multi, CURLMOPT_TIMERDATA, shard);
    curl_multi_setopt(shard->multi, CURLMOPT_MAXCONNECTS, (long)SHARD_SIZE);
    c->shards = shard;
    return shard;
}

/* What libcurl would find in the environment by the scheme of the URL; but the URL it gets has http even where TLS will be ours. Empty,
 * and not NULL, where there is none, or it would look for itself. It heeds no_proxy in any case. */
static const char *proxy_for(const tp_origin *origin)
{
    static const char *const VARIABLES[][5] = { { "http_proxy", "all_proxy", "ALL_PROXY" },
                                                { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" } };

    for (const char *const *variable = VARIABLES[origin->tls]; *variable; variable++) {
        const char *value = getenv(*variable);

        if (value && value[0])
            return value;
    }
    return "";
}

static uint64_t longest(const tp_conn *conn)
{
    return conn->timeout ? conn->timeout : LONGEST_CONNECT_MS;
}

static CURL *make_easy(tp_conn *conn)
{
    CURL *easy = curl_easy_init();
    tp_connector *c = conn->connector;

    curl_easy_setopt(easy, CURLOPT_URL, conn->origin->url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, conn);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 1024L);
    curl_easy_setopt(easy, CURLOPT_SHARE, c->share);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, conn->error);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)longest(conn));
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy_for(conn->origin));
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_proxy_context);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, c);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, c);
    return easy;
}

static void begin(tp_conn *conn)
{
    conn->shard = shard_with_room(conn->connector);
    conn->shard->count++;
    conn->since_ns = tp_clock_ns(conn->connector->timers->clock);
    conn->error = tp_memory_new(CURL_ERROR_SIZE);
    conn->easy = make_easy(conn);
    curl_multi_add_handle(conn->shard->multi, conn->easy);
}

typedef struct load_job {
    tp_tls_context *tls;
    tp_connector *connector;
} load_job;

static void on_loading(void *arg)
{
    load_job *job = arg;

    job->tls = tp_tls_context_new();
}

static void on_loaded(void *arg)
{
    load_job *job = arg;
    tp_connector *c = job->connector;

    c->tls = job->tls;
    c->loading = false;
    free(job);
    if (c->shut) {
        free_connector(c);
        return;
    }
    for (tp_link *link = tp_list_shift(&c->waiting); link; link = tp_list_shift(&c->waiting))
        begin(tp_list_entry(link, tp_conn, link));
}

tp_connector *tp_connect_open(uv_loop_t *loop, tp_timers *timers)
{
    tp_connector *c = tp_new(tp_connector);
    load_job *job = tp_new(load_job);

    *c = (tp_connector){ .loop = loop, .timers = timers, .share = curl_share_init(), .loading = true, .polls = { .loop = loop } };
    curl_share_setopt(c->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    tp_list_init(&c->waiting);
    job->connector = c;
    tp_offload(loop, on_loading, on_loaded, job);
    return c;
}

void tp_connect_shut(tp_connector *c)
{
    while (c->shards) {
        tp_shard *shard = c->shards;

        c->shards = shard->next;
        curl_multi_cleanup(shard->multi);
        tp_timer_stop(c->timers, &shard->timer);
        free(shard);
    }
    c->shut = true;
    if (!c->loading)
        free_connector(c);
}

tp_conn *tp_connect_start(tp_connector *c, tp_origin *origin, uint64_t timeout_ms,
                          void (*done)(void *arg, tp_conn *conn, tp_connect_result result, const char *text), void *arg)
{
    tp_conn *conn = tp_new(tp_conn);

    *conn = (tp_conn){ .connector = c, .origin = origin, .fd = -1, .timeout = timeout_ms, .done = done, .arg = arg };
    conn->direct = strncasecmp(proxy_for(origin), "https://", 8) != 0;
    if ((origin->tls || !conn->direct) && !c->tls)
        tp_list_append(&c->waiting, &conn->link);
    else
        begin(conn);
    return conn;
}

static tp_connect_result classify(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return TP_CONNECT_OK;
    case CURLE_OPERATION_TIMEDOUT:
        return TP_CONNECT_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return TP_CONNECT_TLS;
    default:
        return TP_CONNECT_FAILED;
    }
}

static void drop_easy(tp_conn *conn)
{
    curl_multi_remove_handle(conn->shard->multi, conn->easy);
    curl_easy_cleanup(conn->easy);
    conn->shard->count--;
    conn->easy = NULL;
}

/* What stands needs libcurl no more, whose part of it takes 16 KiB. The descriptor is doubled, because a handle leaves its multi only by
 * closing, at once or later. Without a free descriptor it stays as it is. */
static void part_from_curl(tp_conn *conn)
{
    int own = fcntl(conn->fd, F_DUPFD_CLOEXEC, 0);

    if (own < 0)
        return;
    drop_easy(conn);
    conn->fd = own;
    conn->released = true;
}

/* A name's lookup and a socket fail alike, and say little of why: so it is asked whether one more descriptor could be had. */
static bool is_starved(const tp_connector *c)
{
    int fd = fcntl(uv_backend_fd(c->loop), F_DUPFD_CLOEXEC, 0);

    if (fd < 0)
        return errno == EMFILE || errno == ENFILE;
    close(fd);
    return false;
}

/* Nobody has asked to watch it yet. */
static void on_early_event(void *arg, tp_conn *conn, bool readable, bool writable)
{
    (void)arg;
    (void)readable;
    (void)writable;
    tp_connect_watch(conn, false, false);
}

static void finish_handshake(tp_conn *conn, tp_connect_result result, const char *text)
{
    tp_timer_stop(conn->connector->timers, &conn->timer);
    conn->event = on_early_event;
    conn->done(conn->arg, conn, result, text);
}

static void on_late(tp_timer *timer)
{
    finish_handshake(tp_list_entry(timer, tp_conn, timer), TP_CONNECT_TIMEOUT, "the TLS handshake was not complete within timeout.connect");
}

static void on_handshake(void *arg, tp_conn *conn, bool readable, bool writable)
{
    static const char FAILED[] = "the TLS handshake failed: ";
    char text[CURL_ERROR_SIZE];
    size_t start = sizeof(FAILED) - 1;
    tp_tls_step step;

    (void)arg;
    (void)readable;
    (void)writable;
    memcpy(text, FAILED, sizeof(FAILED));
    step = tp_tls_handshake(conn->tls, text + start, sizeof(text) - start);
    if (step == TP_TLS_DONE)
        finish_handshake(conn, TP_CONNECT_OK, "");
    else if (step == TP_TLS_FAILED)
        finish_handshake(conn, TP_CONNECT_TLS, text);
    else
        tp_connect_watch(conn, step == TP_TLS_WANTS_BYTES, step == TP_TLS_WANTS_ROOM);
}

static ssize_t carry_out(void *arg, tp_bytes bytes);
static ssize_t carry_in(void *arg, char *room, size_t size);

/* What is left of the time goes to the handshake. */
static void begin_handshake(tp_conn *conn)
{
    static const tp_tls_carrier CARRIER = { carry_out, carry_in };
    tp_connector *c = conn->connector;
    uint64_t passed = (tp_clock_ns(c->timers->clock) - conn->since_ns) / 1000000;

    conn->tls = tp_tls_open(c->tls, conn->origin->host, &conn->origin->sessions, &CARRIER, conn);
    conn->event = on_handshake;
    tp_timer_start(c->timers, &conn->timer, passed < longest(conn) ? longest(conn) - passed : 0, on_late);
    on_handshake(conn->arg, conn, true, true);
}

static void finish_connect(tp_conn *conn, CURLcode code)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    tp_connect_result result = classify(code);
    char text[CURL_ERROR_SIZE];

    if (result == TP_CONNECT_OK && (curl_easy_getinfo(conn->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD))
        result = TP_CONNECT_FAILED;
    if (result == TP_CONNECT_FAILED && is_starved(conn->connector))
        result = TP_CONNECT_STARVED;
    conn->fd = fd == CURL_SOCKET_BAD ? -1 : fd;
    conn->acknowledged = conn->fd < 0 ? 0 : tp_tcpinfo_acknowledged(conn->fd);
    snprintf(text, sizeof(text), "%s%s", result == TP_CONNECT_TLS ? "the TLS handshake with the proxy failed: " : "",
             result == TP_CONNECT_STARVED ? "no descriptor is left for a connection (RLIMIT_NOFILE, ulimit -n)"
             : conn->error[0]             ? conn->error
                                          : curl_easy_strerror(code));
    curl_easy_setopt(conn->easy, CURLOPT_ERRORBUFFER, NULL);
    free(conn->error);
    conn->error = NULL;
    if (result == TP_CONNECT_OK && conn->direct)
        part_from_curl(conn);
    if (result == TP_CONNECT_OK && conn->origin->tls)
        begin_handshake(conn);
    else
        conn->done(conn->arg, conn, result, text);
}

void tp_connect_close(tp_conn *conn)
{
    tp_list_remove(&conn->link);
    tp_timer_stop(conn->connector->timers, &conn->timer);
    if (conn->tls)
        tp_tls_close(conn->tls);
    if (conn->fd >= 0)
        tp_poll_drop(&conn->connector->polls, conn->fd);
    if (conn->easy)
        drop_easy(conn);
    if (conn->released)
        close(conn->fd);
    free(conn->error);
    free(conn);
}

void tp_connect_watch(tp_conn *conn, bool readable, bool writable)
{
    if (conn->tls)
        tp_tls_poll(conn->tls, &readable, &writable);
    tp_poll_set(&conn->connector->polls, conn->fd, readable, writable, on_own_event, conn);
}

static ssize_t plain_result(ssize_t result)
{
    if (result >= 0)
        return result;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? TP_CONNECT_AGAIN : TP_CONNECT_BROKEN;
}

/* The bytes as they are on the way, for TLS or for ourselves. */
static ssize_t carry_out(void *arg, tp_bytes bytes)
{
    tp_conn *conn = arg;
    size_t sent = 0;
    CURLcode code;

    if (conn->direct) {
        ssize_t result = plain_result(send(conn->fd, bytes.data, bytes.length, MSG_NOSIGNAL));

        conn->sent += result > 0 ? (uint64_t)result : 0;
        return result;
    }
    errno = EIO;
    code = curl_easy_send(conn->easy, bytes.data, bytes.length, &sent);
    if (code == CURLE_AGAIN)
        return TP_CONNECT_AGAIN;
    return code == CURLE_OK ? (ssize_t)sent : TP_CONNECT_BROKEN;
}

static ssize_t carry_in(void *arg, char *room, size_t size)
{
    tp_conn *conn = arg;
    size_t received = 0;
    CURLcode code;

    if (conn->direct) {
        ssize_t got = plain_result(recv(conn->fd, room, size, 0));

        if (got != 0 || !tp_tcpinfo_closed(conn->fd))
            return got;
        errno = ECONNRESET; /* when libcurl has looked at a reset connection before us it has taken the error with it */
        return TP_CONNECT_BROKEN;
    }
    errno = EIO;
    code = curl_easy_recv(conn->easy, room, size, &received);
    if (code == CURLE_AGAIN)
        return TP_CONNECT_AGAIN;
    return code == CURLE_OK ? (ssize_t)received : TP_CONNECT_BROKEN;
}

ssize_t tp_connect_send(tp_conn *conn, tp_bytes bytes)
{
    return conn->tls ? tp_tls_send(conn->tls, bytes) : carry_out(conn, bytes);
}

ssize_t tp_connect_send_parts(tp_conn *conn, const tp_bytes *parts, unsigned count)
{
    struct iovec pieces[TP_CONNECT_PARTS];
    struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
    ssize_t result;

    if (!conn->direct || conn->tls)
        return TP_CONNECT_AGAIN;
    for (unsigned i = 0; i < count; i++)
        pieces[i] = (struct iovec){ (void *)(uintptr_t)parts[i].data, parts[i].length };
    result = plain_result(sendmsg(conn->fd, &message, MSG_NOSIGNAL));
    conn->sent += result > 0 ? (uint64_t)result : 0;
    return result;
}

ssize_t tp_connect_receive(tp_conn *conn, char *room, size_t size)
{
    return conn->tls ? tp_tls_receive(conn->tls, room, size) : carry_in(conn, room, size);
}

bool tp_connect_holds(const tp_conn *conn)
{
    return !conn->direct || (conn->tls && tp_tls_holds(conn->tls)); /* libcurl does not tell what it holds */
}

bool tp_connect_silent(tp_conn *conn)
{
    char byte;
    bool quiet = recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);

    if (!conn->tls || (quiet && !tp_connect_holds(conn)))
        return quiet;
    return tp_tls_silent(conn->tls);
}

void tp_connect_mark(tp_conn *conn)
{
    conn->mark = conn->direct ? conn->acknowledged + conn->sent : tp_tcpinfo_acknowledged(conn->fd);
}

bool tp_connect_taken_in(const tp_conn *conn)
{
    uint64_t acknowledged = tp_tcpinfo_acknowledged(conn->fd);

    return acknowledged == 0 || acknowledged > conn->mark; /* what cannot be learnt must not be asked twice */
}
