/* tokens/tables.h - the tables that are linked in: read-only, used where they lie, one copy for all. Any thread. */

#ifndef TP_TOKENS_TABLES_H
#define TP_TOKENS_TABLES_H

#include <tokenpak/bytes.h>

/* Each is a file of tables/, made by generate/make.py. */
#define TP_TABLES(X) X(o200k) X(cl100k) X(p50k) X(claude2) X(qwen) X(deepseek) X(tekken)

#define TP_TABLES_NUMBER(name) TP_TABLE_##name,
typedef enum tp_table { TP_TABLES(TP_TABLES_NUMBER) TP_TABLES_COUNT } tp_table;

/* The whole file. Begins at a multiple of 64. */
tp_bytes tp_tables_ranks(tp_table which);

/* The files of character classes and of normal forms; unicode.h and normal.c read them. */
extern const unsigned char tp_tables_unicode[] __attribute__((visibility("hidden")));
extern const unsigned char tp_tables_normal[] __attribute__((visibility("hidden")));

#endif
