/* server/client.h - one client's connection: what the files of this room share. Loop thread only. */

#ifndef TP_SERVER_CLIENT_H
#define TP_SERVER_CLIENT_H

#include "exchange/endpoint.h"
#include "server/server.h"
#include "wire/http1.h"

typedef enum tp_client_state {
    TP_CLIENT_READING,   /* idle, in a head or in a body */
    TP_CLIENT_LINGERING, /* all is written and our side is shut; what still comes is thrown away */
    TP_CLIENT_CLOSED,
} tp_client_state;

typedef struct tp_client {
    uv_tcp_t tcp;
    tp_server *server;
    tp_link link, dirty;
    tp_http1 http;
    tp_timer timer;
    tp_sink sink;
    tp_arena *arena;     /* of a request that has no exchange (yet) */
    tp_http1_head *head; /* of the request being served; in its arena */
    tp_exchange *x;      /* NULL: none, or it needs us no more */
    tp_admin_call *call; /* an admin request being answered */
    tp_buffer input;     /* bytes behind the request being served */
    tp_buffer out;       /* to be written in this turn */
    tp_buffer flying;    /* being written by libuv */
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } peer;
    char peer_text[INET6_ADDRSTRLEN]; /* "" before the first request */
    const char *allow;                /* of a path of ours that was asked for with another method; NULL = none */
    tp_bytes origin;                  /* allowed foreign origin of the request, to be named in the reply */
    tp_client_state state;
    tp_pipeline_kind kind;  /* of the exchange */
    bool serving;           /* a head was read and its reply has not ended */
    bool started;           /* its exchange runs */
    bool request_done;      /* the request was read to its end */
    bool reply_done;        /* the reply was given to `out` whole */
    bool unclean;           /* it must be seen to be cut off */
    bool chunked, bodiless; /* framing of the reply */
    bool close;             /* after the reply */
    bool held;              /* HOLD was said: room is owed */
    bool reading;           /* uv_read_start is on */
    bool body_paused;
    bool expects;           /* the body comes only when it is asked for */
    struct tp_watch *watch; /* for the client's leaving, while its socket is not read; else NULL */
    bool writing;           /* a uv_write is in flight */
    uint32_t lingered;      /* bytes thrown away */
} tp_client;

/* client.c */
tp_client *tp_client_new(tp_server *server);
void tp_client_begin(tp_client *c);   /* the connection is accepted */
void tp_client_advance(tp_client *c); /* the reply has ended: the next request, or the close */
void tp_client_close(tp_client *c);
void tp_client_touch(tp_client *c); /* wants tp_reply_flush at the end of the turn */
void tp_client_arm(tp_client *c, uint64_t ms);

/* watch.c: tells that the client has left although its socket is not read; on or off. */
void tp_watch_set(tp_client *c, bool on);

/* dispatch.c: a head was read. Leaves c->x, c->call or a finished reply behind. */
void tp_dispatch_head(tp_client *c);
bool tp_dispatch_full(const tp_server *server); /* listen.max_memory is reached */

/* reply.c */
void tp_reply_refuse(tp_client *c, tp_err err, const char *message);
void tp_reply_plain(tp_client *c, int status, const tp_header *headers, size_t count, tp_bytes body);
void tp_reply_sink(tp_client *c);
void tp_reply_flush(tp_client *c);

#endif
