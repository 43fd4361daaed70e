/* tokens/splitter_deepseek.c - cuts text for DeepSeek V3: three patterns, each within what the one before left over.
 *
 * 1. \p{N}{1,3}   2. [U+4E00-U+9FA5 U+3040-U+30FF]+   3. [!-/:-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*
 * |\s*[\r\n]+|\s+(?!\S)|\s+   where [!-/:-~] stands for ASCII's signs, and what nothing matches is a piece too. */

#include "tokens/splitter.h"

#include "tokens/scan.h"

/* All characters of the second pattern have three bytes. */
static bool is_ideograph(const unsigned char *p, const unsigned char *end)
{
    unsigned point;

    if (p == end || *p < 0xe3 || *p > 0xe9)
        return false;
    point = (*p & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
    return (point >= 0x3040 && point <= 0x30ff) || (point >= 0x4e00 && point <= 0x9fa5);
}

/* How far the third pattern may look. */
static const unsigned char *segment_end(const unsigned char *p, const unsigned char *end)
{
    while (p < end && !is_ideograph(p, end)) {
        tp_char c = tp_unicode_at(p);
        if (c.class & TP_NUMBER)
            break;
        p += c.length;
    }
    return p;
}

static bool is_ascii_letter(const unsigned char *p, const unsigned char *end)
{
    return p < end && *p < 0x80 && tp_unicode_at(p).class & TP_LETTERS;
}

/* Behind the third pattern's match at `p`; NULL when it has none. */
static const unsigned char *match(const unsigned char *p, const unsigned char *end)
{
    tp_char c = tp_unicode_at(p);
    const unsigned char *next = p + c.length;

    if (*p < 0x80 && c.class & TP_SIGN && is_ascii_letter(next, end)) {
        while (is_ascii_letter(next, end))
            next++;
        return next;
    }
    if (c.class & (TP_LETTERS | TP_MARK))
        return tp_scan_run(p, end, TP_LETTERS | TP_MARK);
    if (!(c.class & (TP_NEWLINE | TP_SIGN)) && tp_scan_at(next, end).class & (TP_LETTERS | TP_MARK))
        return tp_scan_run(next, end, TP_LETTERS | TP_MARK);
    if (*p != ' ')
        next = p;
    if (tp_scan_at(next, end).class & TP_SIGN)
        return tp_scan_newlines(tp_scan_run(next, end, TP_SIGN), end, false);
    return c.class & TP_SPACE ? tp_scan_blanks(p, end, TP_NEWLINE_ENDS) : NULL;
}

static const unsigned char *within_segment(const unsigned char *p, const unsigned char *end)
{
    const unsigned char *at = p, *behind = match(p, end);

    if (behind)
        return behind;
    do
        at = tp_scan_one(at);
    while (at < end && !match(at, end));
    return at;
}

const unsigned char *tp_splitter_deepseek(tp_pieces *pieces)
{
    const unsigned char *p = pieces->at, *end = pieces->end;

    if (tp_unicode_at(p).class & TP_NUMBER)
        return tp_scan_numbers(p, end, 3);
    if (is_ideograph(p, end)) {
        while (is_ideograph(p, end))
            p += 3;
        return p;
    }
    if (pieces->stop <= p)
        pieces->stop = segment_end(p, end);
    return within_segment(p, pieces->stop);
}
