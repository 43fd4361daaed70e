/* wire/gemini/part_read.c - the parts of a client's contents. */

#include "wire/gemini/format.h"

#define K TP_BYTES_INIT

/* Calls and results without ids belong together by name and order. */
typedef struct tp_gemini_call {
    const tp_part *part;
    bool answered;
    struct tp_gemini_call *next;
} tp_gemini_call;

static tp_bytes inside(const tp_gemini_reading *r, uint32_t object, tp_bytes name)
{
    return tp_json_inside(r->doc, tp_gemini_spelling_get(r->doc, object, name));
}

static bool refuse(tp_gemini_reading *r, const char *where, const char *why)
{
    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "%s: %s", where, why);
}

/* ---- what is said ---- */

static tp_seal seal_of(const tp_gemini_reading *r, uint32_t part)
{
    return tp_gemini_signature_unpack(r->chat->arena, inside(r, part, TP_BYTES("thoughtSignature")));
}

/* A signature without text belongs to the text in front of it. */
static bool read_text(tp_gemini_reading *r, tp_parts *list, uint32_t part, const char *where)
{
    tp_escaped text = inside(r, part, TP_BYTES("text"));
    bool thought = tp_json_has(r->doc, tp_gemini_spelling_get(r->doc, part, TP_BYTES("thought")), TP_JSON_TRUE);
    tp_seal seal = seal_of(r, part);
    tp_part *added = NULL;

    (void)where;
    if (thought && (text.length || seal.data.length))
        added = tp_chat_add_part(r->chat, list, TP_PART_THINKING);
    else if (!thought && text.length)
        added = tp_chat_add_part(r->chat, list, TP_PART_TEXT);
    if (added)
        added->text = text;
    else if (list->last && list->last->type == TP_PART_TEXT)
        added = list->last;
    if (added && seal.data.length)
        added->seal = seal;
    return true;
}

/* Code that Gemini ran itself is text to everybody else. */
static bool read_code(tp_gemini_reading *r, tp_parts *list, uint32_t part, const char *where)
{
    uint32_t code = tp_gemini_spelling_get(r->doc, part, TP_BYTES("executableCode"));
    uint32_t result = tp_gemini_spelling_get(r->doc, part, TP_BYTES("codeExecutionResult"));
    tp_bytes said = code ? inside(r, code, TP_BYTES("code")) : inside(r, result, TP_BYTES("output"));
    const tp_bytes fence = TP_BYTES("```\\n"), end = TP_BYTES("\\n```\\n");

    (void)where;
    tp_chat_add_text(r->chat, list, tp_arena_join(r->chat->arena, (const tp_bytes[]){ fence, said, end }, 3));
    return true;
}

/* ---- media ---- */

static tp_part *add_media(tp_gemini_reading *r, tp_parts *list, tp_escaped type)
{
    tp_part *part = tp_chat_add_part(r->chat, list, TP_PART_FILE);

    if (tp_bytes_starts(type, TP_BYTES("image/")))
        part->type = TP_PART_IMAGE;
    else if (tp_bytes_starts(type, TP_BYTES("audio/")))
        part->type = TP_PART_AUDIO;
    part->media = tp_arena_make(r->chat->arena, tp_media);
    part->media->type = type;
    return part;
}

/* SDKs write the alphabet for URLs, which nobody but Google reads. */
static tp_escaped standard_base64(tp_arena *arena, tp_escaped data)
{
    bool usual = tp_bytes_find(data, '-') == data.length && tp_bytes_find(data, '_') == data.length && data.length % 4 == 0;
    size_t end = data.length;
    char *out;

    if (usual || tp_bytes_find(data, '\\') < data.length)
        return data;
    out = tp_arena_alloc(arena, data.length + 3);
    for (size_t i = 0; i < data.length; i++) {
        out[i] = data.data[i];
        if (out[i] == '-' || out[i] == '_')
            out[i] = out[i] == '-' ? '+' : '/';
    }
    while (end % 4)
        out[end++] = '=';
    return tp_bytes_of(out, end);
}

static bool is_video(tp_escaped type)
{
    return tp_bytes_starts(type, TP_BYTES("video/"));
}

static bool read_inline(tp_gemini_reading *r, tp_parts *list, uint32_t part, const char *where)
{
    uint32_t data = tp_gemini_spelling_get(r->doc, part, TP_BYTES("inlineData"));
    tp_escaped type = inside(r, data, TP_BYTES("mimeType"));
    tp_part *added;

    if (is_video(type))
        return refuse(r, where, "no other provider takes videos");
    added = add_media(r, list, type);
    added->media->data = standard_base64(r->chat->arena, inside(r, data, TP_BYTES("data")));
    added->media->title = inside(r, data, TP_BYTES("displayName"));
    return true;
}

