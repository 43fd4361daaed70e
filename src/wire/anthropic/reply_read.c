/* wire/anthropic/reply_read.c - a provider's message, whole or event by event. */

#include "wire/anthropic/format.h"

#include "wire/seal.h"
#include "wire/trouble.h"
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

static const struct {
    tp_bytes word;
    tp_finish finish;
} FINISHES[] = {
    { K("end_turn"), TP_FINISH_STOP },     { K("stop_sequence"), TP_FINISH_SEQUENCE },
    { K("max_tokens"), TP_FINISH_LENGTH }, { K("model_context_window_exceeded"), TP_FINISH_CONTEXT },
    { K("tool_use"), TP_FINISH_CALLS },    { K("refusal"), TP_FINISH_REFUSAL },
    { K("pause_turn"), TP_FINISH_PAUSE },
};

/* `ended`: the message (the whole text then) or the delta that has stop_reason. */
static void read_finish(tp_reader *r, const tp_json *doc, uint32_t ended)
{
    uint32_t reason = tp_json_get(doc, ended, TP_BYTES("stop_reason"));
    tp_escaped sequence = tp_json_inside(doc, tp_json_get(doc, ended, TP_BYTES("stop_sequence")));
    tp_finish finish = TP_FINISH_STOP;

    if (tp_anthropic_is_null(doc, reason))
        return;
    for (size_t i = 0; i < sizeof(FINISHES) / sizeof(*FINISHES); i++)
        if (tp_json_is(doc, reason, FINISHES[i].word))
            finish = FINISHES[i].finish;
    if (finish == TP_FINISH_REFUSAL)
        sequence = text_of(doc, tp_json_get(doc, ended, TP_BYTES("stop_details")), "explanation");
    tp_intake_finish(r->intake, 0, finish, sequence);
    r->terminal = true;
}

/* ---- citations ---- */

/* Of a place on the web, as the other dialects know it; empty for any other. */
static tp_verbatim citation_of(tp_reader *r, const tp_json *doc, uint32_t node)
{
    tp_buffer text = TP_BUFFER(SIZE_MAX / 4);
    tp_write w = tp_write_to(&text);
    uint32_t url = get(doc, node, "url");
    tp_verbatim copy;

    url = url ? url : get(doc, node, "source");
    if (!tp_json_has(doc, url, TP_JSON_STRING))
        return tp_bytes_of(NULL, 0);
    tp_write_open(&w, '{');
    tp_write_member_escaped(&w, "url", tp_json_inside(doc, url));
    tp_write_member_escaped(&w, "title", text_of(doc, node, "title"));
    tp_write_close(&w, '}');
    copy = tp_arena_copy(r->arena, tp_buffer_bytes(&text));
    tp_buffer_free(&text);
    return copy;
}

static void keep_citation(tp_reader *r, const tp_json *doc, uint32_t node)
{
    tp_anthropic_reply *state = r->state;
    tp_verbatim text = citation_of(r, doc, node);
    tp_anthropic_citation **end = &state->waiting;

    if (!text.length)
        return;
    while (*end)
        end = &(*end)->next;
    *end = tp_arena_make(r->arena, tp_anthropic_citation);
    (*end)->text = text;
}

static void tell_citations(tp_reader *r)
{
    tp_anthropic_reply *state = r->state;

    for (; state->waiting; state->waiting = state->waiting->next)
        tp_intake_citation(r->intake, 0, state->waiting->text);
}

/* ---- blocks ---- */

/* What a block says when it starts is all of it in a whole reply, and most often nothing in a stream. */
static void read_text(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key)
{
    uint32_t citations = get(doc, block, "citations");

    tp_intake_text(r->intake, 0, TP_PART_TEXT, key, text_of(doc, block, "text"));
    for (uint32_t item = tp_json_items(doc, citations); item; item = tp_json_next(doc, item))
        keep_citation(r, doc, item);
    if (text_of(doc, block, "text").length)
        tell_citations(r);
}

static void read_signature(tp_reader *r, const tp_json *doc, uint32_t from, int64_t key)
{
    tp_seal seal = tp_seal_unpack(TP_DIALECT_ANTHROPIC, text_of(doc, from, "signature"));

    if (seal.data.length)
        tp_intake_seal(r->intake, 0, TP_PART_THINKING, key, &seal);
}

static void read_thinking(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key)
{
    tp_intake_text(r->intake, 0, TP_PART_THINKING, key, text_of(doc, block, "thinking"));
    read_signature(r, doc, block, key);
}

static void read_redacted(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key)
{
    tp_seal seal = { .data = text_of(doc, block, "data"), .id = TP_BYTES(TP_ANTHROPIC_REDACTED), .maker = TP_DIALECT_ANTHROPIC };

    tp_intake_seal(r->intake, 0, TP_PART_THINKING, key, &seal);
}

/* The tool as the client calls it, whose name may have been written in the characters that are allowed here. */
static tp_escaped clients_name(const tp_reader *r, tp_escaped name)
{
    const tp_tool *tool = r->chat ? r->chat->tools : NULL;

    if (!tool || tp_chat_tool(r->chat, name))
        return name;
    while (tool && !tp_bytes_equal(tp_chat_safe_id(r->scratch, tool->name), name))
        tool = tool->next;
    return tool ? tool->name : name;
}

