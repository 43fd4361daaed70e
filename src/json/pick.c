/* json/pick.c - picks values out of JSON that is pushed in piece by piece: a state for each byte that may stand at a cut. */

#include "json/pick.h"

#include "base/buffer.h"
#include "json/string.h"

enum { DEPTH = 1000, KEY_ROOM = 96 };

typedef enum state {
    BETWEEN,      /* before and behind a complete text; first, so that a zeroed pick stands here */
    VALUE,        /* a value must come */
    VALUE_OR_END, /* behind [ */
    KEY_OR_END,   /* behind { */
    KEY,          /* behind , in an object */
    COLON,
    AFTER, /* behind a value in a container */
    IN_KEY,
    IN_STRING,
    IN_SCALAR,  /* number, true, false, null */
    IN_SKIPPED, /* a container that no path leads into */
    STOPPED,
} state;

typedef struct path {
    const tp_pick_path *spot;
    unsigned count;   /* of its keys */
    unsigned matched; /* objects on the way down whose key here is the path's */
    unsigned depth;   /* while capturing: containers that were open when it began */
    bool capturing, overflow;
    const char *from; /* while capturing: where the value begins, or goes on, in the piece being fed */
    tp_buffer before; /* what earlier pieces had of it */
} path;

struct tp_pick {
    state state;
    bool escaped;             /* the next byte of the string follows a backslash */
    bool ended;               /* the bytes just read complete a value */
    uint8_t kinds[DEPTH / 8]; /* a bit for each open container: set for an object */
    unsigned depth, objects;  /* open containers; how many of them are objects, without those that are skipped */
    unsigned skipped;         /* depth of the container that is skipped */
    bool in_text;             /* inside of a string of it */
    bool named;               /* the key just read ends a path */
    const char *at;           /* in the piece being fed; NULL between two feeds */
    size_t most;
    unsigned count, capturing;
    path *paths;
    char key[KEY_ROOM];
    size_t key_length; /* beyond KEY_ROOM: it is no key of ours */
    uint64_t texts, elements;
    tp_pick_found *found;
    void *arg;
};

static bool is_object(const tp_pick *pick, unsigned depth)
{
    return pick->kinds[depth / 8] >> (depth % 8) & 1;
}

static void set_object(tp_pick *pick, unsigned depth, bool object)
{
    unsigned bit = 1u << (depth % 8);

    pick->kinds[depth / 8] = (uint8_t)(object ? pick->kinds[depth / 8] | bit : pick->kinds[depth / 8] & ~bit);
}

static void free_buffers(void *ptr)
{
    tp_pick *pick = ptr;

    for (unsigned i = 0; i < pick->count; i++)
        tp_buffer_free(&pick->paths[i].before);
}

tp_pick *tp_pick_new(tp_arena *arena, const tp_pick_path *paths, unsigned count, size_t most, tp_pick_found *found, void *arg)
{
    tp_pick *pick = tp_arena_make(arena, tp_pick);

    pick->count = count;
    pick->paths = tp_arena_array(arena, path, count);
    pick->most = most;
    pick->found = found;
    pick->arg = arg;
    for (unsigned i = 0; i < count; i++) {
        path *p = &pick->paths[i];

        p->spot = &paths[i];
        p->before.limit = most;
        while (p->count < TP_PICK_KEYS && p->spot->keys[p->count].length)
            p->count++;
    }
    tp_arena_defer(arena, free_buffers, pick);
    return pick;
}

/* The key just read belongs to the innermost object: each path that led here goes on, or not. */
static void match_key(tp_pick *pick)
{
    tp_bytes key = tp_bytes_of(pick->key, pick->key_length);
    unsigned above = pick->objects - 1;

    for (unsigned i = 0; i < pick->count; i++) {
        path *p = &pick->paths[i];

        if (p->matched < above || p->count <= above)
            continue;
        p->matched = above + (key.length <= KEY_ROOM && tp_string_equal(key, p->spot->keys[above]));
        pick->named = pick->named || p->matched == p->count;
    }
}

/* A value begins, right behind the key that ends a path. */
static void begin_captures(tp_pick *pick)
{
    pick->named = false;
    for (unsigned i = 0; i < pick->count; i++) {
        path *p = &pick->paths[i];

        if (p->capturing || p->matched != p->count || p->count != pick->objects)
            continue;
        p->capturing = true;
        p->overflow = false;
        p->depth = pick->depth;
        p->from = pick->at;
        p->before.length = 0;
        pick->capturing++;
    }
}

