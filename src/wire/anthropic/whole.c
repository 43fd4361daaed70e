/* wire/anthropic/whole.c - a whole message for the client. */

#include "wire/anthropic/format.h"

#include "wire/seal.h"

static void write_citations(tp_write *w, tp_verbatim citations, tp_arena *arena)
{
    tp_json list;

    if (!citations.length || !tp_json_scan(citations, arena, TP_JSON_MEMBERS, &list, NULL))
        return;
    tp_write_member_open(w, "citations", '[');
    for (uint32_t item = tp_json_first(&list, 0); item; item = tp_json_next(&list, item))
        tp_anthropic_end_write_citation(w, tp_json_raw(&list, item), arena);
    tp_write_close(w, ']');
}

static void write_text(tp_write *w, tp_escaped text, tp_verbatim citations, tp_arena *arena)
{
    tp_write_open(w, '{');
    tp_write_member_text(w, "type", "text");
    tp_write_member_escaped(w, "text", text);
    write_citations(w, citations, arena);
    tp_write_close(w, '}');
}

static void write_thinking(tp_write *w, tp_escaped text, tp_escaped signature)
{
    tp_write_open(w, '{');
    tp_write_member_text(w, "type", "thinking");
    tp_write_member_escaped(w, "thinking", text);
    tp_write_member_escaped(w, "signature", signature);
    tp_write_close(w, '}');
}

static void write_redacted(tp_write *w, const tp_seal *seal)
{
    tp_write_open(w, '{');
    tp_write_member_text(w, "type", "redacted_thinking");
    tp_write_member_escaped(w, "data", seal->data);
    tp_write_close(w, '}');
}

static void write_call(tp_write *w, const tp_part *call, tp_arena *arena)
{
    tp_escaped packed = tp_anthropic_end_call_seal(arena, &call->seal);

    if (packed.length)
        write_thinking(w, tp_bytes_of(NULL, 0), packed);
    tp_write_open(w, '{');
    tp_write_member_text(w, "type", "tool_use");
    tp_write_member_escaped(w, "id", tp_chat_safe_id(arena, call->id));
    tp_write_member_escaped(w, "name", call->name);
    tp_write_key(w, "input");
    tp_chat_write_object(w, call->arguments, arena);
    tp_write_close(w, '}');
}

static void write_part(tp_write *w, const tp_part *part, tp_arena *arena)
{
    switch (part->type) {
    case TP_PART_THINKING:
        if (tp_anthropic_end_is_redacted(&part->seal))
            write_redacted(w, &part->seal);
        else
            write_thinking(w, part->text, tp_seal_pack(arena, TP_DIALECT_ANTHROPIC, &part->seal));
        break;
    case TP_PART_CALL:
        write_call(w, part, arena);
        break;
    case TP_PART_IMAGE:
        write_text(w, part->media->url.length ? part->media->url : TP_BYTES("(an image)"), tp_bytes_of(NULL, 0), arena);
        break;
    default:
        write_text(w, part->text, part->citations, arena);
        break;
    }
}

/* There is one answer: others that a provider gives besides are not shown. */
void tp_anthropic_whole_write(tp_writer *writer, const tp_reply *reply)
{
    static const tp_reply_choice NOTHING = { .finish = TP_FINISH_STOP };
    const tp_reply_choice *choice = reply->choice_count ? &reply->choices[0] : &NOTHING;
    tp_write w = tp_write_to(writer->out);
    bool refused = false;

    tp_write_open(&w, '{');
    tp_anthropic_end_write_identity(&w, writer, reply->model);
    tp_write_member_open(&w, "content", '[');
    for (const tp_part *part = choice->parts.first; part; part = part->next) {
        write_part(&w, part, writer->arena);
        refused |= part->type == TP_PART_REFUSAL;
    }
    tp_write_close(&w, ']');
    tp_anthropic_end_write(&w, choice->finish, choice->sequence, refused);
    tp_anthropic_end_write_usage(&w, reply->usage);
    tp_write_close(&w, '}');
}

void tp_anthropic_whole_write_count(tp_buffer *out, uint64_t tokens)
{
    tp_write w = tp_write_to(out);

    tp_write_open(&w, '{');
    tp_write_member_number(&w, "input_tokens", tokens);
    tp_write_close(&w, '}');
}
