/* unit/wire/test_sse.c - an event stream is cut into the same events at any split, and no byte is lost. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "wire/sse.h"

enum { LIMIT = 100 };

/* What was told, as one text: kind|raw|name|data; the raw bytes once more. */
typedef struct heard {
    tp_buffer story, raw;
    const char *from, *to; /* set: all raw bytes lie inside */
} heard;

static void hear(void *arg, const tp_sse_event *event)
{
    heard *h = arg;

    tp_buffer_printf(&h->story, "%d|", (int)event->kind);
    if (event->kind == TP_SSE_EVENT || event->kind == TP_SSE_SILENT)
        tp_buffer_add(&h->story, event->raw);
    tp_buffer_text(&h->story, "|");
    tp_buffer_add(&h->story, event->name);
    tp_buffer_text(&h->story, "|");
    tp_buffer_add(&h->story, event->data);
    tp_buffer_text(&h->story, "\x01");
    tp_buffer_add(&h->raw, event->raw);
    if (h->from)
        assert_true(event->raw.data >= h->from && event->raw.data + event->raw.length <= h->to);
}

static heard run(tp_bytes text, size_t first, size_t second)
{
    heard h = { .story = TP_BUFFER(10000), .raw = TP_BUFFER(10000) };
    tp_sse *sse = tp_sse_new(LIMIT, hear, &h);

    tp_sse_feed(sse, tp_bytes_of(text.data, first));
    tp_sse_feed(sse, tp_bytes_of(text.data + first, second - first));
    tp_sse_feed(sse, tp_bytes_from(text, second));
    tp_sse_end(sse);
    tp_sse_free(sse);
    assert_int_equal(h.raw.length, text.length);
    assert_memory_equal(h.raw.data, text.data, text.length);
    return h;
}

static void drop(heard *h)
{
    tp_buffer_free(&h->story);
    tp_buffer_free(&h->raw);
}

static void assert_story(tp_bytes text, size_t first, size_t second, tp_bytes expected)
{
    heard h = run(text, first, second);

    if (!tp_bytes_equal(tp_buffer_bytes(&h.story), expected))
        fail_msg("cut at %zu and %zu: %.*s", first, second, (int)h.story.length, h.story.data);
    drop(&h);
}

/* At every two cuts. */
static void assert_events(const char *text, const char *expected)
{
    tp_bytes bytes = tp_bytes_text(text);

    for (size_t first = 0; first <= bytes.length; first++)
        for (size_t second = first; second <= bytes.length; second++)
            assert_story(bytes, first, second, tp_bytes_text(expected));
}

static void an_event_has_name_and_data(void **state)
{
    (void)state;
    assert_events("event: ping\ndata: {\"a\": 1}\nid: 7\n\n", "0|event: ping\ndata: {\"a\": 1}\nid: 7\n\n|ping|{\"a\": 1}\x01");
    assert_events("data:x\n\ndata:  y\n\n", "0|data:x\n\n||x\x01"
                                            "0|data:  y\n\n|| y\x01");
    assert_events("data\n\ndatax: 1\n\n", "0|data\n\n||\x01"
                                          "1|datax: 1\n\n||\x01");
}

static void lines_of_data_are_joined(void **state)
{
    (void)state;
    assert_events("data: a\ndata:\ndata: b\n\n", "0|data: a\ndata:\ndata: b\n\n||a\n\nb\x01");
}

static void every_line_end_is_understood(void **state)
{
    (void)state;
    assert_events("data: a\r\n\r\ndata: b\r\n\r\n", "0|data: a\r\n\r\n||a\x01"
                                                    "0|data: b\r\n\r\n||b\x01");
    assert_events("data: a\rdata: b\r\rdata: c\r\r", "0|data: a\rdata: b\r\r||a\nb\x01"
                                                     "0|data: c\r\r||c\x01");
    assert_events("data: a\n\r\ndata: b\r\n\n", "0|data: a\n\r||a\x01"
                                                "1|\n||\x01"
                                                "0|data: b\r\n\n||b\x01");
    assert_events("data: a\r\n\rdata: b\n\n", "0|data: a\r\n\r||a\x01"
                                              "0|data: b\n\n||b\x01");
}

