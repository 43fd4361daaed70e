/* store/row.c - copies of rows, and the words for how a request ended. */

#include "store/row.h"

#include <stdlib.h>

#include "base/memory.h"

const char *tp_row_class_word(int64_t class)
{
    static const char *const WORDS[] = {
#define WORD(name, word) word,
        TP_ROW_CLASSES(WORD)
#undef WORD
    };

    return class >= 0 && class < TP_ROW_CLASS_COUNT ? WORDS[class] : WORDS[TP_ROW_OWN_ERROR];
}

/* Half a JSON text is worth nothing, so one that is too long goes as a whole. */
static tp_bytes cut(tp_bytes text, size_t most)
{
    if (text.length <= most)
        return text;
    if (text.data[0] == '{')
        return TP_BYTES("");
    while (most > 0 && ((unsigned char)text.data[most] & 0xC0) == 0x80)
        most--;
    return tp_bytes_of(text.data, most);
}

static void place(tp_bytes *text, char **room)
{
    if (text->length)
        memcpy(*room, text->data, text->length);
    text->data = *room;
    (*room)[text->length] = 0;
    *room += text->length + 1;
}

tp_row *tp_row_copy(const tp_row *row)
{
    tp_row cut_row = *row, *copy;
    size_t size = sizeof(tp_row);
    char *room;

    cut_row.trace = cut(row->trace, TP_ROW_TRACE_MOST);
    size += cut_row.trace.length + 1;
#define CUT(name, most)                                                                                                                    \
    cut_row.name = cut(row->name, most);                                                                                                   \
    size += cut_row.name.length + 1;
    TP_ROW_TEXTS(CUT)
#undef CUT
    copy = tp_memory_resize(NULL, size);
    *copy = cut_row;
    copy->holders = 1;
    room = (char *)(copy + 1);
#define PLACE(name, most) place(&copy->name, &room);
    TP_ROW_TEXTS(PLACE)
#undef PLACE
    place(&copy->trace, &room);
    return copy;
}

tp_row *tp_row_keep(tp_row *row)
{
    if (row->holders == 0)
        return tp_row_copy(row);
    row->holders++;
    return row;
}

void tp_row_drop(tp_row *row)
{
    if (row && --row->holders == 0)
        free(row);
}

tp_row *tp_row_copy_summary(const tp_row *row)
{
    tp_row summary = *row;

    summary.trace = TP_BYTES("");
    return tp_row_copy(&summary);
}
