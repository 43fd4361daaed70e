/* wire/gemini/error_read.c - what an error says, before or inside a stream. */

#include "wire/gemini/format.h"

#include "wire/trouble.h"

/* "34s" or "34.07s". */
static uint64_t milliseconds(tp_bytes text)
{
    size_t point = tp_bytes_find(text, '.');
    tp_bytes whole = tp_bytes_of(text.data, point < text.length ? point : text.length - (text.length > 0)),
             rest = tp_bytes_from(text, point + 1);
    uint64_t seconds, total;

    if (!tp_bytes_ends(text, TP_BYTES("s")) || !tp_bytes_number(whole, &seconds) || seconds > UINT32_MAX)
        return 0;
    total = seconds * 1000;
    for (unsigned unit = 100, i = 0; unit && i < rest.length && rest.data[i] >= '0' && rest.data[i] <= '9'; unit /= 10, i++)
        total += unit * (unsigned)(rest.data[i] - '0');
    return total;
}

static uint64_t retry_of(const tp_json *doc, uint32_t error)
{
    uint32_t details = tp_gemini_spelling_get(doc, error, TP_BYTES("details"));

    for (uint32_t item = tp_json_items(doc, details); item; item = tp_json_next(doc, item)) {
        uint32_t delay = tp_gemini_spelling_get(doc, item, TP_BYTES("retryDelay"));

        if (delay)
            return milliseconds(tp_json_inside(doc, delay));
    }
    return 0;
}

/* Some servers put it into an array, as a stream without alt=sse is one. */
bool tp_gemini_error_read(const tp_json *doc, tp_told *told, tp_arena *arena)
{
    uint32_t item = tp_json_kind_of(doc, 0) == TP_JSON_ARRAY ? tp_json_first(doc, 0) : TP_JSON_NONE;
    uint32_t error = item ? tp_gemini_spelling_get(doc, item, TP_BYTES("error")) : tp_json_get(doc, 0, TP_BYTES("error"));

    (void)arena;
    if (!tp_json_has(doc, error, TP_JSON_OBJECT))
        return false;
    told->message = tp_json_inside(doc, tp_gemini_spelling_get(doc, error, TP_BYTES("message")));
    told->code = tp_json_inside(doc, tp_gemini_spelling_get(doc, error, TP_BYTES("status")));
    told->trouble = tp_trouble_of(told->message, told->code);
    told->retry_ms = retry_of(doc, error);
    return true;
}
