/* stages/call_convert.h - the part of the stage `call` that asks a provider of another format: what is written for it, and its reply as
 * canonical events. Loop thread only. */

#ifndef TP_STAGES_CALL_CONVERT_H
#define TP_STAGES_CALL_CONVERT_H

#include "stages/call.h"

/* Makes the body for the candidate of `n`, unless it was made for an earlier attempt at it. */
tp_call_converted tp_call_convert_request(tp_call_note *n, void (*then)(tp_call_note *n, tp_call_converted result));

/* Target, header fields and body from what was made. */
void tp_call_convert_compose(tp_call_note *n);

/* The head of a reply has come, and it stays: its readers are made. */
void tp_call_convert_begin(tp_call_note *n, tp_framing framing);

/* More of its body, decoded. */
void tp_call_convert_part(tp_call_note *n, tp_bytes part);

/* The head goes out, and what follows as events. */
void tp_call_convert_accept(tp_call_note *n);

/* It has ended well, as far as HTTP goes. */
void tp_call_convert_complete(tp_call_note *n);

#endif
