/* wire/anthropic/reply_read.c - a provider's message, whole or event by event. */

#include "wire/anthropic/format.h"

#include "wire/seal.h"
#include "wire/trouble.h"

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
void tp_anthropic_reply_read_finish(tp_reader *r, const tp_json *doc, uint32_t ended)
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

void tp_anthropic_reply_read_keep_citation(tp_reader *r, const tp_json *doc, uint32_t node)
{
    tp_anthropic_reply *state = r->state;
    tp_verbatim text = citation_of(r, doc, node);
    tp_anthropic_citation *citation;

    if (!text.length)
        return;
    citation = tp_arena_make(r->arena, tp_anthropic_citation);
    citation->text = text;
    *(state->waiting ? &state->last_waiting->next : &state->waiting) = citation;
    state->last_waiting = citation;
}

void tp_anthropic_reply_read_tell_citations(tp_reader *r)
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
        tp_anthropic_reply_read_keep_citation(r, doc, item);
    if (text_of(doc, block, "text").length)
        tp_anthropic_reply_read_tell_citations(r);
}

void tp_anthropic_reply_read_signature(tp_reader *r, const tp_json *doc, uint32_t from, int64_t key)
{
    tp_seal seal = tp_seal_unpack(TP_DIALECT_ANTHROPIC, text_of(doc, from, "signature"));

    if (seal.data.length)
        tp_intake_seal(r->intake, 0, TP_PART_THINKING, key, &seal);
}

static void read_thinking(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key)
{
    tp_intake_text(r->intake, 0, TP_PART_THINKING, key, text_of(doc, block, "thinking"));
    tp_anthropic_reply_read_signature(r, doc, block, key);
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
void tp_anthropic_reply_read_block(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key)
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
bool tp_anthropic_reply_read_failure(tp_reader *r, const tp_json *doc)
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

    if (tp_anthropic_reply_read_failure(r, doc))
        return true;
    if (!tp_json_has(doc, content, TP_JSON_ARRAY))
        return false;
    tp_intake_start(r->intake, tp_json_inside(doc, tp_json_get(doc, 0, TP_BYTES("id"))),
                    tp_json_inside(doc, tp_json_get(doc, 0, TP_BYTES("model"))));
    for (uint32_t block = tp_json_items(doc, content); block; block = tp_json_next(doc, block), key++) {
        tp_anthropic_reply_read_block(r, doc, block, key);
        tp_intake_close(r->intake, 0, key);
    }
    tp_anthropic_reply_read_finish(r, doc, 0);
    return true;
}

bool tp_anthropic_reply_read_count(const tp_json *doc, uint64_t *tokens)
{
    return tp_json_uint(doc, tp_json_get(doc, 0, TP_BYTES("input_tokens")), tokens);
}
