/* wire/trouble.h - what a provider's error means beyond its status, whatever words it uses. Pure; any thread. */

#ifndef TP_WIRE_TROUBLE_H
#define TP_WIRE_TROUBLE_H

#include <tokenpak/reply.h>

tp_trouble tp_trouble_of(tp_escaped message, tp_escaped code);

/* The HTTP status that goes with the type or code of an error that came inside a stream of status 200; 500 when neither says. */
int tp_trouble_status(tp_escaped type, tp_escaped code);

/* A copy that lives as long as the arena. */
tp_told tp_trouble_keep(const tp_told *told, tp_arena *arena);

#endif
