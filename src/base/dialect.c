/* base/dialect.c - the words for the dialects. */

#include <tokenpak/dialect.h>

static const char *const NAMES[TP_DIALECT_COUNT] = {
#define DIALECT_NAME(name, word) [TP_DIALECT_##name] = word,
    TP_DIALECTS(DIALECT_NAME)
#undef DIALECT_NAME
};

const char *tp_dialect_name(tp_dialect dialect)
{
    return NAMES[dialect];
}
