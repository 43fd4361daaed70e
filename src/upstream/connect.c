/* upstream/connect.c - CURLM shards on uv_poll handles. */

#include "upstream/connect.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tokenpak/log.h>

#include "base/memory.h"
#include "base/offload.h"
#include "upstream/tcpinfo.h"
#include "upstream/trust.h"

enum { SHARD_SIZE = 16 };

typedef struct tp_shard {
    tp_connector *connector;
    CURLM *multi;
    tp_timer timer;
    unsigned count;
    struct tp_shard *next;
} tp_shard;

/* One per descriptor that is polled: by libcurl while it connects, by ourselves afterwards. */
typedef struct watch {
    uv_poll_t poll;
    int mask;
    int fd;
    tp_shard *shard; /* of libcurl */
    tp_conn *conn;   /* of ours */
} watch;

struct tp_connector {
    uv_loop_t *loop;
    tp_timers *timers;
    CURLSH *share;
    X509_STORE *trust; /* NULL until loaded */
    bool shut, loading;
    bool tls_proxy;  /* a proxy of the environment is itself spoken to in TLS: no bytes of ours may go to the descriptor */
    tp_list waiting; /* connections that need the CA store */
    tp_shard *shards;
    watch **watches; /* by descriptor */
    size_t watch_room;
};

static void free_connector(tp_connector *c)
{
    curl_share_cleanup(c->share);
    X509_STORE_free(c->trust);
    free(c->watches);
    free(c);
}

static void on_watch_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void drop_watch(tp_connector *c, int fd)
{
    watch *w = (size_t)fd < c->watch_room ? c->watches[fd] : NULL;

    if (!w)
        return;
    c->watches[fd] = NULL;
    uv_close((uv_handle_t *)&w->poll, on_watch_closed);
}

static watch *watch_of(tp_connector *c, int fd)
{
    watch *w;

    if ((size_t)fd >= c->watch_room) {
        size_t room = (size_t)fd * 2 + 64;

        c->watches = tp_memory_resize(c->watches, room * sizeof(*c->watches));
        memset(c->watches + c->watch_room, 0, (room - c->watch_room) * sizeof(*c->watches));
        c->watch_room = room;
    }
    if (c->watches[fd])
        return c->watches[fd];
    w = tp_new(watch);
    w->fd = fd;
    w->poll.data = w;
    uv_poll_init(c->loop, &w->poll, fd);
    c->watches[fd] = w;
    return w;
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

static void on_poll(uv_poll_t *poll, int status, int events)
{
    watch *w = poll->data;
    bool readable = status < 0 || (events & (UV_READABLE | UV_DISCONNECT)), writable = status < 0 || (events & UV_WRITABLE);
    int running;

    if (status < 0)
        w->mask = 0; /* libuv has stopped the poll; what is still to be read, and the error behind it, need another one */
    if (w->conn) {
        w->conn->event(w->conn->arg, w->conn, readable, writable);
        return;
    }
    if (w->shard) {
        tp_shard *shard = w->shard;

        curl_multi_socket_action(shard->multi, w->fd, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0), &running);
        collect(shard);
    }
}

