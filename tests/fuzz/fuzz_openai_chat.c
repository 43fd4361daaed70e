/* fuzz/fuzz_openai_chat.c - any bytes as a request and a reply of OpenAI's chat; what its clients get keeps the grammar of its streams. */

#include "conversion.h"
#include "fuzz.h"

#include "json/scan.h"
#include "wire/formats.h"
#include "wire/sse.h"

enum { MOST = 1 << 22, CHOICES = 32 };

typedef struct grammar {
    bool begun[CHOICES], finished[CHOICES], done;
    uint64_t calls[CHOICES];
} grammar;

/* A call is told once with its id and name, the next with the next index. */
static void on_calls(grammar *g, const tp_json *doc, uint32_t delta, uint64_t choice)
{
    uint32_t calls = tp_json_get(doc, delta, TP_BYTES("tool_calls"));

    for (uint32_t call = tp_json_items(doc, calls); call; call = tp_json_next(doc, call)) {
        uint64_t index = UINT64_MAX;
        bool first = tp_json_get(doc, call, TP_BYTES("id")) != TP_JSON_NONE;

        demand(tp_json_uint(doc, tp_json_get(doc, call, TP_BYTES("index")), &index));
        demand(first ? index == g->calls[choice] : index + 1 == g->calls[choice]);
        g->calls[choice] += first;
    }
}

static void on_choice(grammar *g, const tp_json *doc, uint32_t item)
{
    uint32_t delta = tp_json_get(doc, item, TP_BYTES("delta")), finish = tp_json_get(doc, item, TP_BYTES("finish_reason"));
    uint64_t choice = CHOICES;

    demand(tp_json_uint(doc, tp_json_get(doc, item, TP_BYTES("index")), &choice));
    if (choice >= CHOICES)
        return;
    demand(!g->finished[choice] && tp_json_has(doc, delta, TP_JSON_OBJECT));
    demand(g->begun[choice] || tp_json_get(doc, delta, TP_BYTES("role")));
    g->begun[choice] = true;
    on_calls(g, doc, delta, choice);
    g->finished[choice] = tp_json_has(doc, finish, TP_JSON_STRING);
}

static void on_event(void *arg, const tp_sse_event *event)
{
    grammar *g = arg;
    tp_arena *arena = tp_arena_new();
    uint32_t choices;
    tp_json doc;

    demand(!g->done);
    g->done = tp_bytes_equal(event->data, TP_BYTES("[DONE]"));
    if (event->kind == TP_SSE_EVENT && !g->done) {
        demand(tp_json_scan(event->data, arena, TP_JSON_EVERYTHING, &doc, NULL));
        choices = tp_json_get(&doc, 0, TP_BYTES("choices"));
        demand(tp_json_has(&doc, choices, TP_JSON_ARRAY));
        for (uint32_t item = tp_json_items(&doc, choices); item; item = tp_json_next(&doc, item))
            on_choice(g, &doc, item);
    }
    tp_arena_free(arena);
}

static void demand_grammar(const tp_format *from, tp_bytes text)
{
    tp_buffer out = TP_BUFFER(MOST);
    grammar g = { .done = false };
    bool good = conversion_stream(from, tp_formats_named(TP_BYTES("openai_chat")), text, SIZE_MAX, &out);
    tp_sse *sse = tp_sse_new(MOST, on_event, &g);

    tp_sse_feed(sse, tp_buffer_bytes(&out));
    tp_sse_end(sse);
    tp_sse_free(sse);
    demand(g.done == good);
    tp_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const tp_format *format = tp_formats_named(TP_BYTES("openai_chat"));
    tp_bytes text = tp_bytes_of((const char *)data, size);

    conversion_request(format, text);
    conversion_request(tp_formats_named(TP_BYTES("openai_completions")), text);
    conversion_reply(format, text);
    demand_grammar(format, text);
    demand_grammar(tp_formats_named(TP_BYTES("anthropic")), text);
    return 0;
}
