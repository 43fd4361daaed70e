/* base/memory.h - allocation that never fails: out of memory aborts. Any thread. */

#ifndef TP_BASE_MEMORY_H
#define TP_BASE_MEMORY_H

#include <stddef.h>

/* Zeroed. Free with free(). */
void *tp_memory_new(size_t size);

/* Contents beyond the old size are undefined. Free with free(). */
void *tp_memory_resize(void *old, size_t size);

/* A copy of a C string. Free with free(). */
char *tp_memory_text(const char *text);

#define tp_new(type) ((type *)tp_memory_new(sizeof(type)))

#endif
