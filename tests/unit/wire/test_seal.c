/* unit/wire/test_seal.c - what only its maker can read comes back byte for byte to it, and to nobody else. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/seal.h"

#define T(text) TP_BYTES(text)

static void assert_same(tp_bytes got, tp_bytes expected)
{
    assert_int_equal(got.length, expected.length);
    assert_memory_equal(got.data, expected.data, got.length);
}

static void a_foreign_seal_comes_back_through_any_client(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_seal seal = { .data = T("ab:cd+/=="), .id = T("rs_1"), .maker = TP_DIALECT_OPENAI };
    tp_seal back = tp_seal_unpack(TP_DIALECT_ANTHROPIC, tp_seal_pack(arena, TP_DIALECT_ANTHROPIC, &seal));

    (void)state;
    assert_int_equal(back.maker, TP_DIALECT_OPENAI);
    assert_same(back.data, seal.data);
    assert_same(back.id, seal.id);
    assert_same(tp_seal_for(&back, TP_DIALECT_OPENAI), seal.data);
    assert_int_equal(tp_seal_for(&back, TP_DIALECT_GEMINI).length, 0);
    tp_arena_free(arena);
}

static void a_dialects_own_seal_is_not_touched(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_seal seal = { .data = T("tpEqQBCg"), .maker = TP_DIALECT_ANTHROPIC };

    (void)state;
    assert_same(tp_seal_pack(arena, TP_DIALECT_ANTHROPIC, &seal), seal.data);
    assert_int_equal(tp_seal_unpack(TP_DIALECT_ANTHROPIC, seal.data).maker, TP_DIALECT_ANTHROPIC);
    tp_arena_free(arena);
}

static void a_seal_of_nobody_known_is_for_nobody(void **state)
{
    tp_seal seal = tp_seal_unpack(TP_DIALECT_ANTHROPIC, T("tp:elsewhere::x"));

    (void)state;
    for (unsigned i = 0; i < TP_DIALECT_COUNT; i++)
        assert_int_equal(tp_seal_for(&seal, (tp_dialect)i).length, 0);
}

static void a_packed_seal_is_found_in_a_body_and_text_about_one_is_not(void **state)
{
    (void)state;
    assert_true(tp_seal_inside(T("{\"signature\":\"tp:gemini::abc\"}")));
    assert_false(tp_seal_inside(T("{\"text\":\"say \\\"tp:gemini::abc\\\"\"}")));
    assert_false(tp_seal_inside(T("{\"text\":\"tp:other::abc\"}")));
    assert_false(tp_seal_inside(T("")));
}

static void a_seal_that_geminis_clients_carry_in_base64_is_found_too(void **state)
{
    (void)state;
    assert_true(tp_seal_inside(T("{\"thoughtSignature\":\"dHA6YW50aHJvcGljOjpFcVwvPT0=\"}")));
    assert_true(tp_seal_inside(T("{\"thoughtSignature\":\"dHA6b3BlbmFpOnJzXzE6Z0E=\"}")));
    assert_true(tp_seal_inside(T("{\"thoughtSignature\":\"dHA6b2xsYW1hOjphYmM=\"}")));
    assert_false(tp_seal_inside(T("{\"thoughtSignature\":\"dHA6b3RoZXI6OmFiYw==\"}")));
    assert_false(tp_seal_inside(T("{\"text\":\"say \\\"dHA6b3BlbmFpOnJzXzE6Z0E=\\\"\"}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_seal_comes_back_through_any_client),
        cmocka_unit_test(a_dialects_own_seal_is_not_touched),
        cmocka_unit_test(a_seal_of_nobody_known_is_for_nobody),
        cmocka_unit_test(a_packed_seal_is_found_in_a_body_and_text_about_one_is_not),
        cmocka_unit_test(a_seal_that_geminis_clients_carry_in_base64_is_found_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