/* What Google keeps can be read with a Google key only. */
static bool is_kept(tp_escaped uri)
{
    return !tp_bytes_starts(uri, TP_BYTES("http")) || tp_bytes_starts(uri, TP_BYTES("https://generativelanguage.googleapis.com/"));
}

static bool read_file(tp_gemini_reading *r, tp_parts *list, uint32_t part, const char *where)
{
    uint32_t file = tp_gemini_spelling_get(r->doc, part, TP_BYTES("fileData"));
    tp_escaped type = inside(r, file, TP_BYTES("mimeType")), uri = inside(r, file, TP_BYTES("fileUri"));
    tp_part *added;

    if (is_video(type))
        return refuse(r, where, "no other provider takes videos");
    if (is_kept(uri))
        return refuse(r, where, "no other provider can read a file that Google keeps");
    added = add_media(r, list, type);
    added->media->url = uri;
    added->media->title = inside(r, file, TP_BYTES("displayName"));
    return true;
}

/* ---- calls and results ---- */

static void note_call(tp_gemini_reading *r, const tp_part *part)
{
    tp_gemini_call *call = tp_arena_make(r->chat->arena, tp_gemini_call);

    call->part = part;
    if (r->calls)
        r->last_call->next = call;
    else
        r->calls = call;
    r->last_call = call;
}

static tp_escaped made_id(tp_gemini_reading *r)
{
    return tp_bytes_text(tp_arena_printf(r->chat->arena, "call_%u", ++r->made));
}

static bool read_call(tp_gemini_reading *r, tp_parts *list, uint32_t node, const char *where)
{
    uint32_t call = tp_gemini_spelling_get(r->doc, node, TP_BYTES("functionCall"));
    tp_part *part = tp_chat_add_part(r->chat, list, TP_PART_CALL);

    (void)where;
    part->id = inside(r, call, TP_BYTES("id"));
    part->name = inside(r, call, TP_BYTES("name"));
    part->arguments = tp_chat_arguments(r->doc, tp_gemini_spelling_get(r->doc, call, TP_BYTES("args")), r->chat->arena);
    part->seal = seal_of(r, node);
    if (!part->id.length)
        part->id = made_id(r);
    note_call(r, part);
    return true;
}

static bool belongs(const tp_gemini_call *call, tp_escaped id, tp_escaped name)
{
    return !call->answered && (id.length ? tp_bytes_equal(call->part->id, id) : tp_bytes_equal(call->part->name, name));
}

/* The id of the oldest call that waits for this result; its own, or a new one, when there is none. */
static tp_escaped answered_id(tp_gemini_reading *r, tp_escaped id, tp_escaped name)
{
    while (r->calls && r->calls->answered)
        r->calls = r->calls->next;
    for (tp_gemini_call *call = r->calls; call; call = call->next) {
        if (!belongs(call, id, name))
            continue;
        call->answered = true;
        return call->part->id;
    }
    return id.length ? id : made_id(r);
}

/* {"output": "text"} and {"error": "text"} are what the documents name; any other object is told as it stands. */
static tp_escaped said_of(tp_gemini_reading *r, uint32_t response, bool *failed)
{
    uint32_t key = tp_json_items(r->doc, response), value = key ? tp_json_value(key) : TP_JSON_NONE;
    tp_bytes quoted;

    if (!response)
        return tp_bytes_of(NULL, 0);
    *failed = key && tp_json_is(r->doc, key, TP_BYTES("error"));
    if (key && !tp_json_next(r->doc, key) && tp_json_has(r->doc, value, TP_JSON_STRING) &&
        (*failed || tp_json_is(r->doc, key, TP_BYTES("output"))))
        return tp_json_inside(r->doc, value);
    quoted = tp_json_quote(r->chat->arena, tp_json_raw(r->doc, response));
    return tp_bytes_of(quoted.data + 1, quoted.length - 2);
}

/* Images and files of the result itself. */
static bool read_attachments(tp_gemini_reading *r, tp_parts *list, uint32_t parts, const char *where)
{
    for (uint32_t part = tp_json_items(r->doc, parts); part; part = tp_json_next(r->doc, part)) {
        bool in_line = tp_gemini_spelling_get(r->doc, part, TP_BYTES("inlineData")) != TP_JSON_NONE;

        if (!(in_line ? read_inline : read_file)(r, list, part, where))
            return false;
    }
    return true;
}

