/* wire/openai_chat/reply_write.c - a chat completion for the client, whole or chunk by chunk. */

#include "wire/openai_chat/format.h"

#include "wire/frame.h"
#include "wire/seal.h"
#include "wire/usage.h"

const char *tp_openai_chat_reply_write_finish(tp_finish finish)
{
    switch (finish) {
    case TP_FINISH_LENGTH:
    case TP_FINISH_CONTEXT:
        return "length";
    case TP_FINISH_CALLS:
        return "tool_calls";
    case TP_FINISH_REFUSAL:
        return "content_filter";
    default:
        return "stop";
    }
}

void tp_openai_chat_reply_write_usage(tp_write *w, const tp_usage *usage)
{
    if (!usage) {
        tp_write_member_null(w, "usage");
        return;
    }
    tp_write_member_open(w, "usage", '{');
    tp_write_member_number(w, "prompt_tokens", usage->input);
    tp_write_member_number(w, "completion_tokens", usage->output);
    tp_write_member_number(w, "total_tokens", usage->input + usage->output);
    tp_write_member_open(w, "prompt_tokens_details", '{');
    tp_write_member_number(w, "cached_tokens", usage->cache_read);
    if (usage->cache_creation)
        tp_write_member_number(w, "cache_write_tokens", usage->cache_creation);
    tp_write_close(w, '}');
    tp_write_member_open(w, "completion_tokens_details", '{');
    tp_write_member_number(w, "reasoning_tokens", usage->reasoning);
    tp_write_close(w, '}');
    tp_write_close(w, '}');
}

/* ---- parts of both forms ---- */

static void write_identity(tp_write *w, const tp_writer *writer, const char *object, tp_escaped model)
{
    tp_write_key(w, "id");
    tp_write_string_open(w);
    tp_write_piece_string(w, TP_BYTES("chatcmpl-"));
    tp_write_piece_string(w, writer->id);
    tp_write_string_close(w);
    tp_write_member_text(w, "object", object);
    tp_write_member_number(w, "created", (uint64_t)writer->now);
    tp_write_member_escaped(w, "model", model.length ? model : writer->model);
}

/* An array with what OpenRouter calls the details of reasoning: the only field in which a chat client gives a seal back. */
static void write_details(tp_write *w, const tp_writer *writer, tp_escaped text, const tp_seal *seal)
{
    tp_escaped sealed = tp_seal_pack(writer->arena, TP_DIALECT_OPENAI, seal);

    tp_write_member_open(w, "reasoning_details", '[');
    tp_write_open(w, '{');
    tp_write_member_text(w, "type", text.length ? "reasoning.text" : "reasoning.encrypted");
    if (text.length)
        tp_write_member_escaped(w, "text", text);
    tp_write_member_escaped(w, text.length ? "signature" : "data", sealed);
    tp_write_close(w, '}');
    tp_write_close(w, ']');
}

static void write_call_seal(tp_write *w, const tp_seal *seal)
{
    if (!seal->data.length || seal->maker != TP_DIALECT_GEMINI)
        return;
    tp_write_member_open(w, "extra_content", '{');
    tp_write_member_open(w, "google", '{');
    tp_write_member_escaped(w, "thought_signature", seal->data);
    tp_write_close(w, '}');
    tp_write_close(w, '}');
}

/* ---- chunks ---- */

static tp_write open_chunk(tp_writer *w, unsigned choice)
{
    const tp_openai_chat_writing *state = w->state;
    tp_write out = tp_frame_open(w, NULL);

    tp_write_open(&out, '{');
    write_identity(&out, w, "chat.completion.chunk", state->model);
    tp_write_member_open(&out, "choices", '[');
    tp_write_open(&out, '{');
    tp_write_member_number(&out, "index", choice);
    tp_write_member_open(&out, "delta", '{');
    return out;
}

/* Behind the delta's members. */
static void close_chunk(tp_writer *w, tp_write *out, tp_verbatim logprobs, const char *finish)
{
    tp_write_close(out, '}');
    if (logprobs.length) {
        tp_write_member_open(out, "logprobs", '{');
        tp_write_member_raw(out, "content", logprobs);
        tp_write_member_null(out, "refusal");
        tp_write_close(out, '}');
    }
    if (finish)
        tp_write_member_text(out, "finish_reason", finish);
    else
        tp_write_member_null(out, "finish_reason");
    tp_write_close(out, '}');
    tp_write_close(out, ']');
    if (w->chat->stream_usage)
        tp_write_member_null(out, "usage");
    tp_write_close(out, '}');
    tp_frame_close(w);
}

/* The first chunk of a choice tells the role. */
static void begin_choice(tp_writer *w, unsigned choice)
{
    tp_openai_chat_writing *state = w->state;
    tp_write out;

    if (choice >= 32 || state->begun >> choice & 1)
        return;
    state->begun |= 1u << choice;
    out = open_chunk(w, choice);
    tp_write_member_text(&out, "role", "assistant");
    tp_write_member_text(&out, "content", "");
    tp_write_member_null(&out, "refusal");
    close_chunk(w, &out, tp_bytes_of(NULL, 0), NULL);
}

