/* wire/openai_responses/format.c - the format of this folder. */

#include "wire/openai_responses/format.h"

#include "wire/openai_error.h"

static bool read_count(const tp_json *doc, uint64_t *tokens)
{
    return tp_json_uint(doc, tp_json_get(doc, 0, TP_BYTES("input_tokens")), tokens);
}

static void write_count(tp_buffer *out, uint64_t tokens)
{
    tp_buffer_text(out, "{\"object\":\"response.input_tokens\",\"input_tokens\":");
    tp_buffer_number(out, tokens);
    tp_buffer_text(out, "}");
}

const tp_format tp_format_openai_responses = {
    .name = "openai_responses",
    .dialect = TP_DIALECT_OPENAI,
    .shape = TP_SHAPE_OPENAI_RESPONSES,
    .framing = TP_FRAMING_SSE,
    .reader_size = sizeof(tp_responses_listening),
    .writer_size = sizeof(tp_responses_telling),
    .read_request = tp_openai_responses_request_read,
    .write_request = tp_openai_responses_request_write,
    .read_reply = tp_openai_responses_reply_read_whole,
    .read_event = tp_openai_responses_reply_read_event,
    .read_error = tp_openai_error_read,
    .read_count = read_count,
    .write_count = write_count,
    .write_event = tp_openai_responses_reply_write_event,
    .write_reply = tp_openai_responses_reply_write_whole,
};
