/* stages/test_contract.c - the five rules of the stage contract, on a bench of three scripted stages. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench.h"
#include "config/load.h"

static int open_bench(void **state)
{
    static bench b;

    bench_open(&b);
    *state = &b;
    return 0;
}

/* Whatever a test did: every exchange is freed, and each entered stage was left exactly once, in reverse order. */
static int close_bench(void **state)
{
    bench *b = *state;

    bench_turn(b);
    assert_int_equal(b->driver.alive, 0);
    for (unsigned i = 0; i < BENCH_STAGES; i++)
        assert_int_equal(b->probes[i].leaves, b->probes[i].requests);
    return 0;
}

static tp_exchange *send(bench *b)
{
    tp_exchange *x = bench_exchange(b, "", true);

    bench_start(b, x);
    return x;
}

static void answer_whole(tp_exchange *x)
{
    bench_answer(x, TP_EVENT_HEAD);
    bench_answer(x, TP_EVENT_RAW);
    bench_answer(x, TP_EVENT_END);
}

static void next_goes_in_and_events_come_back_through_every_stage(void **state)
{
    bench *b = *state;
    tp_exchange *x = send(b);

    answer_whole(x);
    assert_string_equal(b->probes[MIDDLE].seen, "HRE");
    assert_string_equal(b->probes[OUTER].seen, "HRE");
    assert_string_equal(b->sent, "hbe");
    assert_int_equal(b->status, 200);
}

static void a_stage_that_answers_skips_the_later_ones(void **state)
{
    bench *b = *state;

    b->probes[MIDDLE].verdict = TP_ANSWERED;
    answer_whole(send(b));
    assert_int_equal(b->probes[INNER].requests, 0);
    assert_string_equal(b->probes[MIDDLE].seen, "");
    assert_string_equal(b->sent, "hbe");
}

static void a_stage_that_fails_sends_the_error_back_from_there(void **state)
{
    bench *b = *state;

    b->probes[MIDDLE].verdict = TP_FAILED;
    send(b);
    assert_string_equal(b->probes[OUTER].seen, "X");
    assert_int_equal(b->probes[INNER].requests, 0);
    assert_string_equal(b->sent, "hbe");
    assert_int_equal(b->status, 403);
}

static void a_wait_goes_on_only_in_the_turn_after_its_resume(void **state)
{
    bench *b = *state;
    tp_exchange *x;

    b->probes[MIDDLE].verdict = TP_WAIT;
    x = send(b);
    bench_turn(b);
    assert_int_equal(b->probes[INNER].requests, 0);
    tp_resume(x, TP_NEXT);
    assert_int_equal(b->probes[INNER].requests, 0);
    bench_turn(b);
    assert_int_equal(b->probes[INNER].requests, 1);
    answer_whole(x);
}

static void a_wait_may_be_resumed_inside_request(void **state)
{
    bench *b = *state;
    tp_exchange *x;

    b->probes[MIDDLE] = (probe){ .verdict = TP_WAIT, .resumes_inside = true, .resumed = TP_NEXT };
    x = send(b);
    assert_int_equal(b->probes[INNER].requests, 0);
    bench_turn(b);
    assert_int_equal(b->probes[INNER].requests, 1);
    answer_whole(x);
}

static void a_wait_may_end_in_an_answer_or_a_failure(void **state)
{
    bench *b = *state;
    tp_exchange *x;

    b->probes[MIDDLE].verdict = TP_WAIT;
    x = send(b);
    tp_resume(x, TP_ANSWERED);
    bench_turn(b);
    answer_whole(x);
    assert_string_equal(b->sent, "hbe");

    x = send(b);
    tp_fail(x, TP_ERR_POLICY_CONCURRENCY, "too many");
    tp_resume(x, TP_FAILED);
    bench_turn(b);
    assert_int_equal(b->status, 429);
}

static void a_stage_may_keep_events_back_and_pass_them_later(void **state)
{
    bench *b = *state;
    tp_exchange *x;

    b->probes[MIDDLE].withholds = true;
    x = send(b);
    answer_whole(x);
    bench_turn(b);
    assert_string_equal(b->sent, "");
    assert_int_equal(b->driver.alive, 1);
    bench_pass(b, MIDDLE, TP_EVENT_HEAD);
    bench_pass(b, MIDDLE, TP_EVENT_RAW);
    bench_pass(b, MIDDLE, TP_EVENT_RAW);
    bench_pass(b, MIDDLE, TP_EVENT_END);
    assert_string_equal(b->sent, "hbbe");
}

