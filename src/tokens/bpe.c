/* tokens/bpe.c - merges the pairs of a piece: short ones by looking at all pairs each time, long ones window by window with a heap.
 *
 * Why windows may be joined: a row of tokens is the encoding of its bytes if and only if each two neighbours are the encoding of theirs.
 * (As long as no merge has crossed a border, each side is merged as if it were alone; so the first to cross a border of the row would also
 * cross it when the two tokens beside it are encoded alone.) A window whose first token is the one that the window before it has at that
 * place therefore goes on where that one is cut. The end of a window may be wrong, as what follows is missing; so it is cut well before. */

#include "tokens/bpe.h"

#include <stdlib.h>

#include "base/memory.h"

/* WINDOW is a power of two, and large beside most tokens; where it is not large enough it doubles. */
enum { FEW = 64, WINDOW = 1024 };

typedef struct text {
    const tp_ranks *ranks;
    const unsigned char *p, *end;
} text;

/* The rank at which the bytes from `a` to `b` and from `b` to `c` become one token. */
static inline uint32_t pair_rank(const text *t, size_t a, size_t b, size_t c)
{
    tp_rank found = tp_ranks_find(t->ranks, t->p + a, c - a, t->end);

    if (t->ranks->has_splits && found.rank != TP_RANK_NONE && (found.split & ~(unsigned)TP_RANKS_UNREACHED) != b - a)
        return TP_RANK_NONE;
    return found.rank;
}

/* Tokens as the places where they begin, and for each the rank of its merge with the next. */
typedef struct row {
    size_t count;
    uint32_t rank[FEW];
    unsigned char start[FEW + 1];
} row;

static void row_of_bytes(row *w, const text *t, size_t n)
{
    w->count = n;
    for (size_t i = 0; i <= n; i++)
        w->start[i] = (unsigned char)i;
    for (size_t i = 0; i + 1 < n; i++)
        w->rank[i] = pair_rank(t, i, i + 1, i + 2);
    w->rank[n - 1] = TP_RANK_NONE;
}

static size_t lowest(const row *w)
{
    uint32_t rank = w->rank[0];
    size_t at = 0;

    for (size_t i = 1; i < w->count; i++) {
        at = w->rank[i] < rank ? i : at;
        rank = w->rank[i] < rank ? w->rank[i] : rank;
    }
    return at;
}

static uint32_t rank_at(const row *w, const text *t, size_t i)
{
    return i + 2 > w->count ? TP_RANK_NONE : pair_rank(t, w->start[i], w->start[i + 1], w->start[i + 2]);
}

static size_t count_few(const text *t, size_t n)
{
    row w;

    row_of_bytes(&w, t, n);
    for (size_t i = lowest(&w); w.rank[i] != TP_RANK_NONE; i = lowest(&w)) {
        memmove(&w.start[i + 1], &w.start[i + 2], w.count - i - 1);
        memmove(&w.rank[i + 1], &w.rank[i + 2], (w.count - i - 2) * sizeof *w.rank);
        w.count--;
        w.rank[i] = rank_at(&w, t, i);
        if (i > 0)
            w.rank[i - 1] = rank_at(&w, t, i - 1);
    }
    return w.count;
}

/* The same as a list in an array, by the place where a token begins. The heap has the merges that were possible, rank above place; those
 * of which one side has changed since are passed over when they come up. */
typedef struct window {
    size_t begin, length; /* in the text */
    size_t room;          /* bytes that the arrays are for */
    uint32_t *next, *before, *rank;
    uint64_t *heap;
    size_t heap_size;
} window;

static void window_make_room(window *w, size_t room)
{
    if (room <= w->room)
        return;
    w->room = room;
    w->next = tp_memory_resize(w->next, (room + 1) * sizeof *w->next);
    w->before = tp_memory_resize(w->before, (room + 1) * sizeof *w->before);
    w->rank = tp_memory_resize(w->rank, (room + 1) * sizeof *w->rank);
    w->heap = tp_memory_resize(w->heap, 3 * room * sizeof *w->heap);
}

static void window_free(window *w)
{
    free(w->next);
    free(w->before);
    free(w->rank);
    free(w->heap);
}

