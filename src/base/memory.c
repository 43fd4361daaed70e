/* base/memory.c - allocation that never fails. */

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory, size_t size)
{
    if (memory)
        return memory;
    fprintf(stderr, "tokenpak: out of memory (%zu bytes)\n", size);
    abort();
}

void *tp_memory_new(size_t size)
{
    return checked(calloc(1, size ? size : 1), size);
}

void *tp_memory_resize(void *old, size_t size)
{
    return checked(realloc(old, size ? size : 1), size);
}

char *tp_memory_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(tp_memory_new(size), text, size);
}
