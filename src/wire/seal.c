/* wire/seal.c - seals in the fields of other dialects. */

#include "wire/seal.h"

#define MARK "tp:"
#define WRAPPED "dHA6" /* the same in base64 */

tp_escaped tp_seal_pack(tp_arena *arena, tp_dialect dialect, const tp_seal *seal)
{
    if (!seal->data.length || seal->maker == dialect)
        return seal->data;
    return tp_arena_join(arena,
                         (const tp_bytes[]){ TP_BYTES(MARK), tp_bytes_text(tp_dialect_name(seal->maker)), TP_BYTES(":"), seal->id,
                                             TP_BYTES(":"), seal->data },
                         6);
}

static tp_dialect maker_of(tp_bytes word)
{
    for (unsigned i = 0; i < TP_DIALECT_COUNT; i++)
        if (tp_bytes_equal(word, tp_bytes_text(tp_dialect_name((tp_dialect)i))))
            return (tp_dialect)i;
    return TP_DIALECT_COUNT;
}

tp_seal tp_seal_unpack(tp_dialect dialect, tp_escaped field)
{
    tp_bytes rest = tp_bytes_from(field, sizeof(MARK) - 1), maker, id;

    if (!field.length)
        return (tp_seal){ .maker = TP_DIALECT_COUNT };
    if (!tp_bytes_starts(field, TP_BYTES(MARK)))
        return (tp_seal){ .data = field, .maker = dialect };
    maker = tp_bytes_of(rest.data, tp_bytes_find(rest, ':'));
    rest = tp_bytes_from(rest, maker.length + 1);
    id = tp_bytes_of(rest.data, tp_bytes_find(rest, ':'));
    return (tp_seal){ .data = tp_bytes_from(rest, id.length + 1), .id = id, .maker = maker_of(maker) };
}

/* Behind a backslash the quote is part of a text. */
static bool begins_string(tp_bytes body, const char *quote)
{
    return quote > body.data && quote[-1] != '\\';
}

static bool is_packed(tp_bytes rest)
{
    return maker_of(tp_bytes_of(rest.data, tp_bytes_find(rest, ':'))) != TP_DIALECT_COUNT;
}

/* "openai:" and so on, as base64 begins: Gemini's clients carry seals in it. */
static bool is_wrapped(tp_bytes rest)
{
    static const tp_bytes MAKERS[] = { TP_BYTES_INIT("b3BlbmFpO"), TP_BYTES_INIT("YW50aHJvcGljO"), TP_BYTES_INIT("b2xsYW1hO") };

    for (size_t i = 0; i < sizeof(MAKERS) / sizeof(*MAKERS); i++)
        if (tp_bytes_starts(rest, MAKERS[i]))
            return true;
    return false;
}

static bool has_string(tp_bytes body, tp_bytes begin, bool (*is_seal)(tp_bytes rest))
{
    const char *at = body.length ? memmem(body.data, body.length, begin.data, begin.length) : NULL;

    while (at) {
        tp_bytes rest = tp_bytes_from(body, (size_t)(at - body.data) + begin.length);

        if (begins_string(body, at) && is_seal(rest))
            return true;
        at = rest.length ? memmem(rest.data, rest.length, begin.data, begin.length) : NULL;
    }
    return false;
}

bool tp_seal_inside(tp_bytes body)
{
    return has_string(body, TP_BYTES("\"" MARK), is_packed) || has_string(body, TP_BYTES("\"" WRAPPED), is_wrapped);
}

tp_escaped tp_seal_for(const tp_seal *seal, tp_dialect dialect)
{
    return seal->maker == dialect ? seal->data : tp_bytes_of(NULL, 0);
}
