/* wire/anthropic/block_read.c - content blocks of a client's messages. */

#include "wire/anthropic/format.h"
#include "wire/seal.h"

typedef tp_anthropic_reading reading;

#define K TP_BYTES_INIT

static uint32_t get(const reading *r, uint32_t object, const char *key)
{
    return tp_anthropic_get(r->doc, object, tp_bytes_text(key));
}

static tp_escaped text_of(const reading *r, uint32_t object, const char *key)
{
    return tp_json_inside(r->doc, get(r, object, key));
}

static bool need_text(const reading *r, uint32_t block, const char *key, const char *where)
{
    return tp_json_has(r->doc, get(r, block, key), TP_JSON_STRING) || tp_chat_fault(r->chat, r->in, "%s.%s: expected a string", where, key);
}

/* ---- text and thoughts ---- */

static bool read_text(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    if (!need_text(r, block, "text", where))
        return false;
    tp_chat_add_text(r->chat, list, text_of(r, block, "text"));
    return true;
}

/* One without a word and without a seal says nothing. */
static bool read_thinking(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    tp_escaped text = text_of(r, block, "thinking"), sealed = text_of(r, block, "signature");
    tp_part *part;

    if (!need_text(r, block, "thinking", where))
        return false;
    if (!text.length && !sealed.length)
        return true;
    part = tp_chat_add_part(r->chat, list, TP_PART_THINKING);
    part->text = text;
    part->seal = tp_seal_unpack(TP_DIALECT_ANTHROPIC, sealed);
    return true;
}

static bool read_redacted(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    if (!need_text(r, block, "data", where))
        return false;
    tp_chat_add_part(r->chat, list, TP_PART_THINKING)->seal =
        (tp_seal){ .data = text_of(r, block, "data"), .id = TP_BYTES(TP_ANTHROPIC_REDACTED), .maker = TP_DIALECT_ANTHROPIC };
    return true;
}

/* What came before was said again in fewer words. */
static bool read_compaction(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    (void)where;
    tp_chat_add_text(r->chat, list, text_of(r, block, "content"));
    return true;
}

/* ---- media ---- */

static tp_media *add_media(const reading *r, tp_parts *list, tp_part_type type)
{
    tp_part *part = tp_chat_add_part(r->chat, list, type);

    part->media = tp_arena_make(r->chat->arena, tp_media);
    return part->media;
}

/* What images and documents have in common; false: it is of another type. */
static bool read_source(const reading *r, tp_media *media, uint32_t source)
{
    uint32_t type = get(r, source, "type");

    if (tp_json_is(r->doc, type, TP_BYTES("base64"))) {
        media->type = text_of(r, source, "media_type");
        media->data = text_of(r, source, "data");
        return true;
    }
    if (tp_json_is(r->doc, type, TP_BYTES("url")))
        media->url = text_of(r, source, "url");
    else if (tp_json_is(r->doc, type, TP_BYTES("file")))
        media->file_id = text_of(r, source, "file_id");
    else
        return false;
    return true;
}

static bool fault_of_source(const reading *r, uint32_t source, const char *where)
{
    tp_escaped word = text_of(r, source, "type");

    return tp_chat_fault(r->chat, r->in, "%s.source.type: '%.*s' is not known", where, (int)word.length, word.data);
}

static bool read_image(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    uint32_t source = get(r, block, "source");

    return read_source(r, add_media(r, list, TP_PART_IMAGE), source) || fault_of_source(r, source, where);
}

static bool read_plain(const reading *r, tp_parts *list, uint32_t block, uint32_t source)
{
    tp_media *media = add_media(r, list, TP_PART_FILE);

    media->type = TP_BYTES("text/plain");
    media->plain = text_of(r, source, "data");
    media->title = text_of(r, block, "title");
    return true;
}

/* What is known about a document besides stands before it as text; one made of blocks is these blocks. */
static bool read_document(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    uint32_t source = get(r, block, "source"), type = get(r, source, "type");
    tp_media *media;
    bool cites = false;

    tp_chat_add_text(r->chat, list, text_of(r, block, "context"));
    if (tp_json_bool(r->doc, get(r, get(r, block, "citations"), "enabled"), &cites) && cites)
        tp_chat_drop(r->chat, "citations");
    if (tp_json_is(r->doc, type, TP_BYTES("text")))
        return read_plain(r, list, block, source);
    if (tp_json_is(r->doc, type, TP_BYTES("content"))) {
        tp_chat_add_text(r->chat, list, text_of(r, block, "title"));
        return tp_anthropic_block_read(r, list, get(r, source, "content"), tp_arena_printf(r->chat->arena, "%s.source.content", where));
    }
    media = add_media(r, list, TP_PART_FILE);
    media->title = text_of(r, block, "title");
    return read_source(r, media, source) || fault_of_source(r, source, where);
}

