/* tokens/tables.c - links the files of tables/ into the program. */

#include "tokens/tables.h"

/* In the assembler's words, because C11 has none for it; the path of tables/ comes from CMakeLists.txt. */
#define LINK(name)                                                                                                                         \
    __asm__(".pushsection .rodata\n"                                                                                                       \
            ".balign 64\n"                                                                                                                 \
            ".globl tp_tables_" #name "\n"                                                                                                 \
            ".hidden tp_tables_" #name "\n"                                                                                                \
            "tp_tables_" #name ":\n"                                                                                                       \
            ".incbin \"" TP_TABLES_DIRECTORY "/" #name ".bin\"\n"                                                                          \
            ".globl tp_tables_" #name "_end\n"                                                                                             \
            ".hidden tp_tables_" #name "_end\n"                                                                                            \
            "tp_tables_" #name "_end:\n"                                                                                                   \
            ".byte 0\n"                                                                                                                    \
            ".popsection\n");

#define DECLARE(name)                                                                                                                      \
    extern const char tp_tables_##name[] __attribute__((visibility("hidden")));                                                            \
    extern const char tp_tables_##name##_end[] __attribute__((visibility("hidden")));

LINK(unicode)
LINK(normal)
/* clang-format off */
#define LINKED(name) LINK(name) DECLARE(name)
TP_TABLES(LINKED)
/* clang-format on */

#define ENDS(name) { tp_tables_##name, tp_tables_##name##_end },
static const struct {
    const char *begin, *end;
} FILES[] = { TP_TABLES(ENDS) };

tp_bytes tp_tables_ranks(tp_table which)
{
    return tp_bytes_of(FILES[which].begin, (size_t)(FILES[which].end - FILES[which].begin));
}
