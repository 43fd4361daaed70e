/* exchange/endpoint.c - the table of paths; the first row that fits counts. */

#include "exchange/endpoint.h"

#define CHAT TP_PIPELINE_CHAT
#define COUNT TP_PIPELINE_COUNT_TOKENS
#define RELAY TP_PIPELINE_RELAY

static const tp_endpoint ENDPOINTS[] = {
    { "POST", "/v1/chat/completions", TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT, CHAT, false },
    { "POST", "/v1/responses", TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_RESPONSES, CHAT, false },
    { "POST", "/v1/responses/input_tokens", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, COUNT, false },
    { "POST", "/v1/completions", TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_CHAT, CHAT, false },
    { "POST", "/v1/embeddings", TP_DIALECT_OPENAI, TP_SHAPE_OPENAI_EMBEDDINGS, RELAY, false },
    { "POST", "/v1/messages", TP_DIALECT_ANTHROPIC, TP_SHAPE_ANTHROPIC, CHAT, false },
    { "POST", "/v1/messages/count_tokens", TP_DIALECT_ANTHROPIC, TP_SHAPE_ANTHROPIC_COUNT, COUNT, false },
    { NULL, "/v1/messages", TP_DIALECT_ANTHROPIC, TP_SHAPE_OTHER, RELAY, false },
    { NULL, "/v1/messages/*", TP_DIALECT_ANTHROPIC, TP_SHAPE_OTHER, RELAY, false },
    { "POST", "/v1beta/models/*:generateContent", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, CHAT, false },
    { "POST", "/v1beta/models/*:streamGenerateContent", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, CHAT, false },
    { "POST", "/v1beta/models/*:countTokens", TP_DIALECT_GEMINI, TP_SHAPE_OTHER, COUNT, false },
    { "POST", "/v1/models/*:generateContent", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, CHAT, false },
    { "POST", "/v1/models/*:streamGenerateContent", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, CHAT, false },
    { "POST", "/v1/models/*:countTokens", TP_DIALECT_GEMINI, TP_SHAPE_OTHER, COUNT, false },
    { "POST", "/v1/models/*:*", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, RELAY, false },
    { "POST", "/v1beta/*:*", TP_DIALECT_GEMINI, TP_SHAPE_GEMINI, RELAY, false },
    { NULL, "/v1beta/*", TP_DIALECT_GEMINI, TP_SHAPE_OTHER, RELAY, false },
    { "POST", "/api/chat", TP_DIALECT_OLLAMA, TP_SHAPE_OLLAMA, CHAT, false },
    { "POST", "/api/generate", TP_DIALECT_OLLAMA, TP_SHAPE_OLLAMA, CHAT, false },
    { "POST", "/api/embed", TP_DIALECT_OLLAMA, TP_SHAPE_OLLAMA, RELAY, false },
    { NULL, "/api/*", TP_DIALECT_OLLAMA, TP_SHAPE_OTHER, RELAY, false },
    { NULL, "/v1/models", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, RELAY, true },
    { NULL, "/v1/models/*", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, RELAY, true },
    { NULL, "/v1/files", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, RELAY, true },
    { NULL, "/v1/files/*", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, RELAY, true },
    { NULL, "/v1/*", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, RELAY, false },
};

const tp_endpoint *tp_endpoint_find(tp_bytes method, tp_bytes path)
{
    for (size_t i = 0; i < sizeof(ENDPOINTS) / sizeof(ENDPOINTS[0]); i++) {
        const tp_endpoint *row = &ENDPOINTS[i];

        if ((!row->method || tp_bytes_equal(tp_bytes_text(row->method), method)) && tp_bytes_match(tp_bytes_text(row->path), path))
            return row;
    }
    return NULL;
}

tp_bytes tp_endpoint_path_model(tp_bytes path)
{
    const char *models = path.length ? memmem(path.data, path.length, "/models/", 8) : NULL;
    tp_bytes rest;

    if (!models)
        return tp_bytes_of(NULL, 0);
    rest = tp_bytes_from(path, (size_t)(models - path.data) + 8);
    return tp_bytes_of(rest.data, tp_bytes_find(rest, ':'));
}

tp_bytes tp_endpoint_path_method(tp_bytes path)
{
    return tp_bytes_from(path, tp_bytes_find(path, ':') + 1);
}
