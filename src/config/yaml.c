/* config/yaml.c - one YAML document becomes a tree of nodes; read event by event, because only events show aliases. */

#include "config/yaml.h"

#include <stdlib.h>
#include <uthash.h>
#include <yaml.h>

enum { DEEPEST = 32, MOST_NODES = 100000 };

static const char STANDARD_TAG[] = "tag:yaml.org,2002:";

typedef struct loader {
    yaml_parser_t yaml;
    yaml_event_t event; /* the one being looked at; owned */
    tp_arena *arena;
    const char *file;
    tp_config_problems *problems;
    tp_bytes text;
    unsigned depth, nodes;
} loader;

static tp_config_node *load_node(loader *l);

static tp_config_mark mark_of(const loader *l, yaml_mark_t at)
{
    return (tp_config_mark){ TP_CONFIG_FILE, l->file, (uint32_t)at.line + 1, (uint32_t)at.column + 1 };
}

static bool refuse(loader *l, const char *why)
{
    tp_config_mark at = mark_of(l, l->event.start_mark);

    tp_config_problems_error(l->problems, &at, "%s", why);
    return false;
}

/* What the reader of bytes refuses has an offset only. */
static yaml_mark_t mark_of_offset(const loader *l, size_t offset)
{
    yaml_mark_t at = { 0 };

    for (size_t i = 0; i < offset && i < l->text.length; i++) {
        at.column++;
        if (l->text.data[i] == '\n') {
            at.line++;
            at.column = 0;
        }
    }
    return at;
}

static bool syntax_error(loader *l)
{
    const yaml_parser_t *y = &l->yaml;
    tp_config_mark at = mark_of(l, y->error == YAML_READER_ERROR ? mark_of_offset(l, y->problem_offset) : y->problem_mark);

    tp_config_problems_error(l->problems, &at, "not YAML: %s%s%s", y->context ? y->context : "", y->context ? ", " : "",
                             y->problem ? y->problem : "it cannot be read");
    return false;
}

static bool next_event(loader *l)
{
    yaml_event_delete(&l->event);
    if (yaml_parser_parse(&l->yaml, &l->event))
        return true;
    l->event = (yaml_event_t){ 0 };
    return syntax_error(l);
}

static bool has_foreign_tag(const yaml_event_t *event)
{
    const yaml_char_t *tag = event->type == YAML_SCALAR_EVENT          ? event->data.scalar.tag
                             : event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.tag
                                                                       : event->data.sequence_start.tag;

    return tag && strncmp((const char *)tag, STANDARD_TAG, sizeof(STANDARD_TAG) - 1) != 0 && strcmp((const char *)tag, "!") != 0;
}

/* Whether the event at hand may begin a node. */
static bool acceptable(loader *l)
{
    if (l->event.type == YAML_ALIAS_EVENT)
        return refuse(l, "aliases (*name) are not supported: write the value out");
    if (has_foreign_tag(&l->event))
        return refuse(l, "tags (!name) are not supported: write the plain value");
    if (l->depth >= DEEPEST)
        return refuse(l, "nested too deeply");
    if (++l->nodes > MOST_NODES)
        return refuse(l, "too many values");
    return true;
}

static bool is_null(const yaml_event_t *event)
{
    static const char *const WORDS[] = { "", "~", "null", "Null", "NULL" };
    const char *text = (const char *)event->data.scalar.value;

    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
        if (strcmp(text, WORDS[i]) == 0)
            return true;
    return false;
}

static tp_config_node *load_scalar(loader *l)
{
    const char *value = (const char *)l->event.data.scalar.value;
    size_t length = l->event.data.scalar.length;
    tp_config_mark mark = mark_of(l, l->event.start_mark);
    tp_config_node *node;

    if (memchr(value, 0, length)) {
        refuse(l, "a text cannot contain a zero byte");
        return NULL;
    }
    node = tp_config_node_scalar(l->arena, &mark, tp_arena_copy(l->arena, tp_bytes_of(value, length)).data);
    node->null = is_null(&l->event);
    return node;
}

static tp_config_node *load_list(loader *l)
{
    tp_config_mark mark = mark_of(l, l->event.start_mark);
    tp_config_node *list = tp_config_node_map(l->arena, &mark);

    list->kind = TP_CONFIG_LIST;
    for (;;) {
        tp_config_node *child;

        if (!next_event(l))
            return NULL;
        if (l->event.type == YAML_SEQUENCE_END_EVENT)
            return list;
        child = load_node(l);
        if (!child)
            return NULL;
        tp_config_node_add(list, child);
    }
}

