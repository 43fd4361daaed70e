/* wire/gather.c - events into a whole reply. */

#include "wire/gather.h"

#include "base/buffer.h"
#include "json/string.h"

/* One choice while it grows: texts are gathered in a buffer and moved to the arena when their block closes. */
typedef struct growing {
    unsigned number;
    tp_reply_choice choice;
    tp_buffer text, citations, logprobs;
    struct growing *next;
} growing;

struct tp_gather {
    tp_arena *arena;
    size_t most, held;
    growing *choices;
    tp_reply reply;
};

tp_gather *tp_gather_new(tp_arena *arena, size_t most)
{
    tp_gather *g = tp_arena_make(arena, tp_gather);

    g->arena = arena;
    g->most = most;
    return g;
}

static void free_buffers(void *arg)
{
    growing *c = arg;

    tp_buffer_free(&c->text);
    tp_buffer_free(&c->citations);
    tp_buffer_free(&c->logprobs);
}

static growing *choice_of(tp_gather *g, unsigned number)
{
    growing **at = &g->choices, *c;

    while (*at && (*at)->number < number)
        at = &(*at)->next;
    if (*at && (*at)->number == number)
        return *at;
    c = tp_arena_make(g->arena, growing);
    c->number = number;
    c->text.limit = c->citations.limit = c->logprobs.limit = g->most;
    c->next = *at;
    *at = c;
    g->reply.choice_count++;
    tp_arena_defer(g->arena, free_buffers, c);
    return c;
}

static void copy_media(tp_gather *g, tp_part *part, const tp_media *media)
{
    part->media = tp_arena_make(g->arena, tp_media);
    part->media->type = tp_arena_copy(g->arena, media->type);
    part->media->data = tp_arena_copy(g->arena, media->data);
    part->media->url = tp_arena_copy(g->arena, media->url);
}

static void open_block(tp_gather *g, growing *c, const tp_chat_event *ev)
{
    tp_part *part = tp_arena_make(g->arena, tp_part);

    part->type = ev->part;
    part->id = tp_arena_copy(g->arena, ev->id);
    part->name = tp_arena_copy(g->arena, ev->name);
    part->custom = ev->custom;
    if (ev->media)
        copy_media(g, part, ev->media);
    if (c->choice.parts.last)
        c->choice.parts.last->next = part;
    else
        c->choice.parts.first = part;
    c->choice.parts.last = part;
}

/* Adds the items of an array, or one item, to an array that is still open. */
static bool add_items(tp_buffer *array, tp_verbatim items)
{
    if (items.length && items.data[0] == '[')
        items = tp_bytes_trim(tp_bytes_of(items.data + 1, items.length - 2));
    if (!items.length)
        return true;
    return tp_buffer_text(array, array->length ? "," : "[") && tp_buffer_add(array, items);
}

static bool add_delta(tp_gather *g, growing *c, const tp_chat_event *ev)
{
    g->held += ev->text.length + ev->citation.length + ev->logprobs.length;
    return g->held <= g->most && tp_buffer_add(&c->text, ev->text) && add_items(&c->citations, ev->citation) &&
           add_items(&c->logprobs, ev->logprobs);
}

static tp_bytes take_array(tp_gather *g, tp_buffer *array)
{
    tp_bytes taken = tp_bytes_of(NULL, 0);

    if (array->length) {
        tp_buffer_text(array, "]");
        taken = tp_arena_copy(g->arena, tp_buffer_bytes(array));
    }
    tp_buffer_free(array);
    return taken;
}

static tp_bytes decoded(tp_gather *g, tp_bytes escaped)
{
    char *out = tp_arena_alloc(g->arena, escaped.length + 1);

    return tp_bytes_of(out, tp_string_decode(escaped, out));
}

static void close_block(tp_gather *g, growing *c, const tp_chat_event *ev)
{
    tp_part *part = c->choice.parts.last;
    tp_bytes text = tp_buffer_bytes(&c->text);

    if (part->type == TP_PART_CALL)
        part->arguments = decoded(g, text);
    else
        part->text = tp_arena_copy(g->arena, text);
    part->seal = (tp_seal){ tp_arena_copy(g->arena, ev->seal.data), tp_arena_copy(g->arena, ev->seal.id), ev->seal.maker };
    part->citations = take_array(g, &c->citations);
    c->text.length = 0;
}

static void finish(tp_gather *g, growing *c, const tp_chat_event *ev)
{
    c->choice.finish = ev->finish;
    c->choice.sequence = tp_arena_copy(g->arena, ev->sequence);
    c->choice.logprobs = take_array(g, &c->logprobs);
    tp_buffer_free(&c->text);
}

static bool in_choice(tp_gather *g, const tp_chat_event *ev)
{
    growing *c = choice_of(g, ev->choice);

    switch (ev->type) {
    case TP_CHAT_OPEN:
        open_block(g, c, ev);
        return true;
    case TP_CHAT_DELTA:
        return add_delta(g, c, ev);
    case TP_CHAT_CLOSE:
        close_block(g, c, ev);
        return true;
    default:
        finish(g, c, ev);
        return true;
    }
}

bool tp_gather_event(tp_gather *g, const tp_chat_event *ev)
{
    switch (ev->type) {
    case TP_CHAT_START:
        g->reply.id = tp_arena_copy(g->arena, ev->id);
        g->reply.model = tp_arena_copy(g->arena, ev->name);
        return true;
    case TP_CHAT_END:
        g->reply.usage = ev->usage;
        return true;
    case TP_CHAT_PING:
        return true;
    default:
        return in_choice(g, ev);
    }
}

const tp_reply *tp_gather_reply(tp_gather *g)
{
    unsigned count = 0;

    g->reply.choices = tp_arena_array(g->arena, tp_reply_choice, g->reply.choice_count);
    for (const growing *c = g->choices; c; c = c->next)
        g->reply.choices[count++] = c->choice;
    return &g->reply;
}
