/* upstream/tls.h - the client's side of TLS on a connection that stands. It knows no socket: a carrier moves the records. Loop thread.
 *
 * All connections share one context, because OpenSSL 3 looks up all its algorithms anew for each. Sessions belong to an origin. */

#ifndef TP_UPSTREAM_TLS_H
#define TP_UPSTREAM_TLS_H

#include <sys/types.h>
#include <time.h>
#include <tokenpak/bytes.h>

typedef struct tp_tls_context tp_tls_context;
typedef struct tp_tls tp_tls;

/* Of a carrier, and of sending and receiving here. A carrier that says BROKEN leaves the reason in errno. */
enum { TP_TLS_AGAIN = -1, TP_TLS_BROKEN = -2 };

/* Both say how many bytes were moved, or AGAIN, or BROKEN; `receive` says 0 at the end. */
typedef struct tp_tls_carrier {
    ssize_t (*send)(void *arg, tp_bytes bytes);
    ssize_t (*receive)(void *arg, char *room, size_t size);
} tp_tls_carrier;

enum { TP_TLS_SESSIONS = 8 };

/* What the servers of one origin have given out for being resumed; zeroed = nothing. Never used for another origin, because a resumed
 * session's certificate is not looked at again. */
typedef struct tp_tls_sessions {
    struct tp_tls_session {
        struct ssl_session_st *session;
        time_t until;        /* the server takes it no longer */
    } kept[TP_TLS_SESSIONS]; /* the newest last */
    unsigned count;
} tp_tls_sessions;

void tp_tls_forget(tp_tls_sessions *sessions);

/* Reads the certificate authorities and the system's openssl.cnf. Blocks: worker. */
tp_tls_context *tp_tls_context_new(void);
void tp_tls_context_free(tp_tls_context *context);

/* Gives an SSL_CTX that someone else has made the authorities and the modes of ours. */
void tp_tls_adapt(const tp_tls_context *context, void *ssl_context);

/* `name` is what the certificate must be for: a host name, or an IP address. Everything is borrowed until it is closed. */
tp_tls *tp_tls_open(tp_tls_context *context, const char *name, tp_tls_sessions *sessions, const tp_tls_carrier *carrier, void *arg);

/* Announces the end when that can be done at once. */
void tp_tls_close(tp_tls *tls);

typedef enum tp_tls_step { TP_TLS_DONE, TP_TLS_WANTS_BYTES, TP_TLS_WANTS_ROOM, TP_TLS_FAILED } tp_tls_step;

/* Goes on with the handshake; `why`, of `size` bytes, says why it has FAILED. */
tp_tls_step tp_tls_handshake(tp_tls *tls, char *why, size_t size);

/* As tp_connect_send and tp_connect_receive: 0 only at an announced end. What got AGAIN is sent again, with or without more behind it. */
ssize_t tp_tls_send(tp_tls *tls, tp_bytes bytes);
ssize_t tp_tls_receive(tp_tls *tls, char *room, size_t size);

/* Whether it has taken bytes from the carrier that were not received yet. */
bool tp_tls_holds(const tp_tls *tls);

/* Whether nothing is there to be received and the connection is open; tickets and other things of TLS itself are dealt with. */
bool tp_tls_silent(tp_tls *tls);

/* A message of TLS itself can make a receive wait for room and a send for bytes: what to poll for, given what is wished; and what can be
 * done, given what has come. */
void tp_tls_poll(const tp_tls *tls, bool *readable, bool *writable);
void tp_tls_ready(const tp_tls *tls, bool *readable, bool *writable);

#endif