typedef struct seen_key {
    const char *key;
    tp_config_mark at;
    UT_hash_handle hh;
} seen_key;

/* Whether `child` has a key of its own in this map. */
static bool is_new_key(loader *l, seen_key **seen, const tp_config_node *child)
{
    seen_key *before = NULL;

    HASH_FIND_STR(*seen, child->key, before);
    if (before) {
        tp_config_problems_error(l->problems, &child->key_mark, "duplicate key '%.80s': it stands on line %u already", child->key,
                                 before->at.line);
        return false;
    }
    before = tp_arena_make(l->arena, seen_key);
    before->key = child->key;
    before->at = child->key_mark;
    HASH_ADD_KEYPTR(hh, *seen, before->key, strlen(before->key), before);
    return true;
}

/* Loads a value whose key is the event at hand. */
static tp_config_node *load_pair(loader *l)
{
    tp_config_node *key, *value;

    if (l->event.type != YAML_SCALAR_EVENT && l->event.type != YAML_ALIAS_EVENT) {
        refuse(l, "a key must be a word");
        return NULL;
    }
    key = load_node(l);
    if (!key || !next_event(l))
        return NULL;
    value = load_node(l);
    if (!value)
        return NULL;
    value->key = key->text;
    value->key_mark = key->mark;
    return value;
}

static bool load_pairs(loader *l, tp_config_node *map, seen_key **seen)
{
    for (;;) {
        tp_config_node *child;

        if (!next_event(l))
            return false;
        if (l->event.type == YAML_MAPPING_END_EVENT)
            return true;
        child = load_pair(l);
        if (!child)
            return false;
        if (is_new_key(l, seen, child))
            tp_config_node_add(map, child);
    }
}

static tp_config_node *load_map(loader *l)
{
    tp_config_mark mark = mark_of(l, l->event.start_mark);
    tp_config_node *map = tp_config_node_map(l->arena, &mark);
    seen_key *seen = NULL;
    bool whole = load_pairs(l, map, &seen);

    HASH_CLEAR(hh, seen);
    return whole ? map : NULL;
}

/* The node that the event at hand begins; behind it the event at hand is its last one. */
static tp_config_node *load_node(loader *l)
{
    tp_config_node *node;

    if (!acceptable(l))
        return NULL;
    l->depth++;
    if (l->event.type == YAML_SCALAR_EVENT)
        node = load_scalar(l);
    else
        node = l->event.type == YAML_SEQUENCE_START_EVENT ? load_list(l) : load_map(l);
    l->depth--;
    return node;
}

/* The document's root is a map; a document of nothing counts as an empty one. */
static tp_config_node *load_root(loader *l)
{
    tp_config_mark whole = { TP_CONFIG_FILE, l->file, 1, 1 };
    tp_config_node *root;

    if (l->event.type == YAML_STREAM_END_EVENT)
        return tp_config_node_map(l->arena, &whole);
    if (!next_event(l))
        return NULL;
    root = load_node(l);
    if (root && !tp_config_node_become_map(root)) {
        tp_config_problems_error(l->problems, &root->mark, "expected sections such as 'listen:' with their keys indented below them");
        return NULL;
    }
    return root;
}

static tp_config_node *load_stream(loader *l)
{
    tp_config_node *root;

    if (!next_event(l) || !next_event(l)) /* the start of the stream, the start of the document or the end */
        return NULL;
    root = load_root(l);
    if (!root || l->event.type == YAML_STREAM_END_EVENT)
        return root;
    if (!next_event(l) || !next_event(l)) /* the end of the document, what follows */
        return NULL;
    if (l->event.type != YAML_STREAM_END_EVENT) {
        refuse(l, "a second document (after ---) is not supported");
        return NULL;
    }
    return root;
}

tp_config_node *tp_config_yaml_load(tp_arena *arena, const char *file, tp_bytes text, tp_config_problems *problems)
{
    loader l = { .arena = arena, .file = file, .problems = problems, .text = text };
    tp_config_mark whole = { TP_CONFIG_FILE, file, 0, 0 };
    tp_config_node *root;

    if (text.length > TP_CONFIG_YAML_MOST_BYTES) {
        tp_config_problems_error(problems, &whole, "larger than 1 MiB");
        return NULL;
    }
    if (!yaml_parser_initialize(&l.yaml))
        abort(); /* out of memory */
    yaml_parser_set_input_string(&l.yaml, (const unsigned char *)(text.data ? text.data : ""), text.length);
    root = load_stream(&l);
    yaml_event_delete(&l.event);
    yaml_parser_delete(&l.yaml);
    return root;
}
