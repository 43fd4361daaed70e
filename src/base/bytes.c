/* base/bytes.c - the parts of tokenpak/bytes.h that are too long to be inline. */

#include <tokenpak/bytes.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool tp_bytes_same_nocase(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

/* Sixteen bytes that the compiler treats as one register where there is one. */
typedef unsigned char block __attribute__((vector_size(16)));

static bool any_below(const char *at, unsigned char limit)
{
    block bytes;
    uint64_t halves[2];

    memcpy(&bytes, at, sizeof(bytes));
    bytes = (block)(bytes < limit);
    memcpy(halves, &bytes, sizeof(halves));
    return (halves[0] | halves[1]) != 0;
}

size_t tp_bytes_find_below(tp_bytes text, unsigned char limit)
{
    size_t at = 0;

    while (text.length - at >= sizeof(block) && !any_below(text.data + at, limit))
        at += sizeof(block);
    while (at < text.length && (unsigned char)text.data[at] >= limit)
        at++;
    return at;
}

bool tp_bytes_contains(tp_bytes text, tp_bytes part)
{
    return part.length == 0 || (text.length >= part.length && memmem(text.data, text.length, part.data, part.length));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

tp_bytes tp_bytes_trim(tp_bytes text)
{
    while (text.length && is_blank(text.data[0]))
        text = tp_bytes_from(text, 1);
    while (text.length && is_blank(text.data[text.length - 1]))
        text.length--;
    return text;
}

bool tp_bytes_next(tp_bytes *rest, char separator, tp_bytes *item)
{
    size_t end;

    if (rest->length == 0)
        return false;
    end = tp_bytes_find(*rest, separator);
    *item = tp_bytes_trim(tp_bytes_of(rest->data, end));
    *rest = tp_bytes_from(*rest, end + 1);
    return true;
}

bool tp_bytes_match(tp_bytes pattern, tp_bytes text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;

    while (t < text.length) {
        if (p < pattern.length && pattern.data[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.length && (pattern.data[p] == '?' || pattern.data[p] == text.data[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.data[p] == '*')
        p++;
    return p == pattern.length;
}

bool tp_bytes_number(tp_bytes text, uint64_t *number)
{
    uint64_t value = 0;

    if (text.length == 0)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned digit = (unsigned)(text.data[i] - '0');

        if (text.data[i] < '0' || digit > 9 || __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *number = value;
    return true;
}
