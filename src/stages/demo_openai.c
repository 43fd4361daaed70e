/* stages/demo_openai.c - chat, legacy completions, embeddings and models, as OpenAI says them. */

#include "stages/demo.h"

#define ID(ask) ((unsigned long long)(ask)->number)

static void put_usage(const tp_demo_ask *ask, uint64_t output, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"prompt_tokens\":%llu", (unsigned long long)ask->input);
    if (output)
        tp_buffer_printf(out, ",\"completion_tokens\":%llu", (unsigned long long)output);
    tp_buffer_printf(out, ",\"total_tokens\":%llu}", (unsigned long long)(ask->input + output));
}

/* ---- chat ---- */

static void put_call(const tp_demo_ask *ask, const char *before, const char *arguments, tp_buffer *out)
{
    tp_buffer_printf(out, "[{%s\"id\":\"call_demo%llu\",\"type\":\"function\",\"function\":{\"name\":%s,\"arguments\":%s}}]", before,
                     ID(ask), ask->tool, arguments);
}

static void whole_chat(const tp_demo_ask *ask, tp_buffer *out)
{
    tp_buffer_printf(
        out, "{\"id\":\"chatcmpl-demo%llu\",\"object\":\"chat.completion\",\"created\":%lld,\"model\":%s,\"choices\":[{\"index\":0,",
        ID(ask), ask->created, ask->model);
    tp_buffer_printf(out, "\"message\":{\"role\":\"assistant\",\"content\":%s,\"refusal\":null", ask->tool ? "null" : ask->text.whole);
    if (ask->tool) {
        tp_buffer_text(out, ",\"tool_calls\":");
        put_call(ask, "", ask->argued.whole, out);
    }
    tp_buffer_printf(out, "},\"logprobs\":null,\"finish_reason\":\"%s\"}],\"usage\":", ask->tool ? "tool_calls" : "stop");
    put_usage(ask, ask->output, out);
    tp_buffer_text(out, ",\"system_fingerprint\":\"fp_demo\"}");
}

static void open_chunk(const tp_demo_ask *ask, tp_buffer *out)
{
    tp_buffer_printf(out, "data: {\"id\":\"chatcmpl-demo%llu\",\"object\":\"chat.completion.chunk\",\"created\":%lld,\"model\":%s,",
                     ID(ask), ask->created, ask->model);
    tp_buffer_text(out, "\"system_fingerprint\":\"fp_demo\",\"choices\":[");
}

/* With include_usage every chunk but the extra one says that it has none. */
static void close_chunk(const tp_demo_ask *ask, const char *finish, tp_buffer *out)
{
    tp_buffer_printf(out, "},\"logprobs\":null,\"finish_reason\":%s}]%s}\n\n", finish, ask->include_usage ? ",\"usage\":null" : "");
}

static void text_chunks(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_buffer *out = &reply->body;

    open_chunk(ask, out);
    tp_buffer_text(out, "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null");
    close_chunk(ask, "null", out);
    for (unsigned i = 0; i < ask->text.count; i++) {
        open_chunk(ask, out);
        tp_buffer_printf(out, "{\"index\":0,\"delta\":{\"content\":%s", ask->text.words[i]);
        close_chunk(ask, "null", out);
        tp_demo_reply_pause(reply);
    }
}

static void call_chunks(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_buffer *out = &reply->body;

    open_chunk(ask, out);
    tp_buffer_text(out, "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":");
    put_call(ask, "\"index\":0,", "\"\"", out);
    close_chunk(ask, "null", out);
    for (unsigned i = 0; i < ask->argued.count; i++) {
        tp_demo_reply_pause(reply);
        open_chunk(ask, out);
        tp_buffer_printf(out, "{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":%s}}]",
                         ask->argued.words[i]);
        close_chunk(ask, "null", out);
    }
    tp_demo_reply_pause(reply);
}

