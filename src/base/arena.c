/* base/arena.c - a chain of chunks, bumped; freed bytes are poisoned under AddressSanitizer. */

#include <tokenpak/arena.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

/* A chat exchange with the head of its request, notes and call takes somewhat less than 6 KiB. */
enum { FIRST_CHUNK = 6144 - 16, SECOND_CHUNK = 2048, LARGEST_CHUNK = 65536, ALIGN = 16 };

typedef struct chunk {
    struct chunk *older;
    size_t size, used;
    _Alignas(ALIGN) char bytes[];
} chunk;

typedef struct deferred {
    struct deferred *older;
    void (*fn)(void *);
    void *ptr;
} deferred;

struct tp_arena {
    chunk *newest;
    deferred *deferred;
    tp_arena_pool *pool; /* where the first chunk goes back to; may be NULL */
};

static chunk *chunk_new(size_t size)
{
    chunk *c = tp_memory_resize(NULL, sizeof(chunk) + size);

    *c = (chunk){ .size = size };
    ASAN_POISON_MEMORY_REGION(c->bytes, size);
    return c;
}

static void chunk_free(chunk *c)
{
    ASAN_UNPOISON_MEMORY_REGION(c->bytes, c->size);
    free(c);
}

/* The arena itself lives at the start of its first chunk: one malloc for a small exchange. */
static tp_arena *arena_in(chunk *first, tp_arena_pool *pool)
{
    tp_arena *arena = (tp_arena *)(void *)first->bytes;

    ASAN_UNPOISON_MEMORY_REGION(first->bytes, sizeof(*arena));
    first->used = (sizeof(*arena) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    *arena = (tp_arena){ .newest = first, .pool = pool };
    return arena;
}

tp_arena *tp_arena_new(void)
{
    return arena_in(chunk_new(FIRST_CHUNK - sizeof(chunk)), NULL);
}

tp_arena *tp_arena_from(tp_arena_pool *pool)
{
    chunk *first = pool->spare;

    if (!first)
        return arena_in(chunk_new(FIRST_CHUNK - sizeof(chunk)), pool);
    pool->spare = first->older;
    pool->count--;
    first->older = NULL;
    return arena_in(first, pool);
}

/* The last chunk of an arena: kept when there is a pool with room. */
static void give_back(tp_arena_pool *pool, chunk *first)
{
    if (!pool || pool->count >= pool->most) {
        chunk_free(first);
        return;
    }
    ASAN_POISON_MEMORY_REGION(first->bytes, first->size);
    first->older = pool->spare;
    pool->spare = first;
    pool->count++;
}

void tp_arena_pool_close(tp_arena_pool *pool)
{
    while (pool->spare) {
        chunk *first = pool->spare;

        pool->spare = first->older;
        chunk_free(first);
    }
    pool->count = pool->most = 0;
}

static void run_deferred(tp_arena *arena)
{
    while (arena->deferred) {
        deferred *d = arena->deferred;

        arena->deferred = d->older;
        d->fn(d->ptr);
    }
}

static void drop_chunks(tp_arena *arena)
{
    while (arena->newest->older) {
        chunk *c = arena->newest;

        arena->newest = c->older;
        chunk_free(c);
    }
}

void tp_arena_free(tp_arena *arena)
{
    if (!arena)
        return;
    run_deferred(arena);
    drop_chunks(arena);
    give_back(arena->pool, arena->newest);
}

static chunk *chunk_with_room(tp_arena *arena, size_t size)
{
    chunk *c = arena->newest;
    size_t next;

    if (c->size - c->used >= size)
        return c;
    next = !c->older ? SECOND_CHUNK : c->size * 2 < LARGEST_CHUNK ? c->size * 2 : LARGEST_CHUNK;
    if (next < size)
        next = size;
    c = chunk_new(next);
    c->older = arena->newest;
    arena->newest = c;
    return c;
}

void *tp_arena_alloc(tp_arena *arena, size_t size)
{
    size_t rounded = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    chunk *c = chunk_with_room(arena, rounded);
    char *memory = c->bytes + c->used;

    c->used += rounded;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memset(memory, 0, size);
}

tp_bytes tp_arena_copy(tp_arena *arena, tp_bytes bytes)
{
    char *copy = tp_arena_alloc(arena, bytes.length + 1);

    if (bytes.length)
        memcpy(copy, bytes.data, bytes.length);
    return tp_bytes_of(copy, bytes.length);
}

tp_bytes tp_arena_join(tp_arena *arena, const tp_bytes *parts, size_t count)
{
    size_t length = 0;
    char *text, *at;

    for (size_t i = 0; i < count; i++)
        length += parts[i].length;
    text = at = tp_arena_alloc(arena, length + 1);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].length)
            memcpy(at, parts[i].data, parts[i].length);
        at += parts[i].length;
    }
    return tp_bytes_of(text, length);
}

tp_bytes tp_arena_number(tp_arena *arena, uint64_t number)
{
    char digits[20], *at = digits + sizeof(digits);

    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return tp_arena_copy(arena, tp_bytes_of(at, (size_t)(digits + sizeof(digits) - at)));
}

char *tp_arena_printf(tp_arena *arena, const char *format, ...)
{
    va_list args;
    int length;
    char *text;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = tp_arena_alloc(arena, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

void tp_arena_defer(tp_arena *arena, void (*fn)(void *), void *ptr)
{
    deferred *d = tp_arena_make(arena, deferred);

    *d = (deferred){ .older = arena->deferred, .fn = fn, .ptr = ptr };
    arena->deferred = d;
}