static void comments_and_blank_lines_are_passed_as_raw(void **state)
{
    (void)state;
    assert_events(": OPENROUTER PROCESSING\n\n\ndata: a\n: x\n\n", "1|: OPENROUTER PROCESSING\n\n||\x01"
                                                                   "1|\n||\x01"
                                                                   "0|data: a\n: x\n\n||a\x01");
    assert_events("event: x\n\n", "1|event: x\n\n|x|\x01");
}

static void a_byte_order_mark_is_skipped_once(void **state)
{
    (void)state;
    assert_events("\xEF\xBB\xBF"
                  "data: a\n\n\xEF\xBB\xBF"
                  "data: b\n\n",
                  "0|\xEF\xBB\xBF"
                  "data: a\n\n||a\x01"
                  "1|\xEF\xBB\xBF"
                  "data: b\n\n||\x01");
}

static void the_last_event_needs_no_newline(void **state)
{
    (void)state;
    assert_events("data: a\n\ndata: [DONE]", "0|data: a\n\n||a\x01"
                                             "0|data: [DONE]||[DONE]\x01");
    assert_events("data: a\r\n\r", "0|data: a\r\n\r||a\x01");
}

static void an_event_as_long_as_the_limit_is_read_and_a_longer_one_is_passed_unread(void **state)
{
    char text[LIMIT + 40];
    size_t length = LIMIT + 1;

    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text, "data: ", 6);
    memcpy(text + length - 2, "\n\ndata: y\n\n", 11);
    for (size_t cut = 0; cut <= length + 9; cut++) {
        heard h = run(tp_bytes_of(text, length + 9), cut, cut);

        assert_memory_equal(h.story.data, "2|||\x01", 5);
        assert_true(tp_bytes_ends(tp_buffer_bytes(&h.story), TP_BYTES("\x01"
                                                                      "0|data: y\n\n||y\x01")));
        assert_false(tp_bytes_contains(tp_bytes_from(tp_buffer_bytes(&h.story), 1), TP_BYTES("2|||")));
        drop(&h);
        h = run(tp_bytes_of(text + 1, length + 8), cut ? cut - 1 : 0, cut ? cut - 1 : 0);
        assert_int_equal(h.story.data[0], '1');
        drop(&h);
    }
}

static void an_event_that_lies_in_one_piece_is_not_copied(void **state)
{
    tp_bytes text = TP_BYTES("data: a\n\nevent: b\ndata: b\n\n");
    heard h = { .story = TP_BUFFER(10000), .raw = TP_BUFFER(10000), .from = text.data, .to = text.data + text.length };
    tp_sse *sse = tp_sse_new(LIMIT, hear, &h);

    (void)state;
    tp_sse_feed(sse, text);
    assert_int_equal(tp_sse_held(sse), 0);
    assert_int_equal(h.raw.length, text.length);
    tp_sse_feed(sse, TP_BYTES("data"));
    assert_int_equal(tp_sse_held(sse), 4);
    tp_sse_free(sse);
    drop(&h);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(an_event_has_name_and_data),
        cmocka_unit_test(lines_of_data_are_joined),
        cmocka_unit_test(every_line_end_is_understood),
        cmocka_unit_test(comments_and_blank_lines_are_passed_as_raw),
        cmocka_unit_test(a_byte_order_mark_is_skipped_once),
        cmocka_unit_test(the_last_event_needs_no_newline),
        cmocka_unit_test(an_event_as_long_as_the_limit_is_read_and_a_longer_one_is_passed_unread),
        cmocka_unit_test(an_event_that_lies_in_one_piece_is_not_copied),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