static void an_error_passed_outward_cancels_the_inside_and_drops_the_rest(void **state)
{
    bench *b = *state;
    tp_exchange *x;

    b->probes[MIDDLE].withholds = true;
    x = send(b);
    bench_answer(x, TP_EVENT_HEAD);
    tp_fail(x, TP_ERR_POLICY_BLOCKED, "no");
    bench_pass(b, MIDDLE, TP_EVENT_ERROR);
    assert_int_equal(b->probes[INNER].lefts, 1);
    assert_int_equal(b->probes[OUTER].lefts, 0);
    assert_int_equal(b->status, 403);
    bench_answer(x, TP_EVENT_RAW);
    assert_string_equal(b->sent, "hbe");
    bench_turn(b);
    assert_int_equal(b->driver.alive, 1); /* the inner stage still owes its END */
    bench_answer(x, TP_EVENT_END);
}

static void an_error_after_the_head_is_no_clean_end(void **state)
{
    bench *b = *state;
    tp_exchange *x = send(b);

    bench_answer(x, TP_EVENT_HEAD);
    bench_answer(x, TP_EVENT_RAW);
    tp_fail(x, TP_ERR_PROVIDER_BROKEN_STREAM, "gone");
    bench_answer(x, TP_EVENT_ERROR);
    assert_string_equal(b->sent, "hbx");
}

static void left_goes_inward_until_a_stage_keeps_it(void **state)
{
    bench *b = *state;
    tp_exchange *x = send(b);

    b->probes[INNER].left_heed = TP_KEEP;
    b->probes[INNER].left_errors = true;
    tp_driver_left(x);
    assert_int_equal(b->probes[OUTER].left_order, 1);
    assert_int_equal(b->probes[MIDDLE].left_order, 2);
    assert_int_equal(b->probes[INNER].left_order, 3);
    assert_string_equal(b->sent, "");
}

static void a_waiting_stage_owes_its_resume_also_after_left(void **state)
{
    bench *b = *state;
    tp_exchange *x;

    b->probes[MIDDLE].verdict = TP_WAIT;
    x = send(b);
    tp_driver_left(x);
    bench_turn(b);
    assert_int_equal(b->driver.alive, 1);
    tp_resume(x, TP_NEXT);
    bench_turn(b);
    assert_int_equal(b->probes[INNER].requests, 0); /* nobody wants it any more */
    assert_int_equal(b->driver.alive, 0);
}

static void a_waiting_stage_may_resume_inside_left(void **state)
{
    bench *b = *state;

    b->probes[MIDDLE] = (probe){ .verdict = TP_WAIT, .left_resumes = true, .left_heed = TP_KEEP };
    tp_driver_left(send(b));
    bench_turn(b);
    assert_int_equal(b->driver.alive, 0);
    assert_int_equal(b->probes[INNER].lefts, 0);
}

static void a_middle_stage_that_keeps_left_gets_the_reply_without_a_client(void **state)
{
    bench *b = *state;
    tp_exchange *x = send(b);

    b->probes[MIDDLE].left_heed = TP_KEEP;
    bench_answer(x, TP_EVENT_HEAD);
    tp_driver_left(x);
    assert_int_equal(b->probes[INNER].lefts, 0);
    bench_answer(x, TP_EVENT_RAW);
    bench_answer(x, TP_EVENT_END);
    assert_string_equal(b->probes[MIDDLE].seen, "HRE");
    assert_string_equal(b->sent, "h");
}

static void a_kept_exchange_goes_on_inward_after_left(void **state)
{
    bench *b = *state;
    tp_exchange *x;

    b->probes[OUTER].left_heed = TP_KEEP;
    b->probes[MIDDLE].verdict = TP_WAIT;
    x = send(b);
    tp_driver_left(x);
    tp_resume(x, TP_NEXT);
    bench_turn(b);
    assert_int_equal(b->probes[INNER].requests, 1);
    answer_whole(x);
}

static void left_after_the_end_is_not_told(void **state)
{
    bench *b = *state;
    tp_exchange *x = send(b);

    answer_whole(x);
    tp_driver_left(x);
    assert_int_equal(b->probes[OUTER].lefts, 0);
}

