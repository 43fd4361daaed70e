/* upstream/tls.c - one SSL_CTX, an SSL over a BIO of our own for each connection, and the sessions of each origin. */

#include "upstream/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "upstream/trust.h"

struct tp_tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *carrier;
};

struct tp_tls {
    SSL *ssl;
    const tp_tls_carrier *carrier;
    void *arg;
    const char *name;
    int cause; /* errno of the carrier's end; 0 = it was closed */
    bool receive_wants_room, send_wants_bytes;
    bool cut;    /* the carrier has ended without an announcement */
    bool failed; /* by what is no TLS, or not to be trusted: nothing more may be said */
};

static int carried(BIO *bio, ssize_t moved, int direction)
{
    tp_tls *tls = BIO_get_data(bio);

    if (moved <= 0)
        tls->cause = moved == 0 ? 0 : errno;
    BIO_clear_retry_flags(bio);
    if (moved == TP_TLS_AGAIN)
        BIO_set_flags(bio, direction | BIO_FLAGS_SHOULD_RETRY);
    return moved < 0 ? -1 : (int)moved;
}

static int carry_out(BIO *bio, const char *data, int size)
{
    tp_tls *tls = BIO_get_data(bio);

    return carried(bio, tls->carrier->send(tls->arg, tp_bytes_of(data, (size_t)size)), BIO_FLAGS_WRITE);
}

static int carry_in(BIO *bio, char *room, int size)
{
    tp_tls *tls = BIO_get_data(bio);

    return carried(bio, tls->carrier->receive(tls->arg, room, (size_t)size), BIO_FLAGS_READ);
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static void drop_newest(tp_tls_sessions *s)
{
    SSL_SESSION_free(s->kept[--s->count].session);
}

void tp_tls_forget(tp_tls_sessions *sessions)
{
    while (sessions->count)
        drop_newest(sessions);
}

/* A server has given out a session: with TLS 1.3 some time after the handshake, often two. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    tp_tls_sessions *s = SSL_get_app_data(ssl);
    time_t most = SSL_SESSION_get_timeout(session), hint = (time_t)SSL_SESSION_get_ticket_lifetime_hint(session);

    if (s->count == TP_TLS_SESSIONS) {
        SSL_SESSION_free(s->kept[0].session);
        memmove(s->kept, s->kept + 1, --s->count * sizeof(*s->kept));
    }
    s->kept[s->count++] = (struct tp_tls_session){ session, time(NULL) + (hint && hint < most ? hint : most) };
    return 1; /* the reference is ours */
}

/* With the newest. A ticket of TLS 1.3 is used once, so that nobody on the way can tell by it that two connections are of one client. */
static void resume(SSL *ssl, tp_tls_sessions *s)
{
    for (bool done = false; s->count && !done;) {
        const struct tp_tls_session *newest = &s->kept[s->count - 1];

        done = time(NULL) < newest->until && SSL_SESSION_is_resumable(newest->session) && SSL_set_session(ssl, newest->session) == 1;
        if (!done || SSL_SESSION_get_protocol_version(newest->session) >= TLS1_3_VERSION)
            drop_newest(s);
    }
}

static void set_modes(SSL_CTX *ssl)
{
    /* What could not be sent is sent again from another place, and nothing is held for a connection that says nothing. */
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static void set_up(SSL_CTX *ssl)
{
    static const unsigned char PROTOCOLS[] = "\x08http/1.1";

    set_modes(ssl);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_get_min_proto_version(ssl) < TLS1_2_VERSION) /* openssl.cnf may ask for more */
        SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
    /* As it may stand in openssl.cnf: a FIN would count as an announced end. */
    SSL_CTX_clear_options(ssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
    SSL_CTX_set_alpn_protos(ssl, PROTOCOLS, sizeof(PROTOCOLS) - 1);
    SSL_CTX_set_read_ahead(ssl, 1); /* a record in one read, not its five first bytes in one and the rest in another */
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl, on_session);
}

tp_tls_context *tp_tls_context_new(void)
{
    tp_tls_context *context = tp_new(tp_tls_context);

    context->ssl = SSL_CTX_new(TLS_client_method());
    context->carrier = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "carrier");
    if (!context->ssl || !context->carrier)
        abort();
    BIO_meth_set_write(context->carrier, carry_out);
    BIO_meth_set_read(context->carrier, carry_in);
    BIO_meth_set_ctrl(context->carrier, control);
    set_up(context->ssl);
    SSL_CTX_set_cert_store(context->ssl, tp_trust_load());
    OPENSSL_thread_stop(); /* what the library keeps for this worker, which has no other use for it */
    return context;
}

void tp_tls_context_free(tp_tls_context *context)
{
    if (!context)
        return;
    SSL_CTX_free(context->ssl);
    BIO_meth_free(context->carrier);
    free(context);
}

void tp_tls_adapt(const tp_tls_context *context, void *ssl_context)
{
    SSL_CTX_set1_cert_store(ssl_context, SSL_CTX_get_cert_store(context->ssl));
    set_modes(ssl_context);
}

