/* wire/anthropic/reply_write.c - the events of a message for the client, in the strictest grammar that clients know. */

#include "wire/anthropic/format.h"

#include "wire/frame.h"
#include "wire/seal.h"

static tp_write open_event(tp_writer *w, const char *type)
{
    tp_write out = tp_frame_open(w, type);

    tp_write_open(&out, '{');
    tp_write_member_text(&out, "type", type);
    return out;
}

static void close_event(tp_writer *w, tp_write *out)
{
    tp_write_close(out, '}');
    tp_frame_close(w);
}

/* ---- the three events of a block ---- */

static tp_write open_block(tp_writer *w, const char *type)
{
    const tp_anthropic_answer *state = w->state;
    tp_write out = open_event(w, "content_block_start");

    tp_write_member_number(&out, "index", state->blocks);
    tp_write_member_open(&out, "content_block", '{');
    tp_write_member_text(&out, "type", type);
    return out;
}

static void close_block(tp_writer *w, tp_write *out)
{
    tp_write_close(out, '}');
    close_event(w, out);
}

static tp_write open_delta(tp_writer *w, const char *type)
{
    const tp_anthropic_answer *state = w->state;
    tp_write out = open_event(w, "content_block_delta");

    tp_write_member_number(&out, "index", state->blocks);
    tp_write_member_open(&out, "delta", '{');
    tp_write_member_text(&out, "type", type);
    return out;
}

static void write_delta(tp_writer *w, const char *type, const char *key, tp_escaped text)
{
    tp_write out = open_delta(w, type);

    tp_write_member_escaped(&out, key, text);
    close_block(w, &out);
}

static void stop_block(tp_writer *w)
{
    tp_anthropic_answer *state = w->state;
    tp_write out = open_event(w, "content_block_stop");

    tp_write_member_number(&out, "index", state->blocks++);
    close_event(w, &out);
}

/* ---- opening ---- */

static void open_text(tp_writer *w)
{
    tp_write out = open_block(w, "text");

    tp_write_member_text(&out, "text", "");
    close_block(w, &out);
}

static void open_thinking(tp_writer *w, const tp_seal *seal)
{
    tp_anthropic_answer *state = w->state;
    tp_write out;

    state->redacted = tp_anthropic_end_is_redacted(seal);
    out = open_block(w, state->redacted ? "redacted_thinking" : "thinking");
    if (state->redacted) {
        tp_write_member_escaped(&out, "data", seal->data);
    } else {
        tp_write_member_text(&out, "thinking", "");
        tp_write_member_text(&out, "signature", "");
    }
    close_block(w, &out);
}

/* The seal of a call that another maker made has no place in tool_use: it goes into the signature of a thought without words. */
static void carry_seal(tp_writer *w, const tp_seal *seal)
{
    tp_escaped packed = tp_anthropic_end_call_seal(w->arena, seal);

    if (!packed.length)
        return;
    open_thinking(w, seal);
    write_delta(w, "signature_delta", "signature", packed);
    stop_block(w);
}

static void open_call(tp_writer *w, const tp_chat_event *ev)
{
    tp_anthropic_answer *state = w->state;
    tp_write out;

    carry_seal(w, &ev->seal);
    state->input = state->wrap = false;
    out = open_block(w, "tool_use");
    tp_write_member_escaped(&out, "id", tp_chat_safe_id(w->arena, ev->id));
    tp_write_member_escaped(&out, "name", ev->name);
    tp_write_member_open(&out, "input", '{');
    tp_write_close(&out, '}');
    close_block(w, &out);
}

/* The assistant shows no images here. */
static void open_image(tp_writer *w, const tp_media *media)
{
    open_text(w);
    write_delta(w, "text_delta", "text", media->url.length ? media->url : TP_BYTES("(an image)"));
}

static void on_open(tp_writer *w, const tp_chat_event *ev)
{
    tp_anthropic_answer *state = w->state;

    state->refused |= ev->part == TP_PART_REFUSAL;
    switch (ev->part) {
    case TP_PART_THINKING:
        open_thinking(w, &ev->seal);
        break;
    case TP_PART_CALL:
        open_call(w, ev);
        break;
    case TP_PART_IMAGE:
        open_image(w, ev->media);
        break;
    default:
        open_text(w);
        break;
    }
}

/* ---- going on ---- */

/* Without the blanks, escaped or not, in front. */
static tp_escaped skip_blanks(tp_escaped piece)
{
    size_t at = 0;

    for (;;) {
        bool escape = at + 1 < piece.length && piece.data[at] == '\\' && strchr("nrt", piece.data[at + 1]);

        if (!escape && (at >= piece.length || piece.data[at] != ' '))
            return tp_bytes_from(piece, at);
        at += escape ? 2 : 1;
    }
}

