/* wire/gemini/format.c - the row for the table of formats. */

#include "wire/gemini/format.h"

const tp_format tp_format_gemini = {
    .name = "gemini",
    .dialect = TP_DIALECT_GEMINI,
    .shape = TP_SHAPE_GEMINI,
    .framing = TP_FRAMING_ARRAY,
    .reader_size = sizeof(tp_gemini_reply_seen),
    .writer_size = sizeof(tp_gemini_reply_state),
    .read_request = tp_gemini_request_read,
    .write_request = tp_gemini_request_write,
    .read_reply = tp_gemini_reply_read_whole,
    .read_event = tp_gemini_reply_read_event,
    .read_error = tp_gemini_error_read,
    .read_count = tp_gemini_reply_read_count,
    .write_count = tp_gemini_reply_write_count,
    .write_event = tp_gemini_reply_write_event,
    .write_reply = tp_gemini_reply_write_whole,
};
