/* wire/anthropic/end.c - what a message for the client has in a stream and whole: why it ended, its usage, its seals. */

#include "wire/anthropic/format.h"

#include "wire/seal.h"
#include "wire/usage.h"

static const char *const REASONS[] = {
    [TP_FINISH_NONE] = "end_turn",
    [TP_FINISH_STOP] = "end_turn",
    [TP_FINISH_SEQUENCE] = "stop_sequence",
    [TP_FINISH_LENGTH] = "max_tokens",
    [TP_FINISH_CONTEXT] = "model_context_window_exceeded",
    [TP_FINISH_CALLS] = "tool_use",
    [TP_FINISH_REFUSAL] = "refusal",
    [TP_FINISH_PAUSE] = "pause_turn",
};

static void write_details(tp_write *w, tp_escaped why)
{
    tp_write_member_open(w, "stop_details", '{');
    tp_write_member_text(w, "type", "refusal");
    tp_write_member_null(w, "category");
    if (why.length)
        tp_write_member_escaped(w, "explanation", why);
    else
        tp_write_member_null(w, "explanation");
    tp_write_close(w, '}');
}

/* A turn that was over when the model had refused was refused. */
void tp_anthropic_end_write(tp_write *w, tp_finish finish, tp_escaped sequence, bool refused)
{
    if (refused && finish == TP_FINISH_STOP)
        finish = TP_FINISH_REFUSAL;
    tp_write_member_text(w, "stop_reason", REASONS[finish]);
    if (finish == TP_FINISH_SEQUENCE && sequence.length)
        tp_write_member_escaped(w, "stop_sequence", sequence);
    else
        tp_write_member_null(w, "stop_sequence");
    if (finish == TP_FINISH_REFUSAL)
        write_details(w, sequence);
}

/* Here the input is only what no cache was read or written for. */
void tp_anthropic_end_write_usage(tp_write *w, const tp_usage *usage)
{
    static const tp_usage NOTHING = { .known = 0 };
    const tp_usage *u = usage ? usage : &NOTHING;
    uint64_t cached = u->cache_read + u->cache_creation;

    tp_write_member_open(w, "usage", '{');
    tp_write_member_number(w, "input_tokens", u->input > cached ? u->input - cached : 0);
    tp_write_member_number(w, "cache_creation_input_tokens", u->cache_creation);
    tp_write_member_number(w, "cache_read_input_tokens", u->cache_read);
    tp_write_member_number(w, "output_tokens", u->output);
    if (u->reasoning) {
        tp_write_member_open(w, "output_tokens_details", '{');
        tp_write_member_number(w, "thinking_tokens", u->reasoning);
        tp_write_close(w, '}');
    }
    tp_write_close(w, '}');
}

void tp_anthropic_end_write_identity(tp_write *w, const tp_writer *writer, tp_escaped model)
{
    tp_write_key(w, "id");
    tp_write_string_open(w);
    tp_write_piece_string(w, TP_BYTES("msg_"));
    tp_write_piece_string(w, writer->id);
    tp_write_string_close(w);
    tp_write_member_text(w, "type", "message");
    tp_write_member_text(w, "role", "assistant");
    tp_write_member_escaped(w, "model", model.length ? model : writer->model);
}

/* Clients want all members, but what was cited is not known. */
void tp_anthropic_end_write_citation(tp_write *w, tp_verbatim citation, tp_arena *arena)
{
    tp_json doc;
    bool good = tp_json_scan(citation, arena, TP_JSON_MEMBERS, &doc, NULL);
    tp_escaped url = good ? tp_json_inside(&doc, tp_json_get(&doc, 0, TP_BYTES("url"))) : tp_bytes_of(NULL, 0);
    tp_escaped title = good ? tp_json_inside(&doc, tp_json_get(&doc, 0, TP_BYTES("title"))) : tp_bytes_of(NULL, 0);

    tp_write_open(w, '{');
    tp_write_member_text(w, "type", "web_search_result_location");
    tp_write_member_escaped(w, "url", url);
    tp_write_member_escaped(w, "title", title);
    tp_write_member_text(w, "cited_text", "");
    tp_write_member_text(w, "encrypted_index", "");
    tp_write_close(w, '}');
}

bool tp_anthropic_end_is_redacted(const tp_seal *seal)
{
    return seal->maker == TP_DIALECT_ANTHROPIC && tp_bytes_equal(seal->id, TP_BYTES(TP_ANTHROPIC_REDACTED));
}

tp_escaped tp_anthropic_end_call_seal(tp_arena *arena, const tp_seal *seal)
{
    const tp_seal marked = { .data = seal->data, .id = TP_BYTES(TP_ANTHROPIC_OF_CALL), .maker = seal->maker };

    if (!seal->data.length || seal->maker == TP_DIALECT_ANTHROPIC)
        return tp_bytes_of(NULL, 0);
    return tp_seal_pack(arena, TP_DIALECT_ANTHROPIC, &marked);
}
