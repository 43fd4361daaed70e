/* wire/error.c - our own errors in the words of each dialect. */

#include "wire/error.h"

/* What the providers themselves say with a status; 0 = any other below 500, the last row any other above. */
static const struct {
    int status;
    const char *openai, *anthropic, *gemini;
} WORDS[] = {
    { 400, "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT" },
    { 401, "authentication_error", "authentication_error", "UNAUTHENTICATED" },
    { 402, "insufficient_quota", "billing_error", "RESOURCE_EXHAUSTED" },
    { 403, "permission_error", "permission_error", "PERMISSION_DENIED" },
    { 404, "not_found_error", "not_found_error", "NOT_FOUND" },
    { 408, "timeout_error", "timeout_error", "DEADLINE_EXCEEDED" },
    { 409, "conflict_error", "conflict_error", "ABORTED" },
    { 413, "invalid_request_error", "request_too_large", "INVALID_ARGUMENT" },
    { 429, "rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED" },
    { 499, "cancelled", "api_error", "CANCELLED" },
    { 0, "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT" },
    { 500, "server_error", "api_error", "INTERNAL" },
    { 501, "server_error", "api_error", "UNIMPLEMENTED" },
    { 503, "server_error", "overloaded_error", "UNAVAILABLE" },
    { 504, "server_error", "timeout_error", "DEADLINE_EXCEEDED" },
    { 529, "server_error", "overloaded_error", "UNAVAILABLE" },
    { 599, "server_error", "api_error", "UNAVAILABLE" },
};

static size_t row_of(int status)
{
    size_t count = sizeof(WORDS) / sizeof(*WORDS), i = 0;

    while (i < count - 1 && WORDS[i].status != status && !(WORDS[i].status == 0 && status < 500))
        i++;
    return i;
}

const char *tp_error_word(tp_dialect dialect, int status)
{
    size_t row = row_of(status);

    switch (dialect) {
    case TP_DIALECT_OPENAI:
        return WORDS[row].openai;
    case TP_DIALECT_ANTHROPIC:
        return WORDS[row].anthropic;
    case TP_DIALECT_GEMINI:
        return WORDS[row].gemini;
    default:
        return "";
    }
}

int tp_error_status_for(tp_dialect dialect, int status)
{
    if (dialect == TP_DIALECT_ANTHROPIC)
        return status == 503 ? 529 : status;
    return status == 529 ? 503 : status;
}

static int status_of(const tp_error_said *said)
{
    return said->status ? said->status : tp_err_status(said->err);
}

/* Of an error that a provider told, what OpenAI would call it; "" = it has no code. */
static tp_bytes code_of(const tp_error_said *said)
{
    static const tp_bytes CODES[] = { [TP_TROUBLE_OTHER] = { "", 0 },
                                      [TP_TROUBLE_CONTEXT] = TP_BYTES_INIT("context_length_exceeded"),
                                      [TP_TROUBLE_QUOTA] = TP_BYTES_INIT("insufficient_quota") };

    if (!said->status)
        return tp_bytes_text(tp_err_code(said->err));
    if (said->trouble != TP_TROUBLE_OTHER)
        return CODES[said->trouble];
    return !said->code.length && said->status == 429 ? TP_BYTES("rate_limit_exceeded") : said->code;
}

/* Claude Code shortens its history when it reads these words, and no others. */
static const char *opening(const tp_error_said *said)
{
    static const char CLAUDE[] = "prompt is too long";

    return said->trouble == TP_TROUBLE_CONTEXT && !tp_bytes_contains(said->message, tp_bytes_text(CLAUDE)) ? "prompt is too long: " : "";
}

static const char *anthropic_word(const tp_error_said *said)
{
    return said->trouble == TP_TROUBLE_QUOTA ? "billing_error" : tp_error_word(TP_DIALECT_ANTHROPIC, status_of(said));
}

const char *tp_error_content_type(tp_framing framing)
{
    switch (framing) {
    case TP_FRAMING_SSE:
        return "text/event-stream";
    case TP_FRAMING_LINES:
        return "application/x-ndjson";
    default:
        return "application/json";
    }
}

/* `before`, the message as the inside of a string, `after`. */
static bool around_message(tp_buffer *out, const char *before, tp_bytes message, const char *after)
{
    return tp_buffer_text(out, before) && tp_buffer_json(out, message) && tp_buffer_text(out, after);
}

