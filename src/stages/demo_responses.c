/* stages/demo_responses.c - OpenAI's Responses: one object, or the named events that build it. */

#include "stages/demo.h"

typedef struct writing {
    const tp_demo_ask *ask;
    tp_demo_reply *reply;
    tp_buffer *out;
    unsigned sequence; /* number of the next event */
} writing;

static const char *item_id(const tp_demo_ask *ask)
{
    return tp_arena_printf(ask->arena, "%s_demo%llu", ask->tool ? "fc" : "msg", (unsigned long long)ask->number);
}

static void put_text_part(const char *text, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"type\":\"output_text\",\"text\":%s,\"annotations\":[],\"logprobs\":[]}", text);
}

/* The only item of the output; not yet `complete`, it is still empty. */
static void put_item(const tp_demo_ask *ask, bool complete, tp_buffer *out)
{
    tp_buffer_printf(out, "{\"id\":\"%s\",\"status\":\"%s\",", item_id(ask), complete ? "completed" : "in_progress");
    if (ask->tool) {
        tp_buffer_printf(out, "\"type\":\"function_call\",\"call_id\":\"call_demo%llu\",\"name\":%s,\"arguments\":%s}",
                         (unsigned long long)ask->number, ask->tool, complete ? ask->argued.whole : "\"\"");
        return;
    }
    tp_buffer_text(out, "\"type\":\"message\",\"role\":\"assistant\",\"content\":[");
    if (complete)
        put_text_part(ask->text.whole, out);
    tp_buffer_text(out, "]}");
}

static void put_usage(const tp_demo_ask *ask, tp_buffer *out)
{
    tp_buffer_printf(out,
                     "{\"input_tokens\":%llu,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":%llu,"
                     "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":%llu}",
                     (unsigned long long)ask->input, (unsigned long long)ask->output, (unsigned long long)(ask->input + ask->output));
}

static void put_response(const tp_demo_ask *ask, bool complete, tp_buffer *out)
{
    tp_buffer_printf(out,
                     "{\"id\":\"resp_demo%llu\",\"object\":\"response\",\"created_at\":%lld,\"status\":\"%s\",\"model\":%s,\"output\":[",
                     (unsigned long long)ask->number, ask->created, complete ? "completed" : "in_progress", ask->model);
    if (complete)
        put_item(ask, true, out);
    tp_buffer_text(out,
                   "],\"error\":null,\"incomplete_details\":null,\"instructions\":null,\"max_output_tokens\":null,\"metadata\":{},"
                   "\"parallel_tool_calls\":true,\"previous_response_id\":null,\"reasoning\":{\"effort\":null,\"summary\":null},"
                   "\"store\":false,\"temperature\":1.0,\"text\":{\"format\":{\"type\":\"text\"}},\"tool_choice\":\"auto\",\"tools\":[],"
                   "\"top_p\":1.0,\"truncation\":\"disabled\",\"usage\":");
    if (complete)
        put_usage(ask, out);
    else
        tp_buffer_text(out, "null");
    tp_buffer_text(out, "}");
}

static void open_event(writing *w, const char *type)
{
    tp_buffer_printf(w->out, "event: %s\ndata: {\"type\":\"%s\",\"sequence_number\":%u,", type, type, w->sequence++);
}

static void close_event(writing *w)
{
    tp_buffer_text(w->out, "}\n\n");
}

static void response_event(writing *w, const char *type, bool complete)
{
    open_event(w, type);
    tp_buffer_text(w->out, "\"response\":");
    put_response(w->ask, complete, w->out);
    close_event(w);
}

static void item_event(writing *w, const char *type, bool complete)
{
    open_event(w, type);
    tp_buffer_text(w->out, "\"output_index\":0,\"item\":");
    put_item(w->ask, complete, w->out);
    close_event(w);
}

static void part_event(writing *w, const char *type, const char *text)
{
    open_event(w, type);
    tp_buffer_printf(w->out, "\"item_id\":\"%s\",\"output_index\":0,\"content_index\":0,\"part\":", item_id(w->ask));
    put_text_part(text, w->out);
    close_event(w);
}

/* One piece of the item, or all of it: `name` is delta, text or arguments. */
static void piece_event(writing *w, const char *type, const char *name, const char *value)
{
    open_event(w, type);
    tp_buffer_printf(w->out, "\"item_id\":\"%s\",\"output_index\":0,%s\"%s\":%s", item_id(w->ask),
                     w->ask->tool ? "" : "\"content_index\":0,", name, value);
    if (!w->ask->tool)
        tp_buffer_text(w->out, ",\"logprobs\":[]");
    close_event(w);
}

static void pieces(writing *w, const char *type, const tp_demo_saying *saying)
{
    for (unsigned i = 0; i < saying->count; i++) {
        piece_event(w, type, "delta", saying->words[i]);
        tp_demo_reply_pause(w->reply);
    }
}

static void stream(writing *w)
{
    const tp_demo_ask *ask = w->ask;

    response_event(w, "response.created", false);
    response_event(w, "response.in_progress", false);
    item_event(w, "response.output_item.added", false);
    if (ask->tool) {
        pieces(w, "response.function_call_arguments.delta", &ask->argued);
        piece_event(w, "response.function_call_arguments.done", "arguments", ask->argued.whole);
    } else {
        part_event(w, "response.content_part.added", "\"\"");
        pieces(w, "response.output_text.delta", &ask->text);
        piece_event(w, "response.output_text.done", "text", ask->text.whole);
        part_event(w, "response.content_part.done", ask->text.whole);
    }
    item_event(w, "response.output_item.done", true);
    response_event(w, "response.completed", true);
}

void tp_demo_responses(const tp_demo_ask *ask, tp_demo_reply *reply)
{
    writing w = { .ask = ask, .reply = reply, .out = &reply->body };

    tp_demo_reply_begin(reply, 200, ask->stream ? TP_FRAMING_SSE : TP_FRAMING_WHOLE);
    if (ask->stream)
        stream(&w);
    else
        put_response(ask, true, w.out);
}
