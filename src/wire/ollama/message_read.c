/* wire/ollama/message_read.c - the messages of a client's request: their calls have no ids, so calls and results are paired here. */

#include "wire/ollama/format.h"

static bool is_null(const tp_json *doc, uint32_t node)
{
    return node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL);
}

/* ---- images ---- */

/* An image says what it is only by how it begins. */
static tp_bytes type_of(tp_escaped data)
{
    static const struct {
        tp_bytes beginning, type;
    } TYPES[] = {
        { TP_BYTES_INIT("iVBORw0KGgo"), TP_BYTES_INIT("image/png") },
        { TP_BYTES_INIT("R0lGOD"), TP_BYTES_INIT("image/gif") },
        { TP_BYTES_INIT("UklGR"), TP_BYTES_INIT("image/webp") },
    };

    for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++)
        if (tp_bytes_starts(data, TYPES[i].beginning))
            return TYPES[i].type;
    return TP_BYTES("image/jpeg");
}

bool tp_ollama_message_read_images(const tp_ollama_reading *r, tp_parts *list, uint32_t node, const char *where)
{
    if (is_null(r->doc, node))
        return true;
    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "%s: expected an array of strings", where);
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item)) {
        tp_part *part = tp_chat_add_part(r->chat, list, TP_PART_IMAGE);

        if (!tp_json_has(r->doc, item, TP_JSON_STRING))
            return tp_chat_fault(r->chat, r->in, "%s: expected an array of strings", where);
        part->media = tp_arena_make(r->chat->arena, tp_media);
        tp_chat_take_url(part->media, tp_json_inside(r->doc, item));
        if (part->media->data.length)
            continue;
        part->media->data = tp_json_inside(r->doc, item);
        part->media->url = tp_bytes_of(NULL, 0);
        part->media->type = type_of(part->media->data);
    }
    return true;
}

/* ---- calls and results ---- */

static void remember(tp_ollama_reading *r, const tp_part *call)
{
    tp_ollama_open_call **end = &r->open;

    while (*end)
        end = &(*end)->next;
    *end = tp_arena_make(r->chat->arena, tp_ollama_open_call);
    (*end)->call = call;
}

/* The id of the call that a result belongs to; without any, the name that it gives itself. */
static tp_escaped claim(tp_ollama_reading *r, tp_escaped id, tp_escaped name)
{
    for (tp_ollama_open_call **at = &r->open; *at; at = &(*at)->next) {
        const tp_part *call = (*at)->call;

        if (id.length ? !tp_bytes_equal(call->id, id) : name.length && !tp_bytes_equal(call->name, name))
            continue;
        *at = (*at)->next;
        return call->id;
    }
    return id.length ? id : name;
}

static void read_calls(tp_ollama_reading *r, tp_parts *list, uint32_t node)
{
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item)) {
        uint32_t function = tp_json_get(r->doc, item, TP_BYTES("function")), said;
        tp_part *call = tp_chat_add_part(r->chat, list, TP_PART_CALL);

        call->id = tp_json_inside(r->doc, tp_json_get(r->doc, item, TP_BYTES("id")));
        if (!call->id.length)
            call->id = tp_bytes_text(tp_arena_printf(r->chat->arena, "call_%u", r->made++));
        call->name = tp_json_inside(r->doc, tp_json_get(r->doc, function, TP_BYTES("name")));
        said = tp_json_get(r->doc, function, TP_BYTES("arguments"));
        call->arguments = tp_json_has(r->doc, said, TP_JSON_STRING) ? tp_json_text(r->doc, said, r->chat->arena)
                                                                    : tp_chat_arguments(r->doc, said, r->chat->arena);
        remember(r, call);
    }
}

static tp_escaped member(const tp_ollama_reading *r, uint32_t node, tp_bytes key)
{
    return tp_json_inside(r->doc, tp_json_get(r->doc, node, key));
}

static bool read_plain(tp_ollama_reading *r, tp_message *m, uint32_t node)
{
    tp_chat_add_text(r->chat, &m->parts, member(r, node, TP_BYTES("content")));
    return true;
}

