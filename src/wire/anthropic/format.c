/* wire/anthropic/format.c - the format of this folder. */

#include "wire/anthropic/format.h"

const tp_format tp_format_anthropic = {
    .name = "anthropic",
    .dialect = TP_DIALECT_ANTHROPIC,
    .shape = TP_SHAPE_ANTHROPIC,
    .framing = TP_FRAMING_SSE,
    .reader_size = sizeof(tp_anthropic_reply),
    .writer_size = sizeof(tp_anthropic_answer),
    .read_request = tp_anthropic_request_read,
    .write_request = tp_anthropic_request_write,
    .read_reply = tp_anthropic_reply_read_whole,
    .read_event = tp_anthropic_event_read,
    .read_error = tp_anthropic_reply_read_error,
    .read_count = tp_anthropic_reply_read_count,
    .write_count = tp_anthropic_whole_write_count,
    .write_event = tp_anthropic_reply_write_event,
    .write_reply = tp_anthropic_whole_write,
};
