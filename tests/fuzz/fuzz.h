/* fuzz/fuzz.h - what every fuzz target has: its entry, and how it says that something does not hold. */

#ifndef TP_FUZZ_H
#define TP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define demand(condition) demand_at((condition), __FILE__, __LINE__, #condition)

static inline void demand_at(bool holds, const char *file, int line, const char *condition)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

#endif
