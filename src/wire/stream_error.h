/* wire/stream_error.h - tells errors and the extra usage chunk apart from the content of a stream. Pure; any thread. */

#ifndef TP_WIRE_STREAM_ERROR_H
#define TP_WIRE_STREAM_ERROR_H

#include <tokenpak/dialect.h>

/* Whether an event (`name` may be empty; of LINES and ARRAY `data` is the JSON text) says that the request failed. */
bool tp_stream_error_event(tp_shape shape, tp_bytes name, tp_bytes data);

/* Whether an error reply refuses the field stream_options that we added. */
bool tp_stream_error_refused_options(int status, tp_bytes body);

/* Whether the data of a chat event is the extra chunk that include_usage asks for: no choices, a usage object. */
bool tp_stream_error_usage_chunk(tp_bytes data);

#endif
