/* fuzz/fuzz_responses.c - any bytes as a request and a reply of OpenAI's Responses; what its clients get keeps the grammar of its streams.
 */

#include "conversion.h"
#include "fuzz.h"

#include "json/scan.h"
#include "wire/formats.h"
#include "wire/sse.h"

enum { MOST = 1 << 22, LONGEST_ID = 64 };

typedef struct grammar {
    uint64_t events, items;
    bool open, ended;
    char id[LONGEST_ID]; /* of the item that is open */
} grammar;

static uint32_t at(const tp_json *doc, const char *object, const char *key)
{
    return tp_json_member(doc, tp_json_get(doc, 0, tp_bytes_text(object)), tp_bytes_text(key));
}

static bool counts(const tp_json *doc, const char *key, uint64_t expected)
{
    uint64_t number;

    return tp_json_uint(doc, tp_json_get(doc, 0, tp_bytes_text(key)), &number) && number == expected;
}

/* One item is open at a time; its index and its id are the same in all of its events. */
static void on_item(grammar *g, const tp_json *doc, tp_bytes name)
{
    uint32_t whole = at(doc, "item", "id");
    tp_bytes id = tp_json_inside(doc, whole ? whole : tp_json_get(doc, 0, TP_BYTES("item_id")));

    demand(id.length && id.length < LONGEST_ID && counts(doc, "output_index", g->items));
    if (tp_bytes_equal(name, TP_BYTES("response.output_item.added"))) {
        demand(!g->open);
        g->open = true;
        memcpy(g->id, id.data, id.length);
        g->id[id.length] = '\0';
        return;
    }
    demand(g->open && tp_bytes_equal(id, tp_bytes_text(g->id)));
    if (tp_bytes_equal(name, TP_BYTES("response.output_item.done"))) {
        g->open = false;
        g->items++;
    }
}

static uint64_t length_of(const tp_json *doc, uint32_t array)
{
    uint64_t length = 0;

    for (uint32_t item = tp_json_items(doc, array); item; item = tp_json_next(doc, item))
        length++;
    return length;
}

static void on_response(grammar *g, const tp_json *doc, tp_bytes name)
{
    bool begins = tp_bytes_equal(name, TP_BYTES("response.created")) || tp_bytes_equal(name, TP_BYTES("response.in_progress"));

    demand(!g->open && begins == (g->events < 2));
    demand(length_of(doc, at(doc, "response", "output")) == g->items);
    g->ended = !begins;
}

static void on_event(void *arg, const tp_sse_event *event)
{
    grammar *g = arg;
    tp_arena *arena = tp_arena_new();
    tp_json doc;

    if (event->kind == TP_SSE_EVENT) {
        demand(!g->ended && tp_json_scan(event->data, arena, TP_JSON_EVERYTHING, &doc, NULL));
        demand(tp_json_is(&doc, tp_json_get(&doc, 0, TP_BYTES("type")), event->name) && counts(&doc, "sequence_number", g->events));
        if (tp_json_get(&doc, 0, TP_BYTES("response")))
            on_response(g, &doc, event->name);
        else
            on_item(g, &doc, event->name);
        g->events++;
    }
    tp_arena_free(arena);
}

static void demand_grammar(const char *provider, tp_bytes text)
{
    const tp_format *from = tp_formats_named(tp_bytes_text(provider));
    tp_buffer out = TP_BUFFER(MOST);
    grammar g = { .events = 0 };
    bool good = conversion_stream(from, tp_formats_named(TP_BYTES("openai_responses")), text, SIZE_MAX, &out);
    tp_sse *sse = tp_sse_new(MOST, on_event, &g);

    tp_sse_feed(sse, tp_buffer_bytes(&out));
    tp_sse_end(sse);
    tp_sse_free(sse);
    demand(g.ended == good);
    tp_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const tp_format *format = tp_formats_named(TP_BYTES("openai_responses"));
    tp_bytes text = tp_bytes_of((const char *)data, size);

    conversion_request(format, text);
    conversion_reply(format, text);
    demand_grammar("openai_responses", text);
    demand_grammar("openai_chat", text);
    demand_grammar("anthropic", text);
    return 0;
}
