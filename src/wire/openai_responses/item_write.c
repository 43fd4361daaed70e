/* wire/openai_responses/item_write.c - the items of a reply's output as JSON, the same in a stream and in a whole reply. */

#include "wire/openai_responses/format.h"
#include "wire/seal.h"

enum { MOST_REMEMBERED = 64 << 20 };

static void free_telling(void *arg)
{
    tp_responses_telling *t = arg;

    tp_buffer_free(&t->items);
    tp_buffer_free(&t->text);
    tp_buffer_free(&t->annotations);
    tp_buffer_free(&t->logprobs);
}

void tp_openai_responses_item_write_begin(tp_writer *w)
{
    tp_responses_telling *t = w->state;

    t->items.limit = t->text.limit = t->annotations.limit = t->logprobs.limit = MOST_REMEMBERED;
    tp_arena_defer(w->arena, free_telling, t);
}

tp_responses_item tp_openai_responses_item_write_next(tp_writer *w, tp_part_type type, bool custom)
{
    static const char *const PREFIXES[] = { [TP_PART_TEXT] = "msg", [TP_PART_REFUSAL] = "msg", [TP_PART_THINKING] = "rs",
                                            [TP_PART_IMAGE] = "ig", [TP_PART_CALL] = "fc",     [TP_PART_RESULT] = "" };
    unsigned index = ((tp_responses_telling *)w->state)->item_count++;
    const char *id = tp_arena_printf(w->arena, "%s_%.*s_%u", custom ? "ctc" : PREFIXES[type], (int)w->id.length, w->id.data, index);

    return (tp_responses_item){ .type = type, .id = tp_bytes_text(id), .index = index, .custom = custom };
}

/* The id of a reasoning item is ours; the one that goes with OpenAI's own seal is kept inside. */
tp_escaped tp_openai_responses_item_write_seal(const tp_writer *w, const tp_seal *seal, tp_part_type type)
{
    const tp_seal marked = { seal->data, TP_BYTES(TP_RESPONSES_CALL_SEAL), seal->maker };

    if (type == TP_PART_CALL)
        return seal->maker == TP_DIALECT_OPENAI ? tp_bytes_of(NULL, 0) : tp_seal_pack(w->arena, TP_DIALECT_OPENAI, &marked);
    return tp_seal_pack(w->arena, seal->id.length ? TP_DIALECT_COUNT : TP_DIALECT_OPENAI, seal);
}

/* ---- pieces ---- */

void tp_openai_responses_item_write_list(tp_write *out, const char *key, tp_bytes list)
{
    tp_write_member_open(out, key, '[');
    if (list.length)
        tp_write_raw(out, list);
    tp_write_close(out, ']');
}

void tp_openai_responses_item_write_citation(tp_write *out, tp_verbatim citation)
{
    tp_bytes inside = citation.length > 2 ? tp_bytes_trim(tp_bytes_of(citation.data + 1, citation.length - 2)) : tp_bytes_of(NULL, 0);

    tp_write_open(out, '{');
    tp_write_member_text(out, "type", "url_citation");
    if (inside.length)
        tp_write_raw(out, inside);
    tp_write_close(out, '}');
}

void tp_openai_responses_item_write_part(tp_write *out, const tp_responses_item *item)
{
    tp_write_open(out, '{');
    if (item->type == TP_PART_REFUSAL) {
        tp_write_member_text(out, "type", "refusal");
        tp_write_member_escaped(out, "refusal", item->text);
    } else if (item->type == TP_PART_THINKING) {
        tp_write_member_text(out, "type", "summary_text");
        tp_write_member_escaped(out, "text", item->text);
    } else {
        tp_write_member_text(out, "type", "output_text");
        tp_write_member_escaped(out, "text", item->text);
        tp_openai_responses_item_write_list(out, "annotations", item->annotations);
        tp_openai_responses_item_write_list(out, "logprobs", item->logprobs);
    }
    tp_write_close(out, '}');
}

/* ---- items ---- */

static void write_status(tp_write *out, tp_responses_status status)
{
    static const char *const WORDS[] = { "in_progress", "completed", "incomplete" };

    tp_write_member_text(out, "status", WORDS[status]);
}

static void write_message(tp_write *out, const tp_responses_item *item, tp_responses_status status)
{
    tp_write_member_text(out, "type", "message");
    write_status(out, status);
    tp_write_member_text(out, "role", "assistant");
    tp_write_member_open(out, "content", '[');
    if (status != TP_RESPONSES_IN_PROGRESS)
        tp_openai_responses_item_write_part(out, item);
    tp_write_close(out, ']');
}

static void write_reasoning(tp_write *out, const tp_responses_item *item)
{
    tp_write_member_text(out, "type", "reasoning");
    tp_write_member_open(out, "summary", '[');
    if (item->text.length)
        tp_openai_responses_item_write_part(out, item);
    tp_write_close(out, ']');
    if (item->sealed.length)
        tp_write_member_escaped(out, "encrypted_content", item->sealed);
}

/* The client gets the name, and the namespace, that it gave the tool. */
static void write_call(const tp_writer *w, tp_write *out, const tp_responses_item *item, tp_responses_status status)
{
    const tp_tool *tool = tp_chat_tool(w->chat, item->name);
    bool spaced = tool && tool->space.length;

    tp_write_member_text(out, "type", item->custom ? "custom_tool_call" : "function_call");
    write_status(out, status);
    tp_write_member_escaped(out, "call_id", item->call_id);
    if (spaced)
        tp_write_member_escaped(out, "namespace", tool->space);
    tp_write_member_escaped(out, "name", spaced ? tool->bare : item->name);
    tp_write_member_escaped(out, item->custom ? "input" : "arguments", item->text);
}

static void write_image(tp_write *out, const tp_responses_item *item, tp_responses_status status)
{
    tp_write_member_text(out, "type", "image_generation_call");
    write_status(out, status);
    if (item->media)
        tp_write_member_escaped(out, "result", item->media->data);
    else
        tp_write_member_null(out, "result");
}

void tp_openai_responses_item_write(const tp_writer *w, tp_write *out, const tp_responses_item *item, tp_responses_status status)
{
    tp_write_open(out, '{');
    tp_write_member_string(out, "id", item->id);
    if (item->type == TP_PART_THINKING)
        write_reasoning(out, item);
    else if (item->type == TP_PART_CALL)
        write_call(w, out, item, status);
    else if (item->type == TP_PART_IMAGE)
        write_image(out, item, status);
    else
        write_message(out, item, status);
    tp_write_close(out, '}');
}

tp_bytes tp_openai_responses_item_write_done(tp_writer *w, const tp_responses_item *item, tp_responses_status status)
{
    tp_responses_telling *t = w->state;
    tp_write out = tp_write_to(&t->items);
    size_t start = t->items.length;

    if (start && tp_buffer_text(&t->items, ","))
        start++;
    tp_openai_responses_item_write(w, &out, item, status);
    if (!out.full)
        return tp_bytes_from(tp_buffer_bytes(&t->items), start);
    t->full = true; /* what is there stays JSON */
    t->items.length = start ? start - 1 : 0;
    return tp_bytes_of(NULL, 0);
}
