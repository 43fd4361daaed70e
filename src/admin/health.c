/* admin/health.c - is it up, and should it get requests. */

#include "admin/private.h"

static void say(tp_admin_call *call, int status, const char *word)
{
    tp_buffer body = TP_BUFFER(128);

    tp_buffer_printf(&body, "{\"status\":\"%s\"}", word);
    tp_admin_reply_plain_json(call, status, &body);
}

void tp_admin_health(tp_admin *admin, tp_admin_call *call)
{
    (void)admin;
    say(call, 200, "ok");
}

/* The built-in providers can always be tried, so that only a drain takes us out. */
void tp_admin_health_ready(tp_admin *admin, tp_admin_call *call)
{
    say(call, admin->draining ? 503 : 200, admin->draining ? "draining" : "ready");
}
