/* upstream/connect.h - opens, secures and closes connections to providers; the only file that knows libcurl multi. Loop thread only.
 *
 * Each connection begins as a CONNECT_ONLY handle in one of several CURLMs ("shards", at most 16 connections each, because libcurl
 * searches a multi's connections one by one). Once it stands, the descriptor and what is said on it, TLS and HTTP, are ours, and the
 * handle goes. Only a connection through a proxy that is itself spoken to in TLS keeps its handle, because that TLS is libcurl's. */

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
    void *easy; /* CURL; NULL while it waits for the TLS context, and once libcurl is needed no more */
    struct tp_shard *shard;
    tp_tls *tls;                       /* NULL in plain text, and until connected */
    int fd;                            /* -1 until connected */
    bool direct;                       /* our bytes go to the descriptor itself */
    bool released;                     /* ours to close: libcurl has let go of it */
    tp_link link;                      /* waiting for the TLS context, or idle in the pool */
    uint64_t since_ns;                 /* since when it connects, or is idle */
    uint64_t timeout;                  /* ms, of the connect, with the handshake */
    tp_timer timer;                    /* of the handshake */
    uint64_t acknowledged, sent, mark; /* bytes: acknowledged when it stood, sent since, and see tp_connect_mark */
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

enum { TP_CONNECT_AGAIN = TP_TLS_AGAIN, TP_CONNECT_BROKEN = TP_TLS_BROKEN, TP_CONNECT_PARTS = 8 };

/* Bytes sent, or AGAIN, or BROKEN. */
ssize_t tp_connect_send(tp_conn *conn, tp_bytes bytes);

/* The same of several parts in a row, where the system can do that: `count` is at most TP_CONNECT_PARTS. AGAIN also where it cannot. */
ssize_t tp_connect_send_parts(tp_conn *conn, const tp_bytes *parts, unsigned count);

/* Bytes received, 0 at the end (over TLS only an announced one), AGAIN or BROKEN. */
ssize_t tp_connect_receive(tp_conn *conn, char *room, size_t size);

/* Whether more can be received of which no event will tell, because it was taken from the descriptor already. */
bool tp_connect_holds(const tp_conn *conn);

/* Whether an idle connection is still silent and open. */
bool tp_connect_silent(tp_conn *conn);

/* Remembers how much the provider's kernel has acknowledged, before a request is sent on a reused connection. */
void tp_connect_mark(tp_conn *conn);

/* Whether it has acknowledged anything since the mark. */
bool tp_connect_taken_in(const tp_conn *conn);

#endif
