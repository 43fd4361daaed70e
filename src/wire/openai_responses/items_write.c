/* wire/openai_responses/items_write.c - the turns of a chat as input items for a provider. */

#include "wire/openai_responses/format.h"

#include "wire/seal.h"

typedef tp_responses_writing writing;

/* ---- parts ---- */

static void write_text(writing *g, const char *type, tp_escaped text)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", type);
    tp_write_member_escaped(&g->w, "text", text);
    tp_write_close(&g->w, '}');
}

static void write_data_url(writing *g, const char *key, const tp_media *media)
{
    tp_write_key(&g->w, key);
    tp_write_string_open(&g->w);
    tp_write_piece_string(&g->w, TP_BYTES("data:"));
    tp_write_piece_escaped(&g->w, media->type);
    tp_write_piece_string(&g->w, TP_BYTES(";base64,"));
    tp_write_piece_escaped(&g->w, media->data);
    tp_write_string_close(&g->w);
}

/* The id of a file means something only to the provider that keeps it. */
static bool is_reachable(const writing *g, const tp_media *media)
{
    return media->data.length || media->url.length || (media->file_id.length && g->chat->dialect == TP_DIALECT_OPENAI);
}

static bool write_image(writing *g, const tp_part *part)
{
    const tp_media *media = part->media;

    if (!is_reachable(g, media))
        return tp_chat_refuse(g->out, "image: one that is named by the id of a file cannot be passed to this provider");
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "input_image");
    if (media->data.length)
        write_data_url(g, "image_url", media);
    else
        tp_write_member_escaped(&g->w, media->url.length ? "image_url" : "file_id", media->url.length ? media->url : media->file_id);
    if (media->detail.length)
        tp_write_member_escaped(&g->w, "detail", media->detail);
    tp_write_close(&g->w, '}');
    return true;
}

static bool write_file(writing *g, const tp_part *part)
{
    const tp_media *media = part->media;

    if (media->plain.length) {
        write_text(g, "input_text", media->plain);
        return true;
    }
    if (!is_reachable(g, media))
        return tp_chat_refuse(g->out, "document: one that is named by the id of a file cannot be passed to this provider");
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", "input_file");
    if (media->data.length) {
        tp_write_member_escaped(&g->w, "filename", media->title.length ? media->title : TP_BYTES("document.pdf"));
        write_data_url(g, "file_data", media);
    } else {
        tp_write_member_escaped(&g->w, media->url.length ? "file_url" : "file_id", media->url.length ? media->url : media->file_id);
    }
    tp_write_close(&g->w, '}');
    return true;
}

static bool write_part(writing *g, const tp_part *part)
{
    switch (part->type) {
    case TP_PART_TEXT:
        write_text(g, "input_text", part->text);
        return true;
    case TP_PART_IMAGE:
        return write_image(g, part);
    case TP_PART_FILE:
        return write_file(g, part);
    case TP_PART_AUDIO:
        return tp_chat_refuse(g->out, "audio: OpenAI's Responses take none");
    default:
        return true;
    }
}

/* A single text is a string, which every server takes; the rest is an array. */
static bool write_content(writing *g, const char *key, const tp_part *first)
{
    bool good = true;

    tp_write_key(&g->w, key);
    if (!first || (first->type == TP_PART_TEXT && !first->next)) {
        tp_write_escaped(&g->w, first ? first->text : tp_bytes_of(NULL, 0));
        return true;
    }
    tp_write_open(&g->w, '[');
    for (const tp_part *part = first; part && good; part = part->next)
        good = write_part(g, part);
    tp_write_close(&g->w, ']');
    return good;
}

/* ---- items ---- */

static void open_item(writing *g, const char *type)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", type);
}

static void open_message(writing *g, const char *role)
{
    open_item(g, "message");
    tp_write_member_text(&g->w, "role", role);
}

static bool write_plain(writing *g, const char *role, const tp_part *first)
{
    bool good;

    open_message(g, role);
    good = write_content(g, "content", first);
    tp_write_close(&g->w, '}');
    return good;
}

static bool is_text_alone(const tp_part *part)
{
    while (part && part->type == TP_PART_TEXT)
        part = part->next;
    return !part;
}

static void write_output(writing *g, const tp_part *result)
{
    tp_write_key(&g->w, "output");
    tp_write_string_open(&g->w);
    if (result->failed)
        tp_write_piece_string(&g->w, TP_BYTES("Error: "));
    for (const tp_part *part = result->parts.first; part; part = part->next) {
        tp_write_piece_escaped(&g->w, part->text);
        if (part->next)
            tp_write_piece_string(&g->w, TP_BYTES("\n"));
    }
    tp_write_string_close(&g->w);
}

