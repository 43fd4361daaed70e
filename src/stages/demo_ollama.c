/* stages/demo_ollama.c - chat and generate, whole or line by line, embeddings, tags and version, as Ollama says them. */

#include "stages/demo.h"

#define NUMBER(n) ((unsigned long long)(n))

enum { WORD_NS = 25000000, LOAD_NS = 1000000 };

typedef struct form {
    const char *before, *after; /* what stands around the text of a reply */
} form;

static const form CHAT = { "\"message\":{\"role\":\"assistant\",\"content\":", "}" };
static const form GENERATE = { "\"response\":", "" };

static void open_line(const tp_demo_ask *ask, const form *f, const char *text, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"model\":%s,\"created_at\":\"%s\",%s%s", ask->model, ask->created_at, f->before, text);
    if (ask->tool && f == &CHAT)
        tp_buffer_printf(out, ",\"tool_calls\":[{\"function\":{\"name\":%s,\"arguments\":%s}}]", ask->tool, ask->arguments);
    tp_buffer_text(out, f->after);
}

static void close_last(const tp_demo_ask *ask, tp_buffer *out)
{
    uint64_t spent = ask->output * WORD_NS;

    tp_buffer_printf(out,
                     ",\"done\":true,\"done_reason\":\"stop\",\"total_duration\":%llu,\"load_duration\":%d,\"prompt_eval_count\":%llu,"
                     "\"prompt_eval_duration\":%d,\"eval_count\":%llu,\"eval_duration\":%llu}",
                     NUMBER(spent + 2 * LOAD_NS), LOAD_NS, NUMBER(ask->input), LOAD_NS, NUMBER(ask->output), NUMBER(spent));
}

static void stream(const tp_demo_ask *ask, const form *f, tp_demo_reply *reply)
{
    bool call = ask->tool && f == &CHAT;
    tp_buffer *out = &reply->body;

    for (unsigned i = 0; i < (call ? 1 : ask->text.count); i++) {
        open_line(ask, f, call ? "\"\"" : ask->text.words[i], out);
        tp_buffer_text(out, ",\"done\":false}\n");
        tp_demo_reply_pause(reply);
    }
    tp_buffer_printf(out, "{\"model\":%s,\"created_at\":\"%s\",%s\"\"%s", ask->model, ask->created_at, f->before, f->after);
    close_last(ask, out);
    tp_buffer_text(out, "\n");
}

static void answer(const tp_demo_ask *ask, const form *f, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, ask->stream ? TP_FRAMING_LINES : TP_FRAMING_WHOLE);
    if (ask->stream) {
        stream(ask, f, reply);
        return;
    }
    open_line(ask, f, ask->tool && f == &CHAT ? "\"\"" : ask->text.whole, &reply->body);
    close_last(ask, &reply->body);
}

void tp_demo_ollama_chat(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    answer(ask, &CHAT, reply);
}

void tp_demo_ollama_generate(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    answer(ask, &GENERATE, reply);
}

void tp_demo_ollama_embed(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_vectors vectors = tp_demo_vector_read(ask);
    tp_buffer *out = &reply->body;

    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_printf(out, "{\"model\":%s,\"embeddings\":[", ask->model);
    for (unsigned i = 0; i < vectors.count; i++) {
        tp_buffer_text(out, i ? "," : "");
        tp_demo_vector_print(&vectors, i, out);
    }
    tp_buffer_printf(out, "],\"total_duration\":%d,\"load_duration\":%d,\"prompt_eval_count\":%llu}", 2 * LOAD_NS, LOAD_NS,
                     NUMBER(ask->input));
}

void tp_demo_ollama_tags(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(&reply->body, "{\"models\":[");
    for (unsigned i = 0; tp_demo_answer_models[i]; i++)
        tp_buffer_printf(&reply->body,
                         "%s{\"name\":\"%s:latest\",\"model\":\"%s:latest\",\"modified_at\":\"%s\",\"size\":1024,\"digest\":\"%064x\","
                         "\"details\":{\"format\":\"script\",\"family\":\"demo\",\"families\":[\"demo\"],\"parameter_size\":\"0\","
                         "\"quantization_level\":\"none\"}}",
                         i ? "," : "", tp_demo_answer_models[i], tp_demo_answer_models[i], ask->created_at, i + 1);
    tp_buffer_text(&reply->body, "]}");
}

void tp_demo_ollama_version(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    (void)ask;
    tp_demo_reply_begin(reply, 200, TP_FRAMING_WHOLE);
    tp_buffer_text(&reply->body, "{\"version\":\"0.12.0\"}");
}
