/* unit/json/test_write.c - values are put together with their commas, and what does not fit is noticed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json/write.h"

static void commas_stand_between_values_and_nowhere_else(void **state)
{
    tp_buffer out = TP_BUFFER(1000);
    tp_write w = tp_write_to(&out);
    static const char EXPECTED[] = "{\"a\":[1,\"\\u0041\",\"\\\"\",{},[],true],\"b\":null,\"d\":\"x\\ny\"}";

    (void)state;
    tp_write_open(&w, '{');
    tp_write_member_open(&w, "a", '[');
    tp_write_number(&w, 1);
    tp_write_escaped(&w, TP_BYTES("\\u0041"));
    tp_write_text(&w, "\"");
    tp_write_open(&w, '{');
    tp_write_close(&w, '}');
    tp_write_open(&w, '[');
    tp_write_close(&w, ']');
    tp_write_bool(&w, true);
    tp_write_close(&w, ']');
    tp_write_member_null(&w, "b");
    tp_write_member_raw(&w, "c", tp_bytes_of(NULL, 0));
    tp_write_key(&w, "d");
    tp_write_string_open(&w);
    tp_write_piece_escaped(&w, TP_BYTES("x\\n"));
    tp_write_piece_string(&w, TP_BYTES("y"));
    tp_write_string_close(&w);
    tp_write_close(&w, '}');
    assert_false(w.full);
    assert_int_equal(out.length, strlen(EXPECTED));
    assert_memory_equal(out.data, EXPECTED, out.length);
    tp_buffer_free(&out);
}

static void a_full_buffer_is_told(void **state)
{
    tp_buffer out = TP_BUFFER(4);
    tp_write w = tp_write_to(&out);

    (void)state;
    tp_write_text(&w, "12345");
    assert_true(w.full);
    tp_buffer_free(&out);
}

static void a_raw_value_stays_on_its_line_where_lines_count(void **state)
{
    static const char RAW[] = "{\r\n\t\"a\": \"\\n\"\n}";
    tp_buffer out = TP_BUFFER(1000);
    tp_write w = { .out = &out, .one_line = true };

    (void)state;
    tp_write_raw(&w, tp_bytes_text(RAW));
    assert_memory_equal(out.data, "{  \t\"a\": \"\\n\" }", out.length);
    out.length = 0;
    w = tp_write_to(&out);
    tp_write_raw(&w, tp_bytes_text(RAW));
    assert_memory_equal(out.data, RAW, out.length);
    tp_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between_values_and_nowhere_else),
        cmocka_unit_test(a_full_buffer_is_told),
        cmocka_unit_test(a_raw_value_stays_on_its_line_where_lines_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
