/* wire/gemini/signature.c - seals in the field thoughtSignature of clients, whose SDKs read it as base64. */

#include "wire/gemini/format.h"

#include "wire/seal.h"

/* What base64 of "tp:" is: no signature of Gemini's own begins so. */
#define WRAPPED "dHA6"

static tp_escaped encode(tp_arena *arena, tp_bytes bytes)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = (bytes.length + 2) / 3 * 4;
    char *out = tp_arena_alloc(arena, length), *at = out;

    for (size_t i = 0; i < bytes.length; i += 3, at += 4) {
        size_t left = bytes.length - i;
        unsigned value = (unsigned)(unsigned char)bytes.data[i] << 16;

        value |= left > 1 ? (unsigned)(unsigned char)bytes.data[i + 1] << 8 : 0;
        value |= left > 2 ? (unsigned)(unsigned char)bytes.data[i + 2] : 0;
        at[0] = DIGITS[value >> 18];
        at[1] = DIGITS[value >> 12 & 63];
        at[2] = '=';
        at[3] = '=';
        if (left > 1)
            at[2] = DIGITS[value >> 6 & 63];
        if (left > 2)
            at[3] = DIGITS[value & 63];
    }
    return tp_bytes_of(out, length);
}

/* Of either alphabet: SDKs write back the one for URLs. -1 = none. */
static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

static tp_bytes decode(tp_arena *arena, tp_escaped text)
{
    char *out = tp_arena_alloc(arena, text.length);
    size_t length = 0;
    unsigned value = 0, bits = 0;

    for (size_t i = 0; i < text.length && digit(text.data[i]) >= 0; i++) {
        value = (value << 6 | (unsigned)digit(text.data[i])) & 0xfff;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        out[length++] = (char)(unsigned char)(value >> bits & 0xff);
    }
    return tp_bytes_of(out, length);
}

tp_escaped tp_gemini_signature_pack(tp_arena *arena, const tp_seal *seal)
{
    tp_escaped packed = tp_seal_pack(arena, TP_DIALECT_GEMINI, seal);

    return packed.length && seal->maker != TP_DIALECT_GEMINI ? encode(arena, packed) : packed;
}

/* The bytes inside have to be those of a JSON string, as a seal's are; whoever made up others gets no seal. */
static bool is_escaped(tp_bytes text, tp_arena *arena)
{
    tp_json doc;

    return tp_json_scan(tp_arena_join(arena, (const tp_bytes[]){ TP_BYTES("\""), text, TP_BYTES("\"") }, 3), arena, 1, &doc, NULL);
}

tp_seal tp_gemini_signature_unpack(tp_arena *arena, tp_escaped signature)
{
    tp_bytes inside;

    if (!tp_bytes_starts(signature, TP_BYTES(WRAPPED)))
        return (tp_seal){ .data = signature, .maker = signature.length ? TP_DIALECT_GEMINI : TP_DIALECT_COUNT };
    inside = decode(arena, signature);
    return is_escaped(inside, arena) ? tp_seal_unpack(TP_DIALECT_GEMINI, inside) : (tp_seal){ .maker = TP_DIALECT_COUNT };
}
