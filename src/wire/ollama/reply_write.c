/* wire/ollama/reply_write.c - a reply for the client, whole or line by line. Generate has the members of the message beside the others. */

#include "wire/ollama/format.h"

#include "base/clock.h"
#include "json/string.h"
#include "wire/frame.h"
#include "wire/usage.h"

static bool is_generate(const tp_writer *w)
{
    return w->format == &tp_format_ollama_generate;
}

/* ---- parts of both forms ---- */

static void write_identity(tp_write *w, const tp_writer *writer, tp_escaped model)
{
    char time[TP_CLOCK_TEXT];

    tp_write_member_escaped(w, "model", model.length ? model : writer->model);
    tp_write_member_text(w, "created_at", tp_clock_rfc3339(writer->now * 1000, time));
}

/* Up to the value of the text. */
static void open_message(tp_write *w, const tp_writer *writer)
{
    if (!is_generate(writer)) {
        tp_write_member_open(w, "message", '{');
        tp_write_member_text(w, "role", "assistant");
    }
    tp_write_key(w, is_generate(writer) ? "response" : "content");
}

static void close_message(tp_write *w, const tp_writer *writer)
{
    if (!is_generate(writer))
        tp_write_close(w, '}');
}

/* Newer clients give the id back. */
static void write_call(tp_write *w, const tp_part *call, unsigned index, tp_arena *arena)
{
    tp_write_open(w, '{');
    tp_write_member_escaped(w, "id", call->id);
    tp_write_member_open(w, "function", '{');
    tp_write_member_number(w, "index", index);
    tp_write_member_escaped(w, "name", call->name);
    tp_write_key(w, "arguments");
    tp_chat_write_object(w, call->custom ? tp_chat_custom_arguments(call->arguments, arena) : call->arguments, arena);
    tp_write_close(w, '}');
    tp_write_close(w, '}');
}

static void write_image(tp_write *w, const tp_media *media)
{
    tp_write_member_open(w, "images", '[');
    tp_write_escaped(w, media->data);
    tp_write_close(w, ']');
}

/* What took how long only the machine with the model knows. Clients want the fields all the same. */
static void write_done(tp_write *w, tp_finish finish, const tp_usage *usage)
{
    bool cut = finish == TP_FINISH_LENGTH || finish == TP_FINISH_CONTEXT;

    tp_write_member_bool(w, "done", true);
    tp_write_member_text(w, "done_reason", cut ? "length" : "stop");
    tp_write_member_number(w, "total_duration", 0);
    tp_write_member_number(w, "load_duration", 0);
    tp_write_member_number(w, "prompt_eval_count", usage ? usage->input : 0);
    tp_write_member_number(w, "prompt_eval_duration", 0);
    tp_write_member_number(w, "eval_count", usage ? usage->output : 0);
    tp_write_member_number(w, "eval_duration", 0);
}

/* ---- lines ---- */

static tp_write open_line(tp_writer *w, tp_escaped text)
{
    const tp_ollama_writing *state = w->state;
    tp_write out = tp_frame_open(w, NULL);

    tp_write_open(&out, '{');
    write_identity(&out, w, state->model);
    open_message(&out, w);
    tp_write_escaped(&out, text);
    return out;
}

/* Behind the members of the message. */
static void close_line(tp_writer *w, tp_write *out, tp_verbatim logprobs)
{
    close_message(out, w);
    tp_write_member_raw(out, "logprobs", logprobs);
    tp_write_member_bool(out, "done", false);
    tp_write_close(out, '}');
    tp_frame_close(w);
}

static void free_text(void *text)
{
    tp_buffer_free(text);
}

/* A call is shown when it is complete. */
static void open_block(tp_writer *w, const tp_chat_event *ev)
{
    tp_ollama_writing *state = w->state;
    tp_write out;

    if (ev->part == TP_PART_CALL) {
        state->call = (tp_part){ .id = tp_arena_copy(w->arena, ev->id), .name = tp_arena_copy(w->arena, ev->name), .custom = ev->custom };
        state->text.length = 0;
    } else if (ev->part == TP_PART_IMAGE && ev->media->data.length) {
        out = open_line(w, tp_bytes_of(NULL, 0));
        write_image(&out, ev->media);
        close_line(w, &out, tp_bytes_of(NULL, 0));
    }
}

static void add_delta(tp_writer *w, const tp_chat_event *ev)
{
    tp_ollama_writing *state = w->state;
    tp_write out;

    if (ev->part == TP_PART_CALL) {
        tp_buffer_add(&state->text, ev->text);
        return;
    }
    if (!ev->text.length && !ev->logprobs.length)
        return;
    out = open_line(w, ev->part == TP_PART_THINKING ? tp_bytes_of(NULL, 0) : ev->text);
    if (ev->part == TP_PART_THINKING)
        tp_write_member_escaped(&out, "thinking", ev->text);
    close_line(w, &out, ev->logprobs);
}

