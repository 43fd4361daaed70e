/* base/clock.c - the system's clocks and their texts. */

#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static uint64_t system_monotonic(const tp_clock *clock)
{
    struct timespec t;

    (void)clock;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int64_t system_wall(const tp_clock *clock)
{
    struct timespec t;

    (void)clock;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const tp_clock tp_clock_system = { system_monotonic, system_wall };

char *tp_clock_rfc3339(int64_t ms, char text[TP_CLOCK_TEXT])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    size_t length;

    gmtime_r(&seconds, &parts);
    length = strftime(text, TP_CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + length, TP_CLOCK_TEXT - length, ".%03dZ", (int)(ms % 1000));
    return text;
}

char *tp_clock_http(int64_t ms, char text[TP_CLOCK_TEXT])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    strftime(text, TP_CLOCK_TEXT, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}
