/* server/server.h - listens, reads requests strictly, writes replies with backpressure. Loop thread only. */

#ifndef TP_SERVER_SERVER_H
#define TP_SERVER_SERVER_H

#include <uv.h>

#include "admin/admin.h"
#include "base/list.h"
#include "exchange/driver.h"
#include "exchange/pipeline.h"
#include "exchange/services.h"

enum { TP_SERVER_READ = 64 << 10, TP_SERVER_HIGH_WATER = 256 << 10, TP_SERVER_LOW_WATER = 64 << 10, TP_SERVER_SPARE = 32 };

typedef struct tp_server {
    tp_services *services;
    tp_admin *admin;            /* NULL: only the pipeline is served (the demo's provider) */
    tp_pipeline_set *pipelines; /* of now; app replaces it at a reload */
    int only_pipeline;          /* -1, or the kind that every request takes */
    int listener;               /* while listening */
    uv_poll_t waiting;
    tp_timer look_again;   /* for descriptors, while no client is let in */
    uint64_t pause_logged; /* ms; 0 = never */
    void (*accepted)(struct tp_server *server, int fd);
    bool listening, draining;
    unsigned port;
    unsigned connections;
    tp_list clients;
    tp_buffer spare[TP_SERVER_SPARE]; /* for replies: empty, with memory, so that an idle client needs none and a busy one no malloc */
    unsigned spare_count;
    tp_list dirty; /* of clients with something to write or to begin, in this turn */
    uint64_t request_number;
    uint64_t max_memory;                    /* bytes that all buffers may hold before requests are refused; 0 = no limit */
    void (*wake)(struct tp_server *server); /* tp_server_turn() is wanted at the end of the turn */
    void (*drained)(struct tp_server *server);
    void *owner;
    char input[TP_SERVER_READ]; /* one read buffer for all clients */
} tp_server;

tp_server *tp_server_new(tp_services *services, tp_pipeline_set *pipelines);

/* Listens on address:port (0 = any free one, told by server->port), or on the descriptor `fd` when it is not -1. 0 or a libuv error. */
int tp_server_listen(tp_server *server, const char *address, unsigned port, int fd);

/* Writes what the turn has produced; call it after tp_driver_turn(). */
void tp_server_turn(tp_server *server);

/* Accepts nothing more; calls `drained` when the last request has ended. */
void tp_server_drain(tp_server *server);

/* Ends every request that runs, telling its client why. */
void tp_server_abort(tp_server *server, tp_err err, const char *message);

/* Closes every connection now. The server is freed by tp_server_free after the loop has run. */
void tp_server_close(tp_server *server);
void tp_server_free(tp_server *server); /* NULL is allowed */

/* accept.c */
int tp_accept_start(tp_server *server, const char *address, unsigned port, int fd); /* as tp_server_listen */
void tp_accept_stop(tp_server *server);

#endif
