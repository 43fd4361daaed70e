/* json/string.c - the inside of JSON strings: skipping, comparing and decoding it. */

#include "json/string.h"

/* Sixteen bytes that the compiler treats as one register where there is one. */
typedef unsigned char block __attribute__((vector_size(16)));

/* All bits set in each byte that is a quote, a backslash or a control character. */
static block special_bytes(const char *at)
{
    block bytes;

    memcpy(&bytes, at, sizeof(bytes));
    return (block)(bytes == '"') | (block)(bytes == '\\') | (block)(bytes < 0x20);
}

/* Index of the first byte of the block that has bits set; 16 when there is none. */
static size_t first_set(block bytes)
{
    uint64_t halves[2];

    memcpy(halves, &bytes, sizeof(halves));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    halves[0] = __builtin_bswap64(halves[0]);
    halves[1] = __builtin_bswap64(halves[1]);
#endif
    if (halves[0])
        return (size_t)__builtin_ctzll(halves[0]) / 8;
    return halves[1] ? 8 + (size_t)__builtin_ctzll(halves[1]) / 8 : sizeof(block);
}

static bool is_special(char c)
{
    return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

/* Most of a request is inside of long strings. */
const char *tp_string_skip(const char *at, const char *end)
{
    while (end - at >= (ptrdiff_t)sizeof(block)) {
        size_t plain = first_set(special_bytes(at));

        at += plain;
        if (plain < sizeof(block))
            return at;
    }
    while (at < end && !is_special(*at))
        at++;
    return at;
}

static unsigned hex(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static unsigned hex4(const char *digits)
{
    return hex(digits[0]) << 12 | hex(digits[1]) << 8 | hex(digits[2]) << 4 | hex(digits[3]);
}

static bool is_escape_u(tp_bytes raw)
{
    return raw.length >= 6 && raw.data[0] == '\\' && raw.data[1] == 'u';
}

/* Code point of the \uXXXX, or the pair of them, at the start of `raw`; `used` is its length there. */
static unsigned code_point(tp_bytes raw, size_t *used)
{
    unsigned high = hex4(raw.data + 2), low;

    *used = 6;
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    if (high > 0xDBFF || !is_escape_u(tp_bytes_from(raw, 6)))
        return 0xFFFD;
    low = hex4(raw.data + 8);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0xFFFD;
    *used = 12;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static size_t put_utf8(unsigned point, char out[4])
{
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char LEAD[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };

    for (size_t i = length; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(LEAD[length] | point);
    return length;
}

static char simple_escape(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

/* One byte, or one escape, of `rest`; returns how many bytes it puts into `out`. */
static size_t decode_one(tp_bytes *rest, char out[4])
{
    size_t used = 1, length = 1;

    if (is_escape_u(*rest)) {
        length = put_utf8(code_point(*rest, &used), out);
    } else if (rest->data[0] == '\\' && rest->length > 1) {
        out[0] = simple_escape(rest->data[1]);
        used = 2;
    } else {
        out[0] = rest->data[0];
    }
    *rest = tp_bytes_from(*rest, used);
    return length;
}

size_t tp_string_decode(tp_bytes raw, char *out)
{
    size_t length = 0;

    while (raw.length) {
        size_t plain = tp_bytes_find(raw, '\\');
        char one[4];
        size_t more;

        memcpy(out + length, raw.data, plain);
        length += plain;
        raw = tp_bytes_from(raw, plain);
        if (raw.length == 0)
            break;
        more = decode_one(&raw, one);
        memcpy(out + length, one, more);
        length += more;
    }
    return length;
}

bool tp_string_equal(tp_bytes raw, tp_bytes text)
{
    if (raw.length == text.length)
        return tp_bytes_equal(raw, text) && tp_bytes_find(raw, '\\') == raw.length;
    if (raw.length < text.length)
        return false;
    while (raw.length) {
        char one[4];
        size_t length = decode_one(&raw, one);

        if (!tp_bytes_starts(text, tp_bytes_of(one, length)))
            return false;
        text = tp_bytes_from(text, length);
    }
    return text.length == 0;
}

bool tp_string_number(tp_bytes raw, uint64_t *number)
{
    size_t point = tp_bytes_find(raw, '.');

    for (size_t i = point + 1; i < raw.length; i++)
        if (raw.data[i] != '0')
            return false;
    return tp_bytes_number(tp_bytes_of(raw.data, point), number);
}
