/* wire/openai_chat/format.c - the two formats of this folder. */

#include "wire/openai_chat/format.h"

#include "wire/openai_error.h"

const tp_format tp_format_openai_chat = {
    .name = "openai_chat",
    .dialect = TP_DIALECT_OPENAI,
    .shape = TP_SHAPE_OPENAI_CHAT,
    .framing = TP_FRAMING_SSE,
    .writer_size = sizeof(tp_openai_chat_writing),
    .read_request = tp_openai_chat_request_read_chat,
    .write_request = tp_openai_chat_request_write_chat,
    .read_reply = tp_openai_chat_reply_read_whole,
    .read_event = tp_openai_chat_reply_read_event,
    .read_error = tp_openai_error_read,
    .write_event = tp_openai_chat_reply_write_event,
    .write_reply = tp_openai_chat_reply_write_whole,
};

const tp_format tp_format_openai_completions = {
    .name = "openai_completions",
    .dialect = TP_DIALECT_OPENAI,
    .shape = TP_SHAPE_OPENAI_CHAT,
    .framing = TP_FRAMING_SSE,
    .writer_size = sizeof(tp_openai_chat_writing),
    .read_request = tp_openai_chat_request_read_completions,
    .write_event = tp_openai_chat_completions_write_event,
    .write_reply = tp_openai_chat_completions_write_whole,
};