/* An unchanged mask would still cost two epoll_ctl calls. */
static void set_mask(watch *w, int mask)
{
    if (w->mask == mask)
        return;
    w->mask = mask;
    if (mask)
        uv_poll_start(&w->poll, mask, on_poll);
    else
        uv_poll_stop(&w->poll);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
    tp_shard *shard = arg;
    watch *w;

    (void)easy;
    (void)unused;
    if (what == CURL_POLL_REMOVE) {
        drop_watch(shard->connector, fd);
        return 0;
    }
    w = watch_of(shard->connector, fd);
    w->shard = shard;
    set_mask(w, (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
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

/* Before it opens a connection libcurl closes what it finds dead among those it has lent: such a descriptor is its owner's to close.
 */
static int on_close_socket(void *arg, curl_socket_t fd)
{
    tp_connector *c = arg;
    watch *w = (size_t)fd < c->watch_room ? c->watches[fd] : NULL;

    if (w && w->conn) {
        w->conn->released = true;
        return 0;
    }
    drop_watch(c, fd);
    return close(fd);
}

static CURLcode on_tls_context(CURL *easy, void *context, void *arg)
{
    tp_connector *c = arg;

    (void)easy;
    SSL_CTX_set1_cert_store(context, c->trust);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
    /* As it may stand in openssl.cnf: a FIN would count as an announced end. */
    SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
    /* What could not be sent is sent again from another place. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
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

static bool names_tls_proxy(const char *variable)
{
    const char *value = getenv(variable);

    return value && strncmp(value, "https://", 8) == 0;
}

/* Whether its bytes may go to the descriptor itself. */
static bool is_plain(const tp_conn *conn)
{
    return !conn->origin->tls && !conn->connector->tls_proxy;
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
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(conn->timeout ? conn->timeout : 300000));
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, c);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, c);
    return easy;
}

static void begin(tp_conn *conn)
{
    conn->shard = shard_with_room(conn->connector);
    conn->shard->count++;
    conn->error = tp_memory_new(CURL_ERROR_SIZE);
    conn->easy = make_easy(conn);
    curl_multi_add_handle(conn->shard->multi, conn->easy);
}

static void on_trust_loading(void *arg)
{
    *(X509_STORE **)arg = tp_trust_load();
}

typedef struct trust_job {
    X509_STORE *store;
    tp_connector *connector;
} trust_job;

static void on_trust_loaded(void *arg)
{
    trust_job *job = arg;
    tp_connector *c = job->connector;

    c->trust = job->store;
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
    trust_job *job = tp_new(trust_job);

    *c = (tp_connector){ .loop = loop, .timers = timers, .share = curl_share_init(), .loading = true };
    c->tls_proxy = names_tls_proxy("http_proxy") || names_tls_proxy("all_proxy") || names_tls_proxy("ALL_PROXY");
    curl_share_setopt(c->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_share_setopt(c->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    tp_list_init(&c->waiting);
    job->connector = c;
    tp_offload(loop, on_trust_loading, on_trust_loaded, job);
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
    if (origin->tls && !c->trust)
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

/* A connection without TLS needs libcurl no more, whose part of it takes 16 KiB. The descriptor is doubled, because a handle leaves its
 * multi only by closing, at once or later. Without a free descriptor it stays as it is. */
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
    snprintf(text, sizeof(text), "%s%s", result == TP_CONNECT_TLS ? "the TLS handshake failed: " : "",
             result == TP_CONNECT_STARVED ? "no descriptor is left for a connection (RLIMIT_NOFILE, ulimit -n)"
             : conn->error[0]             ? conn->error
                                          : curl_easy_strerror(code));
    curl_easy_setopt(conn->easy, CURLOPT_ERRORBUFFER, NULL);
    free(conn->error);
    conn->error = NULL;
    if (conn->fd >= 0 && is_plain(conn))
        part_from_curl(conn);
    conn->done(conn->arg, conn, result, text);
}

void tp_connect_close(tp_conn *conn)
{
    tp_list_remove(&conn->link);
    if (conn->fd >= 0)
        drop_watch(conn->connector, conn->fd);
    if (conn->easy)
        drop_easy(conn);
    if (conn->released)
        close(conn->fd);
    free(conn->error);
    free(conn);
}

void tp_connect_watch(tp_conn *conn, bool readable, bool writable)
{
    watch *w = watch_of(conn->connector, conn->fd);

    w->shard = NULL;
    w->conn = conn;
    set_mask(w, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0));
}

static ssize_t plain_result(ssize_t result)
{
    if (result >= 0)
        return result;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? TP_CONNECT_AGAIN : TP_CONNECT_BROKEN;
}

ssize_t tp_connect_send(tp_conn *conn, tp_bytes bytes)
{
    size_t sent = 0;
    CURLcode code;

    if (is_plain(conn)) {
        ssize_t result = plain_result(send(conn->fd, bytes.data, bytes.length, MSG_NOSIGNAL));

        conn->sent += result > 0 ? (uint64_t)result : 0;
        return result;
    }
    code = curl_easy_send(conn->easy, bytes.data, bytes.length, &sent);
    if (code == CURLE_AGAIN)
        return TP_CONNECT_AGAIN;
    return code == CURLE_OK ? (ssize_t)sent : TP_CONNECT_BROKEN;
}

ssize_t tp_connect_send_parts(tp_conn *conn, const tp_bytes *parts, unsigned count)
{
    struct iovec pieces[TP_CONNECT_PARTS];
    struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
    ssize_t result;

    if (!is_plain(conn))
        return TP_CONNECT_AGAIN;
    for (unsigned i = 0; i < count; i++)
        pieces[i] = (struct iovec){ (void *)(uintptr_t)parts[i].data, parts[i].length };
    result = plain_result(sendmsg(conn->fd, &message, MSG_NOSIGNAL));
    conn->sent += result > 0 ? (uint64_t)result : 0;
    return result;
}

/* libcurl tells a FIN that close_notify has announced and one that anyone on the way can have sent alike. */
static bool is_announced_end(const tp_conn *conn)
{
    struct curl_tlssessioninfo *tls = NULL;

    if (curl_easy_getinfo(conn->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls || !tls->internals)
        return true;
    return tls->backend != CURLSSLBACKEND_OPENSSL || (SSL_get_shutdown(tls->internals) & SSL_RECEIVED_SHUTDOWN);
}

ssize_t tp_connect_receive(tp_conn *conn, char *room, size_t size)
{
    size_t received = 0;
    CURLcode code;

    if (is_plain(conn)) {
        ssize_t got = plain_result(recv(conn->fd, room, size, 0));

        /* When libcurl has looked at a reset connection before us it has taken the error with it. */
        return got == 0 && tp_tcpinfo_closed(conn->fd) ? TP_CONNECT_BROKEN : got;
    }
    code = curl_easy_recv(conn->easy, room, size, &received);
    if (code == CURLE_AGAIN)
        return TP_CONNECT_AGAIN;
    if (code == CURLE_OK && received == 0 && !is_announced_end(conn))
        return TP_CONNECT_BROKEN;
    return code == CURLE_OK ? (ssize_t)received : TP_CONNECT_BROKEN;
}

bool tp_connect_silent(const tp_conn *conn)
{
    char byte;

    return recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void tp_connect_mark(tp_conn *conn)
{
    conn->mark = !is_plain(conn) ? tp_tcpinfo_acknowledged(conn->fd) : conn->acknowledged + conn->sent;
}

bool tp_connect_taken_in(const tp_conn *conn)
{
    uint64_t acknowledged = tp_tcpinfo_acknowledged(conn->fd);

    return acknowledged == 0 || acknowledged > conn->mark; /* what cannot be learnt must not be asked twice */
}
