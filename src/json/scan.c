/* json/scan.c - the one-pass scanner: no recursion, one small frame for each open container. */

#include "json/scan.h"

#include <stdlib.h>

#include "base/memory.h"
#include "json/string.h"

#define UNRECORDED UINT32_MAX

enum { FIRST_NODES = 64 };

/* An open container: its node, and the last node inside, which the next one will follow. */
typedef struct frame {
    uint32_t node, last;
    uint8_t kind;
} frame;

typedef struct scanner {
    const char *begin, *at, *end;
    const char *what; /* set: the text is bad at `at` */
    tp_json_node *nodes;
    uint32_t count, room;
    unsigned record_depth, depth;
    tp_json_node first[FIRST_NODES]; /* where `nodes` points until they are more */
    frame frames[TP_JSON_DEPTH];
} scanner;

typedef enum step { STEP_BAD, STEP_WANT_VALUE, STEP_HAD_VALUE } step;

/* Both note why the text is bad at `at`. */
static bool fail(scanner *s, const char *what)
{
    s->what = what;
    return false;
}

static step bad(scanner *s, const char *what)
{
    s->what = what;
    return STEP_BAD;
}

static void skip_blanks(scanner *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
}

static bool is_next(const scanner *s, char c)
{
    return s->at < s->end && *s->at == c;
}

static void grow(scanner *s)
{
    bool moves = s->nodes == s->first;

    s->room *= 2;
    s->nodes = tp_memory_resize(moves ? NULL : s->nodes, s->room * sizeof(*s->nodes));
    if (moves)
        memcpy(s->nodes, s->first, sizeof(s->first));
}

/* Ties a new node into the list of its container; a member's value is found through its key and has no siblings. */
static void link_node(scanner *s, uint32_t node, tp_json_kind kind)
{
    frame *f = &s->frames[s->depth - 1];

    if (f->kind == TP_JSON_OBJECT && kind != TP_JSON_KEY)
        return;
    if (f->last != TP_JSON_NONE)
        s->nodes[f->last].next = node;
    else
        s->nodes[f->node].inside = true;
    f->last = node;
}

/* A node that starts at `at`; UNRECORDED where it is too deep. */
static bool record(scanner *s, tp_json_kind kind, uint32_t *node)
{
    *node = UNRECORDED;
    if (s->depth + 1 > s->record_depth)
        return true;
    if (s->count == TP_JSON_NODES)
        return fail(s, "more values than can be held");
    if (s->count == s->room)
        grow(s);
    *node = s->count++;
    s->nodes[*node] = (tp_json_node){ .start = (uint32_t)(s->at - s->begin), .kind = (uint8_t)kind };
    if (s->depth)
        link_node(s, *node, kind);
    return true;
}

