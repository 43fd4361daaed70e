/* wire/openai_chat/completions.c - a legacy completion for the client: text and nothing else. */

#include "wire/frame.h"
#include "wire/openai_chat/format.h"

static void write_identity(tp_write *w, const tp_writer *writer, tp_escaped model)
{
    tp_write_key(w, "id");
    tp_write_string_open(w);
    tp_write_piece_string(w, TP_BYTES("cmpl-"));
    tp_write_piece_string(w, writer->id);
    tp_write_string_close(w);
    tp_write_member_text(w, "object", "text_completion");
    tp_write_member_number(w, "created", (uint64_t)writer->now);
    tp_write_member_escaped(w, "model", model.length ? model : writer->model);
}

static void write_choice(tp_write *w, unsigned index, tp_escaped text, const char *finish)
{
    tp_write_open(w, '{');
    tp_write_member_escaped(w, "text", text);
    tp_write_member_number(w, "index", index);
    tp_write_member_null(w, "logprobs");
    if (finish)
        tp_write_member_text(w, "finish_reason", finish);
    else
        tp_write_member_null(w, "finish_reason");
    tp_write_close(w, '}');
}

static void write_chunk(tp_writer *writer, const tp_chat_event *ev, const char *finish)
{
    const tp_openai_chat_writing *state = writer->state;
    tp_write w = tp_frame_open(writer, NULL);

    tp_write_open(&w, '{');
    write_identity(&w, writer, state->model);
    tp_write_member_open(&w, "choices", '[');
    if (ev->type != TP_CHAT_END)
        write_choice(&w, ev->choice, ev->text, finish);
    tp_write_close(&w, ']');
    if (ev->type == TP_CHAT_END)
        tp_openai_chat_reply_write_usage(&w, ev->usage);
    tp_write_close(&w, '}');
    tp_frame_close(writer);
}

void tp_openai_chat_completions_write_event(tp_writer *w, const tp_chat_event *ev)
{
    tp_openai_chat_writing *state = w->state;

    if (ev->type == TP_CHAT_START)
        state->model = tp_arena_copy(w->arena, ev->name);
    else if (ev->type == TP_CHAT_DELTA && ev->part == TP_PART_TEXT && ev->text.length)
        write_chunk(w, ev, NULL);
    else if (ev->type == TP_CHAT_FINISH)
        write_chunk(w, ev, tp_openai_chat_reply_write_finish(ev->finish));
    else if (ev->type == TP_CHAT_PING)
        tp_frame_comment(w);
    if (ev->type != TP_CHAT_END)
        return;
    if (w->chat->stream_usage)
        write_chunk(w, ev, NULL);
    tp_frame_mark(w, "[DONE]");
}

static tp_escaped text_of(const tp_reply_choice *choice, tp_arena *arena)
{
    tp_escaped text = tp_bytes_of(NULL, 0);

    for (const tp_part *part = choice->parts.first; part; part = part->next)
        if (part->type == TP_PART_TEXT)
            text = text.length ? tp_arena_join(arena, (const tp_bytes[]){ text, part->text }, 2) : part->text;
    return text;
}

void tp_openai_chat_completions_write_whole(tp_writer *writer, const tp_reply *reply)
{
    tp_write w = tp_write_to(writer->out);

    tp_write_open(&w, '{');
    write_identity(&w, writer, reply->model);
    tp_write_member_open(&w, "choices", '[');
    for (unsigned i = 0; i < reply->choice_count; i++)
        write_choice(&w, i, text_of(&reply->choices[i], writer->arena), tp_openai_chat_reply_write_finish(reply->choices[i].finish));
    tp_write_close(&w, ']');
    tp_openai_chat_reply_write_usage(&w, reply->usage);
    tp_write_close(&w, '}');
}