static void hold_is_told_inward_and_room_goes_inward_until_kept(void **state)
{
    bench *b = *state;
    tp_exchange *x = send(b);

    b->sink_says = TP_FLOW_HOLD;
    bench_answer(x, TP_EVENT_HEAD);
    assert_int_equal(bench_answer(x, TP_EVENT_RAW), TP_FLOW_HOLD);
    assert_int_equal(b->probes[MIDDLE].holds_told, 2);
    b->probes[MIDDLE].room_heed = TP_KEEP;
    tp_driver_room(x);
    assert_int_equal(b->probes[OUTER].rooms, 1);
    assert_int_equal(b->probes[MIDDLE].rooms, 1);
    assert_int_equal(b->probes[INNER].rooms, 0);
    bench_answer(x, TP_EVENT_END);
}

static void a_body_that_is_there_is_held_at_once(void **state)
{
    bench *b = *state;
    tp_exchange *x = bench_exchange(b, "{}", true);

    b->probes[MIDDLE] = (probe){ .holds_body = true, .most = 100 };
    bench_start(b, x);
    assert_int_equal(b->probes[INNER].requests, 1);
    assert_true(tp_body_whole(x));
    assert_int_equal(tp_body_held(x).length, 2);
    answer_whole(x);
}

static void a_body_that_comes_later_is_waited_for(void **state)
{
    bench *b = *state;
    tp_exchange *x = bench_exchange(b, "{", false);

    b->probes[MIDDLE] = (probe){ .holds_body = true, .most = 100 };
    bench_start(b, x);
    tp_body_feed(tp_driver_body(x), TP_BYTES("}"));
    bench_turn(b);
    assert_int_equal(b->probes[INNER].requests, 0);
    tp_body_finish(tp_driver_body(x));
    bench_turn(b);
    assert_int_equal(b->probes[INNER].requests, 1);
    answer_whole(x);
}

static void a_body_over_the_limit_is_refused_unless_a_part_will_do(void **state)
{
    bench *b = *state;
    tp_exchange *x = bench_exchange(b, "1234", false);

    b->probes[MIDDLE] = (probe){ .holds_body = true, .most = 5 };
    bench_start(b, x);
    tp_body_feed(tp_driver_body(x), TP_BYTES("56"));
    bench_turn(b);
    assert_int_equal(b->status, 413);

    b->probes[MIDDLE].partial = true;
    x = bench_exchange(b, "123456", false);
    bench_start(b, x);
    assert_false(tp_body_whole(x));
    answer_whole(x);
}

static void a_held_body_whose_client_leaves_ends_the_exchange(void **state)
{
    bench *b = *state;
    tp_exchange *x = bench_exchange(b, "{", false);

    b->probes[MIDDLE] = (probe){ .holds_body = true, .most = 100 };
    bench_start(b, x);
    tp_driver_left(x);
    bench_turn(b);
    assert_int_equal(b->driver.alive, 0);
    assert_int_equal(b->probes[INNER].requests, 0);
}

static void count_wake(void *arg)
{
    ++*(int *)arg;
}

static void a_body_is_pulled_part_by_part_to_its_end(void **state)
{
    bench *b = *state;
    tp_exchange *x = bench_exchange(b, "ab", false);
    tp_bytes part;
    int wakes = 0;

    bench_start(b, x);
    assert_int_equal(tp_body_next(x, &part, count_wake, &wakes), TP_BODY_PART);
    assert_int_equal(part.length, 2);
    assert_int_equal(tp_body_next(x, &part, count_wake, &wakes), TP_BODY_LATER);
    tp_body_feed(tp_driver_body(x), TP_BYTES("c"));
    assert_int_equal(wakes, 1);
    assert_int_equal(tp_body_next(x, &part, count_wake, &wakes), TP_BODY_PART);
    tp_body_finish(tp_driver_body(x));
    assert_int_equal(tp_body_next(x, &part, count_wake, &wakes), TP_BODY_END);
    answer_whole(x);
}

static void note_pause(tp_body *body)
{
    *(int *)body->owner = 1;
}

static void note_go(tp_body *body)
{
    *(int *)body->owner = 0;
}

