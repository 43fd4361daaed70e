/* wire/gemini/reply_write.c - a GenerateContentResponse for the client, whole or piece by piece. */

#include "wire/gemini/format.h"

#include "json/string.h"
#include "wire/frame.h"
#include "wire/usage.h"

/* A choice of a stream. A call is written when it is whole, because its arguments are an object. */
typedef struct tp_gemini_choice {
    unsigned number;
    bool finished;
    tp_finish finish;
    tp_escaped reason;
    tp_part call;        /* the one that is open; its id and name are copies */
    tp_buffer arguments; /* of it, escaped */
    struct tp_gemini_choice *next;
} choice;

enum { MOST_ARGUMENTS = 64 << 20 };

/* ---- what both forms have ---- */

/* Gemini's own words for a refusal are kept. */
static void write_reason(tp_write *w, tp_finish finish, tp_escaped reason)
{
    static const tp_bytes OWN[] = { TP_BYTES_INIT("RECITATION"), TP_BYTES_INIT("LANGUAGE"),           TP_BYTES_INIT("BLOCKLIST"),
                                    TP_BYTES_INIT("SPII"),       TP_BYTES_INIT("PROHIBITED_CONTENT"), TP_BYTES_INIT("IMAGE_SAFETY") };
    bool own = false;

    for (size_t i = 0; i < sizeof(OWN) / sizeof(*OWN); i++)
        own |= tp_bytes_equal(reason, OWN[i]);
    if (finish == TP_FINISH_REFUSAL)
        tp_write_member_escaped(w, "finishReason", own ? reason : TP_BYTES("SAFETY"));
    else
        tp_write_member_text(w, "finishReason", finish == TP_FINISH_LENGTH || finish == TP_FINISH_CONTEXT ? "MAX_TOKENS" : "STOP");
}

static void write_usage(tp_write *w, const tp_usage *usage)
{
    if (!usage)
        return;
    tp_write_member_open(w, "usageMetadata", '{');
    tp_write_member_number(w, "promptTokenCount", usage->input);
    tp_write_member_number(w, "candidatesTokenCount", usage->output > usage->reasoning ? usage->output - usage->reasoning : 0);
    if (usage->reasoning)
        tp_write_member_number(w, "thoughtsTokenCount", usage->reasoning);
    if (usage->cache_read)
        tp_write_member_number(w, "cachedContentTokenCount", usage->cache_read);
    tp_write_member_number(w, "totalTokenCount", usage->input + usage->output);
    tp_write_close(w, '}');
}

static void write_identity(tp_write *w, const tp_writer *writer, tp_escaped id, tp_escaped model)
{
    tp_write_member_escaped(w, "modelVersion", model.length ? model : writer->model);
    tp_write_member_escaped(w, "responseId", id.length ? id : writer->id);
}

static void write_signature(tp_write *w, tp_arena *arena, const tp_seal *seal)
{
    tp_escaped signature = tp_gemini_signature_pack(arena, seal);

    if (signature.length)
        tp_write_member_escaped(w, "thoughtSignature", signature);
}

static void write_text(tp_write *w, tp_arena *arena, const tp_part *part)
{
    static const tp_seal NONE = { .maker = TP_DIALECT_COUNT };
    bool seals = part->type == TP_PART_THINKING || part->seal.maker == TP_DIALECT_GEMINI;

    tp_write_open(w, '{');
    tp_write_member_escaped(w, "text", part->text);
    if (part->type == TP_PART_THINKING)
        tp_write_member_bool(w, "thought", true);
    write_signature(w, arena, seals ? &part->seal : &NONE);
    tp_write_close(w, '}');
}

/* The client may take its history to Google, where a call without a signature is refused. */
static void write_call(tp_write *w, tp_arena *arena, const tp_part *call)
{
    tp_write_open(w, '{');
    tp_write_member_open(w, "functionCall", '{');
    tp_write_member_escaped(w, "id", call->id);
    tp_write_member_escaped(w, "name", call->name);
    tp_write_key(w, "args");
    tp_chat_write_object(w, call->custom ? tp_chat_custom_arguments(call->arguments, arena) : call->arguments, arena);
    tp_write_close(w, '}');
    if (call->seal.data.length)
        write_signature(w, arena, &call->seal);
    else
        tp_write_member_text(w, "thoughtSignature", TP_GEMINI_NO_SIGNATURE);
    tp_write_close(w, '}');
}