static void close_block(tp_writer *w, const tp_chat_event *ev)
{
    tp_ollama_writing *state = w->state;
    tp_bytes text = tp_buffer_bytes(&state->text);
    char *decoded;
    tp_write out;

    if (ev->part != TP_PART_CALL)
        return;
    decoded = tp_arena_alloc(w->arena, text.length + 1);
    state->call.arguments = tp_bytes_of(decoded, text.length ? tp_string_decode(text, decoded) : 0);
    out = open_line(w, tp_bytes_of(NULL, 0));
    tp_write_member_open(&out, "tool_calls", '[');
    write_call(&out, &state->call, state->calls++, w->arena);
    tp_write_close(&out, ']');
    close_line(w, &out, tp_bytes_of(NULL, 0));
}

static void write_last(tp_writer *w, const tp_chat_event *ev)
{
    const tp_ollama_writing *state = w->state;
    tp_write out = open_line(w, tp_bytes_of(NULL, 0));

    close_message(&out, w);
    write_done(&out, state->finish, ev->usage);
    tp_write_close(&out, '}');
    tp_frame_close(w);
}

/* Ollama itself sends lines without text while it holds back what may become a call. */
static void write_ping(tp_writer *w)
{
    tp_write out = open_line(w, tp_bytes_of(NULL, 0));

    close_line(w, &out, tp_bytes_of(NULL, 0));
}

static void begin(tp_writer *w, const tp_chat_event *ev)
{
    tp_ollama_writing *state = w->state;

    state->model = tp_arena_copy(w->arena, ev->name);
    state->text.limit = SIZE_MAX / 2;
    tp_arena_defer(w->arena, free_text, &state->text);
}

/* There is one answer: those of other choices do not exist here. */
void tp_ollama_reply_write_event(tp_writer *w, const tp_chat_event *ev)
{
    tp_ollama_writing *state = w->state;

    if (ev->choice > 0)
        return;
    switch (ev->type) {
    case TP_CHAT_START:
        begin(w, ev);
        break;
    case TP_CHAT_OPEN:
        open_block(w, ev);
        break;
    case TP_CHAT_DELTA:
        add_delta(w, ev);
        break;
    case TP_CHAT_CLOSE:
        close_block(w, ev);
        break;
    case TP_CHAT_FINISH:
        state->finish = ev->finish;
        break;
    case TP_CHAT_END:
        write_last(w, ev);
        break;
    case TP_CHAT_PING:
        write_ping(w);
        break;
    }
}

/* ---- the whole reply ---- */

static const tp_part *find_part(const tp_part *part, tp_part_type type)
{
    while (part && part->type != type)
        part = part->next;
    return part;
}

/* The value of a string: all texts of the types in `types` (1 << tp_part_type), one behind the other. */
static void write_joined(tp_write *w, const tp_part *part, unsigned types)
{
    tp_write_string_open(w);
    for (; part; part = part->next)
        if (types >> part->type & 1)
            tp_write_piece_escaped(w, part->text);
    tp_write_string_close(w);
}

static void write_calls(tp_write *w, const tp_part *call, tp_arena *arena)
{
    unsigned index = 0;

    if (!call)
        return;
    tp_write_member_open(w, "tool_calls", '[');
    for (; call; call = find_part(call->next, TP_PART_CALL))
        write_call(w, call, index++, arena);
    tp_write_close(w, ']');
}

static void write_images(tp_write *w, const tp_part *image)
{
    if (!image)
        return;
    tp_write_member_open(w, "images", '[');
    for (; image; image = find_part(image->next, TP_PART_IMAGE))
        if (image->media->data.length)
            tp_write_escaped(w, image->media->data);
    tp_write_close(w, ']');
}

void tp_ollama_reply_write_whole(tp_writer *writer, const tp_reply *reply)
{
    static const tp_reply_choice NOTHING;
    const tp_reply_choice *choice = reply->choice_count ? &reply->choices[0] : &NOTHING;
    const tp_part *first = choice->parts.first;
    tp_write w = tp_write_to(writer->out);

    tp_write_open(&w, '{');
    write_identity(&w, writer, reply->model);
    open_message(&w, writer);
    write_joined(&w, first, 1u << TP_PART_TEXT | 1u << TP_PART_REFUSAL);
    if (find_part(first, TP_PART_THINKING)) {
        tp_write_key(&w, "thinking");
        write_joined(&w, first, 1u << TP_PART_THINKING);
    }
    write_images(&w, find_part(first, TP_PART_IMAGE));
    write_calls(&w, find_part(first, TP_PART_CALL), writer->arena);
    close_message(&w, writer);
    tp_write_member_raw(&w, "logprobs", choice->logprobs);
    write_done(&w, choice->finish, reply->usage);
    tp_write_close(&w, '}');
}
