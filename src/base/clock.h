/* base/clock.h - what time it is, as an object, so that a bench can hold the time still. */

#ifndef TP_BASE_CLOCK_H
#define TP_BASE_CLOCK_H

#include <stdint.h>

typedef struct tp_clock {
    uint64_t (*monotonic_ns)(const struct tp_clock *clock);
    int64_t (*wall_ms)(const struct tp_clock *clock); /* milliseconds since 1970, UTC */
} tp_clock;

/* The system's clocks. Any thread. */
extern const tp_clock tp_clock_system;

static inline uint64_t tp_clock_ns(const tp_clock *clock)
{
    return clock->monotonic_ns(clock);
}

static inline int64_t tp_clock_wall(const tp_clock *clock)
{
    return clock->wall_ms(clock);
}

enum { TP_CLOCK_TEXT = 32 };

/* `ms` since 1970 as 2026-01-31T12:00:00.123Z; returns `text`. */
char *tp_clock_rfc3339(int64_t ms, char text[TP_CLOCK_TEXT]);

/* Likewise as an HTTP date: Sat, 31 Jan 2026 12:00:00 GMT. */
char *tp_clock_http(int64_t ms, char text[TP_CLOCK_TEXT]);

#endif
