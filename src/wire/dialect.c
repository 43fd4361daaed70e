/* wire/dialect.c - the names of the dialects. */

#include <tokenpak/dialect.h>

const char *tp_dialect_name(tp_dialect dialect)
{
    static const char *const NAMES[TP_DIALECT_COUNT] = { "openai", "anthropic", "gemini", "ollama" };

    return NAMES[dialect];
}
