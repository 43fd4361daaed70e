/* bench/link.c - a socket that never blocks, plain or the server's side of TLS. */

#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>

SSL_CTX *bench_tls_context(const char *certificate, const char *key, bool tickets)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (!context || SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"bench", 5);
    if (!tickets) {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    }
    return context;
}

void bench_link_open(bench_link *link, int fd, SSL_CTX *context)
{
    link->fd = fd;
    link->tls = context ? SSL_new(context) : NULL;
    if (link->tls) {
        SSL_set_fd(link->tls, fd);
        SSL_set_accept_state(link->tls);
    }
}

void bench_link_close(bench_link *link)
{
    if (link->tls) {
        SSL_shutdown(link->tls);
        SSL_free(link->tls);
    }
    close(link->fd);
}

static ssize_t tls_result(SSL *tls, int result)
{
    int error = SSL_get_error(tls, result);

    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? BENCH_AGAIN : BENCH_GONE;
}

static ssize_t plain_result(void)
{
    return errno == EAGAIN || errno == EINTR ? BENCH_AGAIN : BENCH_GONE;
}

ssize_t bench_link_read(bench_link *link, void *buffer, size_t size)
{
    ssize_t got;

    if (link->tls) {
        int result = SSL_read(link->tls, buffer, (int)size);

        return result > 0 ? result : tls_result(link->tls, result);
    }
    got = read(link->fd, buffer, size);
    if (got == 0)
        return BENCH_GONE;
    return got > 0 ? got : plain_result();
}

ssize_t bench_link_write(bench_link *link, const void *data, size_t size)
{
    ssize_t put;

    if (link->tls) {
        int result = SSL_write(link->tls, data, (int)size);

        return result > 0 ? result : tls_result(link->tls, result);
    }
    put = write(link->fd, data, size);
    return put >= 0 ? put : plain_result();
}
