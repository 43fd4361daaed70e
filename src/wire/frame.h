/* wire/frame.h - puts one event of a reply into the framing of the client's stream: an SSE event, a line, or an item of an array. */

#ifndef TP_WIRE_FRAME_H
#define TP_WIRE_FRAME_H

#include <tokenpak/format.h>

#include "json/write.h"

/* Begins an event; `name` is that of an SSE event, NULL = none. What the returned writer writes is its JSON. */
tp_write tp_frame_open(tp_writer *w, const char *name);
void tp_frame_close(tp_writer *w);

/* An SSE event whose data is not JSON: [DONE]. Nothing in other framings. */
void tp_frame_mark(tp_writer *w, const char *data);

/* Bytes that no client takes for an event, so that a silent connection is not given up. Nothing where there are none. */
void tp_frame_comment(tp_writer *w);

/* Behind the last event: what ends an array. */
void tp_frame_end(tp_writer *w);

#endif