static void stream_chat(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_buffer *out = &reply->body;

    if (ask->tool)
        call_chunks(ask, reply);
    else
        text_chunks(ask, reply);
    open_chunk(ask, out);
    tp_buffer_text(out, "{\"index\":0,\"delta\":{");
    close_chunk(ask, ask->tool ? "\"tool_calls\"" : "\"stop\"", out);
    if (ask->include_usage) {
        open_chunk(ask, out);
        tp_buffer_text(out, "],\"usage\":");
        put_usage(ask, ask->output, out);
        tp_buffer_text(out, "}\n\n");
    }
    tp_buffer_text(out, "data: [DONE]\n\n");
}

void tp_demo_openai_chat(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, ask->stream ? TP_FRAMING_SSE : TP_FRAMING_WHOLE);
    if (ask->stream)
        stream_chat(ask, reply);
    else
        whole_chat(ask, &reply->body);
}

/* ---- legacy completions ---- */

static void put_completion(const tp_demo_ask *ask, const char *text, const char *finish, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"id\":\"cmpl-demo%llu\",\"object\":\"text_completion\",\"created\":%lld,\"model\":%s,\"choices\":[", ID(ask),
                     ask->created, ask->model);
    if (text)
        tp_buffer_printf(out, "{\"text\":%s,\"index\":0,\"logprobs\":null,\"finish_reason\":%s}", text, finish);
    tp_buffer_text(out, "]");
}

static void put_completion_chunk(const tp_demo_ask *ask, const char *text, const char *finish, tp_buffer *out)
{
    tp_buffer_text(out, "data: ");
    put_completion(ask, text, finish, out);
    if (!text) {
        tp_buffer_text(out, ",\"usage\":");
        put_usage(ask, ask->output, out);
    }
    tp_buffer_text(out, text && ask->include_usage ? ",\"usage\":null}\n\n" : "}\n\n");
}

void tp_demo_openai_completion(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_buffer *out = &reply->body;

    tp_demo_reply_begin(reply, 200, ask->stream ? TP_FRAMING_SSE : TP_FRAMING_WHOLE);
    if (!ask->stream) {
        put_completion(ask, ask->text.whole, "\"stop\"", out);
        tp_buffer_text(out, ",\"usage\":");
        put_usage(ask, ask->output, out);
        tp_buffer_text(out, "}");
        return;
    }
    for (unsigned i = 0; i < ask->text.count; i++) {
        put_completion_chunk(ask, ask->text.words[i], "null", out);
        tp_demo_reply_pause(reply);
    }
    put_completion_chunk(ask, "\"\"", "\"stop\"", out);
    if (ask->include_usage)
        put_completion_chunk(ask, NULL, NULL, out);
    tp_buffer_text(out, "data: [DONE]\n\n");
}

/* ---- embeddings and models ---- */

void tp_demo_openai_embeddings(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_vectors vectors = tp_demo_vector_read(ask);
    bool base64 = tp_json_is(ask->json, tp_json_get(ask->json, 0, TP_BYTES("encoding_format")), TP_BYTES("base64"));
    tp_buffer *out = &reply->body;

    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(out, "{\"object\":\"list\",\"data\":[");
    for (unsigned i = 0; i < vectors.count; i++) {
        tp_buffer_printf(out, "%s{\"object\":\"embedding\",\"index\":%u,\"embedding\":", i ? "," : "", i);
        (base64 ? tp_demo_vector_print_base64 : tp_demo_vector_print)(&vectors, i, out);
        tp_buffer_text(out, "}");
    }
    tp_buffer_printf(out, "],\"model\":%s,\"usage\":", ask->model);
    put_usage(ask, 0, out);
    tp_buffer_text(out, "}");
}

static void put_model(const tp_demo_ask *ask, const char *id, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"id\":%s,\"object\":\"model\",\"created\":%lld,\"owned_by\":\"tokenpak\"}", id, ask->created);
}

void tp_demo_openai_models(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(&reply->body, "{\"object\":\"list\",\"data\":[");
    for (unsigned i = 0; tp_demo_answer_models[i]; i++) {
        tp_buffer_text(&reply->body, i ? "," : "");
        put_model(ask, tp_json_quote(ask->arena, tp_bytes_text(tp_demo_answer_models[i])).data, &reply->body);
    }
    tp_buffer_text(&reply->body, "]}");
}

void tp_demo_openai_model(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    put_model(ask, ask->model, &reply->body);
}
