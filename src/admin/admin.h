/* admin/admin.h - the small handlers served beside the pipeline: health, stats, traces, metrics, reload. Loop thread only. */

#ifndef TP_ADMIN_ADMIN_H
#define TP_ADMIN_ADMIN_H

#include <tokenpak/exchange.h>

#include "admin/process.h"
#include "base/buffer.h"
#include "exchange/services.h"

/* What the admin room asks of the process; made by app, which zeroes the rest and keeps it until the loop has ended. */
typedef struct tp_admin {
    tp_services *services;
    const struct tp_settings *settings; /* of now; app replaces it at a reload */
    uint64_t start_ns;
    bool draining;
    /* Builds and swaps the settings; false with the reasons in `why`. */
    bool (*reload)(struct tp_admin *admin, tp_buffer *why);
    unsigned (*connections)(struct tp_admin *admin);
    void *owner;
    tp_process process; /* as last measured */
} tp_admin;

typedef struct tp_admin_reply {
    int status;
    const char *content_type;
    tp_err err; /* not TP_OK: an error of ours in place of a body; `message` says why */
    const char *message;
    tp_buffer body;
} tp_admin_reply;

/* One request, on the heap of its caller until `done` was called. Whether its client is still there is the caller's business; method, path,
 * query and headers are not read after tp_admin_serve has returned. */
typedef struct tp_admin_call {
    tp_bytes method, path, query;
    const tp_header *headers;
    size_t header_count;
    bool loopback;
    /* Called exactly once, also inside tp_admin_serve; the reply is borrowed. */
    void (*done)(struct tp_admin_call *call, tp_admin_reply *reply);
    void *owner;
} tp_admin_call;

/* Whether the path is one of ours, whatever the method: /health, /stats, ... */
bool tp_admin_owns(tp_bytes path);

/* The methods of a path of ours that has others than this one, for the field Allow; NULL when it is not ours, or has it. */
const char *tp_admin_allow(tp_bytes method, tp_bytes path);

/* Answers now or, when a worker must be asked, later. */
void tp_admin_serve(tp_admin *admin, tp_admin_call *call);

#endif
