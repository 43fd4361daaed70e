/* wire/feed.c - bytes to events of JSON to canonical events. */

#include "wire/feed.h"

#include "json/scan.h"
#include "wire/intake.h"
#include "wire/item_cutter.h"
#include "wire/sse.h"

enum { MOST_UNREAD = 200 };

struct tp_feed {
    tp_reader reader;
    tp_framing framing;
    tp_sse *sse;
    tp_item_cutter cutter; /* of LINES and ARRAY */
    tp_buffer whole;
    const char *fault;
    tp_bytes unread;
};

static void free_feed(void *arg)
{
    tp_feed *f = arg;

    tp_sse_free(f->sse);
    tp_buffer_free(&f->cutter.held);
    tp_buffer_free(&f->whole);
}

static bool is_over(const tp_feed *f)
{
    return f->fault || f->reader.failed || tp_intake_fault(f->reader.intake);
}

/* One JSON text, in memory of its own that is gone afterwards. */
static void read_text(tp_feed *f, tp_bytes name, tp_bytes text, bool whole)
{
    tp_reader *r = &f->reader;
    tp_json doc;

    r->scratch = tp_arena_new();
    if (!tp_json_scan(text, r->scratch, TP_JSON_EVERYTHING, &doc, NULL))
        f->fault = whole ? "it is not JSON" : "an event of its stream is not JSON";
    else if (!(whole ? r->format->read_reply(r, &doc) : r->format->read_event(r, name, &doc)))
        f->fault = r->fault ? r->fault : "it is not of its dialect";
    if (tp_feed_fault(f))
        f->unread = tp_arena_copy(r->arena, tp_bytes_of(text.data, text.length < MOST_UNREAD ? text.length : MOST_UNREAD));
    tp_arena_free(r->scratch);
    r->scratch = NULL;
}

static void on_event(void *arg, const tp_sse_event *event)
{
    tp_feed *f = arg;

    if (is_over(f))
        return;
    if (event->kind == TP_SSE_SILENT)
        tp_intake_ping(f->reader.intake);
    else if (event->kind != TP_SSE_EVENT)
        f->fault = "an event of its stream is too long";
    else if (tp_bytes_equal(event->data, TP_BYTES("[DONE]")))
        f->reader.terminal = true;
    else
        read_text(f, event->name, event->data, false);
}

static void on_item(void *arg, tp_bytes item)
{
    tp_feed *f = arg;

    if (!is_over(f))
        read_text(f, tp_bytes_of(NULL, 0), item, false);
}

tp_feed *tp_feed_new(const tp_feed_setup *setup)
{
    tp_feed *f = tp_arena_make(setup->arena, tp_feed);

    f->reader = (tp_reader){ .format = setup->format,
                             .arena = setup->arena,
                             .intake = tp_intake_new(setup->arena, setup->chat, setup->id, setup->most, setup->emit, setup->arg),
                             .chat = setup->chat,
                             .state = tp_arena_alloc(setup->arena, setup->format->reader_size) };
    f->framing = setup->framing;
    f->cutter = (tp_item_cutter){ .held = TP_BUFFER(setup->most), .fn = on_item, .arg = f };
    f->whole.limit = setup->most;
    if (setup->framing == TP_FRAMING_SSE)
        f->sse = tp_sse_new(setup->most, on_event, f);
    tp_arena_defer(setup->arena, free_feed, f);
    return f;
}

bool tp_feed_bytes(tp_feed *f, tp_bytes bytes)
{
    if (is_over(f))
        return false;
    if (f->sse)
        tp_sse_feed(f->sse, bytes);
    else if (f->framing == TP_FRAMING_WHOLE && !tp_buffer_add(&f->whole, bytes))
        f->fault = "it is too long";
    else if (f->framing != TP_FRAMING_WHOLE && !tp_item_cutter_feed(&f->cutter, bytes))
        f->fault = "its stream is not one of JSON objects";
    return !is_over(f);
}

bool tp_feed_end(tp_feed *f)
{
    if (f->sse)
        tp_sse_end(f->sse);
    if (is_over(f))
        return false;
    if (f->framing == TP_FRAMING_WHOLE)
        read_text(f, tp_bytes_of(NULL, 0), tp_buffer_bytes(&f->whole), true);
    else if (!f->reader.terminal)
        f->fault = "its stream ended before it was complete";
    if (!is_over(f))
        tp_intake_end(f->reader.intake);
    return !is_over(f);
}

void tp_feed_usage(tp_feed *f, const struct tp_usage *usage)
{
    tp_intake_usage(f->reader.intake, usage);
}

const char *tp_feed_fault(const tp_feed *f)
{
    return f->fault ? f->fault : tp_intake_fault(f->reader.intake);
}

tp_bytes tp_feed_unread(const tp_feed *f)
{
    return f->unread;
}

const tp_told *tp_feed_told(const tp_feed *f)
{
    return f->reader.failed ? &f->reader.told : NULL;
}
