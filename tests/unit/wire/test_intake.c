/* unit/wire/test_intake.c - whatever order a provider uses, what comes out has the strict grammar of a canonical reply. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "wire/intake.h"

#define T(text) TP_BYTES(text)

typedef struct told {
    tp_arena *arena;
    tp_intake *in;
    tp_buffer story;
} told;

/* Events as words: `+0text`, `.hello`, `-0`, `!stop`. */
static void tell(void *arg, const tp_chat_event *ev)
{
    static const char *const PARTS[] = { "text", "refusal", "thinking", "image", "file", "audio", "call", "result" };
    static const char *const ENDS[] = { "none", "stop", "sequence", "length", "context", "calls", "refusal", "pause" };
    told *t = arg;

    switch (ev->type) {
    case TP_CHAT_START:
        tp_buffer_text(&t->story, "start ");
        break;
    case TP_CHAT_OPEN:
        tp_buffer_printf(&t->story, "+%u%s", ev->index, PARTS[ev->part]);
        if (ev->part == TP_PART_CALL)
            tp_buffer_printf(&t->story, "(%.*s,%.*s)", (int)ev->id.length, ev->id.data, (int)ev->name.length, ev->name.data);
        tp_buffer_text(&t->story, " ");
        break;
    case TP_CHAT_DELTA:
        tp_buffer_printf(&t->story, ".%.*s ", (int)ev->text.length, ev->text.data ? ev->text.data : "");
        break;
    case TP_CHAT_CLOSE:
        tp_buffer_printf(&t->story, "-%u%.*s ", ev->index, (int)ev->seal.data.length, ev->seal.data.data ? ev->seal.data.data : "");
        break;
    case TP_CHAT_FINISH:
        tp_buffer_printf(&t->story, "!%s ", ENDS[ev->finish]);
        break;
    case TP_CHAT_END:
        tp_buffer_text(&t->story, "end");
        break;
    case TP_CHAT_PING:
        tp_buffer_text(&t->story, "ping ");
        break;
    }
}

static int setup(void **state)
{
    static told t;

    t = (told){ .arena = tp_arena_new(), .story = TP_BUFFER(10000) };
    t.in = tp_intake_new(t.arena, NULL, T("x"), 64, tell, &t);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    told *t = *state;

    tp_buffer_free(&t->story);
    tp_arena_free(t->arena);
    return 0;
}

static void assert_story(told *t, const char *expected)
{
    tp_buffer_add(&t->story, tp_bytes_of("", 1));
    assert_string_equal(t->story.data, expected);
}

static void call(told *t, int64_t key, const char *id, const char *name)
{
    tp_intake_call(t->in, 0, key, &(tp_intake_called){ .id = tp_bytes_text(id), .name = tp_bytes_text(name) });
}

static void text(told *t, tp_part_type type, const char *piece)
{
    tp_intake_text(t->in, 0, type, TP_INTAKE_HERE, tp_bytes_text(piece));
}

static void arguments(told *t, int64_t key, const char *piece)
{
    tp_intake_arguments(t->in, 0, key, tp_bytes_text(piece));
}

static void a_block_ends_when_another_begins(void **state)
{
    told *t = *state;

    text(t, TP_PART_THINKING, "hm");
    text(t, TP_PART_TEXT, "");
    text(t, TP_PART_TEXT, "a");
    text(t, TP_PART_TEXT, "b");
    text(t, TP_PART_THINKING, "again");
    tp_intake_end(t->in);
    assert_story(t, "start +0thinking .hm -0 +1text .a .b -1 +2thinking .again -2 !stop end");
}

static void a_second_start_is_ignored(void **state)
{
    told *t = *state;

    tp_intake_start(t->in, T("1"), T("m"));
    tp_intake_start(t->in, T("2"), T("m"));
    tp_intake_end(t->in);
    assert_story(t, "start !stop end");
}

static void calls_that_arrive_mixed_come_out_one_after_the_other(void **state)
{
    told *t = *state;

    call(t, 0, "a", "f");
    arguments(t, 0, "{\\\"x\\\":");
    call(t, 1, "b", "g");
    arguments(t, 1, "{}");
    arguments(t, 0, "1}");
    tp_intake_finish(t->in, 0, TP_FINISH_STOP, T(""));
    tp_intake_end(t->in);
    assert_story(t, "start +0call(a,f) .{\\\"x\\\": .1} -0 +1call(b,g) .{} -1 !calls end");
}