static unsigned *calls_of(tp_writer *w, unsigned choice)
{
    return &((tp_openai_chat_writing *)w->state)->calls[choice % 32];
}

static void open_call(tp_write *out, unsigned index)
{
    tp_write_member_open(out, "tool_calls", '[');
    tp_write_open(out, '{');
    tp_write_member_number(out, "index", index);
}

static void close_call(tp_write *out)
{
    tp_write_close(out, '}');
    tp_write_close(out, ']');
}

/* Free text, or a JSON text. */
static const char *kind_of_call(bool custom)
{
    return custom ? "custom" : "function";
}

static void write_open(tp_writer *w, const tp_chat_event *ev)
{
    tp_write out;

    if (ev->part != TP_PART_CALL)
        return;
    out = open_chunk(w, ev->choice);
    open_call(&out, (*calls_of(w, ev->choice))++);
    tp_write_member_escaped(&out, "id", ev->id);
    tp_write_member_text(&out, "type", kind_of_call(ev->custom));
    tp_write_member_open(&out, kind_of_call(ev->custom), '{');
    tp_write_member_escaped(&out, "name", ev->name);
    tp_write_member_text(&out, ev->custom ? "input" : "arguments", "");
    tp_write_close(&out, '}');
    close_call(&out);
    close_chunk(w, &out, tp_bytes_of(NULL, 0), NULL);
}

static void write_arguments(tp_writer *w, tp_write *out, const tp_chat_event *ev)
{
    open_call(out, *calls_of(w, ev->choice) - 1);
    tp_write_member_open(out, kind_of_call(ev->custom), '{');
    tp_write_member_escaped(out, ev->custom ? "input" : "arguments", ev->text);
    tp_write_close(out, '}');
    close_call(out);
}

static void write_annotation(tp_write *out, tp_verbatim citation)
{
    tp_write_member_open(out, "annotations", '[');
    tp_write_open(out, '{');
    tp_write_member_text(out, "type", "url_citation");
    tp_write_member_raw(out, "url_citation", citation);
    tp_write_close(out, '}');
    tp_write_close(out, ']');
}

static void write_delta(tp_writer *w, const tp_chat_event *ev)
{
    static const char *const KEYS[] = {
        [TP_PART_TEXT] = "content", [TP_PART_REFUSAL] = "refusal", [TP_PART_THINKING] = "reasoning_content"
    };
    tp_write out = open_chunk(w, ev->choice);

    if (ev->part == TP_PART_CALL)
        write_arguments(w, &out, ev);
    else if (ev->citation.length)
        write_annotation(&out, ev->citation);
    else if (ev->part <= TP_PART_THINKING && ev->text.length)
        tp_write_member_escaped(&out, KEYS[ev->part], ev->text);
    close_chunk(w, &out, ev->logprobs, NULL);
}

static void write_close(tp_writer *w, const tp_chat_event *ev)
{
    tp_write out;

    if (!ev->seal.data.length || (ev->part == TP_PART_CALL && ev->seal.maker != TP_DIALECT_GEMINI))
        return;
    out = open_chunk(w, ev->choice);
    if (ev->part == TP_PART_CALL) {
        open_call(&out, *calls_of(w, ev->choice) - 1);
        write_call_seal(&out, &ev->seal);
        close_call(&out);
    } else if (ev->part == TP_PART_THINKING) {
        write_details(&out, w, tp_bytes_of(NULL, 0), &ev->seal);
    }
    close_chunk(w, &out, tp_bytes_of(NULL, 0), NULL);
}

static void write_end(tp_writer *w, const tp_chat_event *ev)
{
    const tp_openai_chat_writing *state = w->state;

    if (w->chat->stream_usage) {
        tp_write out = tp_frame_open(w, NULL);

        tp_write_open(&out, '{');
        write_identity(&out, w, "chat.completion.chunk", state->model);
        tp_write_member_open(&out, "choices", '[');
        tp_write_close(&out, ']');
        tp_openai_chat_reply_write_usage(&out, ev->usage);
        tp_write_close(&out, '}');
        tp_frame_close(w);
    }
    tp_frame_mark(w, "[DONE]");
}

static void write_finish(tp_writer *w, const tp_chat_event *ev)
{
    tp_write out = open_chunk(w, ev->choice);

    close_chunk(w, &out, tp_bytes_of(NULL, 0), tp_openai_chat_reply_write_finish(ev->finish));
}

void tp_openai_chat_reply_write_event(tp_writer *w, const tp_chat_event *ev)
{
    tp_openai_chat_writing *state = w->state;

    if (ev->type == TP_CHAT_START)
        state->model = tp_arena_copy(w->arena, ev->name);
    if (ev->type < TP_CHAT_END)
        begin_choice(w, ev->choice);
    switch (ev->type) {
    case TP_CHAT_OPEN:
        write_open(w, ev);
        break;
    case TP_CHAT_DELTA:
        write_delta(w, ev);
        break;
    case TP_CHAT_CLOSE:
        write_close(w, ev);
        break;
    case TP_CHAT_FINISH:
        write_finish(w, ev);
        break;
    case TP_CHAT_END:
        write_end(w, ev);
        break;
    case TP_CHAT_PING:
        tp_frame_comment(w);
        break;
    default:
        break;
    }
}

