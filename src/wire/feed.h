/* wire/feed.h - from the bytes of a provider's reply to canonical events: cuts them by their framing, reads each event with the provider's
 * format. One thread. */

#ifndef TP_WIRE_FEED_H
#define TP_WIRE_FEED_H

#include <tokenpak/format.h>

typedef struct tp_feed tp_feed;

typedef struct tp_feed_setup {
    tp_arena *arena;
    const tp_format *format; /* of the provider */
    const tp_chat *chat;
    tp_framing framing;
    tp_bytes id; /* ours, for ids of calls */
    size_t most; /* bytes of one event, of a whole reply, or of what waits */
    tp_chat_emit *emit;
    void *arg;
} tp_feed_setup;

/* Freed with the arena. */
tp_feed *tp_feed_new(const tp_feed_setup *setup);

/* The next bytes, decoded from any Content-Encoding. False: nothing more is to be got from it, see tp_feed_fault and tp_feed_told. */
bool tp_feed_bytes(tp_feed *feed, tp_bytes bytes);

/* No more comes: a whole reply is read now, the end of a complete one is emitted. False as above, also when a stream lacks its end. */
bool tp_feed_end(tp_feed *feed);

/* What the events carry as usage from now on. */
void tp_feed_usage(tp_feed *feed, const struct tp_usage *usage);

/* Why it cannot be read as its dialect, or NULL. */
const char *tp_feed_fault(const tp_feed *feed);

/* What could not be read begins so; empty when there is no fault. */
tp_bytes tp_feed_unread(const tp_feed *feed);

/* The error that it told inside a stream of status 200, or NULL. */
const tp_told *tp_feed_told(const tp_feed *feed);

#endif
