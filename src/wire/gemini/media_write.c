/* wire/gemini/media_write.c - images, files and sounds as parts: their data in line, or where they are. */

#include "wire/gemini/format.h"

#define K TP_BYTES_INIT

/* The API wants the type of what it fetches; the ending of an address is all there is to guess it from. */
static const struct {
    tp_bytes ending, type;
} TYPES[] = {
    { K(".png"), K("image/png") },         { K(".jpg"), K("image/jpeg") },      { K(".jpeg"), K("image/jpeg") },
    { K(".webp"), K("image/webp") },       { K(".gif"), K("image/gif") },       { K(".heic"), K("image/heic") },
    { K(".heif"), K("image/heif") },       { K(".pdf"), K("application/pdf") }, { K(".txt"), K("text/plain") },
    { K(".md"), K("text/markdown") },      { K(".html"), K("text/html") },      { K(".csv"), K("text/csv") },
    { K(".json"), K("application/json") }, { K(".mp3"), K("audio/mp3") },       { K(".wav"), K("audio/wav") },
    { K(".ogg"), K("audio/ogg") },         { K(".flac"), K("audio/flac") },     { K(".aac"), K("audio/aac") },
    { K(".mp4"), K("video/mp4") },
};

static tp_bytes type_of_url(tp_escaped url)
{
    tp_bytes path = tp_bytes_of(url.data, tp_bytes_find(url, '?'));

    path.length = tp_bytes_find(path, '#');
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++) {
        tp_bytes ending = TYPES[i].ending;

        if (path.length > ending.length && tp_bytes_equal_nocase(tp_bytes_from(path, path.length - ending.length), ending))
            return TYPES[i].type;
    }
    return tp_bytes_of(NULL, 0);
}

static const char *word_of(const tp_part *part)
{
    if (part->type == TP_PART_IMAGE)
        return "image";
    return part->type == TP_PART_AUDIO ? "audio" : "document";
}

/* Of sounds some clients give the bare format. */
static tp_escaped type_of(tp_gemini_writing *g, const tp_part *part)
{
    static const tp_bytes USUAL[] = {
        [TP_PART_IMAGE] = K("image/png"), [TP_PART_FILE] = K("application/pdf"), [TP_PART_AUDIO] = K("audio/wav")
    };
    tp_escaped type = part->media->type;

    if (!type.length)
        return USUAL[part->type];
    if (part->type == TP_PART_AUDIO && !tp_bytes_starts(type, TP_BYTES("audio/")))
        return tp_arena_join(g->out->arena, (const tp_bytes[]){ TP_BYTES("audio/"), type }, 2);
    return type;
}

static void write_inline(tp_gemini_writing *g, const tp_part *part)
{
    tp_write_open(&g->w, '{');
    tp_write_member_open(&g->w, "inlineData", '{');
    tp_write_member_escaped(&g->w, "mimeType", type_of(g, part));
    tp_write_member_escaped(&g->w, "data", part->media->data);
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
}

static bool write_url(tp_gemini_writing *g, const tp_part *part)
{
    tp_escaped url = part->media->url, type = part->media->type.length ? type_of(g, part) : type_of_url(url);

    if (!tp_bytes_starts(url, TP_BYTES("https://")) && !tp_bytes_starts(url, TP_BYTES("http://")))
        return tp_chat_refuse(g->out, "%s: only base64 data and https addresses can be passed to this provider", word_of(part));
    if (!type.length)
        return tp_chat_refuse(g->out, "%s: Gemini wants the type of what is at %.*s, and its ending does not tell it", word_of(part),
                              (int)(url.length < 200 ? url.length : 200), url.data);
    tp_write_open(&g->w, '{');
    tp_write_member_open(&g->w, "fileData", '{');
    tp_write_member_escaped(&g->w, "mimeType", type);
    tp_write_member_escaped(&g->w, "fileUri", url);
    tp_write_close(&g->w, '}');
    tp_write_close(&g->w, '}');
    return true;
}

bool tp_gemini_media_write(tp_gemini_writing *g, const tp_part *part)
{
    const tp_media *media = part->media;

    if (media->plain.length) {
        tp_write_open(&g->w, '{');
        tp_write_member_escaped(&g->w, "text", media->plain);
        tp_write_close(&g->w, '}');
        return true;
    }
    if (media->url.length)
        return write_url(g, part);
    if (!media->data.length)
        return tp_chat_refuse(g->out, "%s: one that is named by the id of a file cannot be passed to this provider", word_of(part));
    write_inline(g, part);
    return true;
}
