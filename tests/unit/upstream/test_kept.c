/* unit/upstream/test_kept.c - a kept connection that closes just as it is used again: asked anew once, and only when nothing was taken in.
 */

/* This file has its own recv(), which the checked one would hide. */
#undef _FORTIFY_SOURCE

#include "calling.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* What happens between the look at a kept connection and its use. */
static struct {
    rig *r;
    peer_then how;
} between;

/* The look is a recv() with MSG_PEEK: the only moment at which the peer can close unseen in a test of one thread. */
ssize_t recv(int fd, void *room, size_t size, int flags)
{
    ssize_t got = syscall(SYS_recvfrom, fd, room, size, flags, NULL, NULL);
    int error = errno;

    if ((flags & MSG_PEEK) && between.r) {
        peer_hang_up(&between.r->peer, between.how);
        between.r = NULL;
    }
    errno = error;
    return got;
}

static void lose_the_next(rig *r, peer_then how)
{
    between.r = r;
    between.how = how;
}

static void a_request_that_was_not_taken_in_is_asked_anew(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false } };

    (void)state;
    for (int how = PEER_CLOSE; how <= PEER_RESET; how++) {
        rig *r = RIG(ANSWERS);

        call(r);
        lose_the_next(r, (peer_then)how);
        call(r);
        assert_null(between.r);
        assert_ended(r, TP_CALL_OK, "hbe");
        assert_int_equal(r->peer.accepted, 2);
        assert_int_equal(r->peer.requests, 2);
        assert_false(tp_call_reused(r->call));
        assert_int_equal(r->upstream->idle, 1);
        rig_close(r);
    }
}

static void a_large_body_is_sent_anew_from_its_start(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false } };
    static char large[3 << 20];
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    memset(large, 'x', sizeof(large));
    r->request.parts[0] = TP_BYTES("first");
    r->request.parts[1] = tp_bytes_of(large, sizeof(large));
    r->request.part_count = 2;
    r->request.body_length = (int64_t)sizeof(large) + 5;
    tp_buffer_clear(&r->peer.received, 0);
    lose_the_next(r, PEER_CLOSE);
    call(r);
    assert_ended(r, TP_CALL_OK, "hbe");
    assert_int_equal(r->peer.accepted, 2);
    assert_int_equal(r->peer.received.length - sizeof(large), tp_bytes_find(tp_buffer_bytes(&r->peer.received), 'f') + 5);
    assert_true(tp_bytes_contains(tp_buffer_bytes(&r->peer.received), TP_BYTES("\r\n\r\nfirstx")));
    rig_close(r);
}

static void it_is_asked_anew_only_once(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false }, { NULL, PEER_CLOSE, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    lose_the_next(r, PEER_CLOSE);
    call(r);
    assert_ended(r, TP_CALL_RESET_SENT, "e");
    assert_int_equal(r->peer.accepted, 2);
    rig_close(r);
}

static void an_upload_that_had_not_begun_goes_whole_to_the_new_connection(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    r->request.part_count = 0;
    r->request.streams = true;
    r->request.body_length = -1;
    lose_the_next(r, PEER_CLOSE);
    start(r);
    for (unsigned i = 0; i < 1000 && r->peer.accepted < 2; i++)
        turn(r);
    assert_int_equal(r->ends, 0);
    tp_call_write(r->call, TP_BYTES("ab"));
    tp_call_finish(r->call);
    finish(r);
    assert_int_equal(r->result, TP_CALL_OK);
    assert_true(received_ends(r, "chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"));
    rig_close(r);
}

static void an_upload_that_had_begun_is_not_asked_anew(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    r->request.part_count = 0;
    r->request.streams = true;
    r->request.body_length = -1;
    lose_the_next(r, PEER_CLOSE);
    start(r);
    tp_call_write(r->call, TP_BYTES("ab"));
    finish(r);
    assert_int_equal(r->result, TP_CALL_RESET_SENT);
    assert_int_equal(r->peer.accepted, 1);
    rig_close(r);
}

static void an_empty_upload_that_has_ended_is_not_asked_anew(void **state)
{
    static const peer_answer ANSWERS[] = { { OK, PEER_KEEP, false } };
    rig *r = RIG(ANSWERS);

    (void)state;
    call(r);
    r->request.part_count = 0;
    r->request.streams = true;
    r->request.body_length = -1;
    lose_the_next(r, PEER_CLOSE);
    start(r);
    tp_call_finish(r->call);
    finish(r);
    assert_int_equal(r->result, TP_CALL_RESET_SENT);
    rig_close(r);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_request_that_was_not_taken_in_is_asked_anew),
        cmocka_unit_test(a_large_body_is_sent_anew_from_its_start),
        cmocka_unit_test(it_is_asked_anew_only_once),
        cmocka_unit_test(an_upload_that_had_not_begun_goes_whole_to_the_new_connection),
        cmocka_unit_test(an_upload_that_had_begun_is_not_asked_anew),
        cmocka_unit_test(an_empty_upload_that_has_ended_is_not_asked_anew),
    };

    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
