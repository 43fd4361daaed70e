/* wire/openai_responses/items_read.c - the input of a client's request: items into the turns of a chat. */

#include "wire/openai_responses/format.h"
#include "wire/seal.h"

#define K TP_BYTES_INIT

typedef tp_responses_reading reading;

static tp_escaped text_at(const reading *r, uint32_t object, const char *key)
{
    return tp_json_inside(r->doc, tp_json_member(r->doc, object, tp_bytes_text(key)));
}

/* ---- parts ---- */

static void read_cache(const reading *r, uint32_t node, tp_part *part)
{
    if (!tp_responses_is_null(r->doc, tp_json_get(r->doc, node, TP_BYTES("prompt_cache_breakpoint"))))
        part->cache = TP_BYTES("{\"type\":\"ephemeral\"}");
}

static tp_part *read_text(const reading *r, tp_parts *list, uint32_t node)
{
    return tp_chat_add_text(r->chat, list, text_at(r, node, "text"));
}

static tp_part *read_refusal(const reading *r, tp_parts *list, uint32_t node)
{
    tp_part *part = tp_chat_add_part(r->chat, list, TP_PART_REFUSAL);

    part->text = text_at(r, node, "refusal");
    return part;
}

static tp_part *add_media(const reading *r, tp_parts *list, uint32_t node, tp_part_type type)
{
    tp_part *part = tp_chat_add_part(r->chat, list, type);

    part->media = tp_arena_make(r->chat->arena, tp_media);
    part->media->file_id = text_at(r, node, "file_id");
    return part;
}

static tp_part *read_image(const reading *r, tp_parts *list, uint32_t node)
{
    uint32_t image = tp_json_get(r->doc, node, TP_BYTES("image_url"));
    tp_part *part = add_media(r, list, node, TP_PART_IMAGE);

    tp_chat_take_url(part->media, tp_json_has(r->doc, image, TP_JSON_OBJECT) ? text_at(r, image, "url") : tp_json_inside(r->doc, image));
    part->media->detail = text_at(r, node, "detail");
    return part;
}

/* file_data is a data URL, or base64 without one. */
static tp_part *read_file(const reading *r, tp_parts *list, uint32_t node)
{
    tp_escaped data = text_at(r, node, "file_data");
    tp_part *part = add_media(r, list, node, TP_PART_FILE);

    part->media->title = text_at(r, node, "filename");
    tp_chat_take_url(part->media, text_at(r, node, "file_url"));
    if (tp_bytes_starts(data, TP_BYTES("data:"))) {
        tp_chat_take_url(part->media, data);
    } else if (data.length) {
        part->media->data = data;
        part->media->type = TP_BYTES("application/pdf");
    }
    return part;
}

static tp_part *read_audio(const reading *r, tp_parts *list, uint32_t node)
{
    uint32_t audio = tp_json_get(r->doc, node, TP_BYTES("input_audio"));
    tp_part *part = add_media(r, list, node, TP_PART_AUDIO);

    part->media->data = text_at(r, audio, "data");
    part->media->type = text_at(r, audio, "format");
    return part;
}

static const struct {
    tp_bytes type;
    tp_part *(*read)(const reading *r, tp_parts *list, uint32_t node);
} PARTS[] = {
    { K("input_text"), read_text },   { K("output_text"), read_text },    { K("text"), read_text },
    { K("summary_text"), read_text }, { K("reasoning_text"), read_text }, { K("refusal"), read_refusal },
    { K("input_image"), read_image }, { K("input_file"), read_file },     { K("input_audio"), read_audio },
};

static bool read_part(const reading *r, tp_parts *list, uint32_t node, const char *where)
{
    uint32_t type = tp_json_get(r->doc, node, TP_BYTES("type"));
    tp_bytes word = tp_json_inside(r->doc, type);

    for (size_t i = 0; i < sizeof(PARTS) / sizeof(*PARTS); i++) {
        tp_part *part;

        if (!tp_json_is(r->doc, type, PARTS[i].type))
            continue;
        part = PARTS[i].read(r, list, node);
        if (part)
            read_cache(r, node, part);
        return true;
    }
    return tp_chat_fault(r->chat, r->in, "%s.type: '%.*s' is not known", where, (int)word.length, word.data);
}

