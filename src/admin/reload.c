/* admin/reload.c - reads the configuration again, as SIGHUP does. */

#include <stdio.h>

#include <tokenpak/log.h>

#include "admin/private.h"

enum { MOST_REASONS = 1000 }; /* fits into an error reply, also when every character must be escaped */

static void tell_reasons(tp_admin_call *call, const tp_buffer *why)
{
    char message[MOST_REASONS + 64];

    snprintf(message, sizeof(message), "nothing was changed: %.*s", (int)(why->length < MOST_REASONS ? why->length : MOST_REASONS),
             why->length ? why->data : "");
    tp_admin_reply_refuse(call, TP_ERR_CALLER_BAD_REQUEST, message);
}

void tp_admin_reload(tp_admin *admin, tp_admin_call *call)
{
    tp_buffer why = TP_BUFFER(64 << 10), body = TP_BUFFER(128);

    tp_log(TP_LOG_INFO, TP_AREA_ADMIN, "a reload is asked for by POST /admin/reload");
    if (admin->reload(admin, &why)) {
        tp_buffer_text(&body, "{\"status\":\"reloaded\"}");
        tp_admin_reply_json(call, 200, &body);
    } else {
        tell_reasons(call, &why);
    }
    tp_buffer_free(&why);
}