static bool read_search_result(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    tp_escaped title = text_of(r, block, "title"), source = text_of(r, block, "source");

    tp_chat_add_text(r->chat, list, tp_arena_join(r->chat->arena, (const tp_bytes[]){ title, TP_BYTES(" ("), source, TP_BYTES(")") }, 4));
    return tp_anthropic_block_read(r, list, get(r, block, "content"), tp_arena_printf(r->chat->arena, "%s.content", where));
}

static bool refuse_upload(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    (void)list;
    (void)block;
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "%s: a container_upload has no counterpart in this provider's dialect", where);
}

/* ---- calls ---- */

/* The thinking block before a call that only carries the call's seal becomes the call. */
static tp_part *add_call(const reading *r, tp_parts *list)
{
    tp_part *last = list->last;

    if (!last || last->type != TP_PART_THINKING || !tp_bytes_equal(last->seal.id, TP_BYTES(TP_ANTHROPIC_OF_CALL)))
        return tp_chat_add_part(r->chat, list, TP_PART_CALL);
    last->type = TP_PART_CALL;
    last->seal.id = tp_bytes_of(NULL, 0);
    return last;
}

static bool read_call(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    tp_part *part;

    if (!need_text(r, block, "id", where) || !need_text(r, block, "name", where))
        return false;
    part = add_call(r, list);
    part->id = text_of(r, block, "id");
    part->name = text_of(r, block, "name");
    part->arguments = tp_chat_arguments(r->doc, get(r, block, "input"), r->chat->arena);
    return true;
}

static bool read_result(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    uint32_t content = get(r, block, "content");
    tp_part *part;

    if (!need_text(r, block, "tool_use_id", where))
        return false;
    part = tp_chat_add_part(r->chat, list, TP_PART_RESULT);
    part->id = text_of(r, block, "tool_use_id");
    part->failed = tp_json_has(r->doc, get(r, block, "is_error"), TP_JSON_TRUE);
    return tp_anthropic_is_null(r->doc, content) ||
           tp_anthropic_block_read(r, &part->parts, content, tp_arena_printf(r->chat->arena, "%s.content", where));
}

static bool read_reference(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    (void)where;
    tp_chat_add_text(r->chat, list, text_of(r, block, "tool_name"));
    return true;
}

/* Calls of tools that the provider ran itself, and what they gave: what the model made of them stands in its text. */
static bool drop_hosted(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    tp_escaped word = text_of(r, block, "type");

    (void)list;
    (void)where;
    tp_chat_drop(r->chat, "%.*s", (int)word.length, word.data);
    return true;
}

/* ---- all of them ---- */

static const struct {
    tp_bytes type; /* a shell pattern; the first that fits counts */
    bool (*read)(const reading *r, tp_parts *list, uint32_t block, const char *where);
} BLOCKS[] = {
    { K("text"), read_text },
    { K("tool_use"), read_call },
    { K("tool_result"), read_result },
    { K("thinking"), read_thinking },
    { K("redacted_thinking"), read_redacted },
    { K("image"), read_image },
    { K("document"), read_document },
    { K("search_result"), read_search_result },
    { K("tool_reference"), read_reference },
    { K("compaction"), read_compaction },
    { K("container_upload"), refuse_upload },
    { K("*_tool_use"), drop_hosted },
    { K("*_tool_result"), drop_hosted },
};

static bool read_block(const reading *r, tp_parts *list, uint32_t block, const char *where)
{
    tp_bytes word = text_of(r, block, "type");
    uint32_t mark = get(r, block, "cache_control");
    const tp_part *before = list->last;
    size_t i = 0, count = sizeof(BLOCKS) / sizeof(*BLOCKS);

    while (i < count && !tp_bytes_match(BLOCKS[i].type, word))
        i++;
    if (i == count) {
        r->in->unsupported = word.length > 0;
        return tp_chat_fault(r->chat, r->in, "%s.type: '%.*s' is not known", where, (int)word.length, word.data);
    }
    if (!BLOCKS[i].read(r, list, block, where))
        return false;
    if (list->last && (list->last != before || list->last->type == TP_PART_CALL) && !tp_anthropic_is_null(r->doc, mark))
        list->last->cache = tp_json_raw(r->doc, mark);
    return true;
}

bool tp_anthropic_block_read(const reading *r, tp_parts *list, uint32_t node, const char *where)
{
    unsigned index = 0;

    if (tp_json_has(r->doc, node, TP_JSON_STRING)) {
        tp_chat_add_text(r->chat, list, tp_json_inside(r->doc, node));
        return true;
    }
    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "%s: expected a string or an array of content blocks", where);
    for (uint32_t block = tp_json_items(r->doc, node); block; block = tp_json_next(r->doc, block), index++)
        if (!read_block(r, list, block, tp_arena_printf(r->chat->arena, "%s[%u]", where, index)))
            return false;
    return true;
}