static void a_body_that_nobody_pulls_holds_the_client_back(void **state)
{
    bench *b = *state;
    tp_exchange *x = bench_exchange(b, "", false);
    tp_body *body = tp_driver_body(x);
    static char much[TP_BODY_HIGH_WATER];
    tp_bytes part;
    int paused = 0, wakes = 0;

    bench_start(b, x);
    body->owner = &paused;
    body->pause = note_pause;
    body->go = note_go;
    tp_body_feed(body, tp_bytes_of(much, sizeof(much)));
    assert_int_equal(paused, 1);
    assert_int_equal(tp_body_next(x, &part, count_wake, &wakes), TP_BODY_PART);
    assert_int_equal(paused, 0);
    tp_body_finish(body);
    answer_whole(x);
}

static void leave_runs_in_reverse_order(void **state)
{
    bench *b = *state;

    answer_whole(send(b));
    assert_int_equal(b->leave_count, 0); /* never while a stage is on the stack */
    bench_turn(b);
    assert_int_equal(b->probes[INNER].leave_order, 1);
    assert_int_equal(b->probes[MIDDLE].leave_order, 2);
    assert_int_equal(b->probes[OUTER].leave_order, 3);
}

static const void *opened_with;

static tp_err counting_open(void **self, const void *previous, const tp_stage_env *env)
{
    (void)env;
    opened_with = previous;
    *self = (void *)((uintptr_t)previous + 1);
    return TP_OK;
}

static void a_reload_hands_the_state_of_each_stage_on(void **state)
{
    static const tp_stage COUNTING = { .name = "counting", .open = counting_open };
    static const tp_stage *const STAGES[] = { &COUNTING };
    const tp_pipeline_table tables[] = { { STAGES, 1 }, { STAGES, 1 } };
    tp_config_source source = { 0 };
    tp_config_problems problems = { 0 };
    const tp_settings *settings = tp_config_load(&source, &problems);
    tp_pipeline_set *first, *second;

    (void)state;
    first = tp_pipeline_open(tables, 2, settings, NULL, NULL);
    assert_int_equal(first->opened_count, 1); /* it stands in two tables and is opened once */
    assert_null(opened_with);
    second = tp_pipeline_open(tables, 2, settings, first, NULL);
    assert_ptr_equal(opened_with, first->opened[0].self);
    tp_pipeline_drop(first);
    tp_pipeline_drop(second);
    tp_settings_drop(settings);
    tp_config_problems_free(&problems);
}

#define ON_BENCH(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(next_goes_in_and_events_come_back_through_every_stage),
        ON_BENCH(a_stage_that_answers_skips_the_later_ones),
        ON_BENCH(a_stage_that_fails_sends_the_error_back_from_there),
        ON_BENCH(a_wait_goes_on_only_in_the_turn_after_its_resume),
        ON_BENCH(a_wait_may_be_resumed_inside_request),
        ON_BENCH(a_wait_may_end_in_an_answer_or_a_failure),
        ON_BENCH(a_stage_may_keep_events_back_and_pass_them_later),
        ON_BENCH(an_error_passed_outward_cancels_the_inside_and_drops_the_rest),
        ON_BENCH(an_error_after_the_head_is_no_clean_end),
        ON_BENCH(left_goes_inward_until_a_stage_keeps_it),
        ON_BENCH(a_waiting_stage_owes_its_resume_also_after_left),
        ON_BENCH(a_waiting_stage_may_resume_inside_left),
        ON_BENCH(a_middle_stage_that_keeps_left_gets_the_reply_without_a_client),
        ON_BENCH(a_kept_exchange_goes_on_inward_after_left),
        ON_BENCH(left_after_the_end_is_not_told),
        ON_BENCH(hold_is_told_inward_and_room_goes_inward_until_kept),
        ON_BENCH(a_body_that_is_there_is_held_at_once),
        ON_BENCH(a_body_that_comes_later_is_waited_for),
        ON_BENCH(a_body_over_the_limit_is_refused_unless_a_part_will_do),
        ON_BENCH(a_held_body_whose_client_leaves_ends_the_exchange),
        ON_BENCH(a_body_is_pulled_part_by_part_to_its_end),
        ON_BENCH(a_body_that_nobody_pulls_holds_the_client_back),
        ON_BENCH(leave_runs_in_reverse_order),
        ON_BENCH(a_reload_hands_the_state_of_each_stage_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
