/* wire/ollama/reply_read.c - a provider's reply, whole or line by line: both have the same members. */

#include "wire/ollama/format.h"

#include "wire/intake.h"
#include "wire/trouble.h"

static tp_escaped text_of(const tp_json *doc, uint32_t object, tp_bytes key)
{
    return tp_json_inside(doc, tp_json_get(doc, object, key));
}

/* A call comes in one piece; its number is its place in the reply. */
static void read_call(tp_reader *r, const tp_json *doc, uint32_t item)
{
    tp_ollama_reply_state *state = r->state;
    uint32_t function = tp_json_get(doc, item, TP_BYTES("function")), arguments = tp_json_get(doc, function, TP_BYTES("arguments"));
    tp_intake_called called = { .id = text_of(doc, item, TP_BYTES("id")), .name = text_of(doc, function, TP_BYTES("name")) };
    int64_t key = state->calls++;

    tp_intake_call(r->intake, 0, key, &called);
    if (tp_json_has(doc, arguments, TP_JSON_STRING))
        tp_intake_arguments(r->intake, 0, key, tp_json_inside(doc, arguments));
    else if (tp_json_has(doc, arguments, TP_JSON_OBJECT))
        tp_intake_object(r->intake, 0, key, tp_json_raw(doc, arguments));
    tp_intake_close(r->intake, 0, key);
}

static void read_message(tp_reader *r, const tp_json *doc, uint32_t message)
{
    uint32_t calls = tp_json_get(doc, message, TP_BYTES("tool_calls")), images = tp_json_get(doc, message, TP_BYTES("images"));

    tp_intake_text(r->intake, 0, TP_PART_THINKING, TP_INTAKE_HERE, text_of(doc, message, TP_BYTES("thinking")));
    tp_intake_text(r->intake, 0, TP_PART_TEXT, TP_INTAKE_HERE, text_of(doc, message, TP_BYTES("content")));
    for (uint32_t item = tp_json_items(doc, images); item; item = tp_json_next(doc, item))
        tp_intake_image(r->intake, 0, &(tp_media){ .type = TP_BYTES("image/png"), .data = tp_json_inside(doc, item) });
    for (uint32_t item = tp_json_items(doc, calls); item; item = tp_json_next(doc, item))
        read_call(r, doc, item);
}

bool tp_ollama_reply_read_error(const tp_json *doc, tp_told *told, tp_arena *arena)
{
    uint32_t error = tp_json_get(doc, 0, TP_BYTES("error"));

    (void)arena;
    if (!tp_json_has(doc, error, TP_JSON_STRING))
        return false;
    told->message = tp_json_inside(doc, error);
    told->trouble = tp_trouble_of(told->message, told->code);
    return true;
}

/* An error in a stream has no status of its own. */
static bool read_failure(tp_reader *r, const tp_json *doc)
{
    if (!tp_ollama_reply_read_error(doc, &r->told, r->arena))
        return false;
    r->failed = true;
    r->told.status = r->told.trouble == TP_TROUBLE_CONTEXT ? 400 : 500;
    r->told = tp_trouble_keep(&r->told, r->arena);
    return true;
}

static bool read(tp_reader *r, const tp_json *doc)
{
    uint32_t message = tp_json_get(doc, 0, TP_BYTES("message")), logprobs = tp_json_get(doc, 0, TP_BYTES("logprobs"));
    uint32_t reason = tp_json_get(doc, 0, TP_BYTES("done_reason"));
    bool done = tp_json_has(doc, tp_json_get(doc, 0, TP_BYTES("done")), TP_JSON_TRUE);

    if (!tp_json_has(doc, message, TP_JSON_OBJECT) && !done)
        return false;
    tp_intake_start(r->intake, tp_bytes_of(NULL, 0), text_of(doc, 0, TP_BYTES("model")));
    read_message(r, doc, message);
    if (tp_json_has(doc, logprobs, TP_JSON_ARRAY))
        tp_intake_logprobs(r->intake, 0, tp_json_raw(doc, logprobs));
    if (!done)
        return true;
    tp_intake_finish(r->intake, 0, tp_json_is(doc, reason, TP_BYTES("length")) ? TP_FINISH_LENGTH : TP_FINISH_STOP, tp_bytes_of(NULL, 0));
    r->terminal = true;
    return true;
}

bool tp_ollama_reply_read_whole(tp_reader *r, const tp_json *doc)
{
    return read_failure(r, doc) || read(r, doc);
}

bool tp_ollama_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc)
{
    (void)name;
    return read_failure(r, doc) || read(r, doc);
}