static void sink(window *w, size_t at)
{
    uint64_t value = w->heap[at];

    for (size_t child = 2 * at + 1; child < w->heap_size; child = 2 * at + 1) {
        if (child + 1 < w->heap_size && w->heap[child + 1] < w->heap[child])
            child++;
        if (w->heap[child] >= value)
            break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = value;
}

static void rise(window *w, size_t at)
{
    uint64_t value = w->heap[at];

    for (; at > 0 && w->heap[(at - 1) / 2] > value; at = (at - 1) / 2)
        w->heap[at] = w->heap[(at - 1) / 2];
    w->heap[at] = value;
}

static uint64_t take_lowest(window *w)
{
    uint64_t value = w->heap[0];

    w->heap[0] = w->heap[--w->heap_size];
    sink(w, 0);
    return value;
}

/* Adds the merge of the token at `at` with its next, when they make one; in no order yet. */
static bool add_merge(window *w, const text *t, size_t at)
{
    size_t middle = w->next[at];

    w->rank[at] = middle == w->length ? TP_RANK_NONE : pair_rank(t, w->begin + at, w->begin + middle, w->begin + w->next[middle]);
    if (w->rank[at] == TP_RANK_NONE)
        return false;
    w->heap[w->heap_size++] = (uint64_t)w->rank[at] << 32 | at;
    return true;
}

static void merge(window *w, const text *t, uint32_t at)
{
    uint32_t gone = w->next[at];

    w->next[at] = w->next[gone];
    w->before[w->next[at]] = at;
    w->rank[gone] = TP_RANK_NONE;
    if (add_merge(w, t, at))
        rise(w, w->heap_size - 1);
    if (at > 0 && add_merge(w, t, w->before[at]))
        rise(w, w->heap_size - 1);
}

static void window_encode(window *w, const text *t, size_t begin, size_t length)
{
    window_make_room(w, length);
    w->begin = begin;
    w->length = length;
    w->heap_size = 0;
    for (uint32_t i = 0; i <= length; i++) {
        w->next[i] = i + 1;
        w->before[i] = i - 1;
    }
    for (size_t i = 0; i < length; i++)
        add_merge(w, t, i);
    for (size_t i = w->heap_size / 2; i-- > 0;)
        sink(w, i);
    while (w->heap_size > 0) {
        uint64_t lowest_merge = take_lowest(w);
        uint32_t at = (uint32_t)lowest_merge;
        if (w->rank[at] == lowest_merge >> 32)
            merge(w, t, at);
    }
}

/* Tokens before the place `cut` of the window, and into `last` the place where the token at or before it begins. */
static size_t tokens_before(const window *w, size_t cut, size_t *last)
{
    size_t count = 0;

    for (*last = 0; w->next[*last] <= cut && w->next[*last] < w->length; *last = w->next[*last])
        count++;
    return count;
}

/* Encodes into `b` what follows the first three quarters of `a`. Returns the tokens of `a` before that, 0 when the two do not join. */
static size_t join(const window *a, window *b, const text *t, size_t n, size_t width)
{
    size_t cut, count = tokens_before(a, a->length - a->length / 4, &cut), begin = a->begin + cut;

    if (count == 0)
        return 0;
    window_encode(b, t, begin, n - begin < width ? n - begin : width);
    return b->next[0] == a->next[cut] - cut ? count : 0;
}

static size_t count_many(const text *t, size_t n)
{
    window two[2] = { { 0 }, { 0 } }, *a = &two[0], *b = &two[1];
    size_t count = 0, joined, cut, width = WINDOW;

    window_encode(a, t, 0, n < width ? n : width);
    while (a->begin + a->length < n) {
        joined = join(a, b, t, n, width);
        if (joined > 0) {
            window *done = a;
            a = b;
            b = done;
            count += joined;
            width = WINDOW;
        } else {
            width = 2 * a->length;
            window_encode(a, t, a->begin, n - a->begin < width ? n - a->begin : width);
        }
    }
    count += tokens_before(a, a->length, &cut) + 1;
    window_free(a);
    window_free(b);
    return count;
}

size_t tp_bpe_count(const tp_ranks *ranks, const unsigned char *p, size_t n, const unsigned char *end)
{
    text t = { ranks, p, end };

    return n <= FEW ? count_few(&t, n) : count_many(&t, n);
}
