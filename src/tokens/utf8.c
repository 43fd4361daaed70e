/* tokens/utf8.c - checks and repairs UTF-8. */

#include "tokens/utf8.h"

#include "base/memory.h"

static const char REPLACEMENT[] = "\xef\xbf\xbd";

/* What may follow a first byte: how many bytes in all, and the range of the second. */
typedef struct lead {
    unsigned char first, last, length, low, high;
} lead;

static const lead LEADS[] = {
    { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f },
    { 0xee, 0xef, 3, 0x80, 0xbf }, { 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const lead *lead_of(unsigned char byte)
{
    for (size_t i = 0; i < sizeof LEADS / sizeof *LEADS; i++) {
        if (byte >= LEADS[i].first && byte <= LEADS[i].last)
            return &LEADS[i];
    }
    return NULL;
}

/* Length of what stands at `p`, which is not ASCII: a character (true), or the beginning of one that does not go on (false). */
static bool character(const unsigned char *p, const unsigned char *end, size_t *length)
{
    const lead *l = lead_of(*p);

    *length = 1;
    if (!l)
        return false;
    while (*length < l->length && p + *length < end) {
        unsigned char byte = p[*length], low = *length == 1 ? l->low : 0x80, high = *length == 1 ? l->high : 0xbf;
        if (byte < low || byte > high)
            return false;
        ++*length;
    }
    return *length == l->length;
}

static const unsigned char *behind_ascii(const unsigned char *p, const unsigned char *end)
{
    uint64_t word;

    for (; end - p >= 8; p += 8) {
        memcpy(&word, p, 8);
        if (word & 0x8080808080808080u)
            break;
    }
    while (p < end && *p < 0x80)
        p++;
    return p;
}

/* The first byte that belongs to no character, or `end`. */
static const unsigned char *first_bad(const unsigned char *p, const unsigned char *end)
{
    size_t length;

    for (;;) {
        p = behind_ascii(p, end);
        while (p < end && *p >= 0x80) {
            if (!character(p, end, &length))
                return p;
            p += length;
        }
        if (p == end)
            return p;
    }
}

bool tp_utf8_is_valid(tp_bytes text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    return text.length == 0 || first_bad(p, p + text.length) == p + text.length;
}

tp_bytes tp_utf8_repaired(tp_bytes text)
{
    const unsigned char *p = (const unsigned char *)text.data, *end = p + text.length;
    char *copy = tp_memory_new(3 * text.length + 1);
    size_t size = 0, length;

    while (p < end) {
        const unsigned char *bad = first_bad(p, end);
        memcpy(copy + size, p, (size_t)(bad - p));
        size += (size_t)(bad - p);
        p = bad;
        if (p == end)
            break;
        character(p, end, &length);
        p += length;
        memcpy(copy + size, REPLACEMENT, 3);
        size += 3;
    }
    return tp_bytes_of(copy, size);
}
