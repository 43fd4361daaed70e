/* admin/query.c - finds and decodes values of a query string. */

#include "admin/query.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte at the start of `text`; tells how many characters it takes. */
static char next_byte(tp_bytes text, size_t *taken)
{
    int high = text.length > 2 && text.data[0] == '%' ? digit(text.data[1]) : -1;
    int low = high >= 0 ? digit(text.data[2]) : -1;

    *taken = low >= 0 ? 3 : 1;
    return low >= 0 ? (char)(high * 16 + low) : text.data[0];
}

tp_bytes tp_query_decode(tp_bytes text, tp_query_text *room)
{
    size_t length = 0, taken;

    while (text.length && length < TP_QUERY_MOST) {
        room->data[length++] = next_byte(text, &taken);
        text = tp_bytes_from(text, taken);
    }
    return tp_bytes_of(room->data, length);
}

tp_bytes tp_query_value(tp_bytes query, const char *name, tp_query_text *room)
{
    tp_bytes item;

    while (tp_bytes_next(&query, '&', &item)) {
        size_t end = tp_bytes_find(item, '=');

        if (tp_bytes_equal(tp_bytes_of(item.data, end), tp_bytes_text(name)))
            return tp_query_decode(tp_bytes_from(item, end + 1), room);
    }
    return tp_bytes_of(NULL, 0);
}
