/* wire/anthropic/block_write.c - messages and their content blocks for a provider. */

#include "wire/anthropic/format.h"
#include "wire/seal.h"

typedef tp_anthropic_writing writing;

/* ---- blocks ---- */

bool tp_anthropic_block_write_is_blank(tp_escaped text)
{
    for (size_t i = 0; i < text.length; i++) {
        bool escape = text.data[i] == '\\' && i + 1 < text.length && strchr("nrt", text.data[i + 1]);

        if (!escape && text.data[i] != ' ')
            return false;
        i += escape;
    }
    return true;
}

static void open_block(writing *g, const char *type)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", type);
}

static void close_block(writing *g, const tp_part *part)
{
    tp_anthropic_mark_write(g, tp_anthropic_mark_of(part));
    tp_write_close(&g->w, '}');
}

static void write_text(writing *g, const tp_part *part)
{
    open_block(g, "text");
    tp_write_member_escaped(&g->w, "text", part->text);
    close_block(g, part);
}

static void write_thought(writing *g, const tp_part *part)
{
    bool redacted = tp_bytes_equal(part->seal.id, TP_BYTES(TP_ANTHROPIC_REDACTED));

    open_block(g, redacted ? "redacted_thinking" : "thinking");
    if (!redacted)
        tp_write_member_escaped(&g->w, "thinking", part->text);
    tp_write_member_escaped(&g->w, redacted ? "data" : "signature", part->seal.data);
    close_block(g, part);
}

/* Never empty, and in the few characters that are allowed. */
static tp_escaped id_of(const writing *g, const tp_part *part)
{
    return tp_chat_safe_id(g->out->arena, part->id.length ? part->id : TP_BYTES("call"));
}

static void write_call(writing *g, const tp_part *part)
{
    open_block(g, "tool_use");
    tp_write_member_escaped(&g->w, "id", id_of(g, part));
    tp_write_member_escaped(&g->w, "name", tp_chat_safe_id(g->out->arena, part->name));
    tp_write_key(&g->w, "input");
    if (part->custom)
        tp_write_raw(&g->w, tp_chat_custom_arguments(part->arguments, g->out->arena));
    else
        tp_chat_write_object(&g->w, part->arguments, g->out->arena);
    close_block(g, part);
}

static bool is_text_only(const tp_part *result)
{
    const tp_part *part = result->parts.first;

    while (part && part->type == TP_PART_TEXT)
        part = part->next;
    return !part;
}

/* The marks of what is inside stand on the result. Only a result of text alone may be marked as failed. */
static bool write_result(writing *g, const tp_part *result)
{
    bool good = true;

    open_block(g, "tool_result");
    tp_write_member_escaped(&g->w, "tool_use_id", id_of(g, result));
    tp_write_member_open(&g->w, "content", '[');
    for (const tp_part *part = result->parts.first; part && good; part = part->next) {
        tp_part bare = *part;

        bare.cache = tp_bytes_of(NULL, 0);
        if (part->type == TP_PART_TEXT && !tp_anthropic_block_write_is_blank(part->text))
            write_text(g, &bare);
        else if (part->type == TP_PART_IMAGE || part->type == TP_PART_FILE)
            good = tp_anthropic_media_write(g, &bare);
    }
    tp_write_close(&g->w, ']');
    if (result->failed && is_text_only(result))
        tp_write_member_bool(&g->w, "is_error", true);
    close_block(g, result);
    return good;
}

static bool write_part(writing *g, const tp_part *part)
{
    switch (part->type) {
    case TP_PART_TEXT:
    case TP_PART_REFUSAL:
        write_text(g, part);
        return true;
    case TP_PART_THINKING:
        write_thought(g, part);
        return true;
    case TP_PART_CALL:
        write_call(g, part);
        return true;
    case TP_PART_RESULT:
        return write_result(g, part);
    default:
        return tp_anthropic_media_write(g, part);
    }
}

/* Thoughts that another maker sealed, or none, would be refused. */
static bool says_something(const tp_part *part)
{
    if (part->type == TP_PART_THINKING)
        return tp_seal_for(&part->seal, TP_DIALECT_ANTHROPIC).length > 0;
    return (part->type != TP_PART_TEXT && part->type != TP_PART_REFUSAL) || !tp_anthropic_block_write_is_blank(part->text);
}

/* ---- messages ---- */

static void close_message(writing *g)
{
    if (g->open == TP_ROLE_SYSTEM)
        return;
    tp_write_close(&g->w, ']');
    tp_write_close(&g->w, '}');
    g->open = TP_ROLE_SYSTEM;
}

static void begin_message(writing *g, tp_role role)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "role", role == TP_ROLE_ASSISTANT ? "assistant" : "user");
    tp_write_member_open(&g->w, "content", '[');
    g->open = role;
}

/* A turn of the user where there has to be one. */
static void stand_in(writing *g, tp_escaped text)
{
    close_message(g);
    begin_message(g, TP_ROLE_USER);
    write_text(g, &(tp_part){ .type = TP_PART_TEXT, .text = text });
}

/* Neighbours in one role become one message: turns have to alternate. */
static void turn_to(writing *g, tp_role role, bool first)
{
    if (g->open == role)
        return;
    if (first && role == TP_ROLE_ASSISTANT)
        stand_in(g, TP_BYTES("(nothing was said)"));
    close_message(g);
    begin_message(g, role);
}

bool tp_anthropic_block_write_messages(writing *g)
{
    bool first = true;

    tp_write_member_open(&g->w, "messages", '[');
    for (const tp_message *m = g->body; m; m = m->next) {
        for (const tp_part *part = m->parts.first; part; part = part->next) {
            if (!says_something(part))
                continue;
            turn_to(g, m->role == TP_ROLE_ASSISTANT ? TP_ROLE_ASSISTANT : TP_ROLE_USER, first);
            first = false;
            if (!write_part(g, part))
                return false;
        }
    }
    if (first)
        stand_in(g, TP_BYTES("(nothing was said)"));
    if (g->open == TP_ROLE_ASSISTANT && g->out->rule->no_prefill && g->chat->dialect != TP_DIALECT_ANTHROPIC)
        stand_in(g, TP_BYTES("(go on)"));
    close_message(g);
    tp_write_close(&g->w, ']');
    return true;
}

/* ---- the system's text ---- */

static void write_system_text(writing *g, const tp_part *part, bool *begun)
{
    if (!*begun)
        tp_write_member_open(&g->w, "system", '[');
    *begun = true;
    write_text(g, part);
}

void tp_anthropic_block_write_system(writing *g, tp_escaped hint)
{
    bool begun = false;

    for (const tp_message *m = g->chat->messages; m != g->body; m = m->next)
        for (const tp_part *part = m->parts.first; part; part = part->next) {
            if (part->type != TP_PART_TEXT)
                tp_chat_put_drop(g->out, "system: what is no text");
            else if (!tp_anthropic_block_write_is_blank(part->text))
                write_system_text(g, part, &begun);
        }
    if (hint.length)
        write_system_text(g, &(tp_part){ .type = TP_PART_TEXT, .text = hint }, &begun);
    if (begun)
        tp_write_close(&g->w, ']');
}
