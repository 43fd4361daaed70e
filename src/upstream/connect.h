/* upstream/connect.h - opens, secures and closes connections to providers; the only file that knows libcurl multi. Loop thread only.
 *
 * Each connection is a CONNECT_ONLY handle in one of several CURLMs ("shards", at most 16 connections each, because libcurl searches a
 * multi's connections one by one). Once it stands, the exchange on it is ours; without TLS the descriptor is too, and the handle goes. */

#ifndef TP_UPSTREAM_CONNECT_H
#define TP_UPSTREAM_CONNECT_H

#include <sys/types.h>
#include <uv.h>

#include "base/timer.h"
#include "upstream/origin.h"

typedef struct tp_connector tp_connector;

typedef enum tp_connect_result {
    TP_CONNECT_OK,
    TP_CONNECT_FAILED,
    TP_CONNECT_TLS,
    TP_CONNECT_TIMEOUT,
    TP_CONNECT_STARVED, /* there was no descriptor for it */
} tp_connect_result;

typedef struct tp_conn {
    tp_connector *connector;
    tp_origin *origin;
    void *easy; /* CURL; NULL while it waits for the CA store, and once it stands without TLS */
    struct tp_shard *shard;
    int fd;                            /* -1 until connected */
    bool released;                     /* ours to close: libcurl has let go of it */
    tp_link link;                      /* waiting for the CA store, or idle in the pool */
    uint64_t idle_ns;                  /* since when it is idle */
    uint64_t timeout;                  /* ms, of the connect */
    uint64_t acknowledged, sent, mark; /* bytes: acknowledged when it stood, sent in plain text since, and see tp_connect_mark */
    /* While connecting. */
    void (*done)(void *arg, struct tp_conn *conn, tp_connect_result result, const char *text);
    /* While watched. */
    void (*event)(void *arg, struct tp_conn *conn, bool readable, bool writable);
    void *arg;
    char *error; /* CURL_ERROR_SIZE bytes, while connecting */
} tp_conn;

tp_connector *tp_connect_open(uv_loop_t *loop, tp_timers *timers);

/* Every connection must have been closed before. Its handles close in the loop's next turn. */
void tp_connect_shut(tp_connector *connector);

/* Starts a connection; `done` is called later, once, with the connection (which then belongs to the caller) or with the reason and the
 * connection, which the caller closes. Never called inside this function nor after tp_connect_close. */
tp_conn *tp_connect_start(tp_connector *connector, tp_origin *origin, uint64_t timeout_ms,
                          void (*done)(void *arg, tp_conn *conn, tp_connect_result result, const char *text), void *arg);

/* At any time. */
void tp_connect_close(tp_conn *conn);

/* Calls `event` when the connection can be read or written; neither = not watched. */
void tp_connect_watch(tp_conn *conn, bool readable, bool writable);

enum { TP_CONNECT_AGAIN = -1, TP_CONNECT_BROKEN = -2, TP_CONNECT_PARTS = 8 };

/* Bytes sent, or AGAIN, or BROKEN. */
ssize_t tp_connect_send(tp_conn *conn, tp_bytes bytes);

/* The same of several parts in a row, where the system can do that: `count` is at most TP_CONNECT_PARTS. AGAIN also where it cannot. */
ssize_t tp_connect_send_parts(tp_conn *conn, const tp_bytes *parts, unsigned count);

/* Bytes received, 0 at the end (over TLS only an announced one), AGAIN or BROKEN. */
ssize_t tp_connect_receive(tp_conn *conn, char *room, size_t size);

/* Whether an idle connection is still silent and open. */
bool tp_connect_silent(const tp_conn *conn);

/* Remembers how much the provider's kernel has acknowledged, before a request is sent on a reused connection. */
void tp_connect_mark(tp_conn *conn);

/* Whether it has acknowledged anything since the mark. */
bool tp_connect_taken_in(const tp_conn *conn);

#endif
