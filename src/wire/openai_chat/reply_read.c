/* wire/openai_chat/reply_read.c - a provider's chat completion, whole or chunk by chunk. */

#include "wire/openai_chat/format.h"

#include "wire/intake.h"
#include "wire/openai_error.h"

static bool is_null(const tp_json *doc, uint32_t node)
{
    return node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL);
}

static tp_finish finish_of(const tp_json *doc, uint32_t node)
{
    static const struct {
        tp_bytes word;
        tp_finish finish;
    } WORDS[] = {
        { TP_BYTES_INIT("stop"), TP_FINISH_STOP },
        { TP_BYTES_INIT("length"), TP_FINISH_LENGTH },
        { TP_BYTES_INIT("tool_calls"), TP_FINISH_CALLS },
        { TP_BYTES_INIT("function_call"), TP_FINISH_CALLS },
        { TP_BYTES_INIT("content_filter"), TP_FINISH_REFUSAL },
        { TP_BYTES_INIT("model_length"), TP_FINISH_LENGTH }, /* Mistral */
    };

    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
        if (tp_json_is(doc, node, WORDS[i].word))
            return WORDS[i].finish;
    return TP_FINISH_STOP;
}

/* Mistral sends arrays of parts, thoughts among them. */
static void read_content(tp_reader *r, const tp_json *doc, unsigned choice, uint32_t node)
{
    tp_intake_text(r->intake, choice, TP_PART_TEXT, TP_INTAKE_HERE, tp_json_inside(doc, node));
    if (!tp_json_has(doc, node, TP_JSON_ARRAY))
        return;
    for (uint32_t part = tp_json_items(doc, node); part; part = tp_json_next(doc, part)) {
        uint32_t thoughts = tp_json_member(doc, part, TP_BYTES("thinking"));

        tp_intake_text(r->intake, choice, TP_PART_TEXT, TP_INTAKE_HERE, tp_json_inside(doc, tp_json_member(doc, part, TP_BYTES("text"))));
        for (uint32_t item = tp_json_items(doc, thoughts); item; item = tp_json_next(doc, item))
            tp_intake_text(r->intake, choice, TP_PART_THINKING, TP_INTAKE_HERE,
                           tp_json_inside(doc, tp_json_member(doc, item, TP_BYTES("text"))));
    }
}

/* The name of this field differs from server to server; some send two of them with the same text. */
static void read_thought(tp_reader *r, const tp_json *doc, unsigned choice, uint32_t message)
{
    tp_escaped text = tp_json_inside(doc, tp_json_member(doc, message, TP_BYTES("reasoning_content")));

    if (!text.length)
        text = tp_json_inside(doc, tp_json_member(doc, message, TP_BYTES("reasoning")));
    tp_intake_text(r->intake, choice, TP_PART_THINKING, TP_INTAKE_HERE, text);
}

static void read_call(tp_reader *r, const tp_json *doc, unsigned choice, uint32_t call, uint64_t position)
{
    uint32_t function = tp_json_member(doc, call, TP_BYTES("function")), arguments = tp_json_member(doc, function, TP_BYTES("arguments"));
    uint32_t google = tp_json_member(doc, tp_json_member(doc, call, TP_BYTES("extra_content")), TP_BYTES("google"));
    tp_intake_called called = { .id = tp_json_inside(doc, tp_json_member(doc, call, TP_BYTES("id"))),
                                .name = tp_json_inside(doc, tp_json_member(doc, function, TP_BYTES("name"))),
                                .seal = { .data = tp_json_inside(doc, tp_json_member(doc, google, TP_BYTES("thought_signature"))),
                                          .maker = TP_DIALECT_GEMINI } };
    int64_t key;

    tp_json_uint(doc, tp_json_member(doc, call, TP_BYTES("index")), &position);
    key = (int64_t)(position & INT32_MAX);
    tp_intake_call(r->intake, choice, key, &called);
    if (tp_json_has(doc, arguments, TP_JSON_OBJECT))
        tp_intake_object(r->intake, choice, key, tp_json_raw(doc, arguments));
    else
        tp_intake_arguments(r->intake, choice, key, tp_json_inside(doc, arguments));
}