/* The input of a call is empty here when it follows in pieces; some servers give it whole, and the pieces too. */
static void read_call(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key)
{
    tp_anthropic_reply *state = r->state;
    tp_intake_called called = { .id = text_of(doc, block, "id"), .name = clients_name(r, text_of(doc, block, "name")) };
    uint32_t input = get(doc, block, "input");

    tp_intake_call(r->intake, 0, key, &called);
    if (!tp_json_items(doc, input))
        return;
    tp_intake_object(r->intake, 0, key, tp_json_raw(doc, input));
    state->mute = key + 1;
}

static const struct {
    tp_bytes type;
    void (*read)(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key);
} BLOCKS[] = {
    { K("text"), read_text },
    { K("thinking"), read_thinking },
    { K("redacted_thinking"), read_redacted },
    { K("tool_use"), read_call },
};

/* Blocks of other types are what the provider's own tools do. */
static void read_block(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key)
{
    tp_anthropic_reply *state = r->state;
    uint32_t type = get(doc, block, "type");

    state->waiting = NULL;
    for (size_t i = 0; i < sizeof(BLOCKS) / sizeof(*BLOCKS); i++)
        if (tp_json_is(doc, type, BLOCKS[i].type)) {
            BLOCKS[i].read(r, doc, block, key);
            return;
        }
    state->mute = key + 1;
}

/* ---- errors ---- */

bool tp_anthropic_reply_read_error(const tp_json *doc, tp_told *told, tp_arena *arena)
{
    uint32_t error = tp_json_get(doc, 0, TP_BYTES("error"));

    (void)arena;
    if (!tp_json_has(doc, error, TP_JSON_OBJECT))
        return false;
    told->message = text_of(doc, error, "message");
    told->code = text_of(doc, error, "type");
    told->trouble = tp_trouble_of(told->message, told->code);
    return true;
}

/* An error inside a stream has no status but the one that goes with its type. */
static bool read_failure(tp_reader *r, const tp_json *doc)
{
    if (!tp_anthropic_reply_read_error(doc, &r->told, r->arena))
        return false;
    r->failed = true;
    r->told = tp_trouble_keep(&r->told, r->arena);
    r->told.status = tp_trouble_status(r->told.code, tp_bytes_of(NULL, 0));
    return true;
}

/* ---- a whole message ---- */

bool tp_anthropic_reply_read_whole(tp_reader *r, const tp_json *doc)
{
    uint32_t content = tp_json_get(doc, 0, TP_BYTES("content"));
    int64_t key = 0;

    if (read_failure(r, doc))
        return true;
    if (!tp_json_has(doc, content, TP_JSON_ARRAY))
        return false;
    tp_intake_start(r->intake, tp_json_inside(doc, tp_json_get(doc, 0, TP_BYTES("id"))),
                    tp_json_inside(doc, tp_json_get(doc, 0, TP_BYTES("model"))));
    for (uint32_t block = tp_json_items(doc, content); block; block = tp_json_next(doc, block), key++) {
        read_block(r, doc, block, key);
        tp_intake_close(r->intake, 0, key);
    }
    read_finish(r, doc, 0);
    return true;
}

bool tp_anthropic_reply_read_count(const tp_json *doc, uint64_t *tokens)
{
    return tp_json_uint(doc, tp_json_get(doc, 0, TP_BYTES("input_tokens")), tokens);
}

/* ---- events ---- */

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

static void on_block_start(tp_reader *r, const tp_json *doc)
{
    read_block(r, doc, tp_json_get(doc, 0, TP_BYTES("content_block")), key_of(r, doc));
}

static void on_text(tp_reader *r, const tp_json *doc, uint32_t delta, int64_t key)
{
    tp_escaped text = text_of(doc, delta, "text");

    tp_intake_text(r->intake, 0, TP_PART_TEXT, key, text);
    if (text.length)
        tell_citations(r);
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
    keep_citation(r, doc, get(doc, delta, "citation"));
}

static const struct {
    tp_bytes type;
    void (*read)(tp_reader *r, const tp_json *doc, uint32_t delta, int64_t key);
} DELTAS[] = {
    { K("text_delta"), on_text },          { K("input_json_delta"), on_input },
    { K("thinking_delta"), on_thinking },  { K("signature_delta"), read_signature },
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

static void on_message_delta(tp_reader *r, const tp_json *doc)
{
    read_finish(r, doc, tp_json_get(doc, 0, TP_BYTES("delta")));
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
    if (!read_failure(r, doc))
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
bool tp_anthropic_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc)
{
    uint32_t type = tp_json_get(doc, 0, TP_BYTES("type"));
    tp_bytes word = tp_json_has(doc, type, TP_JSON_STRING) ? tp_json_inside(doc, type) : name;

    if (!word.length)
        return read_failure(r, doc);
    for (size_t i = 0; i < sizeof(EVENTS) / sizeof(*EVENTS); i++)
        if (tp_bytes_equal(EVENTS[i].type, word)) {
            EVENTS[i].read(r, doc);
            break;
        }
    return !r->fault;
}
