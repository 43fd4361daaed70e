/* stages/demo_gemini.c - generateContent whole, as SSE or as an array, tokens, embeddings and models, as Gemini says them. */

#include "stages/demo.h"

#define NUMBER(n) ((unsigned long long)(n))

static void put_usage(const tp_demo_ask *ask, tp_buffer *out)
{
    tp_buffer_printf(out, ",\"usageMetadata\":{\"promptTokenCount\":%llu,\"candidatesTokenCount\":%llu,\"totalTokenCount\":%llu}",
                     NUMBER(ask->input), NUMBER(ask->output), NUMBER(ask->input + ask->output));
}

/* One response around one part; the last one also says why it ends and what it used. */
static void put_response(const tp_demo_ask *ask, const char *text, bool last, tp_buffer *out)
{
    tp_buffer_text(out, "{\"candidates\":[{\"content\":{\"parts\":[");
    if (text)
        tp_buffer_printf(out, "{\"text\":%s}", text);
    else
        tp_buffer_printf(out, "{\"functionCall\":{\"name\":%s,\"args\":%s}}", ask->tool, ask->arguments);
    tp_buffer_printf(out, "],\"role\":\"model\"},%s\"index\":0}]", last ? "\"finishReason\":\"STOP\"," : "");
    if (last)
        put_usage(ask, out);
    tp_buffer_printf(out, ",\"modelVersion\":%s,\"responseId\":\"demo%llu\"}", ask->model, NUMBER(ask->number));
}

/* A call is not cut into pieces: its arguments are an object. */
static void stream(const tp_demo_ask *ask, bool sse, tp_demo_reply *reply)
{
    unsigned count = ask->tool ? 1 : ask->text.count;

    for (unsigned i = 0; i < count; i++) {
        bool last = i + 1 == count;

        tp_buffer_text(&reply->body, sse ? "data: " : i ? ",\r\n" : "[");
        put_response(ask, ask->tool ? NULL : ask->text.words[i], last, &reply->body);
        tp_buffer_text(&reply->body, sse ? "\r\n\r\n" : last ? "]" : "");
        if (!last)
            tp_demo_reply_pause(reply);
    }
}

static bool wants_sse(tp_bytes query)
{
    tp_bytes item;

    while (tp_bytes_next(&query, '&', &item))
        if (tp_bytes_equal(item, TP_BYTES("alt=sse")))
            return true;
    return false;
}

void tp_demo_gemini_generate(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    bool sse = wants_sse(ask->query);

    tp_demo_reply_begin(reply, 200, !ask->stream ? TP_FRAMING_WHOLE : sse ? TP_FRAMING_SSE : TP_FRAMING_ARRAY);
    if (ask->stream)
        stream(ask, sse, reply);
    else
        put_response(ask, ask->tool ? NULL : ask->text.whole, true, &reply->body);
}

void tp_demo_gemini_count(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_printf(&reply->body, "{\"totalTokens\":%llu,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":%llu}]}",
                     NUMBER(ask->input), NUMBER(ask->input));
}

static void put_vector(const tp_demo_vectors *vectors, unsigned index, tp_buffer *out)
{
    tp_buffer_text(out, "{\"values\":");
    tp_demo_vector_print(vectors, index, out);
    tp_buffer_text(out, "}");
}

void tp_demo_gemini_embed(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_vectors vectors = tp_demo_vector_read(ask);

    if (vectors.count == 0) {
        tp_demo_answer_error(ask, 400, "content is missing", reply);
        return;
    }
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(&reply->body, "{\"embedding\":");
    put_vector(&vectors, 0, &reply->body);
    tp_buffer_text(&reply->body, "}");
}

void tp_demo_gemini_embed_batch(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_vectors vectors = tp_demo_vector_read(ask);

    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(&reply->body, "{\"embeddings\":[");
    for (unsigned i = 0; i < vectors.count; i++) {
        tp_buffer_text(&reply->body, i ? "," : "");
        put_vector(&vectors, i, &reply->body);
    }
    tp_buffer_text(&reply->body, "]}");
}

static void put_model(tp_bytes name, tp_buffer *out)
{
    tp_buffer_text(out, "{\"name\":\"models/");
    tp_buffer_json(out, name);
    tp_buffer_text(out, "\",\"version\":\"001\",\"displayName\":\"");
    tp_buffer_json(out, name);
    tp_buffer_text(out, "\",\"description\":\"a script of TokenPak\",\"inputTokenLimit\":1048576,\"outputTokenLimit\":8192,"
                        "\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\",\"embedContent\"]}");
}

void tp_demo_gemini_models(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    (void)ask;
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(&reply->body, "{\"models\":[");
    for (unsigned i = 0; tp_demo_answer_models[i]; i++) {
        tp_buffer_text(&reply->body, i ? "," : "");
        put_model(tp_bytes_text(tp_demo_answer_models[i]), &reply->body);
    }
    tp_buffer_text(&reply->body, "]}");
}

void tp_demo_gemini_model(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    put_model(ask->name, &reply->body);
}
