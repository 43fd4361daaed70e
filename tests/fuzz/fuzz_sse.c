/* fuzz/fuzz_sse.c - however an event stream is cut: the same events, the same usage, and every byte once. */

#include <stdlib.h>

#include "base/buffer.h"
#include "wire/sse.h"
#include "wire/usage.h"

enum { LIMIT = 256 };

typedef struct heard {
    tp_buffer story, raw;
} heard;

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* Unread pieces are as long as the cuts make them: only that they begin is part of the story. */
static void hear(void *arg, const tp_sse_event *event)
{
    heard *h = arg;

    tp_buffer_add(&h->raw, event->raw);
    if (event->kind == TP_SSE_UNREAD)
        return;
    tp_buffer_printf(&h->story, "%d %zu %zu ", (int)event->kind, event->name.length, event->data.length);
    tp_buffer_add(&h->story, event->name);
    tp_buffer_add(&h->story, event->data);
    if (event->kind != TP_SSE_OVERFLOW)
        tp_buffer_add(&h->story, event->raw);
}

static heard run(tp_bytes text, size_t cut, size_t size)
{
    heard h = { .story = TP_BUFFER(SIZE_MAX / 4), .raw = TP_BUFFER(SIZE_MAX / 4) };
    tp_sse *sse = tp_sse_new(LIMIT, hear, &h);

    tp_sse_feed(sse, tp_bytes_of(text.data, cut));
    for (text = tp_bytes_from(text, cut); text.length; text = tp_bytes_from(text, size))
        tp_sse_feed(sse, tp_bytes_of(text.data, text.length < size ? text.length : size));
    tp_sse_end(sse);
    tp_sse_free(sse);
    return h;
}

static void drop(heard *h)
{
    tp_buffer_free(&h->story);
    tp_buffer_free(&h->raw);
}

static void compare(tp_bytes text, const heard *whole, size_t cut, size_t size)
{
    heard h = run(text, cut, size);

    demand(tp_bytes_equal(tp_buffer_bytes(&h.raw), text));
    demand(tp_bytes_equal(tp_buffer_bytes(&h.story), tp_buffer_bytes(&whole->story)));
    drop(&h);
}

static tp_usage_seen usage(tp_arena *arena, tp_bytes text, tp_shape shape, tp_framing framing, size_t cut)
{
    tp_usage_tap *tap = tp_usage_tap_new(arena, "xai", NULL, shape, framing);

    tp_usage_tap_feed(tap, tp_bytes_of(text.data, cut));
    tp_usage_tap_feed(tap, tp_bytes_from(text, cut));
    tp_usage_tap_end(tap);
    return *tp_usage_tap_seen(tap);
}

static void compare_usage(tp_bytes text, tp_shape shape, tp_framing framing, size_t cut)
{
    tp_arena *arena = tp_arena_new();
    tp_usage_seen whole = usage(arena, text, shape, framing, 0), parts = usage(arena, text, shape, framing, cut);

    demand(memcmp(&whole.usage, &parts.usage, offsetof(tp_usage, known)) == 0 && whole.usage.known == parts.usage.known);
    demand(tp_bytes_equal(whole.raw, parts.raw) && tp_bytes_equal(whole.model, parts.model));
    demand(whole.events == parts.events && whole.terminal == parts.terminal && whole.error == parts.error);
    tp_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data, size);
    heard whole = run(text, 0, size ? size : 1);
    size_t step = size / 64 + 1;

    demand(tp_bytes_equal(tp_buffer_bytes(&whole.raw), text));
    compare(text, &whole, 0, 1);
    for (size_t cut = 0; cut <= size; cut += step)
        compare(text, &whole, cut, SIZE_MAX);
    for (int shape = TP_SHAPE_OTHER; shape <= TP_SHAPE_OLLAMA; shape++)
        for (int framing = TP_FRAMING_WHOLE; framing <= TP_FRAMING_ARRAY; framing++)
            compare_usage(text, (tp_shape)shape, (tp_framing)framing, size / 2);
    drop(&whole);
    return 0;
}