static bool openai_body(const tp_error_said *said, tp_buffer *out)
{
    tp_bytes code = code_of(said);

    return around_message(out, "{\"error\":{\"message\":\"", said->message, "\",\"type\":\"") &&
           tp_buffer_printf(out, "%s\",\"param\":null,\"code\":", tp_error_word(TP_DIALECT_OPENAI, status_of(said))) &&
           (code.length ? around_message(out, "\"", code, "\"}}") : tp_buffer_text(out, "null}}"));
}

static bool anthropic_body(const tp_error_said *said, tp_buffer *out)
{
    return tp_buffer_printf(out, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s", anthropic_word(said), opening(said)) &&
           around_message(out, "", said->message, "\"},\"request_id\":\"") && around_message(out, "", said->request_id, "\"}");
}

static bool gemini_body(const tp_error_said *said, tp_buffer *out)
{
    int status = status_of(said);

    return tp_buffer_printf(out, "{\"error\":{\"code\":%d", status) &&
           around_message(out, ",\"message\":\"", said->message, "\",\"status\":\"") &&
           tp_buffer_printf(out, "%s\"}}", tp_error_word(TP_DIALECT_GEMINI, status));
}

static bool ollama_body(const tp_error_said *said, tp_buffer *out)
{
    return around_message(out, "{\"error\":\"", said->message, "\"}");
}

/* The Responses stream has an error event of its own form. */
static bool responses_body(const tp_error_said *said, tp_buffer *out)
{
    return tp_buffer_printf(out, "{\"type\":\"error\",\"sequence_number\":%llu", (unsigned long long)said->events) &&
           around_message(out, ",\"code\":\"", code_of(said), "\"") &&
           around_message(out, ",\"message\":\"", said->message, "\",\"param\":null}");
}

static bool write_body(tp_dialect dialect, const tp_error_said *said, tp_buffer *out)
{
    switch (dialect) {
    case TP_DIALECT_ANTHROPIC:
        return anthropic_body(said, out);
    case TP_DIALECT_GEMINI:
        return gemini_body(said, out);
    case TP_DIALECT_OLLAMA:
        return ollama_body(said, out);
    default:
        return openai_body(said, out);
    }
}

static tp_dialect dialect_of(tp_shape shape)
{
    switch (shape) {
    case TP_SHAPE_ANTHROPIC:
    case TP_SHAPE_ANTHROPIC_COUNT:
        return TP_DIALECT_ANTHROPIC;
    case TP_SHAPE_GEMINI:
        return TP_DIALECT_GEMINI;
    case TP_SHAPE_OLLAMA:
        return TP_DIALECT_OLLAMA;
    default:
        return TP_DIALECT_OPENAI;
    }
}

static bool write_sse(tp_shape shape, const tp_error_said *said, tp_buffer *out)
{
    if (shape == TP_SHAPE_OPENAI_RESPONSES)
        return tp_buffer_text(out, "event: error\ndata: ") && responses_body(said, out) && tp_buffer_text(out, "\n\n");
    return (shape != TP_SHAPE_ANTHROPIC || tp_buffer_text(out, "event: error\n")) && tp_buffer_text(out, "data: ") &&
           write_body(dialect_of(shape), said, out) && tp_buffer_text(out, "\n\n");
}

/* What an item needs before it. */
static const char *array_mark(char before)
{
    if (!before)
        return "[";
    return before == '[' || before == ',' ? "\n" : ",\n";
}

static bool write_event(tp_shape shape, tp_framing framing, const tp_error_said *said, tp_buffer *out)
{
    switch (framing) {
    case TP_FRAMING_SSE:
        return write_sse(shape, said, out);
    case TP_FRAMING_LINES:
        return write_body(dialect_of(shape), said, out) && tp_buffer_text(out, "\n");
    case TP_FRAMING_ARRAY:
        return tp_buffer_text(out, array_mark(said->before)) && write_body(dialect_of(shape), said, out) && tp_buffer_text(out, "]");
    default:
        return true;
    }
}

/* All or nothing. */
static bool settle(tp_buffer *out, size_t before, bool written)
{
    if (!written)
        out->length = before;
    return written;
}

bool tp_error_body(tp_dialect dialect, const tp_error_said *said, tp_buffer *out)
{
    size_t before = out->length;

    return settle(out, before, write_body(dialect, said, out));
}

bool tp_error_event(tp_shape shape, tp_framing framing, const tp_error_said *said, tp_buffer *out)
{
    size_t before = out->length;

    return settle(out, before, write_event(shape, framing, said, out));
}