static void write_media(tp_write *w, const tp_media *media)
{
    bool in_line = media->data.length > 0;

    tp_write_open(w, '{');
    tp_write_member_open(w, in_line ? "inlineData" : "fileData", '{');
    tp_write_member_escaped(w, "mimeType", media->type.length ? media->type : TP_BYTES("image/png"));
    tp_write_member_escaped(w, in_line ? "data" : "fileUri", in_line ? media->data : media->url);
    tp_write_close(w, '}');
    tp_write_close(w, '}');
}

static void write_part(tp_write *w, tp_arena *arena, const tp_part *part)
{
    if (part->type == TP_PART_CALL)
        write_call(w, arena, part);
    else if (part->media)
        write_media(w, part->media);
    else
        write_text(w, arena, part);
}

static void open_content(tp_write *w)
{
    tp_write_open(w, '{');
    tp_write_member_open(w, "content", '{');
    tp_write_member_open(w, "parts", '[');
}

/* The candidate stays open. */
static void close_content(tp_write *w, unsigned index)
{
    tp_write_close(w, ']');
    tp_write_member_text(w, "role", "model");
    tp_write_close(w, '}');
    tp_write_member_number(w, "index", index);
}

/* ---- a stream ---- */

static void free_arguments(void *arg)
{
    tp_buffer_free(&((choice *)arg)->arguments);
}

static choice *choice_of(tp_writer *w, unsigned number)
{
    choice **end = &((tp_gemini_reply_state *)w->state)->choices;

    while (*end && (*end)->number != number)
        end = &(*end)->next;
    if (*end)
        return *end;
    *end = tp_arena_make(w->arena, choice);
    (*end)->number = number;
    (*end)->arguments.limit = MOST_ARGUMENTS;
    tp_arena_defer(w->arena, free_arguments, *end);
    return *end;
}

static tp_write open_event(tp_writer *w)
{
    tp_write out = tp_frame_open(w, NULL);

    tp_write_open(&out, '{');
    tp_write_member_open(&out, "candidates", '[');
    return out;
}

/* Behind the candidates. */
static void close_event(tp_writer *w, tp_write *out, const tp_usage *usage)
{
    const tp_gemini_reply_state *state = w->state;

    tp_write_close(out, ']');
    write_usage(out, usage);
    write_identity(out, w, state->id, state->model);
    tp_write_close(out, '}');
    tp_frame_close(w);
}

/* An event with one part, and what goes beside it. */
static void say(tp_writer *w, const tp_chat_event *ev, const tp_part *part)
{
    tp_write out = open_event(w);

    open_content(&out);
    write_part(&out, w->arena, part);
    close_content(&out, ev->choice);
    tp_gemini_beside_write(&out, ev->citation, ev->logprobs, w->arena);
    tp_write_close(&out, '}');
    close_event(w, &out, NULL);
}

static void on_open(tp_writer *w, const tp_chat_event *ev)
{
    choice *c = choice_of(w, ev->choice);
    tp_media media;

    if (ev->media) {
        media = *ev->media;
        say(w, ev, &(tp_part){ .type = ev->part, .media = &media });
    }
    if (ev->part != TP_PART_CALL)
        return;
    c->arguments.length = 0;
    c->call = (tp_part){
        .type = TP_PART_CALL, .id = tp_arena_copy(w->arena, ev->id), .name = tp_arena_copy(w->arena, ev->name), .custom = ev->custom
    };
}

static void on_delta(tp_writer *w, const tp_chat_event *ev)
{
    if (ev->part == TP_PART_CALL)
        tp_buffer_add(&choice_of(w, ev->choice)->arguments, ev->text);
    else
        say(w, ev, &(tp_part){ .type = ev->part, .text = ev->text });
}

static void close_call(tp_writer *w, const tp_chat_event *ev)
{
    choice *c = choice_of(w, ev->choice);
    char *text = tp_arena_alloc(w->arena, c->arguments.length + 1);

    c->call.arguments = tp_bytes_of(text, tp_string_decode(tp_buffer_bytes(&c->arguments), text));
    c->call.seal = ev->seal;
    say(w, ev, &c->call);
    tp_buffer_free(&c->arguments);
}