static void finish(scanner *s, uint32_t node, bool escaped)
{
    if (node == UNRECORDED)
        return;
    s->nodes[node].end = (uint32_t)(s->at - s->begin);
    s->nodes[node].escaped = escaped;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* `at` stands on the backslash. */
static bool scan_escape(scanner *s)
{
    char c = s->end - s->at > 1 ? s->at[1] : 0;

    if (c == 0 || !strchr("\"\\/bfnrtu", c))
        return fail(s, "an escape that JSON does not have");
    s->at += 2;
    for (unsigned i = 0; c == 'u' && i < 4; i++, s->at++)
        if (s->at == s->end || !is_hex(*s->at))
            return fail(s, "expected four hexadecimal digits");
    return true;
}

static step scan_string(scanner *s, tp_json_kind kind)
{
    uint32_t node;
    bool escaped = false;

    if (!record(s, kind, &node))
        return STEP_BAD;
    s->at++;
    for (;;) {
        s->at = tp_string_skip(s->at, s->end);
        if (s->at == s->end)
            return bad(s, "the text ends inside a string");
        if (*s->at == '"')
            break;
        if (*s->at != '\\')
            return bad(s, "a control character inside a string");
        escaped = true;
        if (!scan_escape(s))
            return STEP_BAD;
    }
    s->at++;
    finish(s, node, escaped);
    return STEP_HAD_VALUE;
}

static bool scan_digits(scanner *s)
{
    const char *start = s->at;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > start || fail(s, "expected a digit");
}

static step scan_number(scanner *s)
{
    uint32_t node;

    if (!record(s, TP_JSON_NUMBER, &node))
        return STEP_BAD;
    if (*s->at == '-')
        s->at++;
    if (is_next(s, '0'))
        s->at++;
    else if (!scan_digits(s))
        return STEP_BAD;
    if (is_next(s, '.')) {
        s->at++;
        if (!scan_digits(s))
            return STEP_BAD;
    }
    if (is_next(s, 'e') || is_next(s, 'E')) {
        s->at++;
        if (is_next(s, '+') || is_next(s, '-'))
            s->at++;
        if (!scan_digits(s))
            return STEP_BAD;
    }
    finish(s, node, false);
    return STEP_HAD_VALUE;
}

static step scan_word(scanner *s, tp_json_kind kind, tp_bytes word)
{
    uint32_t node;

    if (!tp_bytes_starts(tp_bytes_of(s->at, (size_t)(s->end - s->at)), word))
        return bad(s, "expected a value");
    if (!record(s, kind, &node))
        return STEP_BAD;
    s->at += word.length;
    finish(s, node, false);
    return STEP_HAD_VALUE;
}

/* A key and its colon. */
static step scan_key(scanner *s)
{
    skip_blanks(s);
    if (!is_next(s, '"'))
        return bad(s, "expected a key in quotes");
    if (scan_string(s, TP_JSON_KEY) == STEP_BAD)
        return STEP_BAD;
    skip_blanks(s);
    if (!is_next(s, ':'))
        return bad(s, "expected ':' after the key");
    s->at++;
    return STEP_WANT_VALUE;
}

static step close_container(scanner *s)
{
    s->at++;
    finish(s, s->frames[--s->depth].node, false);
    return STEP_HAD_VALUE;
}

static step open_container(scanner *s, tp_json_kind kind)
{
    char closing = kind == TP_JSON_OBJECT ? '}' : ']';
    uint32_t node;

    if (s->depth == TP_JSON_DEPTH)
        return bad(s, "nested deeper than 1000");
    if (!record(s, kind, &node))
        return STEP_BAD;
    s->frames[s->depth++] = (frame){ .node = node, .last = TP_JSON_NONE, .kind = (uint8_t)kind };
    s->at++;
    skip_blanks(s);
    if (is_next(s, closing))
        return close_container(s);
    return kind == TP_JSON_OBJECT ? scan_key(s) : STEP_WANT_VALUE;
}

static step scan_value(scanner *s)
{
    skip_blanks(s);
    if (s->at == s->end)
        return bad(s, "the text ends where a value is expected");
    switch (*s->at) {
    case '{':
        return open_container(s, TP_JSON_OBJECT);
    case '[':
        return open_container(s, TP_JSON_ARRAY);
    case '"':
        return scan_string(s, TP_JSON_STRING);
    case 't':
        return scan_word(s, TP_JSON_TRUE, TP_BYTES("true"));
    case 'f':
        return scan_word(s, TP_JSON_FALSE, TP_BYTES("false"));
    case 'n':
        return scan_word(s, TP_JSON_NULL, TP_BYTES("null"));
    default:
        return *s->at == '-' || (*s->at >= '0' && *s->at <= '9') ? scan_number(s) : bad(s, "expected a value");
    }
}

/* What follows a value inside of a container. */
static step scan_after(scanner *s)
{
    bool object = s->frames[s->depth - 1].kind == TP_JSON_OBJECT;

    skip_blanks(s);
    if (is_next(s, object ? '}' : ']'))
        return close_container(s);
    if (!is_next(s, ','))
        return bad(s, object ? "expected ',' or '}'" : "expected ',' or ']'");
    s->at++;
    return object ? scan_key(s) : STEP_WANT_VALUE;
}

static bool scan_text(scanner *s)
{
    step next = STEP_WANT_VALUE;

    do
        next = next == STEP_WANT_VALUE ? scan_value(s) : scan_after(s);
    while (next == STEP_WANT_VALUE || (next == STEP_HAD_VALUE && s->depth));
    if (next == STEP_BAD)
        return false;
    skip_blanks(s);
    return s->at == s->end || fail(s, "something follows the end of the JSON text");
}

static void tell(const scanner *s, tp_json_error *error)
{
    *error = (tp_json_error){
        .offset = (size_t)(s->at - s->begin), .line = 1, .column = 1, .what = s->what, .too_many = s->count == TP_JSON_NODES
    };
    for (const char *c = s->begin; c < s->at; c++) {
        error->line += *c == '\n';
        error->column = *c == '\n' ? 1 : error->column + 1;
    }
}

bool tp_json_scan(tp_bytes text, tp_arena *arena, unsigned record_depth, tp_json *doc, tp_json_error *error)
{
    scanner s; /* nodes and frames are written before they are read: no need to clear 13 KB */
    bool good;

    s.begin = s.at = text.data;
    s.end = text.length ? text.data + text.length : text.data;
    s.what = NULL;
    s.nodes = s.first;
    s.room = FIRST_NODES;
    s.count = s.depth = 0;
    s.record_depth = record_depth ? record_depth : 1;
    good = text.length < UINT32_MAX ? scan_text(&s) : fail(&s, "a text of 4 GiB or more");
    *doc = (tp_json){ .text = text, .count = s.count };
    if (good)
        doc->nodes =
            (const tp_json_node *)(const void *)tp_arena_copy(arena, tp_bytes_of((const char *)s.nodes, s.count * sizeof(*s.nodes))).data;
    else if (error)
        tell(&s, error);
    if (s.nodes != s.first)
        free(s.nodes);
    return good;
}
