/* tokens/scan.h - what the splitters have in common: runs of classes, contractions, blanks. Pure; text is valid UTF-8. */

#ifndef TP_TOKENS_SCAN_H
#define TP_TOKENS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "tokens/unicode.h"

/* The class at `p`, none of all at the end. */
static inline tp_char tp_scan_at(const unsigned char *p, const unsigned char *end)
{
    return p < end ? tp_unicode_at(p) : (tp_char){ 0, 0 };
}

/* Behind the characters from `p` on that are of these classes. */
static inline const unsigned char *tp_scan_run(const unsigned char *p, const unsigned char *end, unsigned classes)
{
    while (p < end) {
        tp_char c = tp_unicode_at(p);
        if (!(c.class & classes))
            break;
        p += c.length;
    }
    return p;
}

/* Behind the characters that are of none of these classes. */
static inline const unsigned char *tp_scan_until(const unsigned char *p, const unsigned char *end, unsigned classes)
{
    while (p < end) {
        tp_char c = tp_unicode_at(p);
        if (c.class & classes)
            break;
        p += c.length;
    }
    return p;
}

/* Behind at most `most` numbers. */
static inline const unsigned char *tp_scan_numbers(const unsigned char *p, const unsigned char *end, unsigned most)
{
    for (; most > 0; most--) {
        tp_char c = tp_scan_at(p, end);
        if (!(c.class & TP_NUMBER))
            break;
        p += c.length;
    }
    return p;
}

/* Behind CR, LF and, when wanted, slashes. */
static inline const unsigned char *tp_scan_newlines(const unsigned char *p, const unsigned char *end, bool slashes)
{
    while (p < end && (*p == '\n' || *p == '\r' || (slashes && *p == '/')))
        p++;
    return p;
}

/* Length of 's 't 'm 'd 'll 've 're at `p`, 0 when none stands there. Without case also 's with the long s, U+017F, which folds to s. */
static inline size_t tp_scan_contraction(const unsigned char *p, const unsigned char *end, bool nocase)
{
    unsigned char fold = nocase ? 0x20 : 0, a, b;

    if (end - p < 2 || *p != '\'')
        return 0;
    a = p[1] | fold;
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 2;
    if (end - p < 3)
        return 0;
    if (nocase && p[1] == 0xc5 && p[2] == 0xbf)
        return 3;
    b = p[2] | fold;
    return (a == 'l' && b == 'l') || ((a == 'v' || a == 'r') && b == 'e') ? 3 : 0;
}

/* What takes a run of blanks that nothing else took. The last blank before a word is left to the word. */
typedef enum tp_scan_newline {
    TP_NEWLINE_PLAIN,    /* a newline is a blank like any other */
    TP_NEWLINE_ENDS,     /* the piece ends with the run's last newline */
    TP_NEWLINE_ENDS_MID, /* so, unless the run ends the text */
} tp_scan_newline;

static inline const unsigned char *tp_scan_blanks(const unsigned char *p, const unsigned char *end, tp_scan_newline newline)
{
    const unsigned char *behind_newline = NULL, *last = p, *at = p;

    while (at < end) {
        tp_char c = tp_unicode_at(at);
        if (!(c.class & TP_SPACE))
            break;
        last = at;
        at += c.length;
        if (c.class & TP_NEWLINE)
            behind_newline = at;
    }
    if (behind_newline && (newline == TP_NEWLINE_ENDS || (newline == TP_NEWLINE_ENDS_MID && at < end)))
        return behind_newline;
    return at == end || last == p ? at : last;
}

/* Behind the one character at `p`: what no pattern takes. */
static inline const unsigned char *tp_scan_one(const unsigned char *p)
{
    return p + tp_unicode_at(p).length;
}

#endif
