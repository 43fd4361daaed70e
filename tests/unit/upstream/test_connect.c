/* unit/upstream/test_connect.c - connections are opened one way or told to have failed, and can be given up at any time. */

#include "calling.h"

/* What was told of the connections of a test. */
typedef struct told {
    unsigned count;
    tp_connect_result result;
    tp_conn *conn;
    char text[200];
} told;

static void on_done(void *arg, tp_conn *conn, tp_connect_result result, const char *text)
{
    told *t = arg;

    t->count++;
    t->result = result;
    t->conn = conn;
    snprintf(t->text, sizeof(t->text), "%s", text);
}

static const peer_answer NOTHING[] = { { NULL, PEER_KEEP, false } };

static void wait_told(rig *r, const told *t, unsigned count)
{
    uint64_t until = uv_hrtime() + LONGEST_WAIT_MS * (uint64_t)1000000;

    while (t->count < count && uv_hrtime() < until)
        turn(r);
    assert_int_equal(t->count, count);
}

static void a_connection_carries_bytes_both_ways(void **state)
{
    rig *r = RIG(NOTHING);
    told t = { 0 };
    char room[10];
    ssize_t got = TP_CONNECT_AGAIN;

    (void)state;
    tp_connect_start(r->upstream->connector, provider(r), 1000, on_done, &t);
    assert_int_equal(t.count, 0);
    wait_told(r, &t, 1);
    assert_int_equal(t.result, TP_CONNECT_OK);
    assert_true(tp_connect_silent(t.conn));
    assert_int_equal(tp_connect_receive(t.conn, room, sizeof(room)), TP_CONNECT_AGAIN);
    tp_connect_mark(t.conn);
    assert_false(tp_connect_taken_in(t.conn));
    assert_int_equal(tp_connect_send(t.conn, TP_BYTES("ping")), 4);
    turn_for(r, 20);
    assert_true(tp_connect_taken_in(t.conn));
    assert_true(received_ends(r, "ping"));
    peer_say(&r->peer, TP_BYTES("pong"));
    for (unsigned i = 0; i < 1000 && got == TP_CONNECT_AGAIN; i++, turn(r))
        got = tp_connect_receive(t.conn, room, sizeof(room));
    assert_int_equal(got, 4);
    peer_hang_up(&r->peer, PEER_CLOSE);
    turn_for(r, 20);
    assert_false(tp_connect_silent(t.conn));
    assert_int_equal(tp_connect_receive(t.conn, room, sizeof(room)), 0);
    tp_connect_close(t.conn);
    rig_close(r);
}

static void a_connection_that_cannot_be_made_tells_why(void **state)
{
    static const struct {
        const char *url;
        tp_connect_result result;
    } CASES[] = {
        { "http://127.0.0.1:1", TP_CONNECT_FAILED },
        { "http://no-such-host.invalid", TP_CONNECT_FAILED },
    };
    rig *r = RIG(NOTHING);
    told t = { 0 };

    (void)state;
    for (unsigned i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        tp_connect_start(r->upstream->connector, tp_upstream_origin(r->upstream, CASES[i].url), 5000, on_done, &t);
        wait_told(r, &t, i + 1);
        assert_int_equal(t.result, CASES[i].result);
        assert_true(t.text[0]);
        tp_connect_close(t.conn);
    }
    rig_close(r);
}

static void tls_to_a_plain_port_is_told_as_tls(void **state)
{
    rig *r = RIG(NOTHING);
    told t = { 0 };

    (void)state;
    tp_connect_start(r->upstream->connector,
                     tp_upstream_origin(r->upstream, tp_arena_printf(r->arena, "https://127.0.0.1:%d", r->peer.port)), 5000, on_done, &t);
    for (unsigned i = 0; i < 5000 && r->peer.received.length == 0; i++)
        turn(r);
    peer_say(&r->peer, TP_BYTES("HTTP/1.1 400 Bad Request\r\n\r\n"));
    wait_told(r, &t, 1);
    assert_int_equal(t.result, TP_CONNECT_TLS);
    tp_connect_close(t.conn);
    rig_close(r);
}

