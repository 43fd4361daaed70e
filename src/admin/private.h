/* admin/private.h - what the handlers share: the ways to answer, and the handlers themselves. This room only; loop thread. */

#ifndef TP_ADMIN_PRIVATE_H
#define TP_ADMIN_PRIVATE_H

#include "admin/admin.h"

enum { TP_ADMIN_LARGEST = 16 << 20 }; /* bytes of a reply */

/* reply.c: each ends the call. */
void tp_admin_reply_plain_json(tp_admin_call *call, int status, tp_buffer *body); /* as json, without a newline at the end */
void tp_admin_reply_json(tp_admin_call *call, int status, tp_buffer *body);       /* frees the body's memory */
void tp_admin_reply_text(tp_admin_call *call, const char *content_type, tp_buffer *body);
void tp_admin_reply_refuse(tp_admin_call *call, tp_err err, const char *message);

/* gate.c */
typedef enum tp_admin_access {
    TP_ADMIN_ANYONE,
    TP_ADMIN_READER, /* from loopback, or with the admin key */
    TP_ADMIN_WRITER, /* with the admin key, or from loopback and from no web page */
} tp_admin_access;

bool tp_admin_gate_lets(const tp_admin *admin, const tp_admin_call *call, tp_admin_access access);

/* The handlers of the table in admin.c. */
void tp_admin_health(tp_admin *admin, tp_admin_call *call);
void tp_admin_health_ready(tp_admin *admin, tp_admin_call *call);
void tp_admin_stats(tp_admin *admin, tp_admin_call *call);
void tp_admin_stats_session(tp_admin *admin, tp_admin_call *call);
void tp_admin_traces(tp_admin *admin, tp_admin_call *call);
void tp_admin_traces_last(tp_admin *admin, tp_admin_call *call);
void tp_admin_traces_one(tp_admin *admin, tp_admin_call *call);
void tp_admin_metrics(tp_admin *admin, tp_admin_call *call);
void tp_admin_reload(tp_admin *admin, tp_admin_call *call);

#endif
