/* tokens/unicode.h - the class of each character, of Unicode 16. Pure; any thread. */

#ifndef TP_TOKENS_UNICODE_H
#define TP_TOKENS_UNICODE_H

#include <stdint.h>

#include "tokens/tables.h"

/* One bit each, so that a set of classes is one mask. Controls, formats, private and unassigned characters have none. */
enum {
    TP_UPPER = 1,    /* Lu, Lt */
    TP_LOWER = 2,    /* Ll */
    TP_LETTER = 4,   /* Lm, Lo */
    TP_MARK = 8,     /* M */
    TP_NUMBER = 16,  /* N */
    TP_SPACE = 32,   /* White_Space */
    TP_NEWLINE = 64, /* CR and LF, besides TP_SPACE */
    TP_SIGN = 128,   /* P, S */
    TP_LETTERS = TP_UPPER | TP_LOWER | TP_LETTER,
};

/* The file: header, the block of each 256 code points, the blocks. */
enum { TP_UNICODE_HEADER = 16, TP_UNICODE_BLOCKS = 0x110000 / 256, TP_UNICODE_ASCII = TP_UNICODE_HEADER + TP_UNICODE_BLOCKS };

static inline unsigned tp_unicode_class(uint32_t point)
{
    const unsigned char *index = tp_tables_unicode + TP_UNICODE_HEADER;
    return tp_tables_unicode[TP_UNICODE_ASCII + (index[point >> 8] << 8 | (int)(point & 255))];
}

typedef struct tp_char {
    unsigned class;
    unsigned length; /* bytes */
} tp_char;

/* The character of two or more bytes at `p`. */
static inline tp_char tp_unicode_beyond_ascii(const unsigned char *p)
{
    uint32_t a = p[0], b = p[1] & 63u;

    if (a < 0xe0)
        return (tp_char){ tp_unicode_class((a & 31) << 6 | b), 2 };
    b = b << 6 | (p[2] & 63u);
    if (a < 0xf0)
        return (tp_char){ tp_unicode_class((a & 15) << 12 | b), 3 };
    return (tp_char){ tp_unicode_class((a & 7) << 18 | b << 6 | (p[3] & 63u)), 4 };
}

/* The character at `p`. The text must be valid UTF-8. */
static inline tp_char tp_unicode_at(const unsigned char *p)
{
    return *p < 0x80 ? (tp_char){ tp_tables_unicode[TP_UNICODE_ASCII + *p], 1 } : tp_unicode_beyond_ascii(p);
}

#endif
