/* wire/gemini/content_write.c - the messages of a chat as contents, whose roles take turns. */

#include "wire/gemini/format.h"

#include "json/string.h"
#include "wire/seal.h"

#define NO_SIGNATURE TP_GEMINI_NO_SIGNATURE

typedef struct contents {
    tp_gemini_writing *g;
    tp_write *w;
    const char *role;       /* of the content that is open, NULL = none */
    const tp_message *turn; /* the last that the user said himself: calls behind it need signatures */
    bool in_turn, signs;    /* behind `turn`; the next call is the first of its step */
} contents;

static void enter(contents *c, const char *role)
{
    if (c->role && strcmp(c->role, role) == 0)
        return;
    if (c->role) {
        tp_write_close(c->w, ']');
        tp_write_close(c->w, '}');
    }
    c->role = role;
    tp_write_open(c->w, '{');
    tp_write_member_text(c->w, "role", role);
    tp_write_member_open(c->w, "parts", '[');
}

static void write_signature(tp_write *w, tp_escaped signature)
{
    if (signature.length)
        tp_write_member_escaped(w, "thoughtSignature", signature);
}

static void write_text(tp_write *w, tp_escaped text)
{
    tp_write_open(w, '{');
    tp_write_member_escaped(w, "text", text);
    tp_write_close(w, '}');
}

/* ---- results ---- */

/* The text of a result when it is one and the JSON of an object; empty otherwise. */
static tp_bytes object_of(const tp_part *result, tp_arena *arena)
{
    const tp_part *part = result->parts.first;
    bool alone = part && part->type == TP_PART_TEXT && !part->next && !result->failed && part->text.length && part->text.data[0] == '{';
    char *text = alone ? tp_arena_alloc(arena, part->text.length + 1) : NULL;
    tp_bytes object = tp_bytes_of(text, alone ? tp_string_decode(part->text, text) : 0);
    tp_json doc;

    return alone && tp_json_scan(object, arena, 1, &doc, NULL) ? object : tp_bytes_of(NULL, 0);
}

static void write_said(tp_write *w, const tp_part *result)
{
    bool first = true;

    tp_write_open(w, '{');
    tp_write_key(w, result->failed ? "error" : "output");
    tp_write_string_open(w);
    for (const tp_part *part = result->parts.first; part; part = part->next) {
        if (part->type != TP_PART_TEXT)
            continue;
        tp_write_piece_escaped(w, first ? tp_bytes_of(NULL, 0) : TP_BYTES("\\n"));
        tp_write_piece_escaped(w, part->text);
        first = false;
    }
    tp_write_string_close(w);
    tp_write_close(w, '}');
}

static void write_result(contents *c, const tp_part *result)
{
    tp_bytes object = object_of(result, c->g->out->arena);

    tp_write_open(c->w, '{');
    tp_write_member_open(c->w, "functionResponse", '{');
    tp_write_member_escaped(c->w, "id", result->id);
    tp_write_member_escaped(c->w, "name", result->name);
    tp_write_key(c->w, "response");
    if (object.length)
        tp_write_raw(c->w, object);
    else
        write_said(c->w, result);
    tp_write_close(c->w, '}');
    tp_write_close(c->w, '}');
}

static bool is_media(const tp_part *part)
{
    return part->type == TP_PART_IMAGE || part->type == TP_PART_FILE || part->type == TP_PART_AUDIO;
}

/* What a result shows besides text, behind all results, because nothing may stand between them. */
static bool write_attachments(contents *c, const tp_part *result)
{
    bool told = false;

    for (const tp_part *part = result->parts.first; part; part = part->next) {
        if (!is_media(part))
            continue;
        if (!told)
            write_text(c->w, tp_arena_join(c->g->out->arena,
                                           (const tp_bytes[]){ TP_BYTES("(from the result of the call "), result->id, TP_BYTES(")") }, 3));
        told = true;
        if (!tp_gemini_media_write(c->g, part))
            return false;
    }
    return true;
}

/* ---- turns ---- */

static bool write_user(contents *c, const tp_message *m)
{
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (part->type == TP_PART_RESULT)
            write_result(c, part);
    for (const tp_part *part = m->parts.first; part; part = part->next) {
        if (part->type == TP_PART_RESULT && !write_attachments(c, part))
            return false;
        if (is_media(part) && !tp_gemini_media_write(c->g, part))
            return false;
        if (part->type == TP_PART_TEXT)
            write_text(c->w, part->text);
    }
    return true;
}