/* An address is no name: it is looked for among the certificate's addresses, and not told to the server. */
static bool expect(SSL *ssl, const char *name)
{
    X509_VERIFY_PARAM *expected = SSL_get0_param(ssl);

    if (X509_VERIFY_PARAM_set1_ip_asc(expected, name) == 1)
        return true;
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(expected, name, 0) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

tp_tls *tp_tls_open(tp_tls_context *context, const char *name, tp_tls_sessions *sessions, const tp_tls_carrier *carrier, void *arg)
{
    tp_tls *tls = tp_new(tp_tls);
    BIO *bio = BIO_new(context->carrier);

    *tls = (tp_tls){ .ssl = SSL_new(context->ssl), .carrier = carrier, .arg = arg, .name = name };
    if (!tls->ssl || !bio || !expect(tls->ssl, name))
        abort();
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, sessions);
    SSL_set_connect_state(tls->ssl);
    resume(tls->ssl, sessions);
    return tls;
}

void tp_tls_close(tp_tls *tls)
{
    ERR_clear_error();
    if (tls->cut) /* the sessions of a connection that was merely closed can be resumed, says RFC 5246, 7.2.1 */
        SSL_set_shutdown(tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    else if (!tls->failed && SSL_is_init_finished(tls->ssl))
        SSL_shutdown(tls->ssl);
    SSL_free(tls->ssl);
    free(tls);
}

static void tell_why(const tp_tls *tls, char *why, size_t size)
{
    long verified = SSL_get_verify_result(tls->ssl);
    const char *reason = ERR_reason_error_string(ERR_peek_error());

    if (verified != X509_V_OK)
        snprintf(why, size, "the certificate of %s is refused: %s", tls->name, X509_verify_cert_error_string(verified));
    else if (tls->cut)
        snprintf(why, size, "%s", tls->cause ? strerror(tls->cause) : "the provider closed the connection");
    else
        snprintf(why, size, "%s", reason ? reason : "unknown reason");
}

tp_tls_step tp_tls_handshake(tp_tls *tls, char *why, size_t size)
{
    int result, error;

    ERR_clear_error();
    result = SSL_do_handshake(tls->ssl);
    if (result == 1)
        return TP_TLS_DONE;
    error = SSL_get_error(tls->ssl, result);
    if (error == SSL_ERROR_WANT_READ)
        return TP_TLS_WANTS_BYTES;
    if (error == SSL_ERROR_WANT_WRITE)
        return TP_TLS_WANTS_ROOM;
    tls->cut = error == SSL_ERROR_SYSCALL;
    tls->failed = true;
    tell_why(tls, why, size);
    return TP_TLS_FAILED;
}

/* What it means that nothing was sent or received. */
static ssize_t outcome(tp_tls *tls, int result)
{
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return TP_TLS_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        tls->cut = true;
        return TP_TLS_BROKEN;
    default:
        tls->failed = true;
        return TP_TLS_BROKEN;
    }
}

ssize_t tp_tls_send(tp_tls *tls, tp_bytes bytes)
{
    int sent;

    if (tls->cut || tls->failed) /* OpenSSL would take it for another piece than it still has, and then not read what has come either */
        return TP_TLS_BROKEN;
    ERR_clear_error();
    sent = SSL_write(tls->ssl, bytes.data, (int)bytes.length);
    tls->send_wants_bytes = sent <= 0 && SSL_want_read(tls->ssl);
    if (sent > 0)
        return sent;
    return outcome(tls, sent) == TP_TLS_AGAIN ? TP_TLS_AGAIN : TP_TLS_BROKEN;
}

ssize_t tp_tls_receive(tp_tls *tls, char *room, size_t size)
{
    int got;

    ERR_clear_error();
    got = SSL_read(tls->ssl, room, (int)size);
    tls->receive_wants_room = got <= 0 && SSL_want_write(tls->ssl);
    return got > 0 ? got : outcome(tls, got);
}

bool tp_tls_holds(const tp_tls *tls)
{
    return SSL_has_pending(tls->ssl);
}

bool tp_tls_silent(tp_tls *tls)
{
    char byte;
    int got;

    ERR_clear_error();
    got = SSL_peek(tls->ssl, &byte, 1);
    tls->receive_wants_room = got <= 0 && SSL_want_write(tls->ssl);
    return got <= 0 && outcome(tls, got) == TP_TLS_AGAIN;
}

void tp_tls_poll(const tp_tls *tls, bool *readable, bool *writable)
{
    bool receives = *readable, sends = *writable;

    *readable = (receives && !tls->receive_wants_room) || (sends && tls->send_wants_bytes);
    *writable = (sends && !tls->send_wants_bytes) || (receives && tls->receive_wants_room);
}

void tp_tls_ready(const tp_tls *tls, bool *readable, bool *writable)
{
    bool bytes = *readable, room = *writable;

    *readable = bytes || (room && tls->receive_wants_room);
    *writable = room || (bytes && tls->send_wants_bytes);
}
