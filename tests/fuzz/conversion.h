/* fuzz/conversion.h - what must hold when bytes that may be anything are converted from one format to the others. */

#ifndef TP_FUZZ_CONVERSION_H
#define TP_FUZZ_CONVERSION_H

#include <tokenpak/format.h>

#include "base/buffer.h"

/* As a request of a client of that format: what comes out for each provider is JSON. */
void conversion_request(const tp_format *from, tp_bytes text);

/* As a reply of a provider, whole and as a stream, for clients of each format: events keep their grammar, what is written is JSON, and the
 * cuts between the bytes change nothing. */
void conversion_reply(const tp_format *from, tp_bytes text);

/* The stream that a client gets from it, fed `size` bytes at a time. False: it failed, `out` has what came before. */
bool conversion_stream(const tp_format *from, const tp_format *to, tp_bytes text, size_t size, tp_buffer *out);

#endif
