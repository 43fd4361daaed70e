/* bench/link.h - a socket that never blocks, plain or the server's side of TLS. */

#ifndef TP_BENCH_LINK_H
#define TP_BENCH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <openssl/ssl.h>

typedef struct bench_link {
    int fd;
    SSL *tls; /* NULL = plain */
} bench_link;

enum { BENCH_AGAIN = -1, BENCH_GONE = -2 };

/* A context with the certificate and key of two PEM files; without `tickets` no session can be resumed. Ends the program on failure. */
SSL_CTX *bench_tls_context(const char *certificate, const char *key, bool tickets);

/* `context` NULL = plain. Takes the descriptor over. */
void bench_link_open(bench_link *link, int fd, SSL_CTX *context);
void bench_link_close(bench_link *link);

/* Bytes moved, BENCH_AGAIN or BENCH_GONE; the handshake happens on the way. */
ssize_t bench_link_read(bench_link *link, void *buffer, size_t size);
ssize_t bench_link_write(bench_link *link, const void *data, size_t size);

#endif
