/* config/nearest.c - the known word nearest to a misspelt one, by Levenshtein's distance. */

#include "config/nearest.h"

#include <string.h>

enum { LONGEST = 80 }; /* what lies behind is not compared */

static char plain(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    return c == '-' ? '_' : c;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* One row of the table at a time: row[j] is the distance from the part of `a` seen so far to the first j letters of `b`. */
static unsigned distance(const char *a, const char *b)
{
    size_t a_length = strnlen(a, LONGEST), b_length = strnlen(b, LONGEST);
    unsigned row[LONGEST + 1];

    for (size_t j = 0; j <= b_length; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (plain(a[i - 1]) != plain(b[j - 1])));
            diagonal = above;
        }
    }
    return row[b_length];
}

void tp_config_nearest_offer(tp_config_nearest *nearest, const char *known)
{
    unsigned found = distance(nearest->word, known);

    if (nearest->best && nearest->distance <= found)
        return;
    nearest->best = known;
    nearest->distance = found;
}
