/* admin/admin.c - the table of admin paths; the first row that fits counts. */

#include "admin/admin.h"

#include "admin/private.h"

typedef struct row {
    tp_bytes path;      /* pattern of * and ? */
    const char *method; /* GET serves HEAD too */
    tp_admin_access access;
    void (*handle)(tp_admin *admin, tp_admin_call *call);
} row;

static const row ROWS[] = {
    { TP_BYTES_INIT("/health"), "GET", TP_ADMIN_ANYONE, tp_admin_health },
    { TP_BYTES_INIT("/ready"), "GET", TP_ADMIN_ANYONE, tp_admin_health_ready },
    { TP_BYTES_INIT("/stats"), "GET", TP_ADMIN_READER, tp_admin_stats },
    { TP_BYTES_INIT("/stats/last"), "GET", TP_ADMIN_READER, tp_admin_traces_last },
    { TP_BYTES_INIT("/stats/session"), "GET", TP_ADMIN_READER, tp_admin_stats_session },
    { TP_BYTES_INIT("/traces"), "GET", TP_ADMIN_READER, tp_admin_traces },
    { TP_BYTES_INIT("/trace/last"), "GET", TP_ADMIN_READER, tp_admin_traces_last },
    { TP_BYTES_INIT("/trace/*"), "GET", TP_ADMIN_READER, tp_admin_traces_one },
    { TP_BYTES_INIT("/metrics"), "GET", TP_ADMIN_READER, tp_admin_metrics },
    { TP_BYTES_INIT("/admin/reload"), "POST", TP_ADMIN_WRITER, tp_admin_reload },
};

static const row *find(tp_bytes path)
{
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        if (tp_bytes_match(ROWS[i].path, path))
            return &ROWS[i];
    return NULL;
}

bool tp_admin_owns(tp_bytes path)
{
    return find(path) != NULL;
}

static bool serves(const row *r, tp_bytes method)
{
    bool head = tp_bytes_equal(method, TP_BYTES("HEAD"));

    return tp_bytes_equal(tp_bytes_text(r->method), head ? TP_BYTES("GET") : method);
}

const char *tp_admin_allow(tp_bytes method, tp_bytes path)
{
    const row *r = find(path);

    if (!r || serves(r, method))
        return NULL;
    return strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method;
}

void tp_admin_serve(tp_admin *admin, tp_admin_call *call)
{
    const row *r = find(call->path);

    if (!r)
        tp_admin_reply_refuse(call, TP_ERR_CALLER_NOT_FOUND, "no such admin path");
    else if (!serves(r, call->method))
        tp_admin_reply_refuse(call, TP_ERR_CALLER_METHOD_NOT_ALLOWED,
                              r->handle == tp_admin_reload ? "this path takes POST only" : "this path takes GET and HEAD only");
    else if (!tp_admin_gate_lets(admin, call, r->access))
        tp_admin_reply_refuse(call, TP_ERR_CALLER_FORBIDDEN, "admin paths answer loopback, or Authorization: Bearer with auth.admin_key");
    else
        r->handle(admin, call);
}
