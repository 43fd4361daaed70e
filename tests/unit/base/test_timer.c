/* unit/base/test_timer.c - timers fire in the order in which they are due, whatever is started and stopped meanwhile. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/timer.h"

enum { MANY = 500, MS = 1000000 };

/* A clock that stands still until the test moves it. */
typedef struct still {
    tp_clock clock;
    uint64_t ns;
} still;

typedef struct alarm {
    tp_timer timer;
    unsigned fired;
    uint64_t at_ns;
} alarm;

static still time_now;
static tp_timers timers;
static alarm alarms[MANY];
static unsigned changes, fired;

static uint64_t read_still(const tp_clock *clock)
{
    return ((const still *)(const void *)clock)->ns;
}

static void count_change(tp_timers *of)
{
    (void)of;
    changes++;
}

static int open_timers(void **state)
{
    (void)state;
    time_now = (still){ .clock = { .monotonic_ns = read_still }, .ns = 1000 * (uint64_t)MS };
    tp_timer_init(&timers, &time_now.clock);
    timers.changed = count_change;
    memset(alarms, 0, sizeof(alarms));
    changes = fired = 0;
    return 0;
}

static int close_timers(void **state)
{
    (void)state;
    tp_timer_close(&timers);
    return 0;
}

static void forward(uint64_t ms)
{
    time_now.ns += ms * MS;
    tp_timer_run(&timers);
}

static void note(tp_timer *timer)
{
    alarm *a = (alarm *)(void *)timer;

    a->fired++;
    a->at_ns = ++fired;
}

static void nothing_fires_before_it_is_due_and_then_once(void **state)
{
    (void)state;
    tp_timer_start(&timers, &alarms[0].timer, 10, note);
    assert_true(tp_timer_running(&alarms[0].timer));
    forward(9);
    assert_int_equal(alarms[0].fired, 0);
    forward(1);
    assert_int_equal(alarms[0].fired, 1);
    assert_false(tp_timer_running(&alarms[0].timer));
    forward(100);
    assert_int_equal(alarms[0].fired, 1);
}

static void many_fire_in_the_order_in_which_they_are_due(void **state)
{
    uint64_t last = 0;
    unsigned seed = 1;

    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        seed = seed * 1103515245 + 12345;
        tp_timer_start(&timers, &alarms[i].timer, seed >> 16 & 1023, note);
    }
    for (unsigned i = 0; i < MANY; i += 3)
        tp_timer_stop(&timers, &alarms[i].timer);
    for (unsigned i = 1; i < MANY; i += 3)
        tp_timer_start(&timers, &alarms[i].timer, (i * 7919) % 1000, note);
    while (timers.count) {
        uint64_t due = timers.heap[0]->due_ns;

        assert_true(due >= last);
        last = due;
        time_now.ns = due;
        tp_timer_run(&timers);
    }
    for (unsigned i = 0; i < MANY; i++)
        assert_int_equal(alarms[i].fired, i % 3 ? 1 : 0);
}

static void those_that_are_due_together_still_fire_earliest_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++)
        tp_timer_start(&timers, &alarms[i].timer, 20 - i, note);
    forward(1000);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(alarms[i].at_ns, 20 - i);
}

static void the_alarm_is_told_only_when_the_earliest_changes(void **state)
{
    (void)state;
    assert_true(tp_timer_next(&timers) == UINT64_MAX);
    tp_timer_start(&timers, &alarms[0].timer, 10, note);
    assert_int_equal(changes, 1);
    tp_timer_start(&timers, &alarms[1].timer, 20, note);
    assert_int_equal(changes, 1);
    tp_timer_start(&timers, &alarms[2].timer, 5, note);
    assert_int_equal(changes, 2);
    assert_int_equal(tp_timer_next(&timers), 5);
    tp_timer_stop(&timers, &alarms[1].timer);
    assert_int_equal(changes, 2);
    tp_timer_stop(&timers, &alarms[2].timer);
    assert_int_equal(changes, 3);
    tp_timer_stop(&timers, &alarms[2].timer);
    assert_int_equal(changes, 3);
}

static void the_wait_is_rounded_up(void **state)
{
    (void)state;
    tp_timer_start(&timers, &alarms[0].timer, 2, note);
    time_now.ns += 1;
    assert_int_equal(tp_timer_next(&timers), 2);
    time_now.ns += MS;
    assert_int_equal(tp_timer_next(&timers), 1);
    time_now.ns += 5 * MS;
    assert_int_equal(tp_timer_next(&timers), 0);
}

static void a_restart_moves_a_timer_either_way(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        tp_timer_start(&timers, &alarms[i].timer, 10, note);
    tp_timer_start(&timers, &alarms[0].timer, 30, note);
    tp_timer_start(&timers, &alarms[2].timer, 1, note);
    forward(1);
    assert_int_equal(alarms[2].fired, 1);
    forward(20);
    assert_int_equal(alarms[0].fired, 0);
    forward(10);
    assert_int_equal(alarms[0].fired, 1);
    assert_int_equal(fired, 3);
}

static void restart_once(tp_timer *timer)
{
    note(timer);
    if (((alarm *)(void *)timer)->fired == 1)
        tp_timer_start(&timers, timer, 10, restart_once);
}

static void stop_the_next(tp_timer *timer)
{
    note(timer);
    tp_timer_stop(&timers, &((alarm *)(void *)timer + 1)->timer);
}

static void a_timer_may_start_itself_again_while_it_fires(void **state)
{
    (void)state;
    tp_timer_start(&timers, &alarms[0].timer, 10, restart_once);
    forward(10);
    assert_int_equal(alarms[0].fired, 1);
    assert_int_equal(tp_timer_next(&timers), 10);
    forward(10);
    assert_int_equal(alarms[0].fired, 2);
}

static void a_timer_may_stop_another_that_is_due_in_the_same_run(void **state)
{
    (void)state;
    tp_timer_start(&timers, &alarms[0].timer, 1, stop_the_next);
    tp_timer_start(&timers, &alarms[1].timer, 2, note);
    tp_timer_start(&timers, &alarms[2].timer, 3, note);
    forward(10);
    assert_int_equal(alarms[1].fired, 0);
    assert_int_equal(alarms[2].fired, 1);
}

#define WITH_TIMERS(test) cmocka_unit_test_setup_teardown(test, open_timers, close_timers)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WITH_TIMERS(nothing_fires_before_it_is_due_and_then_once),
        WITH_TIMERS(many_fire_in_the_order_in_which_they_are_due),
        WITH_TIMERS(those_that_are_due_together_still_fire_earliest_first),
        WITH_TIMERS(the_alarm_is_told_only_when_the_earliest_changes),
        WITH_TIMERS(the_wait_is_rounded_up),
        WITH_TIMERS(a_restart_moves_a_timer_either_way),
        WITH_TIMERS(a_timer_may_start_itself_again_while_it_fires),
        WITH_TIMERS(a_timer_may_stop_another_that_is_due_in_the_same_run),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
