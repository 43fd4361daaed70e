/* fuzz/fuzz_responses.c - whatever a client or a provider of OpenAI's Responses says, what comes out is JSON, in the grammar of its stream,
 * and the same however the bytes are cut. */

#include "fuzz.h"

#include "json/scan.h"
#include "wire/chat.h"
#include "wire/feed.h"
#include "wire/formats.h"
#include "wire/gather.h"

enum { MOST = 16 << 20 };

static const char *const TARGETS[] = { "openai_chat", "openai_responses", "anthropic" };

static const tp_format *named(const char *name)
{
    return tp_formats_named(tp_bytes_text(name));
}

static void demand_json(tp_bytes text, tp_arena *arena, tp_json *doc)
{
    demand(tp_json_scan(text, arena, TP_JSON_EVERYTHING, doc, NULL));
}

/* ---- requests ---- */

static void write_for(const tp_chat *chat, const char *target)
{
    tp_buffer body = TP_BUFFER(MOST);
    tp_request_out out = { .arena = chat->arena, .body = &body, .model = TP_BYTES("gpt-5"), .stream = true };
    tp_json doc;

    if (tp_formats_write(named(target), chat, &out))
        demand_json(tp_buffer_bytes(&body), chat->arena, &doc);
    else
        demand(out.fault);
    tp_buffer_free(&body);
}

static void try_request(tp_bytes text, const char *client)
{
    tp_arena *arena = tp_arena_new();
    tp_request_in in = { .fault = NULL };
    tp_json doc;
    tp_chat *chat;

    if (tp_json_scan(text, arena, TP_JSON_EVERYTHING, &doc, NULL)) {
        chat = tp_formats_read(named(client), &doc, &in, arena);
        demand(chat || in.fault);
        for (size_t i = 0; chat && i < sizeof(TARGETS) / sizeof(*TARGETS); i++)
            write_for(chat, TARGETS[i]);
    }
    tp_arena_free(arena);
}

/* ---- replies ---- */

typedef struct reply {
    tp_writer writer;
    tp_gather *gather;
} reply;

static void on_event(void *arg, const tp_chat_event *event)
{
    reply *r = arg;

    if (r->gather)
        tp_gather_event(r->gather, event);
    else
        r->writer.format->write_event(&r->writer, event);
}

/* What the client gets, in `out`; whether it is complete. */
static bool convert(tp_bytes text, const char *provider, tp_framing framing, size_t size, tp_buffer *out)
{
    tp_arena *arena = tp_arena_new();
    const tp_format *client = named("openai_responses");
    tp_chat *chat = tp_arena_make(arena, tp_chat);
    reply r = { .writer = { .format = client, .arena = arena, .out = out, .chat = chat, .framing = framing, .id = TP_BYTES("id") } };
    tp_feed_setup setup = { arena, named(provider), chat, framing, TP_BYTES("id"), MOST, on_event, &r };
    tp_feed *feed = tp_feed_new(&setup);
    bool good = true;

    r.writer.state = tp_arena_alloc(arena, client->writer_size);
    r.gather = framing == TP_FRAMING_WHOLE ? tp_gather_new(arena, MOST) : NULL;
    for (; text.length && good; text = tp_bytes_from(text, size))
        good = tp_feed_bytes(feed, tp_bytes_of(text.data, text.length < size ? text.length : size));
    good = good && tp_feed_end(feed);
    if (good && r.gather)
        client->write_reply(&r.writer, tp_gather_reply(r.gather));
    tp_arena_free(arena);
    return good;
}

/* Every event is JSON, and they are numbered without a gap. */
static void demand_stream(tp_bytes stream)
{
    static const char MARK[] = "\ndata: ";
    tp_arena *arena = tp_arena_new();
    uint64_t count = 0, number;

    for (const char *at; stream.length && (at = memmem(stream.data, stream.length, MARK, sizeof(MARK) - 1)); count++) {
        tp_bytes rest = tp_bytes_from(stream, (size_t)(at - stream.data) + sizeof(MARK) - 1);
        size_t end = tp_bytes_find(rest, '\n');
        tp_json doc;

        demand_json(tp_bytes_of(rest.data, end), arena, &doc);
        demand(tp_json_uint(&doc, tp_json_get(&doc, 0, TP_BYTES("sequence_number")), &number) && number == count);
        stream = tp_bytes_from(rest, end);
    }
    tp_arena_free(arena);
}

static void try_stream(tp_bytes text, const char *provider)
{
    const size_t sizes[] = { 1, 3, text.length / 2 + 1 };
    tp_buffer whole = TP_BUFFER(MOST);
    bool good = convert(text, provider, TP_FRAMING_SSE, SIZE_MAX, &whole);

    demand_stream(tp_buffer_bytes(&whole));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        tp_buffer parts = TP_BUFFER(MOST);

        demand(convert(text, provider, TP_FRAMING_SSE, sizes[i], &parts) == good);
        demand(tp_bytes_equal(tp_buffer_bytes(&parts), tp_buffer_bytes(&whole)));
        tp_buffer_free(&parts);
    }
    tp_buffer_free(&whole);
}

static void try_whole(tp_bytes text, const char *provider)
{
    tp_buffer out = TP_BUFFER(MOST);
    tp_arena *arena = tp_arena_new();
    tp_json doc;

    if (convert(text, provider, TP_FRAMING_WHOLE, SIZE_MAX, &out))
        demand_json(tp_buffer_bytes(&out), arena, &doc);
    tp_arena_free(arena);
    tp_buffer_free(&out);
}

/* The first byte says what the rest is: a request, a whole reply or a stream, of each of the formats. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_of((const char *)data + 1, size - 1);

    if (!size)
        return 0;
    switch (data[0] % 3) {
    case 0:
        try_request(text, TARGETS[data[0] / 3 % 3]);
        break;
    case 1:
        try_whole(text, TARGETS[data[0] / 3 % 3]);
        break;
    default:
        try_stream(text, TARGETS[data[0] / 3 % 3]);
    }
    return 0;
}
