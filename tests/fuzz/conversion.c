/* fuzz/conversion.c - conversions of arbitrary bytes, and what is demanded of them. */

#include "conversion.h"

#include "fuzz.h"

#include "json/scan.h"
#include "wire/chat.h"
#include "wire/feed.h"
#include "wire/formats.h"
#include "wire/gather.h"
#include "wire/sse.h"

enum { MOST = 1 << 22, CHOICES = 128 };

static const char *const FORMATS[] = { "openai_chat", "openai_completions", "openai_responses", "anthropic", "gemini",
                                       "ollama",      "ollama_generate" };

enum { FORMAT_COUNT = sizeof(FORMATS) / sizeof(*FORMATS) };

static const char *const MODELS[] = { "gpt-4o",        "claude-sonnet-4-5", "claude-opus-4-8",
                                      "deepseek-chat", "gemini-3-flash",    "gemini-2.0-flash" };

static bool is_json(tp_arena *arena, tp_bytes text)
{
    tp_json doc;

    return tp_json_scan(text, arena, 0, &doc, NULL);
}

/* ---- requests ---- */

static void write_request(tp_arena *arena, const tp_chat *chat, const tp_format *to, const char *model)
{
    tp_buffer body = TP_BUFFER(MOST);
    tp_request_out out = { .arena = arena, .body = &body, .model = tp_bytes_text(model), .stream = true };

    if (tp_formats_write(to, chat, &out))
        demand(is_json(arena, tp_buffer_bytes(&body)) && out.path.length > 0);
    else
        demand(out.fault != NULL);
    tp_buffer_free(&body);
}

static void write_requests(tp_arena *arena, const tp_chat *chat)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        const tp_format *to = tp_formats_named(tp_bytes_text(FORMATS[i]));

        for (size_t m = 0; to && to->write_request && m < sizeof(MODELS) / sizeof(*MODELS); m++)
            write_request(arena, chat, to, MODELS[m]);
    }
}

void conversion_request(const tp_format *from, tp_bytes text)
{
    tp_arena *arena = tp_arena_new();
    tp_request_in in = { .path = TP_BYTES("") };
    const tp_chat *chat;
    tp_json doc;

    if (tp_json_scan(text, arena, TP_JSON_EVERYTHING, &doc, NULL)) {
        chat = tp_formats_read(from, &doc, &in, arena);
        demand(!chat == (in.fault != NULL));
        if (chat)
            write_requests(arena, chat);
    }
    tp_arena_free(arena);
}

/* ---- the grammar of canonical events ---- */

typedef struct listener {
    tp_writer writer;
    tp_gather *gather; /* of a whole reply */
    bool started, ended;
    unsigned blocks[CHOICES]; /* that are complete */
    bool open[CHOICES], finished[CHOICES];
} listener;

static void demand_grammar(listener *l, const tp_chat_event *ev)
{
    unsigned c = ev->choice;

    demand(c < CHOICES && !l->ended);
    demand(ev->type == TP_CHAT_PING || l->started == (ev->type != TP_CHAT_START));
    switch (ev->type) {
    case TP_CHAT_START:
        l->started = true;
        break;
    case TP_CHAT_OPEN:
        demand(!l->open[c] && !l->finished[c] && ev->index == l->blocks[c]);
        demand(ev->part != TP_PART_CALL || (ev->id.length && ev->name.length));
        l->open[c] = true;
        break;
    case TP_CHAT_DELTA:
        demand(l->open[c] && ev->index == l->blocks[c]);
        break;
    case TP_CHAT_CLOSE:
        demand(l->open[c] && ev->index == l->blocks[c]++);
        l->open[c] = false;
        break;
    case TP_CHAT_FINISH:
        demand(!l->open[c] && !l->finished[c]);
        l->finished[c] = true;
        break;
    case TP_CHAT_END:
        demand(l->finished[0]);
        l->ended = true;
        break;
    case TP_CHAT_PING:
        break;
    }
}

static void on_event(void *arg, const tp_chat_event *ev)
{
    listener *l = arg;

    demand_grammar(l, ev);
    if (l->gather)
        tp_gather_event(l->gather, ev);
    else
        l->writer.format->write_event(&l->writer, ev);
}

