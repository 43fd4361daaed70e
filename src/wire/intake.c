/* wire/intake.c - from what a provider says in any order to canonical events. */

#include "wire/intake.h"

#include "base/buffer.h"
#include "json/string.h"
#include "wire/chat.h"
#include "wire/half.h"

enum { MOST_CHOICES = 128, MOST_BLOCKS = 4096 };

typedef struct block {
    tp_part_type type;
    int64_t key;
    unsigned index; /* once it is open */
    tp_escaped id, name;
    bool custom, ended; /* ended: no more of it comes */
    bool made;          /* its id is ours: it had none when it was opened */
    bool wrapped;       /* free text inside an object: it is held until the object is whole */
    tp_half half;       /* how far the JSON of its arguments is */
    tp_buffer held;     /* while it waits: text or arguments */
    tp_seal seal;
    const tp_media *media;
    struct block *next;  /* in the queue */
    struct block *older; /* among the calls of its choice */
} block;

typedef struct choice {
    unsigned number;
    block *open;         /* the one that is being handed on */
    block *first, *last; /* those that wait */
    block *calls;        /* all of them, the newest first */
    unsigned blocks;
    bool finished;
    struct choice *next;
} choice;

struct tp_intake {
    tp_arena *arena;
    const tp_chat *chat;
    tp_bytes id;
    size_t most, waiting;
    tp_chat_emit *emit;
    void *arg;
    choice *choices;
    unsigned made; /* ids of calls */
    bool started, ended;
    const struct tp_usage *first_usage, *usage;
    const char *fault;
};

static void free_held(void *held)
{
    tp_buffer_free(held);
}

tp_intake *tp_intake_new(tp_arena *arena, const tp_chat *chat, tp_bytes id, size_t most, tp_chat_emit *emit, void *arg)
{
    tp_intake *in = tp_arena_make(arena, tp_intake);

    in->arena = arena;
    in->chat = chat;
    in->id = id;
    in->most = most;
    in->emit = emit;
    in->arg = arg;
    return in;
}

void tp_intake_usage(tp_intake *in, const struct tp_usage *usage)
{
    in->usage = usage;
}

void tp_intake_start_usage(tp_intake *in, const struct tp_usage *usage)
{
    in->first_usage = usage;
}

const char *tp_intake_fault(const tp_intake *in)
{
    return in->fault;
}

void tp_intake_start(tp_intake *in, tp_escaped id, tp_escaped model)
{
    if (in->started)
        return;
    in->started = true;
    in->emit(in->arg, &(tp_chat_event){ .type = TP_CHAT_START, .id = id, .name = model, .usage = in->first_usage });
}

static choice *find_choice(tp_intake *in, unsigned number)
{
    choice **end = &in->choices;

    while (*end && (*end)->number != number)
        end = &(*end)->next;
    if (!*end && number < MOST_CHOICES) {
        *end = tp_arena_make(in->arena, choice);
        (*end)->number = number;
    }
    return *end;
}

/* The choice that may still take something in; NULL: it is finished, or there are too many. */
static choice *choice_of(tp_intake *in, unsigned number)
{
    choice *c = in->ended || in->fault ? NULL : find_choice(in, number);

    if (!c || c->finished)
        return NULL;
    tp_intake_start(in, tp_bytes_of(NULL, 0), tp_bytes_of(NULL, 0));
    return c;
}

/* ---- handing on ---- */

static void emit_delta(tp_intake *in, const choice *c, tp_escaped piece)
{
    const block *b = c->open;

    if (piece.length)
        in->emit(in->arg,
                 &(tp_chat_event){
                     .type = TP_CHAT_DELTA, .choice = c->number, .index = b->index, .part = b->type, .custom = b->custom, .text = piece });
}

/* Hands on what waited. */
static void release_held(tp_intake *in, choice *c, tp_escaped text)
{
    emit_delta(in, c, text);
    in->waiting -= c->open->held.length;
    tp_buffer_free(&c->open->held);
}

/* The text inside the object that held it; what is no such object is text itself. */
static tp_escaped unwrap(tp_arena *arena, tp_escaped held)
{
    char *text = tp_arena_alloc(arena, held.length + 1);
    tp_bytes object = tp_bytes_of(text, tp_string_decode(held, text));
    tp_json doc;

    if (!tp_json_scan(object, arena, TP_JSON_MEMBERS, &doc, NULL) || !tp_json_get(&doc, 0, TP_BYTES(TP_CHAT_INPUT)))
        return held;
    return tp_json_inside(&doc, tp_json_get(&doc, 0, TP_BYTES(TP_CHAT_INPUT)));
}

/* Only when it has to be: until a call is opened, the provider may still name it. */
static void make_id(tp_intake *in, block *b)
{
    if (b->type != TP_PART_CALL || b->id.length)
        return;
    b->made = true;
    b->id = tp_bytes_text(tp_arena_printf(in->arena, "call_%.*s_%u", (int)in->id.length, in->id.data, in->made++));
}

