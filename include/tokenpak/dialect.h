/* tokenpak/dialect.h - the four protocols that clients and providers speak. */

#ifndef TOKENPAK_DIALECT_H
#define TOKENPAK_DIALECT_H

#include <tokenpak/bytes.h>

/* X(NAME, word in the config) */
#define TP_DIALECTS(X)                                                                                                                     \
    X(OPENAI, "openai")                                                                                                                    \
    X(ANTHROPIC, "anthropic")                                                                                                              \
    X(GEMINI, "gemini")                                                                                                                    \
    X(OLLAMA, "ollama")

typedef enum tp_dialect {
#define TP_DIALECT_ENUM(name, word) TP_DIALECT_##name,
    TP_DIALECTS(TP_DIALECT_ENUM)
#undef TP_DIALECT_ENUM
        TP_DIALECT_COUNT
} tp_dialect;

/* openai, anthropic, gemini, ollama */
const char *tp_dialect_name(tp_dialect dialect);

/* What a request or reply body carries, as far as usage and edits go. */
typedef enum tp_shape {
    TP_SHAPE_OTHER,       /* nothing we read */
    TP_SHAPE_OPENAI_CHAT, /* chat/completions and legacy completions: both stream with stream_options */
    TP_SHAPE_OPENAI_RESPONSES,
    TP_SHAPE_OPENAI_EMBEDDINGS,
    TP_SHAPE_ANTHROPIC,       /* messages */
    TP_SHAPE_ANTHROPIC_COUNT, /* messages/count_tokens */
    TP_SHAPE_GEMINI,          /* generateContent, streamGenerateContent, embeddings, countTokens */
    TP_SHAPE_OLLAMA,          /* chat, generate, embed */
} tp_shape;

/* How a reply is cut into events. */
typedef enum tp_framing {
    TP_FRAMING_WHOLE, /* one JSON text, or not JSON at all */
    TP_FRAMING_SSE,   /* text/event-stream */
    TP_FRAMING_LINES, /* one JSON text a line: application/x-ndjson */
    TP_FRAMING_ARRAY, /* a JSON array sent item by item: Gemini without alt=sse */
} tp_framing;

#endif
