/* fuzz/fuzz_anthropic.c - any bytes as Anthropic's request and reply; what its clients get keeps the grammar of its streams. */

#include "conversion.h"
#include "fuzz.h"

#include "json/scan.h"
#include "wire/formats.h"
#include "wire/sse.h"

enum { MOST = 1 << 22 };

typedef struct grammar {
    bool started, open, thinking, ending, stopped;
    unsigned signatures; /* of the open block */
    uint64_t blocks;
} grammar;

static bool says(const tp_json *doc, const char *object, const char *type)
{
    return tp_json_is(doc, tp_json_get(doc, tp_json_get(doc, 0, tp_bytes_text(object)), TP_BYTES("type")), tp_bytes_text(type));
}

static void on_block(grammar *g, const tp_json *doc, tp_bytes name)
{
    uint64_t index = UINT64_MAX;

    demand(tp_json_uint(doc, tp_json_get(doc, 0, TP_BYTES("index")), &index) && index == g->blocks && !g->ending);
    if (tp_bytes_equal(name, TP_BYTES("content_block_start"))) {
        demand(!g->open);
        g->open = true;
        g->thinking = says(doc, "content_block", "thinking");
        g->signatures = 0;
        return;
    }
    demand(g->open);
    g->signatures += says(doc, "delta", "signature_delta");
    demand(g->signatures <= g->thinking);
    if (!tp_bytes_equal(name, TP_BYTES("content_block_stop")))
        return;
    demand(g->signatures == g->thinking);
    g->open = false;
    g->blocks++;
}

static void on_message(grammar *g, tp_bytes name)
{
    if (tp_bytes_equal(name, TP_BYTES("message_start"))) {
        demand(!g->started);
        g->started = true;
        return;
    }
    demand(g->started && !g->stopped);
    if (tp_bytes_equal(name, TP_BYTES("ping")))
        return;
    demand(!g->open && g->ending == tp_bytes_equal(name, TP_BYTES("message_stop")));
    g->stopped = g->ending;
    g->ending = true;
}

static void on_event(void *arg, const tp_sse_event *event)
{
    grammar *g = arg;
    tp_arena *arena = tp_arena_new();
    tp_json doc;

    if (event->kind == TP_SSE_EVENT) {
        demand(tp_json_scan(event->data, arena, TP_JSON_EVERYTHING, &doc, NULL));
        demand(tp_json_is(&doc, tp_json_get(&doc, 0, TP_BYTES("type")), event->name));
        if (tp_bytes_starts(event->name, TP_BYTES("content_block")))
            on_block(g, &doc, event->name);
        else
            on_message(g, event->name);
    }
    tp_arena_free(arena);
}

static void demand_grammar(const tp_format *from, tp_bytes text)
{
    tp_buffer out = TP_BUFFER(MOST);
    grammar g = { .blocks = 0 };
    bool good = conversion_stream(from, tp_formats_named(TP_BYTES("anthropic")), text, SIZE_MAX, &out);
    tp_sse *sse = tp_sse_new(MOST, on_event, &g);

    tp_sse_feed(sse, tp_buffer_bytes(&out));
    tp_sse_end(sse);
    tp_sse_free(sse);
    demand(g.stopped == good);
    tp_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const tp_format *format = tp_formats_named(TP_BYTES("anthropic"));
    tp_bytes text = tp_bytes_of((const char *)data, size);

    conversion_request(format, text);
    conversion_reply(format, text);
    demand_grammar(format, text);
    demand_grammar(tp_formats_named(TP_BYTES("openai_chat")), text);
    return 0;
}