/* A string, an array of parts, or nothing. */
static bool read_content(const reading *r, tp_parts *list, uint32_t node, const char *where)
{
    unsigned index = 0;

    if (tp_responses_is_null(r->doc, node))
        return true;
    if (tp_json_has(r->doc, node, TP_JSON_STRING)) {
        tp_chat_add_text(r->chat, list, tp_json_inside(r->doc, node));
        return true;
    }
    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "%s: expected a string or an array of parts", where);
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item), index++)
        if (!read_part(r, list, item, tp_arena_printf(r->chat->arena, "%s[%u]", where, index)))
            return false;
    return true;
}

/* ---- items ---- */

/* The parts of the turn that is being told. */
static tp_parts *turn(const reading *r, tp_role role)
{
    tp_message *last = r->chat->last;

    return &(last && last->role == role ? last : tp_chat_add_message(r->chat, role))->parts;
}

static bool read_message(reading *r, uint32_t node, const char *where)
{
    static const struct {
        tp_bytes word;
        tp_role role;
    } ROLES[] = { { K("user"), TP_ROLE_USER },
                  { K("assistant"), TP_ROLE_ASSISTANT },
                  { K("system"), TP_ROLE_SYSTEM },
                  { K("developer"), TP_ROLE_DEVELOPER } };
    uint32_t role = tp_json_get(r->doc, node, TP_BYTES("role"));
    tp_bytes word = tp_json_inside(r->doc, role);

    for (size_t i = 0; i < sizeof(ROLES) / sizeof(*ROLES); i++)
        if (tp_json_is(r->doc, role, ROLES[i].word))
            return read_content(r, turn(r, ROLES[i].role), tp_json_get(r->doc, node, TP_BYTES("content")),
                                tp_arena_printf(r->chat->arena, "%s.content", where));
    return tp_chat_fault(r->chat, r->in, "%s.role: '%.*s' is not known", where, (int)word.length, word.data);
}

static tp_part *add_call(reading *r, uint32_t node)
{
    tp_part *part = tp_chat_add_part(r->chat, turn(r, TP_ROLE_ASSISTANT), TP_PART_CALL);

    part->id = text_at(r, node, "call_id");
    part->name = tp_openai_responses_tools_read_name(r, node);
    part->seal = r->held;
    r->held = (tp_seal){ .maker = TP_DIALECT_COUNT };
    return part;
}

static bool read_call(reading *r, uint32_t node, const char *where)
{
    uint32_t arguments = tp_json_get(r->doc, node, TP_BYTES("arguments"));

    (void)where;
    add_call(r, node)->arguments =
        tp_json_has(r->doc, arguments, TP_JSON_OBJECT) ? tp_json_raw(r->doc, arguments) : tp_json_text(r->doc, arguments, r->chat->arena);
    return true;
}

static bool read_custom_call(reading *r, uint32_t node, const char *where)
{
    tp_part *part = add_call(r, node);

    (void)where;
    part->custom = true;
    part->arguments = tp_json_text(r->doc, tp_json_get(r->doc, node, TP_BYTES("input")), r->chat->arena);
    return true;
}

/* `output` is a string or parts; old Codex says {"content":...,"success":false}. */
static bool read_output(reading *r, uint32_t node, const char *where)
{
    tp_part *part = tp_chat_add_part(r->chat, turn(r, TP_ROLE_USER), TP_PART_RESULT);
    uint32_t output = tp_json_get(r->doc, node, TP_BYTES("output"));

    part->id = text_at(r, node, "call_id");
    if (tp_json_has(r->doc, output, TP_JSON_OBJECT)) {
        part->failed = tp_json_has(r->doc, tp_json_get(r->doc, output, TP_BYTES("success")), TP_JSON_FALSE);
        output = tp_json_get(r->doc, output, TP_BYTES("content"));
    }
    return read_content(r, &part->parts, output, tp_arena_printf(r->chat->arena, "%s.output", where));
}

