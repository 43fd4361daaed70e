/* wire/anthropic/spoilt.c - a request of a client that Anthropic is sure to refuse because another provider had a turn in it. */

#include "wire/anthropic/format.h"

static uint32_t get(const tp_json *doc, uint32_t object, tp_bytes key)
{
    return tp_json_get(doc, object, key);
}

static bool is_thought(const tp_json *doc, uint32_t block)
{
    uint32_t type = get(doc, block, TP_BYTES("type"));

    return tp_json_is(doc, type, TP_BYTES("thinking")) || tp_json_is(doc, type, TP_BYTES("redacted_thinking"));
}

static bool is_result(const tp_json *doc, uint32_t block)
{
    return tp_json_is(doc, get(doc, block, TP_BYTES("type")), TP_BYTES("tool_result"));
}

/* With a budget for thoughts, the turn that goes on has to begin with one. */
bool tp_anthropic_spoilt(const tp_json *doc)
{
    uint32_t thinking = get(doc, 0, TP_BYTES("thinking")), last = TP_JSON_NONE, turn = TP_JSON_NONE;

    if (!tp_json_is(doc, get(doc, thinking, TP_BYTES("type")), TP_BYTES("enabled")))
        return false;
    for (uint32_t m = tp_json_items(doc, get(doc, 0, TP_BYTES("messages"))); m; m = tp_json_next(doc, m)) {
        last = tp_json_items(doc, get(doc, m, TP_BYTES("content")));
        if (tp_json_is(doc, get(doc, m, TP_BYTES("role")), TP_BYTES("assistant")))
            turn = last;
    }
    return turn && is_result(doc, last) && !is_thought(doc, turn);
}