/* The piece ends inside of values: they go on with the next one. */
static void keep_begun(tp_pick *pick)
{
    for (unsigned i = 0; i < pick->count; i++) {
        path *p = &pick->paths[i];

        if (p->capturing && !p->overflow)
            p->overflow = !tp_buffer_add(&p->before, tp_bytes_of(p->from, (size_t)(pick->at - p->from)));
    }
}

static void go_on(tp_pick *pick, const char *from)
{
    for (unsigned i = 0; i < pick->count; i++)
        pick->paths[i].from = from;
}

/* A value that lies whole in one piece is told from where it lies. */
static void picked(tp_pick *pick, unsigned index)
{
    path *p = &pick->paths[index];
    tp_bytes raw = pick->at ? tp_bytes_of(p->from, (size_t)(pick->at - p->from)) : tp_bytes_of(NULL, 0);

    p->capturing = false;
    pick->capturing--;
    if (p->overflow || raw.length + p->before.length > pick->most)
        return;
    if (p->before.length) {
        tp_buffer_add(&p->before, raw);
        raw = tp_buffer_bytes(&p->before);
    }
    if (!tp_bytes_equal(raw, TP_BYTES("null")))
        pick->found(pick->arg, p->spot, raw);
}

static void end_value(tp_pick *pick)
{
    pick->ended = false;
    pick->state = pick->depth ? AFTER : BETWEEN;
    pick->texts += pick->depth == 0;
    pick->elements += pick->depth == 1 && !is_object(pick, 0);
    for (unsigned i = 0; pick->capturing && i < pick->count; i++)
        if (pick->paths[i].capturing && pick->paths[i].depth == pick->depth)
            picked(pick, i);
}

/* Whether some path goes on inside of a container that begins here. */
static bool is_led_into(const tp_pick *pick)
{
    for (unsigned i = 0; i < pick->count; i++)
        if (pick->paths[i].matched >= pick->objects && pick->paths[i].count > pick->objects)
            return true;
    return false;
}

static void open_container(tp_pick *pick, bool object)
{
    if (pick->depth == DEPTH) {
        pick->state = STOPPED;
    } else if (is_led_into(pick)) {
        pick->objects += object;
        pick->state = object ? KEY_OR_END : VALUE_OR_END;
    } else {
        pick->skipped = pick->depth;
        pick->in_text = false;
        pick->state = IN_SKIPPED;
    }
    if (pick->state != STOPPED)
        set_object(pick, pick->depth++, object);
}

static void close_container(tp_pick *pick, bool object)
{
    if (pick->depth == 0 || is_object(pick, pick->depth - 1) != object) {
        pick->state = STOPPED;
        return;
    }
    pick->depth--;
    pick->objects -= object;
    for (unsigned i = 0; object && i < pick->count; i++)
        if (pick->paths[i].matched > pick->objects)
            pick->paths[i].matched = pick->objects;
    pick->ended = true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_scalar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
}

static void begin_value(tp_pick *pick, char c)
{
    if (pick->named)
        begin_captures(pick);
    if (c == '{' || c == '[')
        open_container(pick, c == '{');
    else if (c == '"')
        pick->state = IN_STRING;
    else
        pick->state = is_scalar(c) ? IN_SCALAR : STOPPED;
}

static void begin_key(tp_pick *pick, char c)
{
    pick->state = c == '"' ? IN_KEY : STOPPED;
    pick->key_length = 0;
}

static void after_value(tp_pick *pick, char c)
{
    if (c == '}' || c == ']')
        close_container(pick, c == '}');
    else if (c == ',')
        pick->state = is_object(pick, pick->depth - 1) ? KEY : VALUE;
    else
        pick->state = STOPPED;
}

/* A byte of structure that is no blank. */
static void structure(tp_pick *pick, char c)
{
    switch (pick->state) {
    case VALUE_OR_END:
    case KEY_OR_END:
        if (c == ']' || c == '}')
            close_container(pick, c == '}');
        else if (pick->state == KEY_OR_END)
            begin_key(pick, c);
        else
            begin_value(pick, c);
        break;
    case KEY:
        begin_key(pick, c);
        break;
    case COLON:
        pick->state = c == ':' ? VALUE : STOPPED;
        break;
    case AFTER:
        after_value(pick, c);
        break;
    default:
        begin_value(pick, c);
    }
}

static void keep_key(tp_pick *pick, tp_bytes bytes)
{
    if (pick->key_length + bytes.length <= KEY_ROOM)
        memcpy(pick->key + pick->key_length, bytes.data, bytes.length);
    pick->key_length = pick->key_length + bytes.length <= KEY_ROOM ? pick->key_length + bytes.length : KEY_ROOM + 1;
}

