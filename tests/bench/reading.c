/* bench/reading.c - reads replies off a connection: where each ends, its status, the events in it. */

#include "reading.h"

#include <stdlib.h>
#include <string.h>

/* Events are counted by the blank line behind each. */
static void count_events(bench_reading *r, const char *data, size_t size)
{
    const char *at = data, *end = data + size;

    if (size > 0 && r->last == '\n' && *data == '\n')
        r->events++;
    while ((at = memchr(at, '\n', (size_t)(end - at))) && ++at < end)
        r->events += *at == '\n';
    if (size > 0)
        r->last = end[-1];
}

static bench_progress begin_body(bench_reading *r)
{
    const char *length = strcasestr(r->head, "\r\ncontent-length:");

    r->status = (unsigned)strtoul(r->head + 9, NULL, 10);
    r->head_size = 0;
    r->last = 0;
    r->line = 0;
    if (strcasestr(r->head, "\r\ntransfer-encoding:")) {
        r->left = 0;
        r->state = BENCH_IN_CHUNK_SIZE;
        return BENCH_MORE;
    }
    r->state = BENCH_IN_BODY;
    r->left = length ? strtoull(length + 17, NULL, 10) : 0;
    return length ? BENCH_MORE : BENCH_BROKEN;
}

/* Bytes used of the data; more than `size` = no head of a reply. */
static size_t take_head(bench_reading *r, const char *data, size_t size)
{
    size_t had = r->head_size, room = BENCH_HEAD_SIZE - 1 - had, more = size < room ? size : room;
    char *end;

    memcpy(r->head + had, data, more);
    r->head_size += more;
    r->head[r->head_size] = 0;
    end = strstr(r->head, "\r\n\r\n");
    if (!end)
        return more < size ? size + 1 : size;
    more = (size_t)(end + 4 - r->head) - had;
    end[2] = 0;
    return begin_body(r) == BENCH_BROKEN ? size + 1 : more;
}

static size_t take_body(bench_reading *r, const char *data, size_t size)
{
    size_t part = size < r->left ? size : (size_t)r->left;

    count_events(r, data, part);
    r->left -= part;
    if (r->left == 0 && r->state == BENCH_IN_CHUNK)
        r->state = BENCH_IN_CHUNK_END;
    return part;
}

static void take_size_digit(bench_reading *r, char byte)
{
    if (byte == '\n') {
        r->state = r->left > 0 ? BENCH_IN_CHUNK : BENCH_IN_TRAILER;
        r->line = 0;
    } else if (byte != '\r') {
        char digit[2] = { byte, 0 };

        r->left = r->left * 16 + strtoul(digit, NULL, 16);
    }
}

/* True when the empty line behind the last chunk has ended. */
static bool take_line_byte(bench_reading *r, char byte)
{
    if (r->state == BENCH_IN_CHUNK_SIZE) {
        take_size_digit(r, byte);
        return false;
    }
    if (byte == '\r')
        return false;
    if (byte != '\n') {
        r->line++;
        return false;
    }
    if (r->state == BENCH_IN_CHUNK_END) {
        r->state = BENCH_IN_CHUNK_SIZE;
        return false;
    }
    if (r->line == 0)
        return true;
    r->line = 0;
    return false;
}

bench_progress bench_reading_take(bench_reading *r, const char *data, size_t size)
{
    bool whole = false;

    for (size_t at = 0; at < size && !whole;) {
        if (r->state == BENCH_IN_HEAD) {
            size_t used = take_head(r, data + at, size - at);

            if (used > size - at)
                return BENCH_BROKEN;
            at += used;
        } else if (r->state == BENCH_IN_BODY || r->state == BENCH_IN_CHUNK) {
            at += take_body(r, data + at, size - at);
        } else {
            whole = take_line_byte(r, data[at++]);
        }
        whole = whole || (r->state == BENCH_IN_BODY && r->left == 0);
        if (whole && at < size)
            return BENCH_BROKEN;
    }
    if (whole)
        r->state = BENCH_IN_HEAD;
    return whole ? BENCH_WHOLE : BENCH_MORE;
}