/* It accepts and says nothing, so that only the handshake can be waited for. */
static void a_handshake_that_does_not_end_times_out(void **state)
{
    rig *r = RIG(NOTHING);
    told t = { 0 };

    (void)state;
    tp_connect_start(r->upstream->connector,
                     tp_upstream_origin(r->upstream, tp_arena_printf(r->arena, "https://127.0.0.1:%d", r->peer.port)), 100, on_done, &t);
    wait_told(r, &t, 1);
    assert_int_equal(t.result, TP_CONNECT_TIMEOUT);
    tp_connect_close(t.conn);
    rig_close(r);
}

static void a_connection_that_was_given_up_is_never_told(void **state)
{
    rig *r = RIG(NOTHING);
    told t = { 0 };

    (void)state;
    tp_connect_close(tp_connect_start(r->upstream->connector, provider(r), 1000, on_done, &t));
    tp_connect_close(tp_connect_start(r->upstream->connector, tp_upstream_origin(r->upstream, "https://127.0.0.1:1"), 1000, on_done, &t));
    turn_for(r, 50);
    assert_int_equal(t.count, 0);
    rig_close(r);
}

/* More than one CURLM holds. */
static void many_connections_stand_side_by_side(void **state)
{
    enum { MANY = 40 };
    rig *r = RIG(NOTHING);
    told t[MANY] = { { 0 } };

    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        tp_connect_start(r->upstream->connector, provider(r), 1000, on_done, &t[i]);
    for (unsigned i = 0; i < MANY; i++) {
        wait_told(r, &t[i], 1);
        assert_int_equal(t[i].result, TP_CONNECT_OK);
    }
    for (unsigned i = 0; i < MANY; i++)
        tp_connect_close(t[i].conn);
    rig_close(r);
}

static void on_event(void *arg, tp_conn *conn, bool readable, bool writable)
{
    (void)writable;
    *(bool *)arg = readable;
    tp_connect_watch(conn, false, false);
}

/* Once a second, before it opens another connection, libcurl looks at those it has lent, and closes what it finds dead. */
static void assert_end_is_seen(peer_then how, ssize_t expected)
{
    rig *r = RIG(NOTHING);
    told first = { 0 }, second = { 0 };
    bool seen = false;
    char room[10];

    tp_connect_start(r->upstream->connector, provider(r), 1000, on_done, &first);
    wait_told(r, &first, 1);
    turn_for(r, 20);
    first.conn->event = on_event;
    first.conn->arg = &seen;
    tp_connect_watch(first.conn, true, false);
    uv_sleep(1100);
    peer_hang_up(&r->peer, how);
    tp_connect_start(r->upstream->connector, provider(r), 1000, on_done, &second);
    wait_told(r, &second, 1);
    turn_for(r, 20);
    assert_true(seen);
    assert_int_not_equal(first.conn->fd, second.conn->fd);
    assert_int_equal(tp_connect_receive(first.conn, room, sizeof(room)), expected);
    tp_connect_close(first.conn);
    assert_true(tp_connect_silent(second.conn));
    tp_connect_close(second.conn);
    rig_close(r);
}

static void the_end_of_a_connection_is_its_owners_to_see_though_libcurl_looks_first(void **state)
{
    (void)state;
    assert_end_is_seen(PEER_CLOSE, 0);
    assert_end_is_seen(PEER_RESET, TP_CONNECT_BROKEN);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_connection_carries_bytes_both_ways),
        cmocka_unit_test(a_connection_that_cannot_be_made_tells_why),
        cmocka_unit_test(tls_to_a_plain_port_is_told_as_tls),
        cmocka_unit_test(a_handshake_that_does_not_end_times_out),
        cmocka_unit_test(a_connection_that_was_given_up_is_never_told),
        cmocka_unit_test(many_connections_stand_side_by_side),
        cmocka_unit_test(the_end_of_a_connection_is_its_owners_to_see_though_libcurl_looks_first),
    };

    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    unsetenv("HTTPS_PROXY");
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
