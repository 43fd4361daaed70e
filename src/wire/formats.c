/* wire/formats.c - the table of formats. */

#include "wire/formats.h"

#include "wire/chat.h"
#include "wire/anthropic/format.h"
#include "wire/gemini/format.h"
#include "wire/ollama/format.h"
#include "wire/openai_chat/format.h"
#include "wire/openai_responses/format.h"

/* A client's path decides between formats of one dialect; the first row that fits counts. */
static const struct {
    const tp_format *format;
    tp_bytes path;
} FORMATS[] = {
    { &tp_format_openai_chat, TP_BYTES_INIT("*/chat/completions") },
    { &tp_format_openai_completions, TP_BYTES_INIT("*/completions") },
    { &tp_format_ollama, TP_BYTES_INIT("*/api/chat") },
    { &tp_format_ollama_generate, TP_BYTES_INIT("*/api/generate") },
    { &tp_format_anthropic, TP_BYTES_INIT("*/messages*") },
    { &tp_format_openai_responses, TP_BYTES_INIT("*/responses") },
    { &tp_format_openai_responses, TP_BYTES_INIT("*/responses/input_tokens") },
    { &tp_format_gemini, TP_BYTES_INIT("*:generateContent") },
    { &tp_format_gemini, TP_BYTES_INIT("*:streamGenerateContent") },
    { &tp_format_gemini, TP_BYTES_INIT("*:countTokens") },
};

enum { FORMAT_COUNT = sizeof(FORMATS) / sizeof(*FORMATS) };

const tp_format *tp_formats_named(tp_bytes name)
{
    for (unsigned i = 0; i < FORMAT_COUNT; i++)
        if (tp_bytes_equal(tp_bytes_text(FORMATS[i].format->name), name))
            return FORMATS[i].format;
    return NULL;
}

const tp_format *tp_formats_at(tp_dialect dialect, tp_bytes path)
{
    for (unsigned i = 0; i < FORMAT_COUNT; i++)
        if (FORMATS[i].format->dialect == dialect && tp_bytes_match(FORMATS[i].path, path))
            return FORMATS[i].format;
    return NULL;
}

tp_chat *tp_formats_read(const tp_format *format, const tp_json *doc, tp_request_in *in, tp_arena *arena)
{
    tp_chat *chat = tp_arena_make(arena, tp_chat);

    chat->arena = arena;
    chat->doc = doc;
    chat->dialect = format->dialect;
    chat->parallel = chat->output_strict = -1;
    chat->budget = TP_CHAT_BUDGET_UNSAID;
    if (tp_json_kind_of(doc, 0) != TP_JSON_OBJECT)
        tp_chat_fault(chat, in, "expected an object");
    if (in->fault || !format->read_request(chat, in))
        return NULL;
    tp_chat_tidy(chat);
    return chat;
}

bool tp_formats_write(const tp_format *format, const tp_chat *chat, tp_request_out *out)
{
    out->rule = tp_model_rule_find(format->dialect, out->model);
    return format->write_request(chat, out);
}
