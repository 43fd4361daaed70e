/* base/clock.c - the system's clocks and their texts. */

#include "base/clock.h"

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

/* Writes `count` digits of `number` and then `after`; returns what is behind. */
static char *put_digits(char *at, int number, int count, char after)
{
    for (int i = count; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    at[count] = after;
    return at + count + 1;
}

/* By hand: every row and every line of log has one, and strftime takes ten times as long. */
char *tp_clock_rfc3339(int64_t ms, char text[TP_CLOCK_TEXT])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char *at = text;

    gmtime_r(&seconds, &parts);
    at = put_digits(at, parts.tm_year + 1900, 4, '-');
    at = put_digits(at, parts.tm_mon + 1, 2, '-');
    at = put_digits(at, parts.tm_mday, 2, 'T');
    at = put_digits(at, parts.tm_hour, 2, ':');
    at = put_digits(at, parts.tm_min, 2, ':');
    at = put_digits(at, parts.tm_sec, 2, '.');
    *put_digits(at, (int)(ms % 1000), 3, 'Z') = 0;
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
