/* wire/chat.c - building a canonical chat from what a client sent. */

#include "wire/chat.h"

#include <stdarg.h>
#include <stdio.h>

enum { MOST_FAULT = 400, DROPPED_STEP = 8 };

tp_message *tp_chat_add_message(tp_chat *chat, tp_role role)
{
    tp_message **end = chat->last ? &chat->last->next : &chat->messages;

    *end = chat->last = tp_arena_make(chat->arena, tp_message);
    chat->last->role = role;
    return chat->last;
}

static void append(tp_parts *list, tp_part *part)
{
    if (list->last)
        list->last->next = part;
    else
        list->first = part;
    list->last = part;
}

tp_part *tp_chat_add_part(tp_chat *chat, tp_parts *list, tp_part_type type)
{
    tp_part *part = tp_arena_make(chat->arena, tp_part);

    part->type = type;
    append(list, part);
    return part;
}

tp_part *tp_chat_add_text(tp_chat *chat, tp_parts *list, tp_escaped text)
{
    tp_part *part = text.length ? tp_chat_add_part(chat, list, TP_PART_TEXT) : NULL;

    if (part)
        part->text = text;
    return part;
}

void tp_chat_join(tp_parts *list, tp_parts *from)
{
    if (!from->first)
        return;
    append(list, from->first);
    list->last = from->last;
    *from = (tp_parts){ NULL, NULL };
}

tp_tool *tp_chat_add_tool(tp_chat *chat)
{
    tp_tool **end = &chat->tools;

    while (*end)
        end = &(*end)->next;
    *end = tp_arena_make(chat->arena, tp_tool);
    (*end)->strict = -1;
    return *end;
}

static const char *say(tp_arena *arena, const char *format, va_list arguments)
{
    char *text = tp_arena_alloc(arena, MOST_FAULT);

    vsnprintf(text, MOST_FAULT, format, arguments);
    return text;
}

/* Adds to a list that grows in steps; a name that is there stays once. */
static void add_name(tp_arena *arena, const char ***names, unsigned *count, const char *name)
{
    const char **grown;

    for (unsigned i = 0; i < *count; i++)
        if (strcmp((*names)[i], name) == 0)
            return;
    if (*count % DROPPED_STEP == 0) {
        grown = tp_arena_array(arena, const char *, *count + DROPPED_STEP);
        if (*count)
            memcpy(grown, *names, *count * sizeof(*grown));
        *names = grown;
    }
    (*names)[(*count)++] = name;
}

void tp_chat_drop(tp_chat *chat, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_name(chat->arena, &chat->dropped, &chat->dropped_count, say(chat->arena, format, arguments));
    va_end(arguments);
}

bool tp_chat_fault(tp_chat *chat, tp_request_in *in, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    in->fault = say(chat->arena, format, arguments);
    va_end(arguments);
    return false;
}

void tp_chat_put_drop(tp_request_out *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_name(out->arena, &out->dropped, &out->dropped_count, say(out->arena, format, arguments));
    va_end(arguments);
}

bool tp_chat_refuse(tp_request_out *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    out->fault = say(out->arena, format, arguments);
    va_end(arguments);
    return false;
}

bool tp_chat_take_param(tp_chat *chat, const tp_json *doc, uint32_t key, const tp_chat_name *names)
{
    uint32_t value = tp_json_value(key);

    while (names->key.length && !tp_json_is(doc, key, names->key))
        names++;
    if (!names->key.length)
        return false;
    if (!tp_json_has(doc, value, TP_JSON_NULL))
        chat->params[names->param] = (tp_field){ names->key.data, tp_json_raw(doc, value) };
    return true;
}

bool tp_chat_take_stops(tp_chat *chat, const tp_json *doc, uint32_t node)
{
    uint32_t count = 0;

    if (node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL))
        return true;
    if (tp_json_has(doc, node, TP_JSON_STRING)) {
        chat->stops = tp_arena_make(chat->arena, tp_escaped);
        chat->stops[0] = tp_json_inside(doc, node);
        chat->stop_count = 1;
        return true;
    }
    if (!tp_json_has(doc, node, TP_JSON_ARRAY))
        return false;
    for (uint32_t item = tp_json_items(doc, node); item; item = tp_json_next(doc, item), count++)
        if (!tp_json_has(doc, item, TP_JSON_STRING))
            return false;
    chat->stops = tp_arena_array(chat->arena, tp_escaped, count);
    for (uint32_t item = tp_json_items(doc, node); item; item = tp_json_next(doc, item))
        chat->stops[chat->stop_count++] = tp_json_inside(doc, item);
    return true;
}

void tp_chat_take_url(tp_media *media, tp_escaped url)
{
    static const char MARK[] = ";base64,";
    const char *mark = url.length ? memmem(url.data, url.length, MARK, sizeof(MARK) - 1) : NULL;

    if (!tp_bytes_starts(url, TP_BYTES("data:")) || !mark) {
        media->url = url;
        return;
    }
    media->type = tp_bytes_of(url.data + 5, (size_t)(mark - url.data) - 5);
    media->data = tp_bytes_from(url, (size_t)(mark - url.data) + sizeof(MARK) - 1);
}

tp_bytes tp_chat_arguments(const tp_json *doc, uint32_t object, tp_arena *arena)
{
    uint32_t key = object == TP_JSON_NONE ? TP_JSON_NONE : tp_json_items(doc, object);
    bool wrapped = key && tp_json_has(doc, object, TP_JSON_OBJECT) && tp_json_next(doc, key) == TP_JSON_NONE &&
                   tp_json_is(doc, key, TP_BYTES(TP_CHAT_WRAP)) && tp_json_has(doc, tp_json_value(key), TP_JSON_STRING);

    if (object == TP_JSON_NONE)
        return tp_bytes_of(NULL, 0);
    return wrapped ? tp_json_text(doc, tp_json_value(key), arena) : tp_json_raw(doc, object);
}

const tp_tool *tp_chat_tool(const tp_chat *chat, tp_escaped name)
{
    const tp_tool *tool = chat->tools;

    while (tool && !tp_bytes_equal(tool->name, name))
        tool = tool->next;
    return tool;
}

bool tp_chat_has(const tp_chat *chat, tp_part_type type)
{
    for (const tp_message *message = chat->messages; message; message = message->next)
        for (const tp_part *part = message->parts.first; part; part = part->next)
            if (part->type == type)
                return true;
    return false;
}