/* The texts of an array of parts, a blank line between two. */
static tp_escaped joined_texts(const reading *r, uint32_t list)
{
    tp_escaped all = tp_bytes_of(NULL, 0);

    for (uint32_t item = tp_json_items(r->doc, list); item; item = tp_json_next(r->doc, item)) {
        tp_escaped text = text_at(r, item, "text");

        all = all.length ? tp_arena_join(r->chat->arena, (const tp_bytes[]){ all, TP_BYTES("\\n\\n"), text }, 3) : text;
    }
    return all;
}

/* The seal of a call comes in front of it, in an item that holds nothing else. */
static bool read_reasoning(reading *r, uint32_t node, const char *where)
{
    tp_escaped text = joined_texts(r, tp_json_get(r->doc, node, TP_BYTES("summary")));
    tp_seal seal = tp_seal_unpack(TP_DIALECT_OPENAI, text_at(r, node, "encrypted_content"));
    tp_part *part;

    (void)where;
    if (!text.length)
        text = joined_texts(r, tp_json_get(r->doc, node, TP_BYTES("content")));
    if (tp_bytes_equal(seal.id, TP_BYTES(TP_RESPONSES_CALL_SEAL))) {
        r->held = (tp_seal){ .data = seal.data, .maker = seal.maker };
        return true;
    }
    if (!text.length && !seal.data.length)
        return true;
    if (seal.maker == TP_DIALECT_OPENAI && !seal.id.length)
        seal.id = text_at(r, node, "id");
    part = tp_chat_add_part(r->chat, turn(r, TP_ROLE_ASSISTANT), TP_PART_THINKING);
    part->text = text;
    part->seal = seal;
    return true;
}

/* What stands only on OpenAI's side cannot be told to anybody else. */
static bool refuse(reading *r, uint32_t node, const char *where)
{
    tp_bytes type = tp_json_inside(r->doc, tp_json_get(r->doc, node, TP_BYTES("type")));
    tp_bytes word = type.length ? type : TP_BYTES("item_reference");

    r->in->unsupported = true;
    return tp_chat_fault(r->chat, r->in, "%s: an item of the type '%.*s' can only be read by OpenAI", where, (int)word.length, word.data);
}

static bool read_more_tools(reading *r, uint32_t node, const char *where)
{
    uint32_t tools = tp_json_get(r->doc, node, TP_BYTES("tools"));

    (void)where;
    return tp_responses_is_null(r->doc, tools) || tp_openai_responses_tools_read(r, tools);
}

static const struct {
    tp_bytes type;
    bool (*read)(reading *r, uint32_t node, const char *where);
} ITEMS[] = {
    { K("message"), read_message },
    { K("function_call"), read_call },
    { K("function_call_output"), read_output },
    { K("custom_tool_call"), read_custom_call },
    { K("custom_tool_call_output"), read_output },
    { K("reasoning"), read_reasoning },
    { K("additional_tools"), read_more_tools },
    { K("item_reference"), refuse },
    { K("compaction"), refuse },
};

static bool read_item(reading *r, uint32_t node, const char *where)
{
    uint32_t type = tp_json_member(r->doc, node, TP_BYTES("type"));
    tp_bytes word = tp_json_inside(r->doc, type);

    if (!tp_json_has(r->doc, node, TP_JSON_OBJECT))
        return tp_chat_fault(r->chat, r->in, "%s: expected an object", where);
    if (tp_responses_is_null(r->doc, type))
        return tp_json_get(r->doc, node, TP_BYTES("role")) ? read_message(r, node, where) : refuse(r, node, where);
    for (size_t i = 0; i < sizeof(ITEMS) / sizeof(*ITEMS); i++)
        if (tp_json_is(r->doc, type, ITEMS[i].type))
            return ITEMS[i].read(r, node, where);
    tp_chat_drop(r->chat, "input:%.*s", (int)word.length, word.data);
    return true;
}

bool tp_openai_responses_items_read(reading *r, uint32_t node)
{
    unsigned index = 0;

    if (tp_json_has(r->doc, node, TP_JSON_STRING)) {
        tp_chat_add_text(r->chat, turn(r, TP_ROLE_USER), tp_json_inside(r->doc, node));
        return true;
    }
    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "input: expected a string or an array of items");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item), index++)
        if (!read_item(r, item, tp_arena_printf(r->chat->arena, "input[%u]", index)))
            return false;
    return true;
}