/* As much of a string as `rest` has, its closing quote included; returns how many bytes. */
static size_t in_string(tp_pick *pick, tp_bytes rest)
{
    size_t used = pick->escaped;
    char c;

    used += (size_t)(tp_string_skip(rest.data + used, rest.data + rest.length) - (rest.data + used));
    pick->escaped = false;
    if (pick->state == IN_KEY)
        keep_key(pick, tp_bytes_of(rest.data, used));
    if (used == rest.length)
        return used;
    c = rest.data[used];
    if (c == '\\') {
        pick->escaped = true;
        if (pick->state == IN_KEY)
            keep_key(pick, TP_BYTES("\\"));
    } else if (c != '"') {
        pick->state = STOPPED;
    } else if (pick->state == IN_KEY) {
        match_key(pick);
        pick->state = COLON;
    } else {
        pick->ended = true;
    }
    return used + 1;
}

static size_t in_scalar(tp_pick *pick, tp_bytes rest)
{
    size_t used = 0;

    while (used < rest.length && is_scalar(rest.data[used]))
        used++;
    pick->ended = used < rest.length;
    return used;
}

static size_t in_structure(tp_pick *pick, char c)
{
    if (!is_blank(c))
        structure(pick, c);
    return 1;
}

/* A string of what is skipped, or as much of it as there is; returns what is behind. */
static const char *skip_text(tp_pick *pick, const char *at, const char *end)
{
    at = tp_string_skip(at + pick->escaped, end);
    pick->escaped = false;
    if (at == end)
        return at;
    pick->escaped = *at == '\\';
    pick->in_text = pick->escaped;
    if (*at != '"' && *at != '\\')
        pick->state = STOPPED;
    return at + 1;
}

static void skip_bracket(tp_pick *pick, char c)
{
    bool object = c == '{' || c == '}', opens = c == '{' || c == '[';

    if (opens ? pick->depth == DEPTH : is_object(pick, pick->depth - 1) != object)
        pick->state = STOPPED;
    else if (opens)
        set_object(pick, pick->depth++, object);
    else
        pick->ended = --pick->depth == pick->skipped;
}

/* Only strings and brackets are looked at; returns how many bytes belong to it. */
static size_t in_skipped(tp_pick *pick, tp_bytes rest)
{
    const char *at = rest.data, *end = rest.data + rest.length;

    while (at < end && !pick->ended && pick->state == IN_SKIPPED) {
        if (pick->in_text) {
            at = skip_text(pick, at, end);
            continue;
        }
        if (*at == '"')
            pick->in_text = true;
        else if (*at == '{' || *at == '[' || *at == '}' || *at == ']')
            skip_bracket(pick, *at);
        at++;
    }
    return (size_t)(at - rest.data);
}

static size_t step(tp_pick *pick, tp_bytes piece)
{
    switch (pick->state) {
    case IN_KEY:
    case IN_STRING:
        return in_string(pick, piece);
    case IN_SCALAR:
        return in_scalar(pick, piece);
    case IN_SKIPPED:
        return in_skipped(pick, piece);
    default:
        return in_structure(pick, piece.data[0]);
    }
}

bool tp_pick_feed(tp_pick *pick, tp_bytes piece)
{
    if (pick->capturing)
        go_on(pick, piece.data);
    while (piece.length && pick->state != STOPPED) {
        size_t used;

        pick->at = piece.data;
        used = step(pick, piece);
        pick->at = piece.data + used;
        piece = tp_bytes_from(piece, used);
        if (pick->ended)
            end_value(pick);
    }
    if (pick->capturing && pick->at)
        keep_begun(pick);
    pick->at = NULL;
    return pick->state != STOPPED;
}

void tp_pick_end(tp_pick *pick)
{
    if (pick->state == IN_SCALAR)
        end_value(pick);
}

void tp_pick_reset(tp_pick *pick)
{
    pick->state = BETWEEN;
    pick->escaped = pick->ended = pick->named = false;
    pick->depth = pick->objects = pick->capturing = 0;
    for (unsigned i = 0; i < pick->count; i++) {
        pick->paths[i].matched = 0;
        pick->paths[i].capturing = false;
    }
}

uint64_t tp_pick_texts(const tp_pick *pick)
{
    return pick->texts;
}

uint64_t tp_pick_elements(const tp_pick *pick)
{
    return pick->elements;
}
