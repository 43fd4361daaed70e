/* wire/reply_fields.c - rate limits and other fields from one dialect to another. */

#include "wire/reply_fields.h"

#include <stdio.h>
#include <time.h>

/* The same limits under the names of both. */
static const struct {
    tp_bytes openai, anthropic;
    bool reset;
} LIMITS[] = {
    { TP_BYTES_INIT("x-ratelimit-limit-requests"), TP_BYTES_INIT("anthropic-ratelimit-requests-limit"), false },
    { TP_BYTES_INIT("x-ratelimit-remaining-requests"), TP_BYTES_INIT("anthropic-ratelimit-requests-remaining"), false },
    { TP_BYTES_INIT("x-ratelimit-reset-requests"), TP_BYTES_INIT("anthropic-ratelimit-requests-reset"), true },
    { TP_BYTES_INIT("x-ratelimit-limit-tokens"), TP_BYTES_INIT("anthropic-ratelimit-tokens-limit"), false },
    { TP_BYTES_INIT("x-ratelimit-remaining-tokens"), TP_BYTES_INIT("anthropic-ratelimit-tokens-remaining"), false },
    { TP_BYTES_INIT("x-ratelimit-reset-tokens"), TP_BYTES_INIT("anthropic-ratelimit-tokens-reset"), true },
};

/* Of the body as the provider sent it. */
static const tp_bytes OF_BODY[] = { TP_BYTES_INIT("content-type"), TP_BYTES_INIT("content-encoding"), TP_BYTES_INIT("content-length"),
                                    TP_BYTES_INIT("etag"),         TP_BYTES_INIT("content-md5"),      TP_BYTES_INIT("digest") };

/* "1h2m3.5s", "120ms" as milliseconds, as Go prints a duration; -1 when it is none. */
static int64_t duration(tp_bytes text)
{
    static const struct {
        tp_bytes unit;
        double ms;
    } UNITS[] = { { TP_BYTES_INIT("ms"), 1 }, { TP_BYTES_INIT("h"), 3600e3 }, { TP_BYTES_INIT("m"), 60e3 }, { TP_BYTES_INIT("s"), 1e3 } };
    double total = 0, number;
    int used;

    while (text.length) {
        char room[32] = { 0 };
        size_t i = 0;

        memcpy(room, text.data, text.length < sizeof(room) ? text.length : sizeof(room) - 1);
        if (sscanf(room, "%lf%n", &number, &used) != 1 || number < 0)
            return -1;
        text = tp_bytes_from(text, (size_t)used);
        while (i < 4 && !tp_bytes_starts(text, UNITS[i].unit))
            i++;
        if (i == 4)
            return -1;
        total += number * UNITS[i].ms;
        text = tp_bytes_from(text, UNITS[i].unit.length);
    }
    return (int64_t)total;
}

/* A time of RFC 3339 from a duration. */
static tp_bytes time_of(tp_bytes value, tp_arena *arena)
{
    int64_t ms = duration(value);
    time_t when = time(NULL) + (time_t)((ms + 999) / 1000);
    struct tm utc;
    char text[32];

    if (ms < 0 || !gmtime_r(&when, &utc))
        return tp_bytes_of(NULL, 0);
    return tp_arena_copy(arena, tp_bytes_of(text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc)));
}

/* A duration in seconds from a time of RFC 3339. */
static tp_bytes duration_of(tp_bytes value, tp_arena *arena)
{
    struct tm utc = { 0 };
    time_t left;

    if (!strptime(tp_arena_copy(arena, value).data, "%Y-%m-%dT%H:%M:%S", &utc))
        return tp_bytes_of(NULL, 0);
    left = timegm(&utc) - time(NULL);
    return tp_bytes_text(tp_arena_printf(arena, "%llds", (long long)(left > 0 ? left : 0)));
}

static bool is_of_body(tp_bytes name)
{
    for (size_t i = 0; i < sizeof(OF_BODY) / sizeof(*OF_BODY); i++)
        if (tp_bytes_equal_nocase(name, OF_BODY[i]))
            return true;
    return false;
}

/* False: the field goes. */
static bool translate_limit(tp_header *field, tp_dialect from, tp_dialect to, tp_arena *arena)
{
    bool forth = from == TP_DIALECT_OPENAI && to == TP_DIALECT_ANTHROPIC, back = from == TP_DIALECT_ANTHROPIC && to == TP_DIALECT_OPENAI;

    for (size_t i = 0; i < sizeof(LIMITS) / sizeof(*LIMITS) && (forth || back); i++) {
        if (!tp_bytes_equal_nocase(field->name, forth ? LIMITS[i].openai : LIMITS[i].anthropic))
            continue;
        field->name = forth ? LIMITS[i].anthropic : LIMITS[i].openai;
        if (LIMITS[i].reset)
            field->value = forth ? time_of(field->value, arena) : duration_of(field->value, arena);
        return field->value.length > 0;
    }
    return true;
}

void tp_reply_fields_translate(tp_reply_head *head, tp_dialect from, tp_dialect to, tp_arena *arena)
{
    tp_header *fields = tp_arena_array(arena, tp_header, head->header_count + 1);
    size_t count = 0;

    fields[count++] = (tp_header){ TP_BYTES("content-type"), TP_BYTES("application/json") };
    for (size_t i = 0; i < head->header_count; i++) {
        fields[count] = head->headers[i];
        if (!is_of_body(fields[count].name) && translate_limit(&fields[count], from, to, arena))
            count++;
    }
    head->headers = fields;
    head->header_count = count;
}
