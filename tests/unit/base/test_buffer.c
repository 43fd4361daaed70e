/* unit/base/test_buffer.c - a buffer never passes its limit, prints numbers as printf does, and escapes whatever it is given. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"

static void assert_text(tp_buffer *buffer, const char *expected)
{
    assert_int_equal(buffer->length, strlen(expected));
    assert_memory_equal(buffer->data, expected, buffer->length);
    tp_buffer_free(buffer);
}

static void it_fills_to_its_limit_and_not_beyond(void **state)
{
    tp_buffer b = TP_BUFFER(5);

    (void)state;
    assert_true(tp_buffer_text(&b, "1234"));
    assert_false(tp_buffer_text(&b, "56"));
    assert_int_equal(b.length, 4);
    assert_true(tp_buffer_text(&b, "5"));
    assert_true(tp_buffer_add(&b, tp_bytes_of(NULL, 0)));
    assert_false(tp_buffer_number(&b, 6));
    assert_null(tp_buffer_room(&b, 1));
    assert_null(tp_buffer_room(&b, SIZE_MAX));
    assert_text(&b, "12345");
}

static void printf_fills_to_the_limit_too(void **state)
{
    tp_buffer b = TP_BUFFER(6);

    (void)state;
    assert_false(tp_buffer_printf(&b, "%s", "1234567"));
    assert_int_equal(b.length, 0);
    assert_true(tp_buffer_printf(&b, "%d%s", 123, "456"));
    assert_false(tp_buffer_printf(&b, "%c", '7'));
    assert_true(tp_buffer_printf(&b, "%s", ""));
    assert_text(&b, "123456");
}

static void room_is_for_a_reader_that_counts_afterwards(void **state)
{
    tp_buffer b = TP_BUFFER(1000);
    char *room;

    (void)state;
    tp_buffer_text(&b, "ab");
    room = tp_buffer_room(&b, 998);
    assert_non_null(room);
    memset(room, 'x', 998);
    assert_int_equal(b.length, 2);
    b.length += 1;
    assert_text(&b, "abx");
}

static void numbers_read_as_printf_writes_them(void **state)
{
    static const uint64_t NUMBERS[] = { 0, 1, 9, 10, 15, 16, 255, 256, 1000000, UINT32_MAX, INT64_MAX, UINT64_MAX };
    char expected[64];

    (void)state;
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(*NUMBERS); i++) {
        tp_buffer b = TP_BUFFER(100);

        tp_buffer_number(&b, NUMBERS[i]);
        tp_buffer_text(&b, " ");
        tp_buffer_hex(&b, NUMBERS[i]);
        snprintf(expected, sizeof(expected), "%" PRIu64 " %" PRIx64, NUMBERS[i], NUMBERS[i]);
        assert_text(&b, expected);
    }
}

static void json_escapes_what_a_json_string_cannot_hold(void **state)
{
    static const struct {
        tp_bytes text;
        const char *expected;
    } CASES[] = {
        { { "plain, with blanks", 18 }, "plain, with blanks" },
        { { "\"\\/", 3 }, "\\\"\\\\/" },
        { { "a\nb\tc\rd", 7 }, "a\\nb\\u0009c\\u000dd" },
        { { "\0\x1f\x7f", 3 }, "\\u0000\\u001f\\u007f" },
        { { "", 0 }, "" },
        { { NULL, 0 }, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        tp_buffer b = TP_BUFFER(100);

        assert_true(tp_buffer_json(&b, CASES[i].text));
        assert_text(&b, CASES[i].expected);
    }
}

static void json_keeps_valid_utf_8_and_replaces_each_byte_that_is_not(void **state)
{
#define BAD "\xEF\xBF\xBD"
    static const char *const CASES[][2] = {
        { "\xC2\x80 \xDF\xBF", "\xC2\x80 \xDF\xBF" },
        { "\xE0\xA0\x80 \xED\x9F\xBF \xEF\xBF\xBF", "\xE0\xA0\x80 \xED\x9F\xBF \xEF\xBF\xBF" },
        { "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF" },
        { "\x80", BAD },                         /* a continuation without a start */
        { "\xC0\xAF", BAD BAD },                 /* overlong */
        { "\xE0\x9F\xBF", BAD BAD BAD },         /* overlong */
        { "\xF0\x8F\xBF\xBF", BAD BAD BAD BAD }, /* overlong */
        { "\xED\xA0\x80", BAD BAD BAD },         /* a surrogate */
        { "\xF4\x90\x80\x80", BAD BAD BAD BAD }, /* beyond U+10FFFF */
        { "\xF5\xFF", BAD BAD },                 /* never a start */
        { "\xE2\x82", BAD BAD },                 /* cut off */
        { "\xC3(", BAD "(" },                    /* the second byte is not one */
        { "\xE2\x82(\xE2\x82\xAC", BAD BAD "(\xE2\x82\xAC" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        tp_buffer b = TP_BUFFER(100);

        assert_true(tp_buffer_json(&b, tp_bytes_text(CASES[i][0])));
        assert_text(&b, CASES[i][1]);
    }
}

static void json_says_when_it_does_not_fit(void **state)
{
    tp_buffer b = TP_BUFFER(4);

    (void)state;
    assert_false(tp_buffer_json(&b, TP_BYTES("a\001")));
    tp_buffer_clear(&b, 0);
    assert_false(tp_buffer_json(&b, TP_BYTES("12345")));
    tp_buffer_free(&b);
}

static void what_is_dropped_goes_from_the_start(void **state)
{
    tp_buffer b = TP_BUFFER(100);

    (void)state;
    tp_buffer_text(&b, "abcdef");
    tp_buffer_drop(&b, 2);
    assert_memory_equal(b.data, "cdef", 4);
    tp_buffer_drop(&b, 0);
    tp_buffer_drop(&b, 4);
    assert_int_equal(b.length, 0);
    tp_buffer_text(&b, "g");
    assert_text(&b, "g");
}

static void clear_keeps_only_as_much_memory_as_allowed(void **state)
{
    tp_buffer b = TP_BUFFER(1 << 20);

    (void)state;
    tp_buffer_room(&b, 100000);
    tp_buffer_clear(&b, 200000);
    assert_true(b.capacity >= 100000);
    tp_buffer_clear(&b, 50000);
    assert_int_equal(b.capacity, 0);
    assert_int_equal(b.limit, 1 << 20);
    tp_buffer_text(&b, "still usable");
    assert_text(&b, "still usable");
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(it_fills_to_its_limit_and_not_beyond),
        cmocka_unit_test(printf_fills_to_the_limit_too),
        cmocka_unit_test(room_is_for_a_reader_that_counts_afterwards),
        cmocka_unit_test(numbers_read_as_printf_writes_them),
        cmocka_unit_test(json_escapes_what_a_json_string_cannot_hold),
        cmocka_unit_test(json_keeps_valid_utf_8_and_replaces_each_byte_that_is_not),
        cmocka_unit_test(json_says_when_it_does_not_fit),
        cmocka_unit_test(what_is_dropped_goes_from_the_start),
        cmocka_unit_test(clear_keeps_only_as_much_memory_as_allowed),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