static bool read_assistant(tp_ollama_reading *r, tp_message *m, uint32_t node)
{
    tp_escaped thought = member(r, node, TP_BYTES("thinking"));

    if (thought.length)
        tp_chat_add_part(r->chat, &m->parts, TP_PART_THINKING)->text = thought;
    tp_chat_add_text(r->chat, &m->parts, member(r, node, TP_BYTES("content")));
    read_calls(r, &m->parts, tp_json_get(r->doc, node, TP_BYTES("tool_calls")));
    return true;
}

/* The name of the tool is in tool_name, in older clients in name. */
static bool read_result(tp_ollama_reading *r, tp_message *m, uint32_t node)
{
    tp_escaped name = member(r, node, TP_BYTES("tool_name"));
    tp_parts images = m->parts;
    tp_part *part;

    m->parts = (tp_parts){ NULL, NULL };
    part = tp_chat_add_part(r->chat, &m->parts, TP_PART_RESULT);
    if (!name.length)
        name = member(r, node, TP_BYTES("name"));
    part->id = claim(r, member(r, node, TP_BYTES("tool_call_id")), name);
    tp_chat_add_text(r->chat, &part->parts, member(r, node, TP_BYTES("content")));
    tp_chat_join(&part->parts, &images);
    return true;
}

static const struct {
    tp_bytes word;
    tp_role role;
    bool (*read)(tp_ollama_reading *r, tp_message *m, uint32_t node);
} ROLES[] = {
    { TP_BYTES_INIT("system"), TP_ROLE_SYSTEM, read_plain },
    { TP_BYTES_INIT("user"), TP_ROLE_USER, read_plain },
    { TP_BYTES_INIT("assistant"), TP_ROLE_ASSISTANT, read_assistant },
    { TP_BYTES_INIT("tool"), TP_ROLE_USER, read_result },
};

enum { ROLE_COUNT = sizeof(ROLES) / sizeof(*ROLES) };

static unsigned role_of(const tp_json *doc, uint32_t role)
{
    unsigned row = 0;

    while (row < ROLE_COUNT && !tp_json_is(doc, role, ROLES[row].word))
        row++;
    return row;
}

/* Its images stand before its text, as Ollama shows them to the model. */
static bool read_message(tp_ollama_reading *r, uint32_t node, unsigned index)
{
    uint32_t role = tp_json_get(r->doc, node, TP_BYTES("role")), content = tp_json_get(r->doc, node, TP_BYTES("content"));
    bool first_of_turn = !r->chat->last || r->chat->last->role != TP_ROLE_ASSISTANT;
    tp_bytes word = tp_json_inside(r->doc, role);
    unsigned row = role_of(r->doc, role);
    tp_message *m;

    if (row == ROLE_COUNT)
        return tp_chat_fault(r->chat, r->in, "messages[%u].role: '%.*s' is not known", index, (int)word.length, word.data);
    if (!is_null(r->doc, content) && !tp_json_has(r->doc, content, TP_JSON_STRING))
        return tp_chat_fault(r->chat, r->in, "messages[%u].content: expected a string", index);
    if (ROLES[row].role == TP_ROLE_ASSISTANT && first_of_turn)
        r->open = NULL;
    m = tp_chat_add_message(r->chat, ROLES[row].role);
    return tp_ollama_message_read_images(r, &m->parts, tp_json_get(r->doc, node, TP_BYTES("images")),
                                         tp_arena_printf(r->chat->arena, "messages[%u].images", index)) &&
           ROLES[row].read(r, m, node);
}

bool tp_ollama_message_read_all(tp_ollama_reading *r, uint32_t node)
{
    unsigned index = 0;

    if (!tp_json_has(r->doc, node, TP_JSON_ARRAY))
        return tp_chat_fault(r->chat, r->in, "messages: expected an array");
    for (uint32_t item = tp_json_items(r->doc, node); item; item = tp_json_next(r->doc, item))
        if (!read_message(r, item, index++))
            return false;
    return true;
}
