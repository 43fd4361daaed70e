/* wire/seal.c - seals in the fields of other dialects. */

#include "wire/seal.h"

#define MARK "tp:"

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

bool tp_seal_inside(tp_bytes body)
{
    static const char BEGIN[] = "\"" MARK;
    const char *at = body.length ? memmem(body.data, body.length, BEGIN, sizeof(BEGIN) - 1) : NULL;

    while (at) {
        tp_bytes rest = tp_bytes_from(body, (size_t)(at - body.data) + sizeof(BEGIN) - 1);

        /* Behind a backslash the quote is part of a text. */
        if (at > body.data && at[-1] != '\\' && maker_of(tp_bytes_of(rest.data, tp_bytes_find(rest, ':'))) != TP_DIALECT_COUNT)
            return true;
        at = rest.length ? memmem(rest.data, rest.length, BEGIN, sizeof(BEGIN) - 1) : NULL;
    }
    return false;
}

tp_escaped tp_seal_for(const tp_seal *seal, tp_dialect dialect)
{
    return seal->maker == dialect ? seal->data : tp_bytes_of(NULL, 0);
}
