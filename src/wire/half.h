/* wire/half.h - how far a JSON value has come that arrives in pieces, each the inside of a JSON string: tool arguments in a stream. Pure.
 */

#ifndef TP_WIRE_HALF_H
#define TP_WIRE_HALF_H

#include <tokenpak/bytes.h>

/* Zeroed, it has seen nothing. */
typedef struct tp_half {
    unsigned depth;
    bool begun, in_string, escape; /* escape: the last character inside the value's string was a backslash */
} tp_half;

/* Follows brackets and quotes; whether it is JSON otherwise is not judged. */
void tp_half_feed(tp_half *half, tp_bytes escaped);

/* Whether an object or array has ended. */
bool tp_half_is_whole(const tp_half *half);

#endif