/* ---- the whole reply ---- */

/* All texts of a type, one behind the other; null without any. */
static void write_joined(tp_write *w, const tp_reply_choice *choice, tp_part_type type, const char *key)
{
    bool begun = false;

    tp_write_key(w, key);
    for (const tp_part *part = choice->parts.first; part; part = part->next) {
        if (part->type != type)
            continue;
        if (!begun)
            tp_write_string_open(w);
        tp_write_piece_escaped(w, part->text);
        begun = true;
    }
    if (begun)
        tp_write_string_close(w);
    else
        tp_write_null(w);
}

static const tp_part *find_part(const tp_part *part, tp_part_type type)
{
    while (part && part->type != type)
        part = part->next;
    return part;
}

static void write_thoughts(tp_write *w, const tp_writer *writer, const tp_reply_choice *choice)
{
    const tp_part *thought = find_part(choice->parts.first, TP_PART_THINKING);

    if (!thought)
        return;
    write_joined(w, choice, TP_PART_THINKING, "reasoning_content");
    for (; thought && !thought->seal.data.length;)
        thought = find_part(thought->next, TP_PART_THINKING);
    if (thought)
        write_details(w, writer, thought->text, &thought->seal);
}

static void write_call(tp_write *w, const tp_part *call)
{
    const tp_bytes none = TP_BYTES("{}");

    tp_write_open(w, '{');
    tp_write_member_escaped(w, "id", call->id);
    tp_write_member_text(w, "type", kind_of_call(call->custom));
    tp_write_member_open(w, kind_of_call(call->custom), '{');
    tp_write_member_escaped(w, "name", call->name);
    if (call->custom)
        tp_write_member_string(w, "input", call->arguments);
    else
        tp_write_member_string(w, "arguments", call->arguments.length ? call->arguments : none);
    tp_write_close(w, '}');
    write_call_seal(w, &call->seal);
    tp_write_close(w, '}');
}

static void write_calls(tp_write *w, const tp_reply_choice *choice)
{
    const tp_part *call = find_part(choice->parts.first, TP_PART_CALL);

    if (!call)
        return;
    tp_write_member_open(w, "tool_calls", '[');
    for (; call; call = find_part(call->next, TP_PART_CALL))
        write_call(w, call);
    tp_write_close(w, ']');
}

static void write_annotations(tp_write *w, const tp_reply_choice *choice, tp_arena *arena)
{
    bool any = false;

    for (const tp_part *part = choice->parts.first; part; part = part->next)
        any |= part->citations.length > 0;
    if (!any)
        return;
    tp_write_member_open(w, "annotations", '[');
    for (const tp_part *part = choice->parts.first; part; part = part->next) {
        tp_json list;

        if (!part->citations.length || !tp_json_scan(part->citations, arena, TP_JSON_MEMBERS, &list, NULL))
            continue;
        for (uint32_t item = tp_json_first(&list, 0); item; item = tp_json_next(&list, item)) {
            tp_write_open(w, '{');
            tp_write_member_text(w, "type", "url_citation");
            tp_write_member_raw(w, "url_citation", tp_json_raw(&list, item));
            tp_write_close(w, '}');
        }
    }
    tp_write_close(w, ']');
}

static void write_choice(tp_write *w, const tp_writer *writer, const tp_reply_choice *choice, unsigned index)
{
    tp_write_open(w, '{');
    tp_write_member_number(w, "index", index);
    tp_write_member_open(w, "message", '{');
    tp_write_member_text(w, "role", "assistant");
    write_joined(w, choice, TP_PART_TEXT, "content");
    write_joined(w, choice, TP_PART_REFUSAL, "refusal");
    write_thoughts(w, writer, choice);
    write_calls(w, choice);
    write_annotations(w, choice, writer->arena);
    tp_write_close(w, '}');
    if (choice->logprobs.length) {
        tp_write_member_open(w, "logprobs", '{');
        tp_write_member_raw(w, "content", choice->logprobs);
        tp_write_member_null(w, "refusal");
        tp_write_close(w, '}');
    } else {
        tp_write_member_null(w, "logprobs");
    }
    tp_write_member_text(w, "finish_reason", tp_openai_chat_reply_write_finish(choice->finish));
    tp_write_close(w, '}');
}

void tp_openai_chat_reply_write_whole(tp_writer *writer, const tp_reply *reply)
{
    tp_write w = tp_write_to(writer->out);

    tp_write_open(&w, '{');
    write_identity(&w, writer, "chat.completion", reply->model);
    tp_write_member_open(&w, "choices", '[');
    for (unsigned i = 0; i < reply->choice_count; i++)
        write_choice(&w, writer, &reply->choices[i], i);
    tp_write_close(&w, ']');
    tp_openai_chat_reply_write_usage(&w, reply->usage);
    tp_write_close(&w, '}');
}
