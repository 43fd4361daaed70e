/* admin/reply.c - ends a call with JSON, with text or with an error. */

#include "admin/private.h"

static void end(tp_admin_call *call, int status, const char *content_type, tp_buffer *body)
{
    tp_admin_reply reply = { .status = status, .content_type = content_type, .body = *body };

    call->done(call, &reply);
    tp_buffer_free(body);
}

void tp_admin_reply_plain_json(tp_admin_call *call, int status, tp_buffer *body)
{
    end(call, status, "application/json", body);
}

void tp_admin_reply_json(tp_admin_call *call, int status, tp_buffer *body)
{
    tp_buffer_text(body, "\n");
    end(call, status, "application/json", body);
}

void tp_admin_reply_text(tp_admin_call *call, const char *content_type, tp_buffer *body)
{
    end(call, 200, content_type, body);
}

void tp_admin_reply_refuse(tp_admin_call *call, tp_err err, const char *message)
{
    tp_admin_reply reply = { .status = tp_err_status(err), .err = err, .message = message };

    call->done(call, &reply);
}