static void on_close(tp_writer *w, const tp_chat_event *ev)
{
    bool seals = ev->seal.data.length && (ev->part == TP_PART_THINKING || ev->seal.maker == TP_DIALECT_GEMINI);

    if (ev->part == TP_PART_CALL)
        close_call(w, ev);
    else if (seals && !ev->media)
        say(w, ev, &(tp_part){ .type = ev->part, .seal = ev->seal });
}

/* Clients look for the usage where the reason is: both wait for the end. */
static void on_finish(tp_writer *w, const tp_chat_event *ev)
{
    choice *c = choice_of(w, ev->choice);

    c->finished = true;
    c->finish = ev->finish;
    c->reason = tp_arena_copy(w->arena, ev->sequence);
}

static void on_end(tp_writer *w, const tp_chat_event *ev)
{
    tp_write out = open_event(w);

    for (const choice *c = ((const tp_gemini_reply_state *)w->state)->choices; c; c = c->next) {
        if (!c->finished)
            continue;
        open_content(&out);
        write_text(&out, w->arena, &(tp_part){ .type = TP_PART_TEXT });
        close_content(&out, c->number);
        write_reason(&out, c->finish, c->reason);
        tp_write_close(&out, '}');
    }
    close_event(w, &out, ev->usage);
    tp_frame_end(w);
}

/* Clients read nothing but responses, so a sign of life is one that says nothing. */
static void on_ping(tp_writer *w)
{
    const tp_chat_event silence = { .type = TP_CHAT_PING };

    say(w, &silence, &(tp_part){ .type = TP_PART_TEXT });
}

static void on_start(tp_writer *w, const tp_chat_event *ev)
{
    tp_gemini_reply_state *state = w->state;

    state->id = tp_arena_copy(w->arena, ev->id);
    state->model = tp_arena_copy(w->arena, ev->name);
}

void tp_gemini_reply_write_event(tp_writer *w, const tp_chat_event *ev)
{
    static void (*const WRITERS[])(tp_writer * w, const tp_chat_event *ev) = {
        [TP_CHAT_START] = on_start, [TP_CHAT_OPEN] = on_open,     [TP_CHAT_DELTA] = on_delta,
        [TP_CHAT_CLOSE] = on_close, [TP_CHAT_FINISH] = on_finish, [TP_CHAT_END] = on_end,
    };

    if (ev->type == TP_CHAT_PING)
        on_ping(w);
    else
        WRITERS[ev->type](w, ev);
}

/* ---- the whole reply ---- */

/* All citations of a choice as one list. */
static tp_verbatim join_citations(tp_arena *arena, const tp_part *part)
{
    tp_bytes list = tp_bytes_of(NULL, 0);

    for (; part; part = part->next) {
        tp_bytes items = part->citations.length > 2 ? tp_bytes_of(part->citations.data + 1, part->citations.length - 2) : list;

        if (part->citations.length <= 2)
            continue;
        list = list.length ? tp_arena_join(arena, (const tp_bytes[]){ list, TP_BYTES(","), items }, 3) : items;
    }
    return list.length ? tp_arena_join(arena, (const tp_bytes[]){ TP_BYTES("["), list, TP_BYTES("]") }, 3) : list;
}

static void write_candidate(tp_write *w, const tp_writer *writer, const tp_reply_choice *said, unsigned index)
{
    open_content(w);
    for (const tp_part *part = said->parts.first; part; part = part->next)
        write_part(w, writer->arena, part);
    if (!said->parts.first)
        write_text(w, writer->arena, &(tp_part){ .type = TP_PART_TEXT });
    close_content(w, index);
    write_reason(w, said->finish, said->sequence);
    tp_gemini_beside_write(w, join_citations(writer->arena, said->parts.first), said->logprobs, writer->arena);
    tp_write_close(w, '}');
}

void tp_gemini_reply_write_whole(tp_writer *writer, const tp_reply *reply)
{
    tp_write w = tp_write_to(writer->out);

    tp_write_open(&w, '{');
    tp_write_member_open(&w, "candidates", '[');
    for (unsigned i = 0; i < reply->choice_count; i++)
        write_candidate(&w, writer, &reply->choices[i], i);
    tp_write_close(&w, ']');
    write_usage(&w, reply->usage);
    write_identity(&w, writer, reply->id, reply->model);
    tp_write_close(&w, '}');
}

void tp_gemini_reply_write_count(tp_buffer *out, uint64_t tokens)
{
    tp_buffer_printf(out, "{\"totalTokens\":%llu}", (unsigned long long)tokens);
}
