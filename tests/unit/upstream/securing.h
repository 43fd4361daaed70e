/* unit/upstream/securing.h - both ends of a TLS connection in one thread: ours, and a server of OpenSSL's with certificates made here. */

#ifndef SECURING_H
#define SECURING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "upstream/tls.h"

/* Whom a certificate is for, from when until when (days from now), and whether our authority has signed it or nobody has. */
typedef struct leaf {
    const char *names;
    int from, until;
    bool unknown;
} leaf;

typedef struct authority {
    EVP_PKEY *key;
    X509 *certificate;
    char path[40]; /* its PEM file */
} authority;

typedef struct ends {
    SSL_CTX *server_context;
    tp_tls_context *context;
    tp_tls_sessions sessions;
    tp_tls *client;
    SSL *server;
    size_t room; /* most bytes on their way to the server */
    bool ended;  /* nothing comes from the server any more */
    bool broken; /* nothing goes to it */
    char why[200];
    char protocols[20]; /* that the client has offered */
} ends;

static inline void add_extension(X509 *certificate, int kind, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);

    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static inline X509 *make_certificate(EVP_PKEY *key, const leaf *l, X509 *issuer, EVP_PKEY *issuer_key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_NAME_new();

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)(l->names ? "a leaf" : "an authority"), -1, -1, 0);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_time_adj_ex(X509_getm_notBefore(certificate), l->from, 0, NULL);
    X509_time_adj_ex(X509_getm_notAfter(certificate), l->until, 0, NULL);
    X509_set_subject_name(certificate, name);
    X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : name);
    X509_set_pubkey(certificate, key);
    if (l->names)
        add_extension(certificate, NID_subject_alt_name, l->names);
    else
        add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
    X509_NAME_free(name);
    return certificate;
}

static inline authority make_authority(void)
{
    static const leaf ITSELF = { NULL, -1, 1, false };
    authority a = { .key = EVP_EC_gen("P-256"), .path = "/tmp/tokenpak-ca-XXXXXX" };
    FILE *file = fdopen(mkstemp(a.path), "w");

    a.certificate = make_certificate(a.key, &ITSELF, NULL, a.key);
    assert_non_null(file);
    PEM_write_X509(file, a.certificate);
    fclose(file);
    setenv("SSL_CERT_FILE", a.path, 1);
    return a;
}

static inline void forget_authority(authority *a)
{
    unlink(a->path);
    X509_free(a->certificate);
    EVP_PKEY_free(a->key);
}

static inline int on_protocols(SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned size,
                               void *arg)
{
    ends *e = arg;

    (void)ssl;
    snprintf(e->protocols, sizeof(e->protocols), "%.*s", (int)size, (const char *)offered);
    *chosen = offered + 1;
    *length = offered[0];
    return SSL_TLSEXT_ERR_OK;
}

static inline SSL_CTX *make_server(const authority *a, const leaf *l, ends *e)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key, l, l->unknown ? NULL : a->certificate, l->unknown ? key : a->key);

    assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"test", 4);
    SSL_CTX_set_alpn_select_cb(context, on_protocols, e);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

static inline ends *ends_open(const authority *a, const leaf *l)
{
    ends *e = calloc(1, sizeof(*e));

    e->server_context = make_server(a, l, e);
    e->context = tp_tls_context_new();
    return e;
}

static inline ssize_t to_server(void *arg, tp_bytes bytes)
{
    ends *e = arg;
    size_t there = BIO_ctrl_pending(SSL_get_rbio(e->server)), room = there < e->room ? e->room - there : 0;

    if (e->broken) {
        errno = EPIPE;
        return TP_TLS_BROKEN;
    }
    if (room == 0)
        return TP_TLS_AGAIN;
    return BIO_write(SSL_get_rbio(e->server), bytes.data, (int)(bytes.length < room ? bytes.length : room));
}

static inline ssize_t from_server(void *arg, char *room, size_t size)
{
    ends *e = arg;
    int got = BIO_read(SSL_get_wbio(e->server), room, (int)size);

    if (got > 0)
        return got;
    return e->ended ? 0 : TP_TLS_AGAIN;
}

/* A new connection of both ends, which knows the sessions of earlier ones. */
static inline void connect_ends(ends *e, const char *name)
{
    static const tp_tls_carrier CARRIER = { to_server, from_server };
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

    BIO_set_mem_eof_return(in, -1);
    BIO_set_mem_eof_return(out, -1);
    e->server = SSL_new(e->server_context);
    SSL_set_bio(e->server, in, out);
    SSL_set_accept_state(e->server);
    e->room = 1 << 20;
    e->ended = e->broken = false;
    e->client = tp_tls_open(e->context, name, &e->sessions, &CARRIER, e);
}

static inline void disconnect_ends(ends *e)
{
    tp_tls_close(e->client);
    SSL_set_shutdown(e->server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(e->server);
    e->client = NULL;
}

static inline void ends_close(ends *e)
{
    if (e->client)
        disconnect_ends(e);
    tp_tls_forget(&e->sessions);
    tp_tls_context_free(e->context);
    SSL_CTX_free(e->server_context);
    ERR_clear_error();
    free(e);
}

/* The handshake from beginning to end, and the server's tickets behind it. */
static inline tp_tls_step shake_hands(ends *e)
{
    tp_tls_step step = TP_TLS_WANTS_BYTES;

    for (unsigned i = 0; i < 20 && step != TP_TLS_FAILED && !(step == TP_TLS_DONE && SSL_is_init_finished(e->server)); i++) {
        if (step != TP_TLS_DONE)
            step = tp_tls_handshake(e->client, e->why, sizeof(e->why));
        SSL_do_handshake(e->server);
    }
    ERR_clear_error();
    return step;
}

static inline void stand(ends *e, const char *name)
{
    connect_ends(e, name);
    if (shake_hands(e) != TP_TLS_DONE)
        fail_msg("no handshake: %s", e->why);
}

static inline void server_says(ends *e, const char *text)
{
    assert_int_equal(SSL_write(e->server, text, (int)strlen(text)), (int)strlen(text));
}

static inline void assert_server_hears(ends *e, const char *text)
{
    char room[100] = "";

    assert_int_equal(SSL_read(e->server, room, sizeof(room) - 1), (int)strlen(text));
    assert_string_equal(room, text);
}

static inline void assert_receives(ends *e, const char *text)
{
    char room[100] = "";

    assert_int_equal(tp_tls_receive(e->client, room, sizeof(room) - 1), (ssize_t)strlen(text));
    assert_string_equal(room, text);
}

static inline void assert_result(ends *e, ssize_t expected)
{
    char room[100];

    assert_int_equal(tp_tls_receive(e->client, room, sizeof(room)), expected);
}

#endif