static void another_id_under_the_same_key_is_another_call(void **state)
{
    told *t = *state;

    call(t, 0, "a", "f");
    arguments(t, 0, "{}");
    call(t, 0, "b", "g");
    arguments(t, 0, "{}");
    tp_intake_end(t->in);
    assert_story(t, "start +0call(a,f) .{} -0 +1call(b,g) .{} -1 !calls end");
}

static void a_call_without_an_id_gets_one_and_waits_for_its_name(void **state)
{
    told *t = *state;

    arguments(t, 3, "{");
    call(t, 3, "", "f");
    arguments(t, 3, "}");
    tp_intake_end(t->in);
    assert_story(t, "start +0call(call_x_0,f) .{ .} -0 !calls end");
}

static void id_and_name_of_a_call_may_come_behind_its_arguments(void **state)
{
    told *t = *state;

    arguments(t, 3, "{}");
    call(t, 3, "a", "f");
    tp_intake_end(t->in);
    assert_story(t, "start +0call(a,f) .{} -0 !calls end");
}

static void an_id_that_comes_when_the_call_is_shown_makes_no_other_call(void **state)
{
    told *t = *state;

    call(t, 3, "", "f");
    call(t, 3, "a", "f");
    arguments(t, 3, "{}");
    tp_intake_end(t->in);
    assert_story(t, "start +0call(call_x_0,f) .{} -0 !calls end");
}

static void a_call_that_never_gets_a_name_makes_no_sense(void **state)
{
    told *t = *state;

    arguments(t, 3, "{}");
    tp_intake_end(t->in);
    assert_non_null(tp_intake_fault(t->in));
    assert_story(t, "start ");
}

static void arguments_behind_their_end_make_no_sense(void **state)
{
    told *t = *state;

    call(t, 0, "a", "f");
    arguments(t, 0, "{}");
    tp_intake_close(t->in, 0, 0);
    arguments(t, 0, " ");
    assert_null(tp_intake_fault(t->in));
    arguments(t, 0, "{}");
    assert_non_null(tp_intake_fault(t->in));
}

static void what_waits_is_bounded(void **state)
{
    told *t = *state;

    call(t, 0, "a", "f");
    arguments(t, 0, "{");
    call(t, 1, "b", "g");
    for (unsigned i = 0; i < 8; i++)
        arguments(t, 1, "0123456789");
    assert_non_null(tp_intake_fault(t->in));
}

static void a_seal_alone_is_a_thought_without_text(void **state)
{
    told *t = *state;

    tp_intake_seal(t->in, 0, TP_PART_THINKING, 7, &(tp_seal){ .data = T("S"), .maker = TP_DIALECT_ANTHROPIC });
    text(t, TP_PART_TEXT, "a");
    tp_intake_end(t->in);
    assert_story(t, "start +0thinking -0S +1text .a -1 !stop end");
}

static void nothing_comes_behind_the_finish(void **state)
{
    told *t = *state;

    text(t, TP_PART_TEXT, "a");
    tp_intake_finish(t->in, 0, TP_FINISH_LENGTH, T(""));
    text(t, TP_PART_TEXT, "b");
    tp_intake_finish(t->in, 0, TP_FINISH_STOP, T(""));
    tp_intake_end(t->in);
    assert_story(t, "start +0text .a -0 !length end");
}

static void free_text_comes_out_of_the_object_it_was_put_in(void **state)
{
    told *t = *state;
    tp_tool tool = { .name = T("patch"), .custom = true };
    tp_chat chat = { .tools = &tool };

    t->in = tp_intake_new(t->arena, &chat, T("x"), 64, tell, t);
    call(t, 0, "a", "patch");
    arguments(t, 0, "{\\\"input\\\":");
    arguments(t, 0, "\\\"*** \\\\n\\\"}");
    tp_intake_end(t->in);
    assert_story(t, "start +0call(a,patch) .*** \\n -0 !calls end");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_block_ends_when_another_begins),
        TEST(a_second_start_is_ignored),
        TEST(calls_that_arrive_mixed_come_out_one_after_the_other),
        TEST(another_id_under_the_same_key_is_another_call),
        TEST(a_call_without_an_id_gets_one_and_waits_for_its_name),
        TEST(id_and_name_of_a_call_may_come_behind_its_arguments),
        TEST(an_id_that_comes_when_the_call_is_shown_makes_no_other_call),
        TEST(a_call_that_never_gets_a_name_makes_no_sense),
        TEST(arguments_behind_their_end_make_no_sense),
        TEST(what_waits_is_bounded),
        TEST(a_seal_alone_is_a_thought_without_text),
        TEST(nothing_comes_behind_the_finish),
        TEST(free_text_comes_out_of_the_object_it_was_put_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