/* ---- replies ---- */

static bool run(tp_arena *arena, listener *l, const tp_format *from, tp_framing framing, tp_bytes text, size_t size)
{
    const tp_format *to = l->writer.format;
    tp_feed_setup setup = { .arena = arena,
                            .format = from,
                            .chat = l->writer.chat,
                            .framing = framing,
                            .id = TP_BYTES("test"),
                            .most = MOST,
                            .emit = on_event,
                            .arg = l };
    tp_feed *feed = tp_feed_new(&setup);
    bool good = true;

    l->writer.state = tp_arena_alloc(arena, to->writer_size + 1);
    l->writer.framing = framing == TP_FRAMING_WHOLE ? framing : to->framing;
    l->gather = framing == TP_FRAMING_WHOLE ? tp_gather_new(arena, MOST) : NULL;
    for (; good && text.length; text = tp_bytes_from(text, size))
        good = tp_feed_bytes(feed, tp_bytes_of(text.data, text.length < size ? text.length : size));
    good = good && tp_feed_end(feed);
    demand(good ? l->ended : tp_feed_fault(feed) || tp_feed_told(feed));
    return good;
}

static listener listening(tp_arena *arena, const tp_format *to, tp_buffer *out)
{
    tp_chat *chat = tp_arena_make(arena, tp_chat);

    chat->arena = arena;
    chat->stream_usage = true;
    return (listener){
        .writer = { .format = to, .arena = arena, .out = out, .chat = chat, .id = TP_BYTES("test"), .model = TP_BYTES("m"), .now = 1 }
    };
}

bool conversion_stream(const tp_format *from, const tp_format *to, tp_bytes text, size_t size, tp_buffer *out)
{
    tp_arena *arena = tp_arena_new();
    listener l = listening(arena, to, out);
    bool good = run(arena, &l, from, from->framing, text, size);

    tp_arena_free(arena);
    return good;
}

static void reply_whole(const tp_format *from, const tp_format *to, tp_bytes text)
{
    tp_arena *arena = tp_arena_new();
    tp_buffer out = TP_BUFFER(MOST);
    listener l = listening(arena, to, &out);

    if (run(arena, &l, from, TP_FRAMING_WHOLE, text, SIZE_MAX)) {
        to->write_reply(&l.writer, tp_gather_reply(l.gather));
        demand(is_json(arena, tp_buffer_bytes(&out)));
    }
    tp_buffer_free(&out);
    tp_arena_free(arena);
}

static void demand_data(void *arg, const tp_sse_event *event)
{
    if (event->kind == TP_SSE_EVENT)
        demand(tp_bytes_equal(event->data, TP_BYTES("[DONE]")) || is_json(arg, event->data));
}

static void demand_events(tp_bytes stream)
{
    tp_arena *arena = tp_arena_new();
    tp_sse *sse = tp_sse_new(MOST, demand_data, arena);

    tp_sse_feed(sse, stream);
    tp_sse_end(sse);
    tp_sse_free(sse);
    tp_arena_free(arena);
}

static void reply_stream(const tp_format *from, const tp_format *to, tp_bytes text)
{
    static const size_t SIZES[] = { 1, 7 };
    tp_buffer out = TP_BUFFER(MOST);
    bool good = conversion_stream(from, to, text, SIZE_MAX, &out);

    if (to->framing == TP_FRAMING_SSE)
        demand_events(tp_buffer_bytes(&out));
    for (size_t i = 0; i < sizeof(SIZES) / sizeof(*SIZES); i++) {
        tp_buffer cut = TP_BUFFER(MOST);

        demand(conversion_stream(from, to, text, SIZES[i], &cut) == good);
        demand(tp_bytes_equal(tp_buffer_bytes(&cut), tp_buffer_bytes(&out)));
        tp_buffer_free(&cut);
    }
    tp_buffer_free(&out);
}

void conversion_reply(const tp_format *from, tp_bytes text)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        const tp_format *to = tp_formats_named(tp_bytes_text(FORMATS[i]));

        if (!to)
            continue;
        reply_whole(from, to, text);
        reply_stream(from, to, text);
    }
}
