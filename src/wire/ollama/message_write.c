/* wire/ollama/message_write.c - the messages of a request for a provider: a text, bare images, calls with objects. */

#include "wire/ollama/format.h"

#include "wire/seal.h"

typedef struct writing {
    tp_write *w;
    tp_request_out *out;
} writing;

static void open_message(writing *g, const char *role)
{
    tp_write_open(g->w, '{');
    tp_write_member_text(g->w, "role", role);
}

/* ---- what the user says ---- */

static tp_escaped shown_text(const tp_part *part)
{
    if (part->type == TP_PART_TEXT || part->type == TP_PART_REFUSAL)
        return part->text;
    return part->type == TP_PART_FILE ? part->media->plain : tp_bytes_of(NULL, 0);
}

/* A message has one text: those of its parts, an empty line between them. */
static void write_content(writing *g, const tp_part *part)
{
    bool begun = false;

    tp_write_key(g->w, "content");
    tp_write_string_open(g->w);
    for (; part; part = part->next) {
        tp_escaped text = shown_text(part);

        if (!text.length)
            continue;
        if (begun)
            tp_write_piece_escaped(g->w, TP_BYTES("\\n\\n"));
        tp_write_piece_escaped(g->w, text);
        begun = true;
    }
    tp_write_string_close(g->w);
}

/* Ollama fetches nothing and reads nothing but images. */
static bool can_show(writing *g, const tp_part *part)
{
    if (part->type == TP_PART_IMAGE && !part->media->data.length)
        return tp_chat_refuse(g->out, "image: only one whose data is part of the request can be passed to this provider");
    if (part->type == TP_PART_FILE && !part->media->plain.length)
        return tp_chat_refuse(g->out, "document: only text can be passed to this provider");
    if (part->type == TP_PART_AUDIO)
        return tp_chat_refuse(g->out, "audio: it cannot be passed to this provider");
    return true;
}

static bool all_can_be_shown(writing *g, const tp_part *part)
{
    for (; part; part = part->next)
        if (!can_show(g, part) || (part->type == TP_PART_RESULT && !all_can_be_shown(g, part->parts.first)))
            return false;
    return true;
}

static bool has_image(const tp_part *part)
{
    for (; part; part = part->next)
        if (part->type == TP_PART_IMAGE || (part->type == TP_PART_RESULT && has_image(part->parts.first)))
            return true;
    return false;
}

static void add_images(writing *g, const tp_part *part)
{
    for (; part; part = part->next) {
        if (part->type == TP_PART_IMAGE)
            tp_write_escaped(g->w, part->media->data);
        else if (part->type == TP_PART_RESULT)
            add_images(g, part->parts.first);
    }
}

/* ---- messages ---- */

static void write_result(writing *g, const tp_part *result)
{
    bool begun = false;

    open_message(g, "tool");
    tp_write_member_escaped(g->w, "tool_name", result->name);
    tp_write_key(g->w, "content");
    tp_write_string_open(g->w);
    if (result->failed)
        tp_write_piece_string(g->w, TP_BYTES("Error: "));
    for (const tp_part *part = result->parts.first; part; part = part->next) {
        tp_write_piece_escaped(g->w, begun ? TP_BYTES("\\n") : tp_bytes_of(NULL, 0));
        if (part->type == TP_PART_IMAGE)
            tp_write_piece_string(g->w, TP_BYTES("(an image: see the next message of the user)"));
        else
            tp_write_piece_escaped(g->w, shown_text(part));
        begun = true;
    }
    tp_write_string_close(g->w);
    tp_write_close(g->w, '}');
}

/* The images of results come behind all results, with what the user says next. */
static bool write_user(writing *g, const tp_message *m)
{
    const tp_part *rest = m->parts.first;
    bool images = has_image(rest);

    if (!all_can_be_shown(g, rest))
        return false;
    for (; rest && rest->type == TP_PART_RESULT; rest = rest->next)
        write_result(g, rest);
    if (!rest && !images)
        return true;
    open_message(g, "user");
    write_content(g, rest);
    if (images) {
        tp_write_member_open(g->w, "images", '[');
        add_images(g, m->parts.first);
        tp_write_close(g->w, ']');
    }
    tp_write_close(g->w, '}');
    return true;
}

static bool write_system(writing *g, const tp_message *m)
{
    if (!all_can_be_shown(g, m->parts.first))
        return false;
    open_message(g, "system");
    write_content(g, m->parts.first);
    tp_write_close(g->w, '}');
    return true;
}

static void write_call(writing *g, const tp_part *call)
{
    tp_write_open(g->w, '{');
    tp_write_member_open(g->w, "function", '{');
    tp_write_member_escaped(g->w, "name", call->name);
    tp_write_key(g->w, "arguments");
    tp_chat_write_object(g->w, call->custom ? tp_chat_custom_arguments(call->arguments, g->out->arena) : call->arguments, g->out->arena);
    tp_write_close(g->w, '}');
    tp_write_close(g->w, '}');
}

/* Texts of the types in `types` (1 << tp_part_type), one behind the other. */
static void write_joined(writing *g, const tp_message *m, unsigned types, const char *key)
{
    tp_write_key(g->w, key);
    tp_write_string_open(g->w);
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (types >> part->type & 1)
            tp_write_piece_escaped(g->w, part->text);
    tp_write_string_close(g->w);
}

/* A thought that another provider has sealed is its own. */
static bool is_free_thought(const tp_part *part)
{
    return part->type == TP_PART_THINKING && part->text.length && (!part->seal.data.length || part->seal.maker == TP_DIALECT_OLLAMA);
}

static bool has(const tp_message *m, bool (*is)(const tp_part *part))
{
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (is(part))
            return true;
    return false;
}

static bool is_call(const tp_part *part)
{
    return part->type == TP_PART_CALL;
}

static bool says_something(const tp_part *part)
{
    return part->type == TP_PART_TEXT || part->type == TP_PART_REFUSAL || is_call(part) || is_free_thought(part);
}

static void write_thoughts(writing *g, const tp_message *m)
{
    tp_write_key(g->w, "thinking");
    tp_write_string_open(g->w);
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (is_free_thought(part))
            tp_write_piece_escaped(g->w, part->text);
    tp_write_string_close(g->w);
}

static bool write_assistant(writing *g, const tp_message *m)
{
    if (!has(m, says_something))
        return true;
    open_message(g, "assistant");
    write_joined(g, m, 1u << TP_PART_TEXT | 1u << TP_PART_REFUSAL, "content");
    if (has(m, is_free_thought))
        write_thoughts(g, m);
    if (has(m, is_call)) {
        tp_write_member_open(g->w, "tool_calls", '[');
        for (const tp_part *part = m->parts.first; part; part = part->next)
            if (is_call(part))
                write_call(g, part);
        tp_write_close(g->w, ']');
    }
    tp_write_close(g->w, '}');
    return true;
}

bool tp_ollama_message_write_all(tp_write *w, const tp_chat *chat, tp_request_out *out)
{
    writing g = { w, out };
    bool good = true;

    tp_write_member_open(w, "messages", '[');
    for (const tp_message *m = chat->messages; m && good; m = m->next) {
        if (m->role == TP_ROLE_USER)
            good = write_user(&g, m);
        else
            good = m->role == TP_ROLE_ASSISTANT ? write_assistant(&g, m) : write_system(&g, m);
    }
    tp_write_close(w, ']');
    return good;
}
