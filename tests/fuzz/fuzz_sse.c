/* fuzz/fuzz_sse.c - however an event stream is cut: the same events, and every byte once. */

#include "fuzz.h"

#include "base/buffer.h"
#include "wire/sse.h"

enum { LIMIT = 256 };

typedef struct heard {
    tp_buffer story, raw;
} heard;

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data, size);
    heard whole = run(text, 0, size ? size : 1);
    size_t step = size / 64 + 1;

    demand(tp_bytes_equal(tp_buffer_bytes(&whole.raw), text));
    compare(text, &whole, 0, 1);
    for (size_t cut = 0; cut <= size; cut += step)
        compare(text, &whole, cut, SIZE_MAX);
    drop(&whole);
    return 0;
}
