/* wire/openai_responses/response_write.c - the object that holds a whole reply: begun and ended in a stream, or all there is without one.
 */

#include "wire/openai_responses/format.h"
#include "wire/usage.h"

/* What the client asked for is repeated as it said it. */
static const struct {
    const char *key, *otherwise; /* otherwise: when it said nothing */
} ASKED[] = {
    { "instructions", "null" },
    { "max_output_tokens", "null" },
    { "max_tool_calls", "null" },
    { "metadata", "{}" },
    { "parallel_tool_calls", "true" },
    { "previous_response_id", "null" },
    { "prompt_cache_key", "null" },
    { "reasoning", "{\"effort\":null,\"summary\":null}" },
    { "safety_identifier", "null" },
    { "temperature", "null" },
    { "text", "{\"format\":{\"type\":\"text\"}}" },
    { "tool_choice", "\"auto\"" },
    { "tools", "[]" },
    { "top_logprobs", "null" },
    { "top_p", "null" },
    { "truncation", "\"disabled\"" },
    { "user", "null" },
};

static void write_asked(const tp_writer *w, tp_write *out)
{
    const tp_json *doc = w->chat->doc;

    for (size_t i = 0; i < sizeof(ASKED) / sizeof(*ASKED); i++) {
        uint32_t node = doc ? tp_json_get(doc, 0, tp_bytes_text(ASKED[i].key)) : TP_JSON_NONE;

        tp_write_key(out, ASKED[i].key);
        if (doc && !tp_responses_is_null(doc, node))
            tp_write_raw(out, tp_json_raw(doc, node));
        else
            tp_write_raw(out, tp_bytes_text(ASKED[i].otherwise));
    }
}

static void write_usage(tp_write *out, const tp_usage *usage)
{
    if (!usage) {
        tp_write_member_null(out, "usage");
        return;
    }
    tp_write_member_open(out, "usage", '{');
    tp_write_member_number(out, "input_tokens", usage->input);
    tp_write_member_open(out, "input_tokens_details", '{');
    tp_write_member_number(out, "cached_tokens", usage->cache_read);
    tp_write_member_number(out, "cache_write_tokens", usage->cache_creation);
    tp_write_close(out, '}');
    tp_write_member_number(out, "output_tokens", usage->output);
    tp_write_member_open(out, "output_tokens_details", '{');
    tp_write_member_number(out, "reasoning_tokens", usage->reasoning);
    tp_write_close(out, '}');
    tp_write_member_number(out, "total_tokens", usage->input + usage->output);
    tp_write_close(out, '}');
}

static void write_identity(const tp_writer *w, tp_write *out)
{
    const tp_responses_telling *t = w->state;

    tp_write_key(out, "id");
    tp_write_string_open(out);
    tp_write_piece_string(out, TP_BYTES("resp_"));
    tp_write_piece_string(out, w->id);
    tp_write_string_close(out);
    tp_write_member_text(out, "object", "response");
    tp_write_member_number(out, "created_at", (uint64_t)w->now);
    tp_write_member_escaped(out, "model", t->model.length ? t->model : w->model);
}

static void write_status(const tp_writer *w, tp_write *out, tp_responses_status status)
{
    static const char *const WORDS[] = { "in_progress", "completed", "incomplete" };
    const tp_responses_telling *t = w->state;

    tp_write_member_text(out, "status", WORDS[status]);
    if (status == TP_RESPONSES_COMPLETED)
        tp_write_member_number(out, "completed_at", (uint64_t)w->now);
    tp_write_member_null(out, "error");
    if (status != TP_RESPONSES_INCOMPLETE) {
        tp_write_member_null(out, "incomplete_details");
        return;
    }
    tp_write_member_open(out, "incomplete_details", '{');
    tp_write_member_text(out, "reason", t->finish == TP_FINISH_REFUSAL ? "content_filter" : "max_output_tokens");
    tp_write_close(out, '}');
}

tp_responses_status tp_openai_responses_response_write_status(const tp_writer *w)
{
    const tp_responses_telling *t = w->state;
    bool cut = t->finish == TP_FINISH_LENGTH || t->finish == TP_FINISH_CONTEXT || t->finish == TP_FINISH_REFUSAL;

    return cut || t->full ? TP_RESPONSES_INCOMPLETE : TP_RESPONSES_COMPLETED;
}

void tp_openai_responses_response_write(const tp_writer *w, tp_write *out, const tp_usage *usage, tp_responses_status status)
{
    const tp_responses_telling *t = w->state;

    tp_write_open(out, '{');
    write_identity(w, out);
    write_status(w, out, status);
    tp_openai_responses_item_write_list(out, "output", tp_buffer_bytes(&t->items));
    write_asked(w, out);
    tp_write_member_bool(out, "background", false);
    tp_write_member_bool(out, "store", false);
    write_usage(out, usage);
    tp_write_close(out, '}');
}
