/* stages/demo_reply.c - a reply as one body with the places where it pauses. */

#include "stages/demo.h"

#include "wire/error.h"

void tp_demo_reply_begin(tp_demo_reply *reply, int status, tp_framing framing)
{
    reply->status = status;
    reply->type = tp_error_content_type(framing);
    reply->streamed = framing != TP_FRAMING_WHOLE;
    reply->body.limit = TP_DEMO_LARGEST;
    reply->cuts.limit = TP_DEMO_LARGEST;
}

void tp_demo_reply_pause(tp_demo_reply *reply)
{
    tp_buffer_add(&reply->cuts, tp_bytes_of((const char *)&reply->body.length, sizeof(size_t)));
}

size_t tp_demo_reply_parts(const tp_demo_reply *reply)
{
    return reply->cuts.length / sizeof(size_t) + 1;
}

/* The last cut of all is the end of the body. */
static size_t cut(const tp_demo_reply *reply, size_t index)
{
    size_t offset = reply->body.length;

    if (index + 1 < tp_demo_reply_parts(reply))
        memcpy(&offset, reply->cuts.data + index * sizeof(size_t), sizeof(offset));
    return offset;
}

tp_bytes tp_demo_reply_part(const tp_demo_reply *reply, size_t index)
{
    size_t start = index ? cut(reply, index - 1) : 0;

    return tp_bytes_of(reply->body.data + start, cut(reply, index) - start);
}

void tp_demo_reply_free(tp_demo_reply *reply)
{
    tp_buffer_free(&reply->body);
    tp_buffer_free(&reply->cuts);
}