/* Text is a string, which every server takes; with an image or a file it is an array of parts. */
static bool write_result(writing *g, const tp_part *result)
{
    const tp_part failure = { .type = TP_PART_TEXT, .text = TP_BYTES("Error:"), .next = result->parts.first };
    bool good = true;

    open_item(g, result->custom ? "custom_tool_call_output" : "function_call_output");
    tp_write_member_escaped(&g->w, "call_id", result->id);
    if (is_text_alone(result->parts.first))
        write_output(g, result);
    else
        good = write_content(g, "output", result->failed ? &failure : result->parts.first);
    tp_write_close(&g->w, '}');
    return good;
}

static bool write_user(writing *g, const tp_message *m)
{
    const tp_part *rest = m->parts.first;

    for (; rest && rest->type == TP_PART_RESULT; rest = rest->next)
        if (!write_result(g, rest))
            return false;
    return !rest || write_plain(g, "user", rest);
}

static void write_call(writing *g, const tp_part *call)
{
    const tp_bytes none = TP_BYTES("{}");

    open_item(g, call->custom ? "custom_tool_call" : "function_call");
    tp_write_member_escaped(&g->w, "call_id", call->id);
    tp_write_member_escaped(&g->w, "name", call->name);
    if (call->custom)
        tp_write_member_string(&g->w, "input", call->arguments);
    else
        tp_write_member_string(&g->w, "arguments", call->arguments.length ? call->arguments : none);
    tp_write_close(&g->w, '}');
}

/* Only with a seal that OpenAI made: it refuses any other, and reads no thoughts without one. */
static void write_thought(writing *g, const tp_part *thought)
{
    tp_escaped sealed = tp_seal_for(&thought->seal, TP_DIALECT_OPENAI);

    if (!sealed.length)
        return;
    open_item(g, "reasoning");
    if (thought->seal.id.length)
        tp_write_member_escaped(&g->w, "id", thought->seal.id);
    tp_write_member_open(&g->w, "summary", '[');
    if (thought->text.length)
        write_text(g, "summary_text", thought->text);
    tp_write_close(&g->w, ']');
    tp_write_member_escaped(&g->w, "encrypted_content", sealed);
    tp_write_close(&g->w, '}');
}

static bool is_said(const tp_part *part)
{
    return part && (part->type == TP_PART_TEXT || part->type == TP_PART_REFUSAL);
}

/* Neighbouring texts in one message; returns the last of them. */
static const tp_part *write_said(writing *g, const tp_part *part)
{
    open_message(g, "assistant");
    tp_write_member_open(&g->w, "content", '[');
    for (;; part = part->next) {
        if (part->type == TP_PART_TEXT) {
            write_text(g, "output_text", part->text);
        } else {
            tp_write_open(&g->w, '{');
            tp_write_member_text(&g->w, "type", "refusal");
            tp_write_member_escaped(&g->w, "refusal", part->text);
            tp_write_close(&g->w, '}');
        }
        if (!is_said(part->next))
            break;
    }
    tp_write_close(&g->w, ']');
    tp_write_close(&g->w, '}');
    return part;
}

static bool write_assistant(writing *g, const tp_message *m)
{
    for (const tp_part *part = m->parts.first; part; part = part->next) {
        if (is_said(part))
            part = write_said(g, part);
        else if (part->type == TP_PART_CALL)
            write_call(g, part);
        else if (part->type == TP_PART_THINKING)
            write_thought(g, part);
        else
            tp_chat_put_drop(g->out, "image");
    }
    return true;
}

static bool write_message(writing *g, const tp_message *m)
{
    switch (m->role) {
    case TP_ROLE_USER:
        return write_user(g, m);
    case TP_ROLE_ASSISTANT:
        return write_assistant(g, m);
    case TP_ROLE_DEVELOPER: /* only OpenAI's own models know it */
        return write_plain(g, g->out->rule->completion_tokens ? "developer" : "system", m->parts.first);
    default:
        return write_plain(g, "system", m->parts.first);
    }
}

/* One text at the start is what the field is for; more of them keep their borders as an item. Without any other message there has to be an
 * input. */
static bool is_instructions(const tp_message *m)
{
    return m && m->next && m->role == TP_ROLE_SYSTEM && m->parts.first->type == TP_PART_TEXT && !m->parts.first->next;
}

bool tp_openai_responses_items_write(writing *g)
{
    const tp_message *first = g->chat->messages;
    bool good = true;

    if (is_instructions(first)) {
        tp_write_member_escaped(&g->w, "instructions", first->parts.first->text);
        first = first->next;
    }
    tp_write_member_open(&g->w, "input", '[');
    for (const tp_message *m = first; m && good; m = m->next)
        good = write_message(g, m);
    tp_write_close(&g->w, ']');
    return good;
}
