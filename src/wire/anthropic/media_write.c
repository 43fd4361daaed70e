/* wire/anthropic/media_write.c - images and documents for a provider. */

#include "wire/anthropic/format.h"

typedef tp_anthropic_writing writing;

#define K TP_BYTES_INIT

/* The type that the data itself shows, as base64, counts for more than the one that was told: a wrong one is refused. */
static const struct {
    tp_bytes start, type;
} MAGIC[] = {
    { K("/9j/"), K("image/jpeg") },  { K("\\/9j\\/"), K("image/jpeg") }, { K("iVBORw0KGgo"), K("image/png") },
    { K("R0lGOD"), K("image/gif") }, { K("UklGR"), K("image/webp") },    { K("JVBERi"), K("application/pdf") },
};

static tp_bytes type_of(const tp_media *media)
{
    for (size_t i = 0; i < sizeof(MAGIC) / sizeof(*MAGIC); i++)
        if (tp_bytes_starts(media->data, MAGIC[i].start))
            return MAGIC[i].type;
    return tp_bytes_equal(media->type, TP_BYTES("image/jpg")) ? TP_BYTES("image/jpeg") : media->type;
}

static bool is_image(tp_bytes type)
{
    static const tp_bytes TYPES[] = { K("image/jpeg"), K("image/png"), K("image/gif"), K("image/webp") };

    for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++)
        if (tp_bytes_equal(TYPES[i], type))
            return true;
    return false;
}

/* ---- blocks ---- */

static void open_block(writing *g, const char *type)
{
    tp_write_open(&g->w, '{');
    tp_write_member_text(&g->w, "type", type);
    tp_write_member_open(&g->w, "source", '{');
}

static void close_block(writing *g, const tp_part *part, tp_escaped title)
{
    tp_write_close(&g->w, '}');
    if (title.length)
        tp_write_member_escaped(&g->w, "title", title);
    tp_anthropic_mark_write(g, part->cache);
    tp_write_close(&g->w, '}');
}

static void write_data(writing *g, tp_bytes type, tp_escaped data)
{
    tp_write_member_text(&g->w, "type", "base64");
    tp_write_member_escaped(&g->w, "media_type", type);
    tp_write_member_escaped(&g->w, "data", data);
}

/* A URL that the provider can fetch, or a file that it has. False: it is neither. */
static bool write_place(writing *g, const char *type, const tp_media *media)
{
    bool url = tp_bytes_starts(media->url, TP_BYTES("http")), file = media->file_id.length && g->chat->dialect == TP_DIALECT_ANTHROPIC;

    if (!url && !file)
        return false;
    open_block(g, type);
    tp_write_member_text(&g->w, "type", url ? "url" : "file");
    tp_write_member_escaped(&g->w, url ? "url" : "file_id", url ? media->url : media->file_id);
    if (!url)
        tp_anthropic_request_write_beta(g, "files-api-2025-04-14");
    return true;
}

static bool write_image(writing *g, const tp_part *part, tp_bytes type)
{
    const tp_media *media = part->media;

    if (media->data.length && !is_image(type))
        return tp_chat_refuse(g->out, "image: this provider takes jpeg, png, gif and webp, but not '%.*s'", (int)type.length, type.data);
    if (media->data.length) {
        open_block(g, "image");
        write_data(g, type, media->data);
    } else if (!write_place(g, "image", media)) {
        return tp_chat_refuse(g->out, "image: one without data and without an http URL cannot be passed to this provider");
    }
    close_block(g, part, tp_bytes_of(NULL, 0));
    return true;
}

/* ---- documents ---- */

static int value_of(char c)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(DIGITS, c) : NULL;

    return at ? (int)(at - DIGITS) : -1;
}

/* The text behind base64; what is no digit of it, such as the backslash of "\/", is passed over. */
static tp_bytes decode(tp_arena *arena, tp_escaped data)
{
    char *text = tp_arena_alloc(arena, data.length + 1);
    size_t length = 0;
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < data.length; i++) {
        int value = value_of(data.data[i]);

        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        text[length++] = (char)(bits >> held & 255);
    }
    return tp_bytes_of(text, length);
}

static bool is_text(tp_bytes type)
{
    return tp_bytes_starts(type, TP_BYTES("text/")) || tp_bytes_equal(type, TP_BYTES("application/json"));
}

static void write_plain(writing *g, const tp_media *media)
{
    open_block(g, "document");
    tp_write_member_text(&g->w, "type", "text");
    tp_write_member_text(&g->w, "media_type", "text/plain");
    if (media->plain.length)
        tp_write_member_escaped(&g->w, "data", media->plain);
    else
        tp_write_member_string(&g->w, "data", decode(g->out->arena, media->data));
}

static bool write_document(writing *g, const tp_part *part, tp_bytes type)
{
    const tp_media *media = part->media;

    if (media->plain.length || (media->data.length && is_text(type))) {
        write_plain(g, media);
    } else if (media->data.length && tp_bytes_equal(type, TP_BYTES("application/pdf"))) {
        open_block(g, "document");
        write_data(g, type, media->data);
    } else if (media->data.length) {
        return tp_chat_refuse(g->out, "document: this provider takes PDF and text, but not '%.*s'", (int)type.length, type.data);
    } else if (!write_place(g, "document", media)) {
        return tp_chat_refuse(g->out, "document: one without data and without an http URL cannot be passed to this provider");
    }
    close_block(g, part, media->title);
    return true;
}

bool tp_anthropic_media_write(writing *g, const tp_part *part)
{
    tp_bytes type = type_of(part->media);

    if (part->type == TP_PART_AUDIO)
        return tp_chat_refuse(g->out, "audio: the models of this provider do not listen");
    if (part->type == TP_PART_IMAGE || is_image(type))
        return write_image(g, part, type);
    return write_document(g, part, type);
}
