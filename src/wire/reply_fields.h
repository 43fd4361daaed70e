/* wire/reply_fields.h - the header fields of a provider's reply for a client of another dialect. Pure; any thread. */

#ifndef TP_WIRE_REPLY_FIELDS_H
#define TP_WIRE_REPLY_FIELDS_H

#include <tokenpak/exchange.h>

/* Changes head->headers: rate limits get the client's names (OpenAI and Anthropic have them; resets are a duration there and a time here),
 * what describes the body that is no more goes, content-type becomes application/json. New fields live in the arena. */
void tp_reply_fields_translate(tp_reply_head *head, tp_dialect from, tp_dialect to, tp_arena *arena);

#endif
