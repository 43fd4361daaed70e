/* stages/demo_anthropic.c - messages, count_tokens and models, as Anthropic says them. */

#include "stages/demo.h"

#define ID(ask) ((unsigned long long)(ask)->number)
#define NUMBER(n) ((unsigned long long)(n))

static void put_usage(const tp_demo_ask *ask, uint64_t output, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"input_tokens\":%llu,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":%llu}",
                     NUMBER(ask->input), NUMBER(output));
}

/* The only content block; at the start of a stream it is empty. */
static void put_block(const tp_demo_ask *ask, bool complete, tp_buffer *out)
{
    if (ask->tool)
        tp_buffer_printf(out, "{\"type\":\"tool_use\",\"id\":\"toolu_demo%llu\",\"name\":%s,\"input\":%s}", ID(ask), ask->tool,
                         complete ? ask->arguments : "{}");
    else
        tp_buffer_printf(out, "{\"type\":\"text\",\"text\":%s}", complete ? ask->text.whole : "\"\"");
}

static void put_message(const tp_demo_ask *ask, bool complete, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"id\":\"msg_demo%llu\",\"type\":\"message\",\"role\":\"assistant\",\"model\":%s,\"content\":[", ID(ask),
                     ask->model);
    if (complete)
        put_block(ask, true, out);
    tp_buffer_printf(out, "],\"stop_reason\":%s,\"stop_sequence\":null,\"usage\":",
                     !complete   ? "null"
                     : ask->tool ? "\"tool_use\""
                                 : "\"end_turn\"");
    put_usage(ask, complete ? ask->output : 1, out);
    tp_buffer_text(out, "}");
}

static void put_deltas(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    const tp_demo_saying *saying = ask->tool ? &ask->argued : &ask->text;
    const char *type = ask->tool ? "input_json_delta" : "text_delta", *name = ask->tool ? "partial_json" : "text";

    for (unsigned i = 0; i < saying->count; i++) {
        tp_buffer_printf(
            &reply->body,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"%s\",\"%s\":%s}}\n\n",
            type, name, saying->words[i]);
        tp_demo_reply_pause(reply);
    }
}

static void stream(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_buffer *out = &reply->body;

    tp_buffer_text(out, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":");
    put_message(ask, false, out);
    tp_buffer_text(out, "}\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":");
    put_block(ask, false, out);
    tp_buffer_text(out, "}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n");
    put_deltas(ask, reply);
    tp_buffer_text(out, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n");
    tp_buffer_printf(out,
                     "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},"
                     "\"usage\":",
                     ask->tool ? "tool_use" : "end_turn");
    put_usage(ask, ask->output, out);
    tp_buffer_text(out, "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

void tp_demo_anthropic_messages(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, ask->stream ? TP_FRAMING_SSE : TP_FRAMING_WHOLE);
    if (ask->stream)
        stream(ask, reply);
    else
        put_message(ask, true, &reply->body);
}

void tp_demo_anthropic_count(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_printf(&reply->body, "{\"input_tokens\":%llu}", NUMBER(ask->input));
}

static void put_model(const char *id, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"type\":\"model\",\"id\":%s,\"display_name\":%s,\"created_at\":\"2026-01-01T00:00:00Z\"}", id, id);
}

void tp_demo_anthropic_models(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    unsigned i;

    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(&reply->body, "{\"data\":[");
    for (i = 0; tp_demo_answer_models[i]; i++) {
        tp_buffer_text(&reply->body, i ? "," : "");
        put_model(tp_json_quote(ask->arena, tp_bytes_text(tp_demo_answer_models[i])).data, &reply->body);
    }
    tp_buffer_printf(&reply->body, "],\"has_more\":false,\"first_id\":\"%s\",\"last_id\":\"%s\"}", tp_demo_answer_models[0],
                     tp_demo_answer_models[i - 1]);
}

void tp_demo_anthropic_model(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    put_model(ask->model, &reply->body);
}