static bool read_result(tp_gemini_reading *r, tp_parts *list, uint32_t node, const char *where)
{
    uint32_t result = tp_gemini_spelling_get(r->doc, node, TP_BYTES("functionResponse"));
    tp_part *part = tp_chat_add_part(r->chat, list, TP_PART_RESULT);

    part->name = inside(r, result, TP_BYTES("name"));
    part->id = answered_id(r, inside(r, result, TP_BYTES("id")), part->name);
    tp_chat_add_text(r->chat, &part->parts, said_of(r, tp_gemini_spelling_get(r->doc, result, TP_BYTES("response")), &part->failed));
    return read_attachments(r, &part->parts, tp_gemini_spelling_get(r->doc, result, TP_BYTES("parts")), where);
}

/* ---- which it is ---- */

static const struct {
    tp_bytes name;
    bool (*read)(tp_gemini_reading *r, tp_parts *list, uint32_t part, const char *where);
} KINDS[] = {
    { K("text"), read_text },
    { K("inlineData"), read_inline },
    { K("fileData"), read_file },
    { K("functionCall"), read_call },
    { K("functionResponse"), read_result },
    { K("executableCode"), read_code },
    { K("codeExecutionResult"), read_code },
    { K("thoughtSignature"), read_text },
};

/* Beside the member that says what it is. */
static void drop_rest(tp_gemini_reading *r, uint32_t part)
{
    static const tp_bytes NAMES[] = { K("videoMetadata"), K("mediaResolution") };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
        if (tp_gemini_spelling_get(r->doc, part, NAMES[i]))
            tp_chat_drop(r->chat, "%s", NAMES[i].data);
}

static bool read_part(tp_gemini_reading *r, tp_parts *list, uint32_t part, const char *where)
{
    if (!tp_json_has(r->doc, part, TP_JSON_OBJECT))
        return tp_chat_fault(r->chat, r->in, "%s: expected an object", where);
    drop_rest(r, part);
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(*KINDS); i++)
        if (tp_gemini_spelling_get(r->doc, part, KINDS[i].name))
            return KINDS[i].read(r, list, part, where);
    return tp_chat_fault(r->chat, r->in, "%s: it has none of the members text, inlineData, fileData, functionCall, functionResponse",
                         where);
}

/* ---- pieces of a stream ---- */

static bool goes_on(const tp_part *part)
{
    const tp_part *next = part->next;

    return next && next->type == part->type && (part->type == TP_PART_TEXT || part->type == TP_PART_THINKING) && !part->seal.data.length;
}

/* Clients give back what a stream brought them piece by piece; the last piece has the seal of all. */
static void join_pieces(tp_gemini_reading *r, tp_part *first)
{
    size_t count = 1, i = 0;
    tp_bytes *texts;
    tp_part *last = first;

    for (; goes_on(last); last = last->next)
        count++;
    texts = tp_arena_array(r->chat->arena, tp_bytes, count);
    for (const tp_part *part = first; i < count; part = part->next)
        texts[i++] = part->text;
    first->text = tp_arena_join(r->chat->arena, texts, count);
    first->seal = last->seal;
    first->next = last->next;
}

static void join_said(tp_gemini_reading *r, tp_parts *list)
{
    for (tp_part *part = list->first; part; part = part->next) {
        if (goes_on(part))
            join_pieces(r, part);
        list->last = part;
    }
}

static bool read_list(tp_gemini_reading *r, tp_parts *list, uint32_t parts, const char *where)
{
    unsigned index = 0;

    if (tp_json_has(r->doc, parts, TP_JSON_OBJECT))
        return read_part(r, list, parts, where);
    if (!tp_json_has(r->doc, parts, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "%s: expected an array of parts", where);
    for (uint32_t part = tp_json_items(r->doc, parts); part; part = tp_json_next(r->doc, part), index++)
        if (!read_part(r, list, part, tp_arena_printf(r->chat->arena, "%s[%u]", where, index)))
            return false;
    return true;
}

bool tp_gemini_part_read(tp_gemini_reading *r, tp_message *m, uint32_t parts, const char *where)
{
    if (!read_list(r, &m->parts, parts, where))
        return false;
    if (m->role == TP_ROLE_ASSISTANT)
        join_said(r, &m->parts);
    return true;
}
