/* wire/chat_tidy.c - makes a chat acceptable to every provider without changing what it says: above all, calls and their results in pairs.
 */

#include "wire/chat.h"

/* Neighbours in one role are one message. */
static void join_neighbours(tp_chat *chat)
{
    for (tp_message *m = chat->messages; m; m = m->next) {
        while (m->next && m->next->role == m->role && tp_bytes_equal(m->next->name, m->name)) {
            tp_chat_join(&m->parts, &m->next->parts);
            m->next = m->next->next;
        }
    }
}

static void drop_empty(tp_chat *chat)
{
    for (tp_message **at = &chat->messages; *at;) {
        if ((*at)->parts.first)
            at = &(*at)->next;
        else
            *at = (*at)->next;
    }
}

static tp_part *cut(tp_parts *list, tp_part *before, tp_part *part)
{
    if (before)
        before->next = part->next;
    else
        list->first = part->next;
    if (list->last == part)
        list->last = before;
    part->next = NULL;
    return part;
}

/* Takes the result of a call out of the messages from `m` up to the next turn of the assistant; NULL when there is none. */
static tp_part *take_result(tp_message *m, tp_escaped id)
{
    for (; m && m->role != TP_ROLE_ASSISTANT; m = m->next)
        for (tp_part *part = m->parts.first, *before = NULL; part; before = part, part = part->next)
            if (part->type == TP_PART_RESULT && tp_bytes_equal(part->id, id))
                return cut(&m->parts, before, part);
    return NULL;
}

static tp_parts missing_result(tp_chat *chat, tp_escaped id)
{
    tp_parts list = { NULL, NULL };
    tp_part *part = tp_chat_add_part(chat, &list, TP_PART_RESULT);

    part->id = id;
    part->failed = true;
    tp_chat_add_text(chat, &part->parts, TP_BYTES("(the tool returned no result)"));
    return list;
}

/* The results of all calls of a turn, in the order of the calls. */
static tp_parts claim_results(tp_chat *chat, const tp_message *turn)
{
    tp_parts results = { NULL, NULL };

    for (const tp_part *call = turn->parts.first; call; call = call->next) {
        tp_part *found = call->type == TP_PART_CALL ? take_result(turn->next, call->id) : NULL;
        tp_parts one = { found, found };

        if (call->type != TP_PART_CALL)
            continue;
        if (!found)
            one = missing_result(chat, call->id);
        one.first->name = call->name;
        one.first->custom = call->custom;
        tp_chat_join(&results, &one);
    }
    return results;
}

/* A result whose call is gone says what it says as text. */
static void turn_into_text(tp_chat *chat, tp_parts *list, tp_part *result)
{
    tp_part *rest = result->next;
    tp_parts inside = result->parts;
    tp_bytes said = tp_arena_join(chat->arena, (const tp_bytes[]){ TP_BYTES("(result of the call "), result->id, TP_BYTES(")") }, 3);

    *result = (tp_part){ .type = TP_PART_TEXT, .text = said, .next = inside.first ? inside.first : rest };
    if (inside.last)
        inside.last->next = rest;
    if (list->last == result && inside.last)
        list->last = inside.last;
}

static void turn_orphans_into_text(tp_chat *chat, tp_message *m)
{
    for (; m && m->role != TP_ROLE_ASSISTANT; m = m->next)
        for (tp_part *part = m->parts.first; part; part = part->next)
            if (part->type == TP_PART_RESULT)
                turn_into_text(chat, &m->parts, part);
}

/* In front of what the user says next, as every provider wants it. */
static void put_behind(tp_chat *chat, tp_message *turn, tp_parts results)
{
    tp_message *user = turn->next;

    if (!user || user->role != TP_ROLE_USER) {
        user = tp_arena_make(chat->arena, tp_message);
        user->role = TP_ROLE_USER;
        user->next = turn->next;
        turn->next = user;
    }
    tp_chat_join(&results, &user->parts);
    user->parts = results;
}

static void pair_calls(tp_chat *chat)
{
    turn_orphans_into_text(chat, chat->messages);
    for (tp_message *m = chat->messages; m; m = m->next) {
        tp_parts results;

        if (m->role != TP_ROLE_ASSISTANT || !m->next)
            continue;
        results = claim_results(chat, m);
        turn_orphans_into_text(chat, m->next);
        if (results.first)
            put_behind(chat, m, results);
    }
}

/* Where a tool with free text is a function, its grammar can only be described. */
static void describe_grammar(const tp_chat *chat, tp_tool *tool)
{
    tp_json doc;
    uint32_t inside, definition, syntax;

    if (!tool->parameters.length || !tp_json_scan(tool->parameters, chat->arena, TP_JSON_EVERYTHING, &doc, NULL))
        return;
    inside = tp_json_get(&doc, 0, TP_BYTES("grammar"));
    definition = tp_json_get(&doc, inside, TP_BYTES("definition"));
    syntax = tp_json_get(&doc, inside, TP_BYTES("syntax"));
    if (!tp_json_has(&doc, definition, TP_JSON_STRING))
        return;
    tool->wrapped =
        tp_arena_join(chat->arena,
                      (const tp_bytes[]){ TP_BYTES("{\"type\":\"object\",\"properties\":{\"" TP_CHAT_INPUT
                                                   "\":{\"type\":\"string\",\"description\":\"Text that follows this grammar ("),
                                          tp_json_inside(&doc, syntax), TP_BYTES("):\\n"), tp_json_inside(&doc, definition),
                                          TP_BYTES("\"}},\"required\":[\"" TP_CHAT_INPUT "\"],\"additionalProperties\":false}") },
                      5);
}

void tp_chat_tidy(tp_chat *chat)
{
    for (tp_tool *tool = chat->tools; tool; tool = tool->next)
        if (tool->custom)
            describe_grammar(chat, tool);
    join_neighbours(chat);
    pair_calls(chat);
    drop_empty(chat);
    join_neighbours(chat);
}
