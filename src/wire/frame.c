/* wire/frame.c - events as the client's framing wants them. */

#include "wire/frame.h"

tp_write tp_frame_open(tp_writer *w, const char *name)
{
    if (w->framing == TP_FRAMING_ARRAY)
        tp_buffer_text(w->out, w->events ? ",\r\n" : "[");
    if (w->framing == TP_FRAMING_SSE && name) {
        tp_buffer_text(w->out, "event: ");
        tp_buffer_text(w->out, name);
        tp_buffer_text(w->out, "\n");
    }
    if (w->framing == TP_FRAMING_SSE)
        tp_buffer_text(w->out, "data: ");
    w->events++;
    return (tp_write){ .out = w->out, .one_line = true };
}

void tp_frame_close(tp_writer *w)
{
    if (w->framing == TP_FRAMING_SSE)
        tp_buffer_text(w->out, "\n\n");
    if (w->framing == TP_FRAMING_LINES)
        tp_buffer_text(w->out, "\n");
}

void tp_frame_mark(tp_writer *w, const char *data)
{
    if (w->framing != TP_FRAMING_SSE)
        return;
    tp_buffer_text(w->out, "data: ");
    tp_buffer_text(w->out, data);
    tp_buffer_text(w->out, "\n\n");
}

void tp_frame_comment(tp_writer *w)
{
    if (w->framing == TP_FRAMING_SSE)
        tp_buffer_text(w->out, ": keep-alive\n\n");
}

void tp_frame_end(tp_writer *w)
{
    if (w->framing == TP_FRAMING_ARRAY)
        tp_buffer_text(w->out, w->events ? "]" : "[]");
}
