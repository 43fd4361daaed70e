/* tokenpak/arena.h - bump allocation for what lives as long as one exchange (or one event). One thread at a time. */

#ifndef TOKENPAK_ARENA_H
#define TOKENPAK_ARENA_H

#include <tokenpak/bytes.h>

typedef struct tp_arena tp_arena;

tp_arena *tp_arena_new(void);

/* Keeps the memory of freed arenas for the next ones: what malloc gives out in this size costs a microsecond. Zeroed, with `most` set to
 * how many it may keep, it is a valid empty pool. One thread; it outlives its arenas. */
typedef struct tp_arena_pool {
    void *spare;
    unsigned count, most;
} tp_arena_pool;

tp_arena *tp_arena_from(tp_arena_pool *pool);

/* Frees what is kept, and keeps nothing more. */
void tp_arena_pool_close(tp_arena_pool *pool);

/* Runs what was deferred, newest first, and frees everything. NULL is allowed. */
void tp_arena_free(tp_arena *arena);

/* Zeroed memory aligned for any type; never NULL: out of memory aborts. The caller has checked a size that came from outside. */
void *tp_arena_alloc(tp_arena *arena, size_t size);

#define tp_arena_make(arena, type) ((type *)tp_arena_alloc(arena, sizeof(type)))
#define tp_arena_array(arena, type, count) ((type *)tp_arena_alloc(arena, sizeof(type) * (size_t)(count)))

/* A copy that lives as long as the arena; a zero byte stands behind it, so that `data` is also a C string. */
tp_bytes tp_arena_copy(tp_arena *arena, tp_bytes bytes);

/* All parts in a row, a zero byte behind them. */
tp_bytes tp_arena_join(tp_arena *arena, const tp_bytes *parts, size_t count);

/* `number` in decimal. */
tp_bytes tp_arena_number(tp_arena *arena, uint64_t number);

char *tp_arena_printf(tp_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Calls fn(ptr) when the arena is freed or reset: the one way to tie a foreign thing to an exchange. */
void tp_arena_defer(tp_arena *arena, void (*fn)(void *), void *ptr);

#endif
