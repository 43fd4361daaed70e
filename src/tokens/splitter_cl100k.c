/* tokens/splitter_cl100k.c - cuts text for GPT-3.5 and GPT-4, and for Qwen.
 *
 * '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+$|\s*[\r\n]|\s+(?!\S)|\s */

#include "tokens/splitter.h"

#include "tokens/scan.h"

static inline const unsigned char *split(const unsigned char *p, const unsigned char *end, unsigned digits, tp_scan_newline newline)
{
    size_t contraction = tp_scan_contraction(p, end, true);
    tp_char c = tp_unicode_at(p);
    const unsigned char *word = p + (c.class & (TP_LETTERS | TP_NUMBER | TP_NEWLINE) ? 0 : c.length);

    if (contraction)
        return p + contraction;
    if (tp_scan_at(word, end).class & TP_LETTERS)
        return tp_scan_run(word, end, TP_LETTERS);
    if (c.class & TP_NUMBER)
        return tp_scan_numbers(p, end, digits);
    word = *p == ' ' ? p + 1 : p;
    if (word < end && !(tp_unicode_at(word).class & (TP_SPACE | TP_LETTERS | TP_NUMBER)))
        return tp_scan_newlines(tp_scan_until(word, end, TP_SPACE | TP_LETTERS | TP_NUMBER), end, false);
    return tp_scan_blanks(p, end, newline);
}

const unsigned char *tp_splitter_cl100k(tp_pieces *pieces)
{
    return split(pieces->at, pieces->end, 3, TP_NEWLINE_ENDS_MID);
}

const unsigned char *tp_splitter_cl100k_qwen(tp_pieces *pieces)
{
    return split(pieces->at, pieces->end, 1, TP_NEWLINE_ENDS);
}
