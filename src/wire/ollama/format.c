/* wire/ollama/format.c - the two formats of this folder. */

#include "wire/ollama/format.h"

const tp_format tp_format_ollama = {
    .name = "ollama",
    .dialect = TP_DIALECT_OLLAMA,
    .shape = TP_SHAPE_OLLAMA,
    .framing = TP_FRAMING_LINES,
    .reader_size = sizeof(tp_ollama_reply_state),
    .writer_size = sizeof(tp_ollama_writing),
    .read_request = tp_ollama_request_read_chat,
    .write_request = tp_ollama_request_write_chat,
    .read_reply = tp_ollama_reply_read_whole,
    .read_event = tp_ollama_reply_read_event,
    .read_error = tp_ollama_reply_read_error,
    .write_event = tp_ollama_reply_write_event,
    .write_reply = tp_ollama_reply_write_whole,
};

const tp_format tp_format_ollama_generate = {
    .name = "ollama_generate",
    .dialect = TP_DIALECT_OLLAMA,
    .shape = TP_SHAPE_OLLAMA,
    .framing = TP_FRAMING_LINES,
    .writer_size = sizeof(tp_ollama_writing),
    .read_request = tp_ollama_request_read_generate,
    .write_event = tp_ollama_reply_write_event,
    .write_reply = tp_ollama_reply_write_whole,
};
