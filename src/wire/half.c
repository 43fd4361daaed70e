/* wire/half.c - follows the brackets and quotes of a JSON value inside the pieces of a JSON string. */

#include "wire/half.h"

/* The character that an escape of the outer string stands for, as far as it matters here. */
static char meaning(const char *at, size_t left)
{
    static const char HEX[] = "0123456789abcdef";
    unsigned code = 0;

    if (at[1] != 'u')
        return at[1] == '"' || at[1] == '\\' ? at[1] : ' ';
    for (unsigned i = 2; i < 6 && i < left; i++) {
        const char *digit = strchr(HEX, at[i] | 0x20);

        code = code * 16 + (digit ? (unsigned)(digit - HEX) : 0);
    }
    return code < 128 ? (char)code : ' ';
}

static void take(tp_half *h, char c)
{
    if (h->in_string) {
        h->in_string = h->escape || c != '"';
        h->escape = !h->escape && c == '\\';
    } else if (c == '"') {
        h->in_string = true;
    } else if (c == '{' || c == '[') {
        h->depth++;
        h->begun = true;
    } else if ((c == '}' || c == ']') && h->depth) {
        h->depth--;
    }
}

void tp_half_feed(tp_half *h, tp_bytes escaped)
{
    for (size_t i = 0; i < escaped.length; i++) {
        size_t left = escaped.length - i;

        if (escaped.data[i] != '\\' || left < 2) {
            take(h, escaped.data[i]);
            continue;
        }
        take(h, meaning(escaped.data + i, left));
        i += escaped.data[i + 1] == 'u' ? 5 : 1;
    }
}

bool tp_half_is_whole(const tp_half *h)
{
    return h->begun && h->depth == 0 && !h->in_string;
}
