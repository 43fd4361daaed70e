/* json/scan.h - reads the structure of a JSON text in one pass, in place: a flat array of spans. Pure; any thread. */

#ifndef TP_JSON_SCAN_H
#define TP_JSON_SCAN_H

#include <tokenpak/arena.h>
#include <tokenpak/bytes.h>

enum {
    TP_JSON_NONE = 0,          /* "no such node": node 0 is the whole text and never a member of anything */
    TP_JSON_DEPTH = 1000,      /* most containers open at a time */
    TP_JSON_NODES = 1 << 22,   /* most nodes recorded */
    TP_JSON_MEMBERS = 2,       /* record_depth: the top value and what is directly inside it */
    TP_JSON_EVERYTHING = 65535 /* record_depth: all */
};

typedef enum tp_json_kind {
    TP_JSON_OBJECT,
    TP_JSON_ARRAY,
    TP_JSON_STRING,
    TP_JSON_NUMBER,
    TP_JSON_TRUE,
    TP_JSON_FALSE,
    TP_JSON_NULL,
    TP_JSON_KEY,
} tp_json_kind;

/* A value or a key: text[start, end), quotes and brackets included. A key's value is the node right behind the key. */
typedef struct tp_json_node {
    uint32_t start, end;
    uint32_t next;   /* the next element, or the next key of the object; TP_JSON_NONE at the last */
    uint8_t kind;    /* a tp_json_kind */
    uint8_t escaped; /* string or key: has a backslash */
    uint8_t inside;  /* container: what is in it is recorded, the first right behind it */
} tp_json_node;

/* Borrows `text`; the nodes live as long as the arena. */
typedef struct tp_json {
    tp_bytes text;
    const tp_json_node *nodes;
    uint32_t count;
} tp_json;

typedef struct tp_json_error {
    size_t offset;         /* of the first byte that cannot be */
    uint32_t line, column; /* from 1; the column counts bytes */
    const char *what;      /* "expected a value" */
    bool too_many;         /* it may be JSON, but has more nodes than are recorded */
} tp_json_error;

/* Checks all of `text` against the grammar of RFC 8259 and records what is at most `record_depth` deep: the top value has depth 1, a key, a
 * member's value and an element one more than their container. What stands inside a string is not judged, but for control characters and
 * the form of escapes; numbers may have any size. False: not JSON, too deep, too many nodes or 4 GiB and longer; `error` (may be NULL) says
 * where. */
bool tp_json_scan(tp_bytes text, tp_arena *arena, unsigned record_depth, tp_json *doc, tp_json_error *error);

static inline tp_json_kind tp_json_kind_of(const tp_json *doc, uint32_t node)
{
    return (tp_json_kind)doc->nodes[node].kind;
}

/* The text of a node as it stands there. */
static inline tp_bytes tp_json_raw(const tp_json *doc, uint32_t node)
{
    return tp_bytes_of(doc->text.data + doc->nodes[node].start, doc->nodes[node].end - doc->nodes[node].start);
}

/* The inside of a string (or key) as it stands there, escapes and all; empty for anything else. */
static inline tp_bytes tp_json_inside(const tp_json *doc, uint32_t node)
{
    const tp_json_node *n = &doc->nodes[node];
    bool text = node != TP_JSON_NONE && (n->kind == TP_JSON_STRING || n->kind == TP_JSON_KEY);

    return text ? tp_bytes_of(doc->text.data + n->start + 1, n->end - n->start - 2) : tp_bytes_of(NULL, 0);
}

/* First element of an array or first key of an object; TP_JSON_NONE when it is empty, a scalar or not recorded. */
static inline uint32_t tp_json_first(const tp_json *doc, uint32_t node)
{
    return doc->nodes[node].inside ? node + 1 : TP_JSON_NONE;
}

/* Whether there is such a node (it is not TP_JSON_NONE) and it is of that kind. */
static inline bool tp_json_has(const tp_json *doc, uint32_t node, tp_json_kind kind)
{
    return node != TP_JSON_NONE && doc->nodes[node].kind == kind;
}

/* As tp_json_first of a member or element; TP_JSON_NONE of TP_JSON_NONE. */
static inline uint32_t tp_json_items(const tp_json *doc, uint32_t node)
{
    return node != TP_JSON_NONE ? tp_json_first(doc, node) : TP_JSON_NONE;
}

static inline uint32_t tp_json_next(const tp_json *doc, uint32_t node)
{
    return doc->nodes[node].next;
}

/* The value that belongs to a key. */
static inline uint32_t tp_json_value(uint32_t key)
{
    return key + 1;
}

/* Value of the member `key` of an object, the last one when it is given more than once; TP_JSON_NONE when there is none or `object` is
 * none. */
uint32_t tp_json_get(const tp_json *doc, uint32_t object, tp_bytes key);

/* The same of what may itself be missing: TP_JSON_NONE of TP_JSON_NONE, which tp_json_get takes for the whole text. */
static inline uint32_t tp_json_member(const tp_json *doc, uint32_t object, tp_bytes key)
{
    return object != TP_JSON_NONE ? tp_json_get(doc, object, key) : TP_JSON_NONE;
}

/* How often the object has that key: 2 and more means that readers may disagree. */
uint32_t tp_json_times(const tp_json *doc, uint32_t object, tp_bytes key);

/* A string or key decoded to UTF-8; a lone surrogate becomes U+FFFD. Without escapes it is the span itself, not copied. Empty for other
 * kinds. */
tp_bytes tp_json_text(const tp_json *doc, uint32_t node, tp_arena *arena);

/* Whether the node is a string (or key) that says exactly `text`. */
bool tp_json_is(const tp_json *doc, uint32_t node, tp_bytes text);

/* A whole number from 0 to 2^64-1, also written 12.0; false for anything else. */
bool tp_json_uint(const tp_json *doc, uint32_t node, uint64_t *number);

bool tp_json_bool(const tp_json *doc, uint32_t node, bool *truth);

/* `text` as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
tp_bytes tp_json_quote(tp_arena *arena, tp_bytes text);

#endif
