/* fuzz/fuzz_usage.c - the tap reads the same from a reply however it is cut, in every shape, framing and way of counting. */

#include "fuzz.h"

#include "wire/usage.h"

/* One name for each way in which providers of chat completions count; the other shapes have one. */
static const char *const PROVIDERS[] = { "other", "xai", "perplexity" };

static tp_usage_seen run(tp_arena *arena, tp_bytes text, const char *provider, tp_shape shape, tp_framing framing, size_t size)
{
    tp_usage_tap *tap = tp_usage_tap_new(arena, provider, NULL, shape, framing);

    for (; text.length; text = tp_bytes_from(text, size))
        tp_usage_tap_feed(tap, tp_bytes_of(text.data, text.length < size ? text.length : size));
    tp_usage_tap_end(tap);
    return *tp_usage_tap_seen(tap);
}

static void demand_sane(const tp_usage_seen *seen)
{
    demand(seen->found == (seen->usage.known != 0));
    demand(seen->raw.length <= TP_USAGE_RAW && seen->model.length <= TP_USAGE_MODEL);
}

static void demand_same(const tp_usage_seen *a, const tp_usage_seen *b)
{
    demand(memcmp(&a->usage, &b->usage, offsetof(tp_usage, known)) == 0 && a->usage.known == b->usage.known);
    demand(tp_bytes_equal(a->raw, b->raw) && tp_bytes_equal(a->model, b->model));
    demand(a->events == b->events && a->terminal == b->terminal && a->error == b->error && a->overflow == b->overflow);
}

static void compare(tp_bytes text, const char *provider, tp_shape shape, tp_framing framing)
{
    tp_arena *arena = tp_arena_new();
    tp_usage_seen whole = run(arena, text, provider, shape, framing, SIZE_MAX);
    const size_t sizes[] = { 1, 3, text.length / 2 + 1 };

    demand_sane(&whole);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        tp_usage_seen parts = run(arena, text, provider, shape, framing, sizes[i]);

        demand_same(&whole, &parts);
    }
    tp_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data, size);

    for (int shape = TP_SHAPE_OTHER; shape <= TP_SHAPE_OLLAMA; shape++)
        for (int framing = TP_FRAMING_WHOLE; framing <= TP_FRAMING_ARRAY; framing++)
            for (size_t i = 0; i < (shape == TP_SHAPE_OPENAI_CHAT ? 3 : 1); i++)
                compare(text, PROVIDERS[i], (tp_shape)shape, (tp_framing)framing);
    return 0;
}
