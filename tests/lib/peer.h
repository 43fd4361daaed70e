/* lib/peer.h - a scripted HTTP server on loopback, in the loop of the test: the provider of a call. */

#ifndef TP_TEST_PEER_H
#define TP_TEST_PEER_H

#include <uv.h>

#include "wire/http1.h"

enum { PEER_CONNECTIONS = 64 };

typedef enum peer_then { PEER_KEEP, PEER_CLOSE, PEER_RESET } peer_then;

/* The answer to one request, in the order in which they come on any connection. */
typedef struct peer_answer {
    const char *text; /* NULL = none */
    peer_then then;
    bool early; /* at the head of the request already */
} peer_answer;

typedef struct peer_connection {
    uv_tcp_t tcp;
    struct peer *peer;
    tp_http1 http;
    tp_arena *arena;
    bool open, ended; /* ended: the other side has closed */
} peer_connection;

typedef struct peer {
    uv_tcp_t listener;
    int port;
    const peer_answer *answers; /* the last one stands for all later requests too */
    unsigned answer_count;
    unsigned requests, accepted;
    peer_connection connections[PEER_CONNECTIONS];
    tp_buffer received; /* everything, as it came */
    bool holds;         /* does not read */
} peer;

void peer_open(peer *p, uv_loop_t *loop, const peer_answer *answers, unsigned count);

/* Its handles close in the loop's next turns; peer_free afterwards. */
void peer_close(peer *p);
void peer_free(peer *p);

/* On the newest connection. */
void peer_say(peer *p, tp_bytes text);
void peer_hang_up(peer *p, peer_then how);

/* Reads on after `holds`. */
void peer_read_on(peer *p);

#endif