static void open_first(tp_intake *in, choice *c)
{
    block *b = c->first;

    c->first = b->next;
    c->last = c->first ? c->last : NULL;
    b->next = NULL;
    b->index = c->blocks++;
    c->open = b;
    make_id(in, b);
    in->emit(in->arg, &(tp_chat_event){ .type = TP_CHAT_OPEN,
                                        .choice = c->number,
                                        .index = b->index,
                                        .part = b->type,
                                        .id = b->id,
                                        .name = b->name,
                                        .custom = b->custom,
                                        .seal = b->seal,
                                        .media = b->media });
    if (!b->wrapped)
        release_held(in, c, tp_buffer_bytes(&b->held));
}

static void close_open(tp_intake *in, choice *c)
{
    block *b = c->open;

    if (b->wrapped)
        release_held(in, c, unwrap(in->arena, tp_buffer_bytes(&b->held)));
    c->open = NULL;
    b->ended = true;
    in->emit(in->arg, &(tp_chat_event){ .type = TP_CHAT_CLOSE, .choice = c->number, .index = b->index, .part = b->type, .seal = b->seal });
}

/* Whether a later block may begin: text ends when something else does, a call when its arguments are a whole value. */
static bool gives_way(const block *b)
{
    return b->ended || b->type != TP_PART_CALL || ((!b->custom || b->wrapped) && tp_half_is_whole(&b->half));
}

/* A call is shown once its name is known. */
static bool can_open(const block *b)
{
    return b->type != TP_PART_CALL || b->name.length > 0;
}

/* The only place that decides which block is open. */
static void advance(tp_intake *in, choice *c)
{
    for (;;) {
        if (c->open && (c->open->ended || (c->first && gives_way(c->open))))
            close_open(in, c);
        else if (!c->open && c->first && can_open(c->first))
            open_first(in, c);
        else
            return;
    }
}

/* ---- taking in ---- */

static block *add_block(tp_intake *in, choice *c, tp_part_type type, int64_t key)
{
    block *b = tp_arena_make(in->arena, block);

    b->type = type;
    b->key = key;
    b->held.limit = in->most;
    tp_arena_defer(in->arena, free_held, &b->held);
    if (c->last)
        c->last->next = b;
    else
        c->first = b;
    c->last = b;
    if (type == TP_PART_CALL) {
        b->older = c->calls;
        c->calls = b;
    }
    if (c->blocks > MOST_BLOCKS)
        in->fault = "it has too many blocks";
    return b;
}

/* The newest block, when it is of that type and key. */
static block *newest(const choice *c, tp_part_type type, int64_t key)
{
    block *b = c->last ? c->last : c->open;

    return b && b->type == type && !b->ended && (key == TP_INTAKE_HERE || b->key == key) ? b : NULL;
}

static void put(tp_intake *in, choice *c, block *b, tp_escaped piece)
{
    if (b == c->open && !b->wrapped) {
        emit_delta(in, c, piece);
        return;
    }
    in->waiting += piece.length;
    if (in->waiting > in->most || !tp_buffer_add(&b->held, piece))
        in->fault = "too much of it waits for an earlier block that does not end";
}

void tp_intake_text(tp_intake *in, unsigned number, tp_part_type type, int64_t key, tp_escaped piece)
{
    choice *c = choice_of(in, number);
    block *b;

    if (!c || !piece.length)
        return;
    b = newest(c, type, key);
    if (!b) {
        b = add_block(in, c, type, key);
        advance(in, c);
    }
    put(in, c, b, piece);
}

static void beside(tp_intake *in, unsigned number, tp_verbatim citation, tp_verbatim logprobs)
{
    choice *c = choice_of(in, number);

    if (c && c->open && !c->first)
        in->emit(in->arg, &(tp_chat_event){ .type = TP_CHAT_DELTA,
                                            .choice = number,
                                            .index = c->open->index,
                                            .part = c->open->type,
                                            .citation = citation,
                                            .logprobs = logprobs });
}

void tp_intake_citation(tp_intake *in, unsigned number, tp_verbatim citation)
{
    beside(in, number, citation, tp_bytes_of(NULL, 0));
}

void tp_intake_logprobs(tp_intake *in, unsigned number, tp_verbatim logprobs)
{
    beside(in, number, tp_bytes_of(NULL, 0), logprobs);
}

static block *call_of(const choice *c, int64_t key)
{
    block *b = c->calls;

    while (b && b->key != key)
        b = b->older;
    return b;
}

static tp_seal keep_seal(const tp_intake *in, const tp_seal *seal)
{
    return (tp_seal){ tp_arena_copy(in->arena, seal->data), tp_arena_copy(in->arena, seal->id), seal->maker };
}

static void name_call(const tp_intake *in, block *b, tp_escaped name)
{
    const tp_tool *tool = in->chat ? tp_chat_tool(in->chat, name) : NULL;

    b->name = tp_arena_copy(in->arena, name);
    b->wrapped = tool && tool->custom && !b->custom;
    b->custom |= b->wrapped;
}

/* Some providers give every call the same index: another id is another call. */
static bool is_another(const block *b, tp_escaped id)
{
    return id.length && b->id.length && !b->made && !tp_bytes_equal(b->id, id);
}

