/* stages/demo_ask.c - what a request of any dialect asks for, as far as the demo answers it: the same few keys everywhere. */

#include "stages/demo.h"

#include "base/clock.h"
#include "exchange/endpoint.h"

enum { LONGEST_NAME = 128, BYTES_PER_TOKEN = 4 };

static const char GREETING[] =
    "Hello! This is the demo provider of TokenPak, standing in for the model %.*s. I am a short script and not a "
    "model, so I always say the same; but the way your request took to me, and every number about it, is real.";
static const char THANKS[] = "Thank you, the result of your tool has arrived. The demo provider of TokenPak, standing in for the model "
                             "%.*s, cannot read it; a real model would now go on from there.";

/* Members of the body that hold the prompt, whatever the dialect. */
static const char *const PROMPTS[] = {
    "messages", "system", "prompt", "suffix", "input", "instructions", "contents", "content", "systemInstruction", "generateContentRequest",
    "requests",
};

/* Keys in there whose value is what somebody wrote. */
static const char *const TEXTS[] = { "text", "content", "input", "prompt", "suffix", "system", "instructions", "output" };

/* Members that only the result of a tool has; no value = any. */
static const struct {
    const char *key, *value;
} RESULTS[] = {
    { "role", "tool" },           { "role", "function" },        { "type", "tool_result" }, { "type", "function_call_output" },
    { "functionResponse", NULL }, { "function_response", NULL },
};

static bool one_of(const tp_json *json, uint32_t key, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tp_json_is(json, key, tp_bytes_text(words[i])))
            return true;
    return false;
}

/* The node behind a value and all that is in it. */
static uint32_t end_of(const tp_json *json, uint32_t value)
{
    uint32_t end = value + 1;

    while (end < json->count && json->nodes[end].start < json->nodes[value].end)
        end++;
    return end;
}

/* A string that is an element of an array counts too: input of embeddings. */
static bool is_written(const tp_json *json, uint32_t node)
{
    if (tp_json_kind_of(json, node) != TP_JSON_STRING)
        return false;
    return tp_json_kind_of(json, node - 1) != TP_JSON_KEY || one_of(json, node - 1, TEXTS, sizeof(TEXTS) / sizeof(TEXTS[0]));
}

static uint64_t count_input(const tp_json *json, tp_arena *arena)
{
    uint64_t bytes = 0;

    for (uint32_t key = tp_json_first(json, 0); key != TP_JSON_NONE; key = tp_json_next(json, key)) {
        uint32_t value = tp_json_value(key), end = end_of(json, value);

        if (!one_of(json, key, PROMPTS, sizeof(PROMPTS) / sizeof(PROMPTS[0])))
            continue;
        for (uint32_t node = value; node < end; node++)
            if (is_written(json, node))
                bytes += tp_json_text(json, node, arena).length;
    }
    return bytes ? (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN : 1;
}

static bool is_result(const tp_json *json, uint32_t node)
{
    for (size_t i = 0; i < sizeof(RESULTS) / sizeof(RESULTS[0]); i++)
        if (tp_json_kind_of(json, node) == TP_JSON_KEY && tp_json_is(json, node, tp_bytes_text(RESULTS[i].key)) &&
            (!RESULTS[i].value || tp_json_is(json, tp_json_value(node), tp_bytes_text(RESULTS[i].value))))
            return true;
    return false;
}

/* Whether the last message is the result of a tool. */
static bool ends_in_result(const tp_json *json)
{
    static const char *const LISTS[] = { "messages", "input", "contents" };
    uint32_t list = TP_JSON_NONE, last = TP_JSON_NONE;

    for (size_t i = 0; i < 3 && list == TP_JSON_NONE; i++)
        list = tp_json_get(json, 0, tp_bytes_text(LISTS[i]));
    if (list == TP_JSON_NONE || tp_json_kind_of(json, list) != TP_JSON_ARRAY)
        return false;
    for (uint32_t item = tp_json_first(json, list); item != TP_JSON_NONE; item = tp_json_next(json, item))
        last = item;
    for (uint32_t node = last; last != TP_JSON_NONE && node < end_of(json, last); node++)
        if (is_result(json, node))
            return true;
    return false;
}

static const char *quote(const tp_demo_ask *ask, tp_bytes text)
{
    return tp_json_quote(ask->arena, text).data;
}

/* Cuts before each blank, so that the words put together are the text. */
static tp_demo_saying say(const tp_demo_ask *ask, const char *text)
{
    tp_demo_saying saying = { .whole = quote(ask, tp_bytes_text(text)) };
    tp_bytes rest = tp_bytes_text(text);

    saying.words = tp_arena_array(ask->arena, const char *, rest.length + 1);
    while (rest.length) {
        size_t end = 1 + tp_bytes_find(tp_bytes_from(rest, 1), ' ');

        saying.words[saying.count++] = quote(ask, tp_bytes_of(rest.data, end));
        rest = tp_bytes_from(rest, end);
    }
    return saying;
}

static void read_model(tp_demo_ask *ask)
{
    ask->name = tp_endpoint_path_model(ask->path); /* of every Gemini path, and of GET /v1/models/NAME */
    if (ask->name.length == 0 && ask->json)
        ask->name = tp_json_text(ask->json, tp_json_get(ask->json, 0, TP_BYTES("model")), ask->arena);
    if (ask->name.length == 0)
        ask->name = TP_BYTES("demo");
    if (ask->name.length > LONGEST_NAME)
        ask->name.length = LONGEST_NAME;
    ask->model = quote(ask, ask->name);
}

/* Ollama streams unless told not to, Gemini has a path for it. */
static void read_stream(tp_demo_ask *ask)
{
    uint32_t stream = tp_json_get(ask->json, 0, TP_BYTES("stream"));
    uint32_t options = tp_json_get(ask->json, 0, TP_BYTES("stream_options"));

    ask->stream = ask->dialect == TP_DIALECT_OLLAMA;
    if (stream != TP_JSON_NONE)
        tp_json_bool(ask->json, stream, &ask->stream);
    if (ask->dialect == TP_DIALECT_GEMINI)
        ask->stream = tp_bytes_equal(tp_endpoint_path_method(ask->path), TP_BYTES("streamGenerateContent"));
    if (options != TP_JSON_NONE)
        tp_json_bool(ask->json, tp_json_get(ask->json, options, TP_BYTES("include_usage")), &ask->include_usage);
}

static void choose_answer(tp_demo_ask *ask)
{
    bool result = ends_in_result(ask->json);
    uint32_t name, schema;

    ask->text = say(ask, tp_arena_printf(ask->arena, result ? THANKS : GREETING, (int)ask->name.length, ask->name.data));
    ask->output = ask->text.count;
    if (result || !tp_demo_tool_find(ask->json, &name, &schema))
        return;
    ask->tool = quote(ask, tp_json_text(ask->json, name, ask->arena));
    ask->arguments = tp_demo_tool_arguments(ask->json, schema, ask->arena);
    ask->argued = say(ask, ask->arguments);
    ask->output = 1 + ask->argued.count;
}

void tp_demo_ask_read(tp_demo_ask *ask)
{
    char text[TP_CLOCK_TEXT];

    ask->created = ask->wall_ms / 1000;
    ask->created_at = tp_arena_copy(ask->arena, tp_bytes_text(tp_clock_rfc3339(ask->wall_ms, text))).data;
    read_model(ask);
    if (!ask->json)
        return;
    read_stream(ask);
    ask->input = count_input(ask->json, ask->arena);
    choose_answer(ask);
}
