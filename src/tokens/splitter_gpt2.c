/* tokens/splitter_gpt2.c - cuts text for GPT-2, GPT-3 and Claude 2.
 *
 * '(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */

#include "tokens/splitter.h"

#include "tokens/scan.h"

const unsigned char *tp_splitter_gpt2(tp_pieces *pieces)
{
    const unsigned char *p = pieces->at, *end = pieces->end, *word = *p == ' ' ? p + 1 : p;
    size_t contraction = tp_scan_contraction(p, end, false);
    unsigned class;

    if (contraction)
        return p + contraction;
    class = tp_scan_at(word, end).class;
    if (word == end || class & TP_SPACE)
        return tp_scan_blanks(p, end, TP_NEWLINE_PLAIN);
    if (class & TP_LETTERS)
        return tp_scan_run(word, end, TP_LETTERS);
    if (class & TP_NUMBER)
        return tp_scan_run(word, end, TP_NUMBER);
    return tp_scan_until(word, end, TP_SPACE | TP_LETTERS | TP_NUMBER);
}