/* The input has to be an object: arguments that begin as anything else become the text of a member of one. */
static void write_input(tp_writer *w, tp_escaped piece)
{
    tp_anthropic_answer *state = w->state;
    bool first = !state->input;
    tp_write out;

    piece = first ? skip_blanks(piece) : piece;
    if (!piece.length)
        return;
    state->input = true;
    state->wrap = first ? piece.data[0] != '{' : state->wrap;
    if (!state->wrap) {
        write_delta(w, "input_json_delta", "partial_json", piece);
        return;
    }
    out = open_delta(w, "input_json_delta");
    tp_write_key(&out, "partial_json");
    tp_write_string_open(&out);
    if (first)
        tp_write_piece_string(&out, TP_BYTES("{\"" TP_CHAT_WRAP "\":\""));
    tp_write_piece_string(&out, piece);
    tp_write_string_close(&out);
    close_block(w, &out);
}

static void write_citation(tp_writer *w, tp_verbatim citation)
{
    tp_write out = open_delta(w, "citations_delta");

    tp_write_key(&out, "citation");
    tp_anthropic_end_write_citation(&out, citation, w->arena);
    close_block(w, &out);
}

static void on_delta(tp_writer *w, const tp_chat_event *ev)
{
    if (ev->part == TP_PART_CALL)
        write_input(w, ev->text);
    else if (ev->citation.length && ev->part == TP_PART_TEXT)
        write_citation(w, ev->citation);
    else if (ev->text.length && ev->part == TP_PART_THINKING)
        write_delta(w, "thinking_delta", "thinking", ev->text);
    else if (ev->text.length)
        write_delta(w, "text_delta", "text", ev->text);
}

/* A thinking block has exactly one signature; what nobody sealed has an empty one, which comes back as none. */
static void on_close(tp_writer *w, const tp_chat_event *ev)
{
    const tp_anthropic_answer *state = w->state;

    if (ev->part == TP_PART_THINKING && !state->redacted)
        write_delta(w, "signature_delta", "signature", tp_seal_pack(w->arena, TP_DIALECT_ANTHROPIC, &ev->seal));
    if (ev->part == TP_PART_CALL && state->wrap)
        write_delta(w, "input_json_delta", "partial_json", TP_BYTES("\\\"}"));
    stop_block(w);
}

/* ---- the message ---- */

static void on_start(tp_writer *w, const tp_chat_event *ev)
{
    tp_anthropic_answer *state = w->state;
    tp_write out = open_event(w, "message_start");

    state->begun = true;
    tp_write_member_open(&out, "message", '{');
    tp_anthropic_end_write_identity(&out, w, ev->name);
    tp_write_member_open(&out, "content", '[');
    tp_write_close(&out, ']');
    tp_write_member_null(&out, "stop_reason");
    tp_write_member_null(&out, "stop_sequence");
    tp_anthropic_end_write_usage(&out, ev->usage);
    close_block(w, &out);
}

static void on_finish(tp_writer *w, const tp_chat_event *ev)
{
    tp_anthropic_answer *state = w->state;

    state->finish = ev->finish;
    state->sequence = tp_arena_copy(w->arena, ev->sequence);
}

static void on_end(tp_writer *w, const tp_chat_event *ev)
{
    const tp_anthropic_answer *state = w->state;
    tp_write out = open_event(w, "message_delta");

    tp_write_member_open(&out, "delta", '{');
    tp_anthropic_end_write(&out, state->finish, state->sequence, state->refused);
    tp_write_close(&out, '}');
    tp_anthropic_end_write_usage(&out, ev->usage);
    close_event(w, &out);
    out = open_event(w, "message_stop");
    close_event(w, &out);
}

/* Nothing may come before message_start but a comment. */
static void on_ping(tp_writer *w)
{
    const tp_anthropic_answer *state = w->state;
    tp_write out;

    if (!state->begun) {
        tp_frame_comment(w);
        return;
    }
    out = open_event(w, "ping");
    close_event(w, &out);
}

/* There is one answer: others that a provider gives besides are not shown. */
void tp_anthropic_reply_write_event(tp_writer *w, const tp_chat_event *ev)
{
    if (ev->choice > 0)
        return;
    switch (ev->type) {
    case TP_CHAT_START:
        on_start(w, ev);
        break;
    case TP_CHAT_OPEN:
        on_open(w, ev);
        break;
    case TP_CHAT_DELTA:
        on_delta(w, ev);
        break;
    case TP_CHAT_CLOSE:
        on_close(w, ev);
        break;
    case TP_CHAT_FINISH:
        on_finish(w, ev);
        break;
    case TP_CHAT_END:
        on_end(w, ev);
        break;
    case TP_CHAT_PING:
        on_ping(w);
        break;
    }
}
