/* wire/formats.h - the table of formats, and the two ways through it: a request from one to another, a reply back. Pure; any thread. */

#ifndef TP_WIRE_FORMATS_H
#define TP_WIRE_FORMATS_H

#include <tokenpak/format.h>

/* NULL when there is none of that name. */
const tp_format *tp_formats_named(tp_bytes name);

/* The format that clients of that dialect speak at the path of a chat; NULL = none that is converted. */
const tp_format *tp_formats_at(tp_dialect dialect, tp_bytes path);

/* Reads and tidies a client's request. NULL: in->fault. `doc` must be recorded whole and outlive the chat, as must `arena`. */
tp_chat *tp_formats_read(const tp_format *format, const struct tp_json *doc, tp_request_in *in, tp_arena *arena);

/* Writes it for a provider: false: out->fault. arena, body, model and stream of `out` are set. */
bool tp_formats_write(const tp_format *format, const tp_chat *chat, tp_request_out *out);

#endif
