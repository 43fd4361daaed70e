/* wire/error.h - our own errors in the words of each dialect, before a reply and inside a stream. Pure; any thread. */

#ifndef TP_WIRE_ERROR_H
#define TP_WIRE_ERROR_H

#include <tokenpak/dialect.h>
#include <tokenpak/err.h>
#include <tokenpak/reply.h>

#include "base/buffer.h"

typedef struct tp_error_said {
    tp_err err;
    tp_bytes message;
    tp_bytes request_id;
    uint64_t events;    /* of the stream already sent: numbers a Responses event */
    int status;         /* 0 = that of `err` */
    tp_bytes code;      /* empty = that of `err`, unless `status` is given: then it is an error of the provider */
    tp_trouble trouble; /* of such an error */
    char before;        /* the last byte sent that is not blank, 0 = none: begins an array, or sets the comma in it */
} tp_error_said;

/* Adds the JSON body of an error reply; its content type is application/json in every dialect. False past the limit of `out`. */
bool tp_error_body(tp_dialect dialect, const tp_error_said *said, tp_buffer *out);

/* Adds the event that tells the error inside a stream; nothing where a reply has no events (TP_FRAMING_WHOLE). */
bool tp_error_event(tp_shape shape, tp_framing framing, const tp_error_said *said, tp_buffer *out);

/* The status with which a client of that dialect is told an error that came with `status`: who is overloaded says 529 to Anthropic's and
 * 503 to all others. */
int tp_error_status_for(tp_dialect dialect, int status);

/* The type (OpenAI, Anthropic) or status word (Gemini) that goes with an HTTP status; "" for Ollama. */
const char *tp_error_word(tp_dialect dialect, int status);

/* Content type of a reply of that framing, as the dialects send it. */
const char *tp_error_content_type(tp_framing framing);

#endif
