/* stages/demo_answer.c - which path is answered how, the models that misbehave, and errors as each provider says them. */

#include "stages/demo.h"

#include "wire/error.h"

enum { SLOW_MS = 2000 };

const char *const tp_demo_answer_models[] = { "demo", "demo-slow", "demo-error", NULL };

typedef struct row {
    const char *method;
    const char *path; /* pattern of * and ? */
    tp_dialect dialect;
    tp_demo_writer *write;
} row;

/* The first row that fits counts. */
static const row ROWS[] = {
    { "POST", "/v1/chat/completions", TP_DIALECT_OPENAI, tp_demo_openai_chat },
    { "POST", "/v1/completions", TP_DIALECT_OPENAI, tp_demo_openai_completion },
    { "POST", "/v1/responses", TP_DIALECT_OPENAI, tp_demo_responses },
    { "POST", "/v1/embeddings", TP_DIALECT_OPENAI, tp_demo_openai_embeddings },
    { "GET", "/v1/models", TP_DIALECT_OPENAI, tp_demo_openai_models },
    { "GET", "/v1/models/*", TP_DIALECT_OPENAI, tp_demo_openai_model },
    { "POST", "/v1/messages", TP_DIALECT_ANTHROPIC, tp_demo_anthropic_messages },
    { "POST", "/v1/messages/count_tokens", TP_DIALECT_ANTHROPIC, tp_demo_anthropic_count },
    { "GET", "/v1/models", TP_DIALECT_ANTHROPIC, tp_demo_anthropic_models },
    { "GET", "/v1/models/*", TP_DIALECT_ANTHROPIC, tp_demo_anthropic_model },
    { "POST", "/v1*/models/*:generateContent", TP_DIALECT_GEMINI, tp_demo_gemini_generate },
    { "POST", "/v1*/models/*:streamGenerateContent", TP_DIALECT_GEMINI, tp_demo_gemini_generate },
    { "POST", "/v1*/models/*:countTokens", TP_DIALECT_GEMINI, tp_demo_gemini_count },
    { "POST", "/v1*/models/*:embedContent", TP_DIALECT_GEMINI, tp_demo_gemini_embed },
    { "POST", "/v1*/models/*:batchEmbedContents", TP_DIALECT_GEMINI, tp_demo_gemini_embed_batch },
    { "GET", "/v1*/models", TP_DIALECT_GEMINI, tp_demo_gemini_models },
    { "GET", "/v1*/models/*", TP_DIALECT_GEMINI, tp_demo_gemini_model },
    { "POST", "/api/chat", TP_DIALECT_OLLAMA, tp_demo_ollama_chat },
    { "POST", "/api/generate", TP_DIALECT_OLLAMA, tp_demo_ollama_generate },
    { "POST", "/api/embed", TP_DIALECT_OLLAMA, tp_demo_ollama_embed },
    { "GET", "/api/tags", TP_DIALECT_OLLAMA, tp_demo_ollama_tags },
    { "GET", "/api/version", TP_DIALECT_OLLAMA, tp_demo_ollama_version },
};

static const row *find(const tp_demo_ask *ask)
{
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        if (ROWS[i].dialect == ask->dialect && tp_bytes_equal(tp_bytes_text(ROWS[i].method), ask->method) &&
            tp_bytes_match(tp_bytes_text(ROWS[i].path), ask->path))
            return &ROWS[i];
    return NULL;
}

void tp_demo_answer_error(const tp_demo_ask *ask, int status, const char *message, tp_demo_reply *reply)
{
    const char *word = tp_error_word(ask->dialect, status);
    const char *text = tp_json_quote(ask->arena, tp_bytes_text(message)).data;

    tp_demo_reply_begin(reply, status, TP_FRAMING_WHOLE);
    switch (ask->dialect) {
    case TP_DIALECT_ANTHROPIC:
        tp_buffer_printf(&reply->body, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":%s},\"request_id\":\"req_demo%llu\"}",
                         word, text, (unsigned long long)ask->number);
        break;
    case TP_DIALECT_GEMINI:
        tp_buffer_printf(&reply->body, "{\"error\":{\"code\":%d,\"message\":%s,\"status\":\"%s\"}}", status, text, word);
        break;
    case TP_DIALECT_OLLAMA:
        tp_buffer_printf(&reply->body, "{\"error\":%s}", text);
        break;
    default:
        tp_buffer_printf(&reply->body, "{\"error\":{\"message\":%s,\"type\":\"%s\",\"param\":null,\"code\":null}}", text, word);
        break;
    }
}

void tp_demo_answer(tp_demo_ask *ask, tp_demo_reply *reply)
{
    const row *r = find(ask);

    if (!r) {
        tp_demo_answer_error(ask, 404, "the demo provider does not have this path", reply);
        return;
    }
    if (strcmp(r->method, "POST") == 0 && (!ask->json || tp_json_kind_of(ask->json, 0) != TP_JSON_OBJECT)) {
        tp_demo_answer_error(ask, 400, "the body must be a JSON object", reply);
        return;
    }
    tp_demo_ask_read(ask);
    if (tp_bytes_equal(ask->name, TP_BYTES("demo-error"))) {
        tp_demo_answer_error(ask, 429, "the model demo-error always says that it is busy", reply);
        reply->retry_later = true;
        return;
    }
    if (tp_bytes_equal(ask->name, TP_BYTES("demo-slow")))
        reply->delay_ms = SLOW_MS;
    r->write(ask, reply);
}
