/* wire/openai_error.h - the error object that all of OpenAI's formats share, before a stream and inside one. Pure; any thread. */

#ifndef TP_WIRE_OPENAI_ERROR_H
#define TP_WIRE_OPENAI_ERROR_H

#include <tokenpak/format.h>

#include "json/scan.h"

/* A reply of another status than 200, {"error":{...}}. Borrows from `doc`. False: it is none. */
bool tp_openai_error_read(const tp_json *doc, tp_told *told, tp_arena *arena);

/* An error that came with status 200: `object` holds message, type, code, param, or is the message. The status is what its words mean. */
void tp_openai_error_inside(tp_reader *r, const tp_json *doc, uint32_t object);

#endif
