/* unit/base/test_arena.c - memory is zeroed, aligned, counted and freed at once; what was deferred runs newest first. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include <tokenpak/arena.h>

/* The order in which the deferred calls came. */
static char called[16];

static void note(void *ptr)
{
    size_t length = strlen(called);

    called[length] = *(char *)ptr;
    called[length + 1] = 0;
}

static void deferred_calls_run_newest_first(void **state)
{
    tp_arena *arena = tp_arena_new();
    char names[] = "abc";

    (void)state;
    called[0] = 0;
    for (unsigned i = 0; i < 3; i++)
        tp_arena_defer(arena, note, &names[i]);
    assert_string_equal(called, "");
    tp_arena_free(arena);
    assert_string_equal(called, "cba");
}

static void a_deferred_call_may_still_read_the_arena(void **state)
{
    tp_arena *arena = tp_arena_new();
    char *late;

    (void)state;
    called[0] = 0;
    tp_arena_alloc(arena, 100000);
    late = tp_arena_printf(arena, "x");
    tp_arena_defer(arena, note, late);
    tp_arena_free(arena);
    assert_string_equal(called, "x");
}

static void every_allocation_is_aligned_and_none_overlaps(void **state)
{
    tp_arena *arena = tp_arena_new();
    unsigned char *parts[300];

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        parts[i] = tp_arena_alloc(arena, i + 1);
        assert_int_equal((uintptr_t)parts[i] % 16, 0);
        memset(parts[i], (int)(i % 251), i + 1);
    }
    for (unsigned i = 0; i < 300; i++)
        for (unsigned at = 0; at <= i; at++)
            assert_int_equal(parts[i][at], i % 251);
    tp_arena_free(arena);
}

static void a_copy_is_a_c_string_also_of_nothing(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_bytes copy = tp_arena_copy(arena, tp_bytes_of("abcdef", 3)), nothing = tp_arena_copy(arena, tp_bytes_of(NULL, 0));

    (void)state;
    assert_int_equal(copy.length, 3);
    assert_string_equal(copy.data, "abc");
    assert_int_equal(nothing.length, 0);
    assert_string_equal(nothing.data, "");
    assert_string_equal(tp_arena_printf(arena, "%d %s", 7, "x"), "7 x");
    tp_arena_free(arena);
}

static void a_pool_gives_the_same_memory_out_again_and_no_more_than_it_may(void **state)
{
    tp_arena_pool pool = { .most = 1 };
    tp_arena *first = tp_arena_from(&pool), *second = tp_arena_from(&pool), *again;

    (void)state;
    memset(tp_arena_alloc(first, 100000), 1, 100000);
    tp_arena_free(first);
    tp_arena_free(second);
    assert_int_equal(pool.count, 1);
    again = tp_arena_from(&pool);
    assert_ptr_equal(again, first);
    assert_int_equal(((char *)tp_arena_alloc(again, 64))[63], 0);
    tp_arena_pool_close(&pool);
    tp_arena_free(again); /* after the close nothing is kept */
    assert_int_equal(pool.count, 0);
}

static void a_number_is_written_in_decimal(void **state)
{
    tp_arena *arena = tp_arena_new();

    (void)state;
    assert_string_equal(tp_arena_number(arena, 0).data, "0");
    assert_string_equal(tp_arena_number(arena, UINT64_MAX).data, "18446744073709551615");
    tp_arena_free(arena);
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    tp_arena_free(NULL);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(deferred_calls_run_newest_first),
        cmocka_unit_test(a_deferred_call_may_still_read_the_arena),
        cmocka_unit_test(every_allocation_is_aligned_and_none_overlaps),
        cmocka_unit_test(a_copy_is_a_c_string_also_of_nothing),
        cmocka_unit_test(a_pool_gives_the_same_memory_out_again_and_no_more_than_it_may),
        cmocka_unit_test(a_number_is_written_in_decimal),
        cmocka_unit_test(freeing_nothing_is_allowed),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
