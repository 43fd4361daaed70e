/* wire/gather.h - gathers the events of a canonical reply into one piece, for a client that asked for a whole one. One thread. */

#ifndef TP_WIRE_GATHER_H
#define TP_WIRE_GATHER_H

#include <tokenpak/reply.h>

typedef struct tp_gather tp_gather;

/* `most`: bytes of text it may hold. Lives as long as the arena. */
tp_gather *tp_gather_new(tp_arena *arena, size_t most);

/* False: it has become longer than `most`. */
bool tp_gather_event(tp_gather *gather, const tp_chat_event *event);

/* What has come so far; lives as long as the arena. */
const tp_reply *tp_gather_reply(tp_gather *gather);

#endif
