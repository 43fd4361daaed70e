/* wire/usage.h - reads the tokens that a provider counted from its reply as it passes by, whatever the dialect. One thread. */

#ifndef TP_WIRE_USAGE_H
#define TP_WIRE_USAGE_H

#include <tokenpak/arena.h>
#include <tokenpak/dialect.h>

typedef enum tp_usage_field {
    TP_USAGE_INPUT,
    TP_USAGE_OUTPUT,
    TP_USAGE_CACHE_READ,
    TP_USAGE_CACHE_CREATION,
    TP_USAGE_REASONING,
    TP_USAGE_FIELDS
} tp_usage_field;

/* In tokens. `input` is the whole prompt: cache_read and cache_creation are parts of it; reasoning is a part of `output`. */
typedef struct tp_usage {
    uint64_t input, output, cache_read, cache_creation, reasoning;
    unsigned known; /* 1 << tp_usage_field of each that the provider told */
} tp_usage;

enum { TP_USAGE_RAW = 4096, TP_USAGE_MODEL = 256, TP_USAGE_EVENT = 16 << 20 };

/* What the reply said so far. */
typedef struct tp_usage_seen {
    bool found; /* `usage` is from the provider */
    tp_usage usage;
    tp_bytes raw;    /* the provider's own usage JSON, the last one; empty when it was longer than TP_USAGE_RAW */
    tp_bytes model;  /* as the provider named it; empty when it did not, or in more than TP_USAGE_MODEL bytes */
    uint64_t events; /* of a stream */
    bool terminal;   /* the dialect's end was seen ([DONE], message_stop, ...); of a whole reply: its JSON was complete */
    bool error;      /* an error object was seen */
    bool overflow;   /* an event was longer than TP_USAGE_EVENT and passed unread */
} tp_usage_seen;

typedef struct tp_usage_tap tp_usage_tap;

/* `provider`: its name in the config; `host`: that of its base URL; either may be NULL. They choose how that provider counts. Lives as long
 * as the arena. */
tp_usage_tap *tp_usage_tap_new(tp_arena *arena, const char *provider, const char *host, tp_shape shape, tp_framing framing);

/* The reply's next bytes, decoded from any Content-Encoding; reads only. */
void tp_usage_tap_feed(tp_usage_tap *tap, tp_bytes bytes);
void tp_usage_tap_end(tp_usage_tap *tap);

/* Valid until the next feed. */
const tp_usage_seen *tp_usage_tap_seen(tp_usage_tap *tap);

#endif