/* Of the calls that the model made at once the first has the signature; models that think in levels refuse the current turn without. */
static tp_escaped signature_of(contents *c, const tp_part *call)
{
    tp_escaped own = tp_seal_for(&call->seal, TP_DIALECT_GEMINI);
    bool wanted = c->signs && c->in_turn && c->g->out->rule->thinking == TP_THINKING_LEVEL;

    c->signs = false;
    return own.length || !wanted ? own : TP_BYTES(NO_SIGNATURE);
}

static void write_call(contents *c, const tp_part *call)
{
    tp_arena *arena = c->g->out->arena;

    tp_write_open(c->w, '{');
    tp_write_member_open(c->w, "functionCall", '{');
    tp_write_member_escaped(c->w, "id", call->id);
    tp_write_member_escaped(c->w, "name", call->name);
    tp_write_key(c->w, "args");
    tp_chat_write_object(c->w, call->custom ? tp_chat_custom_arguments(call->arguments, arena) : call->arguments, arena);
    tp_write_close(c->w, '}');
    write_signature(c->w, signature_of(c, call));
    tp_write_close(c->w, '}');
}

/* Thoughts go back only with the signature that Gemini made for them. */
static void write_said_by_model(contents *c, const tp_part *part)
{
    tp_escaped signature = tp_seal_for(&part->seal, TP_DIALECT_GEMINI);

    tp_write_open(c->w, '{');
    tp_write_member_escaped(c->w, "text", part->text);
    if (part->type == TP_PART_THINKING)
        tp_write_member_bool(c->w, "thought", true);
    write_signature(c->w, signature);
    tp_write_close(c->w, '}');
}

static bool passes(const tp_part *part)
{
    return part->type != TP_PART_THINKING || tp_seal_for(&part->seal, TP_DIALECT_GEMINI).length;
}

static bool write_model(contents *c, const tp_message *m)
{
    for (const tp_part *part = m->parts.first; part; part = part->next) {
        if (is_media(part) && !tp_gemini_media_write(c->g, part))
            return false;
        if (part->type == TP_PART_CALL)
            write_call(c, part);
        else if (!is_media(part) && passes(part))
            write_said_by_model(c, part);
    }
    return true;
}

static bool says_nothing(const tp_message *m)
{
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (passes(part))
            return false;
    return true;
}

static bool write_message(contents *c, const tp_message *m)
{
    bool model = m->role == TP_ROLE_ASSISTANT;

    if (says_nothing(m))
        return true;
    enter(c, model ? "model" : "user");
    c->signs = true;
    return model ? write_model(c, m) : write_user(c, m);
}

/* ---- the whole ---- */

static bool is_system(const tp_message *m)
{
    return m->role == TP_ROLE_SYSTEM || m->role == TP_ROLE_DEVELOPER;
}

static bool has_result(const tp_message *m)
{
    for (const tp_part *part = m->parts.first; part; part = part->next)
        if (part->type == TP_PART_RESULT)
            return true;
    return false;
}

static const tp_message *find_turn(const tp_message *m)
{
    const tp_message *found = NULL;

    for (; m; m = m->next)
        if (m->role == TP_ROLE_USER && !has_result(m))
            found = m;
    return found;
}

/* The messages in front of the first turn, block by block. */
static void write_system(tp_gemini_writing *g, const tp_message *first)
{
    if (first == g->chat->messages)
        return;
    tp_write_member_open(&g->w, "systemInstruction", '{');
    tp_write_member_open(&g->w, "parts", '[');
    for (const tp_message *m = g->chat->messages; m != first; m = m->next)
        for (const tp_part *part = m->parts.first; part; part = part->next)
            if (part->type == TP_PART_TEXT)
                write_text(&g->w, part->text);
    tp_write_close(&g->w, ']');
    tp_write_close(&g->w, '}');
}

bool tp_gemini_content_write(tp_gemini_writing *g)
{
    contents c = { .g = g, .w = &g->w, .turn = find_turn(g->chat->messages) };
    const tp_message *first = g->chat->messages;
    bool good = true;

    while (first && is_system(first))
        first = first->next;
    if (!first)
        first = g->chat->messages; /* there have to be contents */
    write_system(g, first);
    c.in_turn = !c.turn;
    tp_write_member_open(&g->w, "contents", '[');
    for (const tp_message *m = first; m && good; m = m->next) {
        c.in_turn |= m == c.turn;
        good = write_message(&c, m);
    }
    if (c.role) {
        tp_write_close(&g->w, ']');
        tp_write_close(&g->w, '}');
    }
    tp_write_close(&g->w, ']');
    return good;
}