void tp_intake_call(tp_intake *in, unsigned number, int64_t key, const tp_intake_called *called)
{
    choice *c = choice_of(in, number);
    block *b = c ? call_of(c, key) : NULL;

    if (!c)
        return;
    if (!b || is_another(b, called->id)) {
        b = add_block(in, c, TP_PART_CALL, key);
        b->custom = called->custom;
    }
    if (!b->id.length)
        b->id = tp_arena_copy(in->arena, called->id);
    if (called->seal.data.length)
        b->seal = keep_seal(in, &called->seal);
    if (!b->name.length && called->name.length)
        name_call(in, b, called->name);
    advance(in, c);
}

static bool is_blank(tp_escaped piece)
{
    while (piece.length && strchr(" \t", piece.data[piece.length - 1]))
        piece.length--;
    return piece.length == 0;
}

void tp_intake_arguments(tp_intake *in, unsigned number, int64_t key, tp_escaped piece)
{
    choice *c = choice_of(in, number);
    block *b = c ? call_of(c, key) : NULL;

    if (!c || !piece.length)
        return;
    if (!b)
        b = add_block(in, c, TP_PART_CALL, key);
    if (b->ended) {
        in->fault = is_blank(piece) ? NULL : "it goes on with arguments that were complete";
        return;
    }
    tp_half_feed(&b->half, piece);
    put(in, c, b, piece);
    advance(in, c);
}

void tp_intake_object(tp_intake *in, unsigned number, int64_t key, tp_verbatim object)
{
    tp_buffer escaped = TP_BUFFER(in->most);

    if (!tp_buffer_json(&escaped, object))
        in->fault = "the arguments of a call are too long";
    tp_intake_arguments(in, number, key, tp_buffer_bytes(&escaped));
    tp_buffer_free(&escaped);
}

void tp_intake_seal(tp_intake *in, unsigned number, tp_part_type type, int64_t key, const tp_seal *seal)
{
    choice *c = choice_of(in, number);
    block *b = c ? (type == TP_PART_CALL ? call_of(c, key) : newest(c, type, key)) : NULL;

    if (!c || (!b && type != TP_PART_THINKING))
        return;
    if (!b)
        b = add_block(in, c, type, key);
    b->seal = keep_seal(in, seal);
    advance(in, c);
}

void tp_intake_image(tp_intake *in, unsigned number, const tp_media *media)
{
    choice *c = choice_of(in, number);
    block *b = c ? add_block(in, c, TP_PART_IMAGE, TP_INTAKE_HERE) : NULL;
    tp_media *copy;

    if (!b)
        return;
    copy = tp_arena_make(in->arena, tp_media);
    copy->type = tp_arena_copy(in->arena, media->type);
    copy->data = tp_arena_copy(in->arena, media->data);
    copy->url = tp_arena_copy(in->arena, media->url);
    b->media = copy;
    b->ended = true;
    advance(in, c);
}

void tp_intake_close(tp_intake *in, unsigned number, int64_t key)
{
    choice *c = choice_of(in, number);
    block *b = c ? c->open : NULL;

    if (!c)
        return;
    if (!b || b->key != key)
        for (b = c->first; b && b->key != key;)
            b = b->next;
    if (b)
        b->ended = true;
    advance(in, c);
}

/* Everything that is open or waits goes out; a call that has no name by now never gets one. */
static void flush(tp_intake *in, choice *c)
{
    for (block *b = c->first; b; b = b->next) {
        b->ended = true;
        if (!can_open(b))
            in->fault = "it calls a tool without a name";
    }
    if (c->open)
        c->open->ended = true;
    advance(in, c);
}

void tp_intake_finish(tp_intake *in, unsigned number, tp_finish finish, tp_escaped sequence)
{
    choice *c = choice_of(in, number);

    if (!c)
        return;
    flush(in, c);
    if (in->fault)
        return;
    c->finished = true;
    if (c->calls && (finish == TP_FINISH_STOP || finish == TP_FINISH_NONE))
        finish = TP_FINISH_CALLS;
    if (finish == TP_FINISH_NONE || (finish == TP_FINISH_CALLS && !c->calls))
        finish = TP_FINISH_STOP;
    in->emit(in->arg,
             &(tp_chat_event){ .type = TP_CHAT_FINISH, .choice = number, .finish = finish, .sequence = sequence, .usage = in->usage });
}

void tp_intake_ping(tp_intake *in)
{
    in->emit(in->arg, &(tp_chat_event){ .type = TP_CHAT_PING });
}

void tp_intake_end(tp_intake *in)
{
    if (in->ended || in->fault)
        return;
    choice_of(in, 0);
    for (choice *c = in->choices; c; c = c->next)
        tp_intake_finish(in, c->number, TP_FINISH_NONE, tp_bytes_of(NULL, 0));
    if (in->fault)
        return;
    in->ended = true;
    in->emit(in->arg, &(tp_chat_event){ .type = TP_CHAT_END, .usage = in->usage });
}
