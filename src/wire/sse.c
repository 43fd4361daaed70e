/* wire/sse.c - finds the blank lines of an event stream, then reads the fields of what stands between them. */

#include "wire/sse.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"

enum { KEEP = 16384, RUN = 256 };

struct tp_sse {
    tp_buffer held; /* the beginning of an event whose end has not come */
    tp_buffer joined;
    tp_sse_fn *fn;
    void *arg;
    bool in_line;    /* the current line has bytes */
    bool after_cr;   /* the last byte was the CR of a line with bytes: a LF may belong to it */
    bool after_end;  /* the last byte was the CR of a blank line: a LF belongs to it */
    bool crlf;       /* the last line with bytes ended in CR LF */
    bool overflowed; /* the current event is passed unread */
    bool begun;      /* behind the first event, where a byte order mark may stand */
};

tp_sse *tp_sse_new(size_t limit, tp_sse_fn *fn, void *arg)
{
    tp_sse *sse = tp_new(tp_sse);

    sse->held.limit = sse->joined.limit = limit;
    sse->fn = fn;
    sse->arg = arg;
    return sse;
}

void tp_sse_free(tp_sse *sse)
{
    if (!sse)
        return;
    tp_buffer_free(&sse->held);
    tp_buffer_free(&sse->joined);
    free(sse);
}

size_t tp_sse_held(const tp_sse *sse)
{
    return sse->held.length;
}

/* Searched in short runs, so that a line that ends in CR does not cost a look at everything behind it. */
static size_t line_length(tp_bytes text)
{
    size_t at = 0;

    while (at < text.length) {
        tp_bytes run = tp_bytes_of(text.data + at, text.length - at < RUN ? text.length - at : RUN);
        size_t line = tp_bytes_find(run, '\n');

        line = tp_bytes_find(tp_bytes_of(run.data, line), '\r');
        at += line;
        if (line < run.length)
            break;
    }
    return at;
}

/* Cuts off the next line, without what ends it. */
static tp_bytes next_line(tp_bytes *rest)
{
    tp_bytes line = tp_bytes_of(rest->data, line_length(*rest));
    bool pair = tp_bytes_starts(tp_bytes_from(*rest, line.length), TP_BYTES("\r\n"));

    *rest = tp_bytes_from(*rest, line.length + (pair ? 2 : 1));
    return line;
}

/* Lines of data beyond the first are rare: only then are they copied together. */
static void add_data(tp_sse *sse, tp_sse_event *event, tp_bytes value)
{
    if (event->kind == TP_SSE_SILENT) {
        event->kind = TP_SSE_EVENT;
        event->data = value;
        return;
    }
    if (sse->joined.length == 0)
        tp_buffer_add(&sse->joined, event->data);
    tp_buffer_text(&sse->joined, "\n");
    tp_buffer_add(&sse->joined, value);
    event->data = tp_buffer_bytes(&sse->joined);
}

static void read_line(tp_sse *sse, tp_sse_event *event, tp_bytes line)
{
    size_t colon = tp_bytes_find(line, ':');
    tp_bytes field = tp_bytes_of(line.data, colon), value = tp_bytes_from(line, colon + 1);

    if (tp_bytes_starts(value, TP_BYTES(" ")))
        value = tp_bytes_from(value, 1);
    if (tp_bytes_equal(field, TP_BYTES("data")))
        add_data(sse, event, value);
    else if (tp_bytes_equal(field, TP_BYTES("event")))
        event->name = value;
}

static void give(tp_sse *sse, tp_bytes raw)
{
    tp_sse_event event = { .kind = TP_SSE_SILENT, .raw = raw };
    tp_bytes rest = raw;

    if (!sse->begun && tp_bytes_starts(rest, TP_BYTES("\xEF\xBB\xBF")))
        rest = tp_bytes_from(rest, 3);
    sse->begun = true;
    tp_buffer_clear(&sse->joined, KEEP);
    while (rest.length)
        read_line(sse, &event, next_line(&rest));
    sse->fn(sse->arg, &event);
}

static void give_unread(tp_sse *sse, tp_bytes raw)
{
    tp_sse_event event = { .kind = sse->overflowed ? TP_SSE_UNREAD : TP_SSE_OVERFLOW, .raw = raw };

    sse->overflowed = sse->begun = true;
    if (raw.length)
        sse->fn(sse->arg, &event);
}

/* `byte` ends a line or stands at the start of one; true when it is the last byte of an event. */
static bool line_edge(tp_sse *sse, char byte)
{
    bool pair = sse->after_cr && byte == '\n';

    if (sse->after_cr)
        sse->crlf = pair;
    sse->after_cr = false;
    if (pair)
        return false;
    if (byte != '\r' && byte != '\n') {
        sse->in_line = true;
        return false;
    }
    if (sse->in_line) {
        sse->in_line = false;
        sse->after_cr = byte == '\r';
        sse->crlf = false;
        return false;
    }
    sse->after_end = byte == '\r' && sse->crlf;
    return !sse->after_end;
}

/* Bytes of `piece` up to the end of the current event, SIZE_MAX when it does not end there. In a stream of CR LF lines the blank line's LF
 * belongs to it; in one of bare CR nothing is waited for, and a LF would be a blank line of its own. */
static size_t find_end(tp_sse *sse, tp_bytes piece)
{
    size_t at = 0;

    while (at < piece.length) {
        if (sse->after_end) {
            sse->after_end = false;
            return piece.data[at] == '\n' ? at + 1 : at;
        }
        if (sse->in_line)
            at += line_length(tp_bytes_from(piece, at));
        if (at < piece.length && line_edge(sse, piece.data[at++]))
            return at;
    }
    return SIZE_MAX;
}

/* The last bytes of an event have come. */
static void finish(tp_sse *sse, tp_bytes last)
{
    bool fits = last.length <= sse->held.limit && sse->held.length <= sse->held.limit - last.length;

    if (sse->overflowed || !fits) {
        if (sse->held.length)
            give_unread(sse, tp_buffer_bytes(&sse->held));
        give_unread(sse, last);
        sse->overflowed = false;
    } else if (sse->held.length) {
        tp_buffer_add(&sse->held, last);
        give(sse, tp_buffer_bytes(&sse->held));
    } else {
        give(sse, last);
    }
    tp_buffer_clear(&sse->held, KEEP);
}

static void hold(tp_sse *sse, tp_bytes rest)
{
    if (!sse->overflowed && tp_buffer_add(&sse->held, rest))
        return;
    if (sse->held.length)
        give_unread(sse, tp_buffer_bytes(&sse->held));
    tp_buffer_clear(&sse->held, KEEP);
    give_unread(sse, rest);
}

void tp_sse_feed(tp_sse *sse, tp_bytes piece)
{
    while (piece.length) {
        size_t end = find_end(sse, piece);

        if (end == SIZE_MAX) {
            hold(sse, piece);
            return;
        }
        finish(sse, tp_bytes_of(piece.data, end));
        piece = tp_bytes_from(piece, end);
    }
}

void tp_sse_end(tp_sse *sse)
{
    if (sse->held.length)
        finish(sse, tp_bytes_of("", 0));
    sse->overflowed = sse->in_line = sse->after_cr = sse->after_end = false;
}
