/* fuzz/fuzz_splice.c - edits made in the text, then read, are what the same edits make of the tree of another parser. */

#include "fuzz.h"

#include <cJSON.h>

#include "json/splice.h"

/* What the first bytes of the input choose; the rest is the text. */
enum { CHOICES = 4, DEEPEST = 400 };

static const char *const VALUES[] = { "null", "\"x\\u00e9\"", "[1,{\"a\":2}]", "{}", "-0.5e3", "true" };

typedef struct pair {
    uint32_t node;
    cJSON *item, *parent;
} pair;

/* The node of our document and the item of cJSON's tree that are the `wanted`th value in reading order. */
static bool find(const tp_json *doc, uint32_t node, cJSON *item, cJSON *parent, unsigned *wanted, pair *found)
{
    bool object = tp_json_kind_of(doc, node) == TP_JSON_OBJECT;
    cJSON *child = item->child;

    if ((*wanted)-- == 0) {
        *found = (pair){ node, item, parent };
        return true;
    }
    for (uint32_t i = tp_json_first(doc, node); i != TP_JSON_NONE; i = tp_json_next(doc, i), child = child->next) {
        demand(child != NULL);
        if (find(doc, object ? tp_json_value(i) : i, child, item, wanted, found))
            return true;
    }
    return false;
}

static unsigned values(const tp_json *doc)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < doc->count; i++)
        count += doc->nodes[i].kind != TP_JSON_KEY;
    return count;
}

static void demand_equal(tp_bytes text, const cJSON *tree)
{
    cJSON *read = cJSON_ParseWithLength(text.data, text.length);
    char *a = cJSON_PrintUnformatted(read), *b = cJSON_PrintUnformatted(tree);

    demand(a && b && strcmp(a, b) == 0);
    cJSON_free(a);
    cJSON_free(b);
    cJSON_Delete(read);
}

static cJSON *replace(cJSON *tree, const pair *at, const char *value)
{
    cJSON *fresh = cJSON_Parse(value);

    if (at->item == tree) {
        cJSON_Delete(tree);
        return fresh;
    }
    demand(cJSON_ReplaceItemViaPointer(at->parent, at->item, fresh));
    return tree;
}

/* cJSON gives a replaced member no name: it is put back by hand. */
static cJSON *replace_named(cJSON *tree, const pair *at, const char *value)
{
    char *name = at->item->string && at->item != tree ? strdup(at->item->string) : NULL;
    cJSON *before = at->item->prev, *parent = at->parent, *fresh;
    bool first = parent && parent->child == at->item;

    tree = replace(tree, at, value);
    fresh = at->item == tree || !parent ? tree : first ? parent->child : before->next;
    if (name) {
        free(fresh->string);
        fresh->string = name;
    }
    return tree;
}

static bool within(const tp_json *doc, const pair *outer, const tp_splice *inner)
{
    return inner->offset > doc->nodes[outer->node].start && inner->offset < doc->nodes[outer->node].end;
}

/* A value replaced and a member added at once, which is what a request gets at most. */
static void edit(const tp_json *doc, cJSON *tree, const uint8_t *choice, tp_arena *arena)
{
    unsigned first = choice[0] % values(doc), second = choice[1] % values(doc), count = 1;
    const char *value = VALUES[choice[2] % 6], *added = VALUES[choice[3] % 6];
    tp_buffer out = TP_BUFFER(SIZE_MAX / 4);
    tp_splice edits[2];
    pair changed, holder;
    tp_json again;

    demand(find(doc, 0, tree, NULL, &first, &changed) && find(doc, 0, tree, NULL, &second, &holder));
    edits[0] = tp_splice_value(doc, changed.node, tp_bytes_text(value));
    if (tp_json_kind_of(doc, holder.node) == TP_JSON_OBJECT)
        edits[count++] = tp_splice_member(doc, holder.node, TP_BYTES("k\"ey"), tp_bytes_text(added), arena);
    if (count == 2 && within(doc, &changed, &edits[1])) {
        demand(!tp_splice_apply(doc->text, edits, 2, &out) && out.length == 0);
        cJSON_Delete(tree);
        return;
    }
    demand(tp_splice_apply(doc->text, edits, count, &out));
    if (count == 2)
        cJSON_AddItemToObject(holder.item, "k\"ey", cJSON_Parse(added));
    tree = replace_named(tree, &changed, value);
    demand(tp_json_scan(tp_buffer_bytes(&out), arena, TP_JSON_EVERYTHING, &again, NULL));
    demand_equal(tp_buffer_bytes(&out), tree);
    cJSON_Delete(tree);
    tp_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tp_bytes text = tp_bytes_from(tp_bytes_of((const char *)data, size), CHOICES);
    tp_arena *arena = tp_arena_new();
    tp_json doc;
    cJSON *tree;

    if (size > CHOICES && tp_json_scan(text, arena, TP_JSON_EVERYTHING, &doc, NULL)) {
        tree = cJSON_ParseWithLength(text.data, text.length);
        if (tree) /* what cJSON does not take is the matter of fuzz_json */
            edit(&doc, tree, data, arena);
    }
    tp_arena_free(arena);
    return 0;
}
