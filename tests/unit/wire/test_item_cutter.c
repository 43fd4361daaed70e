/* unit/wire/test_item_cutter.c - lines and arrays give the same objects at any split; what is no object is refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/item_cutter.h"

static void hear(void *arg, tp_bytes item)
{
    tp_buffer_add(arg, item);
    tp_buffer_text(arg, "|");
}

static bool cut(const char *text, size_t size, tp_buffer *story)
{
    tp_item_cutter cutter = { .held = TP_BUFFER(40), .fn = hear, .arg = story };
    tp_bytes rest = tp_bytes_text(text);
    bool good = true;

    while (rest.length && good) {
        size_t length = rest.length < size ? rest.length : size;

        good = tp_item_cutter_feed(&cutter, tp_bytes_of(rest.data, length));
        rest = tp_bytes_from(rest, length);
    }
    tp_buffer_free(&cutter.held);
    return good;
}

static void assert_items(const char *text, const char *items)
{
    for (size_t size = 1; size <= strlen(text); size++) {
        tp_buffer story = TP_BUFFER(1000);

        assert_true(cut(text, size, &story));
        assert_int_equal(story.length, strlen(items));
        assert_memory_equal(story.data, items, story.length);
        tp_buffer_free(&story);
    }
}

static void lines_and_arrays_are_cut_into_their_objects(void **state)
{
    (void)state;
    assert_items("{\"a\":1}\n{\"b\":\"}{\\\"\"}\r\n\n", "{\"a\":1}|{\"b\":\"}{\\\"\"}|");
    assert_items("[{\"a\":[1,{}]},\r\n{\"b\":2}\n]", "{\"a\":[1,{}]}|{\"b\":2}|");
}

static void what_is_no_object_or_too_long_is_refused(void **state)
{
    tp_buffer story = TP_BUFFER(1000);

    (void)state;
    assert_false(cut("{}\nnot json", 100, &story));
    assert_false(cut("{\"a\":\"0123456789012345678901234567890123456789\"}", 1, &story));
    tp_buffer_free(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_arrays_are_cut_into_their_objects),
        cmocka_unit_test(what_is_no_object_or_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
