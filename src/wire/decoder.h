/* wire/decoder.h - one Content-Encoding undone as its bytes come, behind one interface for all libraries. One thread. */

#ifndef TP_WIRE_DECODER_H
#define TP_WIRE_DECODER_H

#include "wire/coding.h"

typedef struct tp_decoder tp_decoder;

/* By the name of the coding; NULL when there is no such. "identity" is no decoder. */
tp_decoder *tp_decoder_new(tp_bytes name);
void tp_decoder_free(tp_decoder *decoder);

/* Decoded bytes go to `sink`; its refusal is LIMIT. */
tp_coding_result tp_decoder_feed(tp_decoder *decoder, tp_bytes piece, tp_coding_sink *sink, void *arg);

/* Whether the coded stream stands at an end. */
bool tp_decoder_complete(const tp_decoder *decoder);

#endif