static void read_calls(tp_reader *r, const tp_json *doc, unsigned choice, uint32_t message)
{
    uint32_t calls = tp_json_member(doc, message, TP_BYTES("tool_calls")), old = tp_json_member(doc, message, TP_BYTES("function_call"));
    tp_intake_called called = { .custom = false };
    uint64_t position = 0;

    for (uint32_t call = tp_json_items(doc, calls); call; call = tp_json_next(doc, call))
        read_call(r, doc, choice, call, position++);
    if (is_null(doc, old))
        return;
    called.name = tp_json_inside(doc, tp_json_member(doc, old, TP_BYTES("name")));
    tp_intake_call(r->intake, choice, 0, &called);
    tp_intake_arguments(r->intake, choice, 0, tp_json_inside(doc, tp_json_member(doc, old, TP_BYTES("arguments"))));
}

static void read_annotations(tp_reader *r, const tp_json *doc, unsigned choice, uint32_t message)
{
    uint32_t list = tp_json_member(doc, message, TP_BYTES("annotations"));

    for (uint32_t item = tp_json_items(doc, list); item; item = tp_json_next(doc, item)) {
        uint32_t citation = tp_json_member(doc, item, TP_BYTES("url_citation"));

        if (citation)
            tp_intake_citation(r->intake, choice, tp_json_raw(doc, citation));
    }
}

/* The message of a whole reply or the delta of a chunk: the same members, in the order of their meaning. */
static void read_message(tp_reader *r, const tp_json *doc, unsigned choice, uint32_t message)
{
    read_thought(r, doc, choice, message);
    read_content(r, doc, choice, tp_json_member(doc, message, TP_BYTES("content")));
    tp_intake_text(r->intake, choice, TP_PART_REFUSAL, TP_INTAKE_HERE,
                   tp_json_inside(doc, tp_json_member(doc, message, TP_BYTES("refusal"))));
    read_annotations(r, doc, choice, message);
    read_calls(r, doc, choice, message);
}

static void read_choice(tp_reader *r, const tp_json *doc, uint32_t item, uint64_t position)
{
    uint32_t message = tp_json_member(doc, item, TP_BYTES("message")), finish = tp_json_member(doc, item, TP_BYTES("finish_reason"));
    uint32_t logprobs = tp_json_member(doc, tp_json_member(doc, item, TP_BYTES("logprobs")), TP_BYTES("content"));
    unsigned choice;

    tp_json_uint(doc, tp_json_member(doc, item, TP_BYTES("index")), &position);
    choice = (unsigned)(position & INT32_MAX);
    read_message(r, doc, choice, message ? message : tp_json_member(doc, item, TP_BYTES("delta")));
    if (!is_null(doc, logprobs))
        tp_intake_logprobs(r->intake, choice, tp_json_raw(doc, logprobs));
    if (is_null(doc, finish))
        return;
    tp_intake_finish(r->intake, choice, finish_of(doc, finish), tp_bytes_of(NULL, 0));
    r->terminal = true;
}

static bool read(tp_reader *r, const tp_json *doc)
{
    uint32_t choices = tp_json_get(doc, 0, TP_BYTES("choices"));
    uint64_t position = 0;

    if (!tp_json_has(doc, choices, TP_JSON_ARRAY))
        return false;
    tp_intake_start(r->intake, tp_json_inside(doc, tp_json_get(doc, 0, TP_BYTES("id"))),
                    tp_json_inside(doc, tp_json_get(doc, 0, TP_BYTES("model"))));
    for (uint32_t item = tp_json_items(doc, choices); item; item = tp_json_next(doc, item))
        read_choice(r, doc, item, position++);
    return true;
}

static bool read_failure(tp_reader *r, const tp_json *doc)
{
    uint32_t error = tp_json_get(doc, 0, TP_BYTES("error"));

    if (is_null(doc, error) || tp_json_has(doc, error, TP_JSON_FALSE))
        return false;
    tp_openai_error_inside(r, doc, error);
    return true;
}

bool tp_openai_chat_reply_read_whole(tp_reader *r, const tp_json *doc)
{
    return read_failure(r, doc) || read(r, doc);
}

bool tp_openai_chat_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc)
{
    (void)name;
    return read_failure(r, doc) || read(r, doc);
}
