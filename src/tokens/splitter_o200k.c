/* tokens/splitter_o200k.c - cuts text for GPT-4o and later, and for Mistral's tekken.
 *
 * [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+ */

#include "tokens/splitter.h"

#include "tokens/scan.h"

enum { EITHER = TP_LETTER | TP_MARK, HEAD = TP_UPPER | EITHER, TAIL = TP_LOWER | EITHER };

/* What the first two patterns match at a place, behind their optional first character; NULL where they do not. */
typedef struct word {
    const unsigned char *first, *second;
} word;

/* A run of HEAD goes on with its TAIL when a lower letter follows; else the first pattern gives back capitals until one character of the
 * run can be the TAIL, and the second takes them all when none can. */
static inline word word_at(const unsigned char *p, const unsigned char *end)
{
    const unsigned char *at = p, *behind_either = NULL;
    tp_char c;

    for (c = tp_scan_at(at, end); c.class & HEAD; c = tp_scan_at(at, end)) {
        at += c.length;
        if (c.class & EITHER)
            behind_either = at;
    }
    if (c.class & TP_LOWER)
        return (word){ tp_scan_run(at, end, TAIL), NULL };
    return (word){ behind_either, at > p ? at : NULL };
}

/* A mark is both a first character and a letter: what begins with one is tried both ways, each pattern as a whole before the next. */
static inline const unsigned char *word_end(const unsigned char *p, tp_char c, const unsigned char *end)
{
    word led = { NULL, NULL };

    if (c.class & TP_LETTERS) {
        led = word_at(p, end);
        return led.first ? led.first : led.second;
    }
    if (c.class & (TP_NUMBER | TP_NEWLINE))
        return NULL;
    led = word_at(p + c.length, end);
    if (!led.first && c.class & TP_MARK)
        led.first = word_at(p, end).first;
    return led.first ? led.first : led.second;
}

static inline const unsigned char *split(const unsigned char *p, const unsigned char *end, unsigned digits, bool contractions)
{
    tp_char c = tp_unicode_at(p);
    const unsigned char *at = word_end(p, c, end);

    if (at)
        return contractions ? at + tp_scan_contraction(at, end, true) : at;
    if (c.class & TP_NUMBER)
        return tp_scan_numbers(p, end, digits);
    at = *p == ' ' ? p + 1 : p;
    if (at < end && !(tp_unicode_at(at).class & (TP_SPACE | TP_LETTERS | TP_NUMBER)))
        return tp_scan_newlines(tp_scan_until(at, end, TP_SPACE | TP_LETTERS | TP_NUMBER), end, true);
    return tp_scan_blanks(p, end, TP_NEWLINE_ENDS);
}

const unsigned char *tp_splitter_o200k(tp_pieces *pieces)
{
    return split(pieces->at, pieces->end, 3, true);
}

const unsigned char *tp_splitter_o200k_tekken(tp_pieces *pieces)
{
    return split(pieces->at, pieces->end, 1, false);
}
