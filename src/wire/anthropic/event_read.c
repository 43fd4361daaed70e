/* wire/anthropic/event_read.c - a provider's message event by event. */

#include "wire/anthropic/format.h"

#include "wire/usage.h"

#define K TP_BYTES_INIT

static uint32_t get(const tp_json *doc, uint32_t object, const char *key)
{
    return tp_anthropic_get(doc, object, tp_bytes_text(key));
}

static tp_escaped text_of(const tp_json *doc, uint32_t object, const char *key)
{
    return tp_json_inside(doc, get(doc, object, key));
}

/* ---- the message ---- */

static uint64_t number_of(const tp_json *doc, uint32_t object, const char *key)
{
    uint64_t number = 0;

    tp_json_uint(doc, get(doc, object, key), &number);
    return number;
}

/* A message starts with what its prompt costs. */
static void read_first_usage(tp_reader *r, const tp_json *doc, uint32_t node)
{
    tp_usage *usage = node ? tp_arena_make(r->arena, tp_usage) : NULL;

    if (!usage)
        return;
    usage->cache_read = number_of(doc, node, "cache_read_input_tokens");
    usage->cache_creation = number_of(doc, node, "cache_creation_input_tokens");
    usage->input = number_of(doc, node, "input_tokens") + usage->cache_read + usage->cache_creation;
    usage->output = number_of(doc, node, "output_tokens");
    tp_intake_start_usage(r->intake, usage);
}

/* The block's key for the intake: its index, and one that no other message's block has. */
static int64_t key_of(tp_reader *r, const tp_json *doc)
{
    tp_anthropic_reply *state = r->state;
    uint64_t index = 0;
    int64_t key;

    tp_json_uint(doc, tp_json_get(doc, 0, TP_BYTES("index")), &index);
    key = state->base + (int64_t)(index & INT32_MAX);
    state->highest = key > state->highest ? key : state->highest;
    return key;
}

/* A second message in the same stream goes on behind the first; the same one again is an echo. */
static void on_start(tp_reader *r, const tp_json *doc)
{
    tp_anthropic_reply *state = r->state;
    uint32_t message = tp_json_get(doc, 0, TP_BYTES("message"));
    tp_escaped id = text_of(doc, message, "id");

    if (state->begun && !tp_bytes_equal(state->id, id))
        state->base = state->highest + 1;
    state->begun = true;
    state->id = tp_arena_copy(r->arena, id);
    read_first_usage(r, doc, get(doc, message, "usage"));
    tp_intake_start(r->intake, id, text_of(doc, message, "model"));
}

/* ---- blocks ---- */

static void on_block_start(tp_reader *r, const tp_json *doc)
{
    tp_anthropic_reply_read_block(r, doc, tp_json_get(doc, 0, TP_BYTES("content_block")), key_of(r, doc));
}

static void on_text(tp_reader *r, const tp_json *doc, uint32_t delta, int64_t key)
{
    tp_escaped text = text_of(doc, delta, "text");

    tp_intake_text(r->intake, 0, TP_PART_TEXT, key, text);
    if (text.length)
        tp_anthropic_reply_read_tell_citations(r);
}

static void on_input(tp_reader *r, const tp_json *doc, uint32_t delta, int64_t key)
{
    const tp_anthropic_reply *state = r->state;

    if (state->mute != key + 1)
        tp_intake_arguments(r->intake, 0, key, text_of(doc, delta, "partial_json"));
}

static void on_thinking(tp_reader *r, const tp_json *doc, uint32_t delta, int64_t key)
{
    tp_intake_text(r->intake, 0, TP_PART_THINKING, key, text_of(doc, delta, "thinking"));
}

static void on_citation(tp_reader *r, const tp_json *doc, uint32_t delta, int64_t key)
{
    (void)key;
    tp_anthropic_reply_read_keep_citation(r, doc, get(doc, delta, "citation"));
}

static const struct {
    tp_bytes type;
    void (*read)(tp_reader *r, const tp_json *doc, uint32_t delta, int64_t key);
} DELTAS[] = {
    { K("text_delta"), on_text },          { K("input_json_delta"), on_input },
    { K("thinking_delta"), on_thinking },  { K("signature_delta"), tp_anthropic_reply_read_signature },
    { K("citations_delta"), on_citation },
};

static void on_delta(tp_reader *r, const tp_json *doc)
{
    uint32_t delta = tp_json_get(doc, 0, TP_BYTES("delta")), type = get(doc, delta, "type");

    for (size_t i = 0; i < sizeof(DELTAS) / sizeof(*DELTAS); i++)
        if (tp_json_is(doc, type, DELTAS[i].type))
            DELTAS[i].read(r, doc, delta, key_of(r, doc));
}

static void on_block_stop(tp_reader *r, const tp_json *doc)
{
    tp_intake_close(r->intake, 0, key_of(r, doc));
}

/* ---- the end ---- */

static void on_message_delta(tp_reader *r, const tp_json *doc)
{
    tp_anthropic_reply_read_finish(r, doc, tp_json_get(doc, 0, TP_BYTES("delta")));
}

static void on_message_stop(tp_reader *r, const tp_json *doc)
{
    (void)doc;
    r->terminal = true;
}

static void on_ping(tp_reader *r, const tp_json *doc)
{
    (void)doc;
    tp_intake_ping(r->intake);
}

static void on_error(tp_reader *r, const tp_json *doc)
{
    if (!tp_anthropic_reply_read_failure(r, doc))
        r->fault = "an error event without an error";
}

static const struct {
    tp_bytes type;
    void (*read)(tp_reader *r, const tp_json *doc);
} EVENTS[] = {
    { K("content_block_delta"), on_delta },
    { K("content_block_start"), on_block_start },
    { K("content_block_stop"), on_block_stop },
    { K("message_start"), on_start },
    { K("message_delta"), on_message_delta },
    { K("message_stop"), on_message_stop },
    { K("ping"), on_ping },
    { K("error"), on_error },
};

/* Events that are not known are passed over: there may always be new ones. */
bool tp_anthropic_event_read(tp_reader *r, tp_bytes name, const tp_json *doc)
{
    uint32_t type = tp_json_get(doc, 0, TP_BYTES("type"));
    tp_bytes word = tp_json_has(doc, type, TP_JSON_STRING) ? tp_json_inside(doc, type) : name;

    if (!word.length)
        return tp_anthropic_reply_read_failure(r, doc);
    for (size_t i = 0; i < sizeof(EVENTS) / sizeof(*EVENTS); i++)
        if (tp_bytes_equal(EVENTS[i].type, word)) {
            EVENTS[i].read(r, doc);
            break;
        }
    return !r->fault;
}
