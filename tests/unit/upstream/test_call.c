/* unit/upstream/test_call.c - one request and its reply on a real connection, whatever the provider does. */

#include "calling.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static const peer_answer WELL[] = { { OK "ok", PEER_KEEP, false } };
static const peer_answer NOTHING[] = { { NULL, PEER_KEEP, false } };

static void a_request_is_sent_whole_and_its_reply_told_in_order(void **state)
{
    static const tp_header FIELD = { { "X-A", 3 }, { "b", 1 } };
    rig *r = RIG(WELL);
    char expected[200];

    (void)state;
    r->request.headers = &FIELD;
    r->request.header_count = 1;
    call(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_int_equal(r->status, 200);
    assert_body(r, "ok");
    snprintf(expected, sizeof(expected), "POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}",
             r->peer.port);
    assert_true(tp_bytes_equal(tp_buffer_bytes(&r->peer.received), tp_bytes_text(expected)));
    assert_true(tp_call_connect_ns(r->call) > 0);
    assert_false(tp_call_reused(r->call));
    rig_close(r);
}

static void a_request_without_a_body_tells_no_length(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    r->request.method = TP_BYTES("GET");
    r->request.no_body_field = true;
    r->request.part_count = 0;
    r->request.body_length = 0;
    call(r);
    assert_false(tp_bytes_contains(tp_buffer_bytes(&r->peer.received), TP_BYTES("Content-Length")));
    rig_close(r);
}

static void a_large_body_arrives_in_order(void **state)
{
    rig *r = RIG(WELL);
    static char large[3 << 20];

    (void)state;
    memset(large, 'x', sizeof(large));
    r->request.parts[0] = TP_BYTES("first");
    r->request.parts[1] = tp_bytes_of(large, sizeof(large));
    r->request.parts[2] = TP_BYTES("last");
    r->request.part_count = 3;
    r->request.body_length = (int64_t)sizeof(large) + 9;
    call(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_true(received_ends(r, "xlast"));
    assert_true(tp_bytes_contains(tp_buffer_bytes(&r->peer.received), TP_BYTES("\r\n\r\nfirstx")));
    assert_true(r->peer.received.length > sizeof(large) + 9);
    rig_close(r);
}

static void a_connection_is_used_again(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        call(r);
        assert_ended(r, TP_CALL_OK, "hbe");
        assert_int_equal(tp_call_reused(r->call), i > 0);
        assert_int_equal(r->upstream->idle, 1);
    }
    assert_int_equal(r->peer.accepted, 1);
    rig_close(r);
}

static void a_reply_without_a_body_leaves_the_connection_usable(void **state)
{
    static const peer_answer ANSWERS[] = {
        { "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n", PEER_KEEP, false },
        { "HTTP/1.1 204 No Content\r\n\r\n", PEER_KEEP, false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", PEER_KEEP, false },
        { CHUNKED "0\r\n\r\n", PEER_KEEP, false },
    };
    rig *r = RIG(ANSWERS);

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        call(r);
        assert_ended(r, TP_CALL_OK, "he");
    }
    assert_int_equal(r->peer.accepted, 1);
    rig_close(r);
}

static void the_reply_to_head_has_no_body_whatever_its_length_says(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    r->request.method = TP_BYTES("HEAD");
    call(r);
    assert_ended(r, TP_CALL_OK, "he");
    call(r);
    assert_int_equal(r->peer.accepted, 1);
    rig_close(r);
}

static void a_connection_is_not_kept_when_anything_speaks_against_it(void **state)
{
    static const peer_answer ANSWERS[] = {
        { "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", PEER_KEEP, false },
        { "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", PEER_KEEP, false },
        { OK "okHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake", PEER_KEEP, false }, /* more than was asked for */
        { OK "ok", PEER_KEEP, false },
    };
    rig *r = RIG(ANSWERS);

    (void)state;
    for (unsigned i = 1; i <= 4; i++) {
        call(r);
        assert_ended(r, TP_CALL_OK, "hbe");
        assert_body(r, "ok");
        assert_int_equal(r->peer.accepted, i);
        assert_int_equal(r->upstream->idle, i == 4);
    }
    rig_close(r);
}

static void bytes_on_an_idle_connection_end_it(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    call(r);
    peer_say(&r->peer, TP_BYTES("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake"));
    turn_for(r, 20);
    assert_int_equal(r->upstream->idle, 0);
    call(r);
    assert_body(r, "ok");
    assert_int_equal(r->peer.accepted, 2);
    rig_close(r);
}

static void a_connection_that_closed_while_idle_is_not_used(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    call(r);
    peer_hang_up(&r->peer, PEER_CLOSE);
    turn_for(r, 20);
    assert_int_equal(r->upstream->idle, 0);
    call(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_false(tp_call_reused(r->call));
    rig_close(r);
}

static void a_connection_that_closes_after_taking_the_request_in_is_not_asked_again(void **state)
{
    static const peer_answer ANSWERS[] = { { OK "ok", PEER_KEEP, false }, { NULL, PEER_CLOSE, false }, { OK "ok", PEER_KEEP, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    call(r);
    assert_true(tp_call_reused(r->call));
    assert_ended(r, TP_CALL_RESET_SENT, "e");
    assert_int_equal(r->peer.requests, 2);
    rig_close(r);
}

static void a_new_connection_that_closes_without_a_reply_is_not_asked_again(void **state)
{
    static const peer_answer ANSWERS[] = { { NULL, PEER_RESET, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    assert_ended(r, TP_CALL_RESET_SENT, "e");
    assert_int_equal(r->peer.accepted, 1);
    rig_close(r);
}

static void what_is_not_http_is_garbage(void **state)
{
    static const peer_answer ANSWERS[] = {
        { "SSH-2.0-OpenSSH\r\n\r\n", PEER_KEEP, false },
        { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", PEER_KEEP, false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", PEER_KEEP, false },
        { "HTTP/1.1 20 OK\r\n\r\n", PEER_KEEP, false },
    };
    rig *r = RIG(ANSWERS);

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        call(r);
        assert_ended(r, TP_CALL_GARBAGE, "e");
    }
    assert_int_equal(r->peer.accepted, 4);
    rig_close(r);
}

static void a_head_that_is_too_large_is_garbage(void **state)
{
    rig *r = RIG(NOTHING);
    static char large[20000];

    (void)state;
    start(r);
    wait_sent(r);
    turn_for(r, 10);
    memset(large, 'x', sizeof(large));
    peer_say(&r->peer, TP_BYTES("HTTP/1.1 200 OK\r\nX: "));
    peer_say(&r->peer, tp_bytes_of(large, sizeof(large)));
    finish(r);
    assert_ended(r, TP_CALL_GARBAGE, "e");
    rig_close(r);
}

static void a_reply_that_is_cut_off_is_told_as_such(void **state)
{
    static const peer_answer ANSWERS[] = {
        { "HTTP/1.1 200 O", PEER_CLOSE, false },   { OK "o", PEER_CLOSE, false }, { CHUNKED "3\r\nabc\r\n", PEER_CLOSE, false },
        { CHUNKED "3\r\nabcX", PEER_KEEP, false }, { OK "o", PEER_RESET, false },
    };
    static const char *const STORIES[] = { "e", "hbe", "hbe", "hbe", "hbe" };
    rig *r = RIG(ANSWERS);

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        call(r);
        assert_ended(r, i == 0 ? TP_CALL_GARBAGE : TP_CALL_CUT_OFF, STORIES[i]); /* half a head is no reply */
        assert_int_equal(r->upstream->idle, 0);
    }
    rig_close(r);
}

static void a_reply_until_the_close_is_complete_with_it(void **state)
{
    static const peer_answer ANSWERS[] = { { "HTTP/1.1 200 OK\r\n\r\nall of it", PEER_CLOSE, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_body(r, "all of it");
    rig_close(r);
}

static void interim_replies_are_skipped(void **state)
{
    static const peer_answer ANSWERS[] = { { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK "ok", PEER_KEEP,
                                             false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_int_equal(r->status, 200);
    call(r);
    assert_int_equal(r->peer.accepted, 1);
    rig_close(r);
}

static void each_timeout_ends_the_call(void **state)
{
    static const peer_answer HEADS[] = { { OK, PEER_KEEP, false } };
    rig *r = RIG(NOTHING);

    (void)state;
    r->request.first_byte_ms = 30;
    call(r);
    assert_ended(r, TP_CALL_TIMEOUT, "e");
    assert_non_null(strstr(r->why, "timeout.first_byte"));
    r->request.first_byte_ms = 0;
    r->request.total_ms = 30;
    call(r);
    assert_ended(r, TP_CALL_TIMEOUT, "e");
    assert_non_null(strstr(r->why, "timeout.total"));
    rig_close(r);

    r = RIG(HEADS);
    r->request.idle_ms = 30;
    call(r);
    assert_ended(r, TP_CALL_TIMEOUT, "he");
    assert_non_null(strstr(r->why, "timeout.idle"));
    rig_close(r);
}

static void no_connection_is_told_with_its_reason(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    r->request.origin = provider(r);
    uv_close((uv_handle_t *)&r->peer.listener, NULL);
    turn(r);
    call(r);
    assert_ended(r, TP_CALL_NO_CONNECTION, "e");
    rig_close(r);
}

static void stream_request(rig *r, int64_t length)
{
    r->request.part_count = 0;
    r->request.streams = true;
    r->request.body_length = length;
    start(r);
    wait_for(r, 'w');
}

static void what_is_given_before_the_connection_stands_is_not_lost(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    r->request.part_count = 0;
    r->request.streams = true;
    r->request.body_length = -1;
    start(r);
    assert_false(tp_call_write(r->call, TP_BYTES("ab")));
    tp_call_write(r->call, TP_BYTES("c"));
    tp_call_finish(r->call);
    finish(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_true(received_ends(r, "\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
    rig_close(r);
}

static void the_wait_for_the_first_byte_begins_when_the_upload_ends(void **state)
{
    rig *r = RIG(NOTHING);

    (void)state;
    r->request.first_byte_ms = 30;
    stream_request(r, -1);
    turn_for(r, 60);
    tp_call_write(r->call, TP_BYTES("slow client"));
    turn_for(r, 60);
    assert_int_equal(r->ends, 0);
    tp_call_finish(r->call);
    finish(r);
    assert_ended(r, TP_CALL_TIMEOUT, "we");
    rig_close(r);
}

static void a_provider_that_takes_no_more_of_an_upload_times_out(void **state)
{
    static char part[64 << 10];
    rig *r = RIG(NOTHING);

    (void)state;
    r->request.first_byte_ms = 50;
    r->peer.holds = true;
    stream_request(r, -1);
    while (tp_call_write(r->call, tp_bytes_of(part, sizeof(part))))
        ;
    finish(r);
    assert_int_equal(r->result, TP_CALL_TIMEOUT);
    rig_close(r);
}

static void a_streaming_body_goes_out_as_it_comes(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    stream_request(r, -1);
    assert_true(tp_call_write(r->call, TP_BYTES("ab")));
    assert_true(tp_call_write(r->call, tp_bytes_of(NULL, 0))); /* would be the last chunk */
    assert_true(tp_call_write(r->call, TP_BYTES("0123456789abcdefg")));
    assert_false(tp_call_sent(r->call));
    tp_call_finish(r->call);
    finish(r);
    assert_ended(r, TP_CALL_OK, "whbe");
    assert_true(received_ends(r, "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n11\r\n0123456789abcdefg\r\n0\r\n\r\n"));

    stream_request(r, 4);
    tp_call_write(r->call, TP_BYTES("ab"));
    turn_for(r, 5);
    tp_call_write(r->call, TP_BYTES("cd"));
    tp_call_finish(r->call);
    finish(r);
    assert_true(received_ends(r, "Content-Length: 4\r\n\r\nabcd"));
    assert_int_equal(r->peer.accepted, 1);
    rig_close(r);
}

static void a_provider_that_does_not_read_holds_the_upload_back(void **state)
{
    static char part[64 << 10];
    rig *r = RIG(WELL);
    size_t given = 0;

    (void)state;
    r->peer.holds = true;
    stream_request(r, -1);
    turn_for(r, 10);
    memset(r->story, 0, sizeof(r->story));
    while (tp_call_write(r->call, tp_bytes_of(part, sizeof(part))) && given < 100 << 20)
        given += sizeof(part);
    assert_true(given < 100 << 20);
    turn_for(r, 20);
    assert_string_equal(r->story, "");
    peer_read_on(&r->peer);
    wait_for(r, 'w');
    tp_call_finish(r->call);
    finish(r);
    assert_ended(r, TP_CALL_OK, "whbe");
    assert_true(r->peer.received.length > given + sizeof(part));
    rig_close(r);
}

static void an_early_reply_is_told_and_its_connection_dropped(void **state)
{
    static const peer_answer ANSWERS[] = { { "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno", PEER_KEEP, true } };
    rig *r = RIG(ANSWERS);

    (void)state;
    stream_request(r, -1);
    tp_call_write(r->call, TP_BYTES("part"));
    finish(r);
    assert_ended(r, TP_CALL_OK, "whbe");
    assert_int_equal(r->status, 413);
    assert_int_equal(r->upstream->idle, 0);
    rig_close(r);
}

static void pause_in_head(rig *r)
{
    tp_call_pause(r->call);
}

static void a_paused_call_holds_the_provider_back(void **state)
{
    enum { SIZE = 16 << 20 };
    static char large[SIZE];
    rig *r = RIG(NOTHING);
    size_t before;

    (void)state;
    r->on_head = pause_in_head;
    start(r);
    wait_sent(r);
    turn_for(r, 10);
    peer_say(&r->peer, TP_BYTES("HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n"));
    wait_for(r, 'h');
    peer_say(&r->peer, tp_bytes_of(large, SIZE));
    turn_for(r, 50);
    assert_true(turn_for(r, 50) < 200);
    before = r->body.length;
    assert_true(before <= TP_UPSTREAM_READ);
    assert_true(uv_stream_get_write_queue_size((uv_stream_t *)&r->peer.connections[0].tcp) > 0);
    tp_call_resume(r->call);
    assert_int_equal(r->body.length, before); /* never inside */
    finish(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_int_equal(r->body.length, SIZE);
    rig_close(r);
}

static void a_call_that_is_paused_before_its_reply_does_not_time_out(void **state)
{
    rig *r = RIG(NOTHING);

    (void)state;
    r->request.first_byte_ms = 20;
    start(r);
    tp_call_pause(r->call);
    turn_for(r, 80);
    assert_string_equal(r->story, "");
    tp_call_resume(r->call);
    finish(r);
    assert_ended(r, TP_CALL_TIMEOUT, "e");
    rig_close(r);
}

static void a_paused_call_does_not_time_out_and_one_that_goes_on_does(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    r->on_head = pause_in_head;
    r->request.idle_ms = 20;
    start(r);
    wait_for(r, 'h');
    turn_for(r, 60);
    assert_int_equal(r->ends, 0);
    tp_call_resume(r->call);
    finish(r);
    assert_ended(r, TP_CALL_TIMEOUT, "he");
    rig_close(r);
}

static void cancel_in_head(rig *r)
{
    tp_call_cancel(r->call);
}

static void a_cancelled_call_closes_at_once_and_tells_nothing_more(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    r->on_head = cancel_in_head;
    start(r);
    wait_for(r, 'h');
    turn_for(r, 20);
    assert_string_equal(r->story, "h");
    assert_true(r->peer.connections[0].ended);
    assert_int_equal(r->upstream->idle, 0);
    tp_call_cancel(r->call);
    rig_close(r);
}

static void a_call_may_be_cancelled_before_it_is_connected(void **state)
{
    rig *r = RIG(WELL);

    (void)state;
    start(r);
    tp_call_cancel(r->call);
    turn_for(r, 20);
    assert_string_equal(r->story, "");
    rig_close(r);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_request_is_sent_whole_and_its_reply_told_in_order),
        cmocka_unit_test(a_request_without_a_body_tells_no_length),
        cmocka_unit_test(a_large_body_arrives_in_order),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(a_reply_without_a_body_leaves_the_connection_usable),
        cmocka_unit_test(the_reply_to_head_has_no_body_whatever_its_length_says),
        cmocka_unit_test(a_connection_is_not_kept_when_anything_speaks_against_it),
        cmocka_unit_test(bytes_on_an_idle_connection_end_it),
        cmocka_unit_test(a_connection_that_closed_while_idle_is_not_used),
        cmocka_unit_test(a_connection_that_closes_after_taking_the_request_in_is_not_asked_again),
        cmocka_unit_test(a_new_connection_that_closes_without_a_reply_is_not_asked_again),
        cmocka_unit_test(what_is_not_http_is_garbage),
        cmocka_unit_test(a_head_that_is_too_large_is_garbage),
        cmocka_unit_test(a_reply_that_is_cut_off_is_told_as_such),
        cmocka_unit_test(a_reply_until_the_close_is_complete_with_it),
        cmocka_unit_test(interim_replies_are_skipped),
        cmocka_unit_test(each_timeout_ends_the_call),
        cmocka_unit_test(no_connection_is_told_with_its_reason),
        cmocka_unit_test(a_streaming_body_goes_out_as_it_comes),
        cmocka_unit_test(what_is_given_before_the_connection_stands_is_not_lost),
        cmocka_unit_test(the_wait_for_the_first_byte_begins_when_the_upload_ends),
        cmocka_unit_test(a_provider_that_takes_no_more_of_an_upload_times_out),
        cmocka_unit_test(a_provider_that_does_not_read_holds_the_upload_back),
        cmocka_unit_test(an_early_reply_is_told_and_its_connection_dropped),
        cmocka_unit_test(a_paused_call_holds_the_provider_back),
        cmocka_unit_test(a_call_that_is_paused_before_its_reply_does_not_time_out),
        cmocka_unit_test(a_paused_call_does_not_time_out_and_one_that_goes_on_does),
        cmocka_unit_test(a_cancelled_call_closes_at_once_and_tells_nothing_more),
        cmocka_unit_test(a_call_may_be_cancelled_before_it_is_connected),
    };

    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
