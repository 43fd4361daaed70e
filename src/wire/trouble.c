/* wire/trouble.c - the words that providers use for the same troubles. */

#include "wire/trouble.h"

static const struct {
    tp_bytes words; /* somewhere in the message, or the whole code */
    tp_trouble trouble;
} WORDS[] = {
    { TP_BYTES_INIT("context_length_exceeded"), TP_TROUBLE_CONTEXT },
    { TP_BYTES_INIT("maximum context length"), TP_TROUBLE_CONTEXT },
    { TP_BYTES_INIT("context window"), TP_TROUBLE_CONTEXT },
    { TP_BYTES_INIT("context length"), TP_TROUBLE_CONTEXT },
    { TP_BYTES_INIT("prompt is too long"), TP_TROUBLE_CONTEXT },
    { TP_BYTES_INIT("nput is too long"), TP_TROUBLE_CONTEXT },
    { TP_BYTES_INIT("exceeds the maximum number of tokens"), TP_TROUBLE_CONTEXT },
    { TP_BYTES_INIT("insufficient_quota"), TP_TROUBLE_QUOTA },
    { TP_BYTES_INIT("billing_error"), TP_TROUBLE_QUOTA },
    { TP_BYTES_INIT("credit balance is too low"), TP_TROUBLE_QUOTA },
};

tp_trouble tp_trouble_of(tp_escaped message, tp_escaped code)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
        if (tp_bytes_equal(code, WORDS[i].words) || tp_bytes_contains(message, WORDS[i].words))
            return WORDS[i].trouble;
    return TP_TROUBLE_OTHER;
}

static const struct {
    tp_bytes word;
    int status;
} STATUS[] = {
    { TP_BYTES_INIT("invalid_request_error"), 400 }, { TP_BYTES_INIT("invalid_prompt"), 400 },
    { TP_BYTES_INIT("authentication_error"), 401 },  { TP_BYTES_INIT("billing_error"), 402 },
    { TP_BYTES_INIT("permission_error"), 403 },      { TP_BYTES_INIT("not_found_error"), 404 },
    { TP_BYTES_INIT("request_too_large"), 413 },     { TP_BYTES_INIT("rate_limit_error"), 429 },
    { TP_BYTES_INIT("rate_limit_exceeded"), 429 },   { TP_BYTES_INIT("insufficient_quota"), 429 },
    { TP_BYTES_INIT("RESOURCE_EXHAUSTED"), 429 },    { TP_BYTES_INIT("INVALID_ARGUMENT"), 400 },
    { TP_BYTES_INIT("UNAVAILABLE"), 503 },           { TP_BYTES_INIT("timeout_error"), 504 },
    { TP_BYTES_INIT("overloaded_error"), 529 },      { TP_BYTES_INIT("context_length_exceeded"), 400 },
    { TP_BYTES_INIT("server_is_overloaded"), 503 },  { TP_BYTES_INIT("slow_down"), 503 },
};

int tp_trouble_status(tp_escaped type, tp_escaped code)
{
    for (size_t i = 0; i < sizeof(STATUS) / sizeof(*STATUS); i++)
        if (tp_bytes_equal(type, STATUS[i].word) || tp_bytes_equal(code, STATUS[i].word))
            return STATUS[i].status;
    return 500;
}

tp_told tp_trouble_keep(const tp_told *told, tp_arena *arena)
{
    return (tp_told){ .status = told->status,
                      .trouble = told->trouble,
                      .message = tp_arena_copy(arena, told->message),
                      .code = tp_arena_copy(arena, told->code),
                      .param = tp_arena_copy(arena, told->param),
                      .retry_ms = told->retry_ms };
}
