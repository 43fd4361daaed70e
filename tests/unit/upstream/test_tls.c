/* unit/upstream/test_tls.c - only the right server is talked to, sessions are resumed where they were given, and an end must be announced.
 */

#include "securing.h"

static authority CA;
static const leaf GOOD = { "DNS:x.test,DNS:*.y.test,IP:127.0.0.1,IP:::1", -1, 1, false };

static void bytes_pass_both_ways(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    stand(e, "x.test");
    assert_int_equal(tp_tls_send(e->client, TP_BYTES("ping")), 4);
    assert_server_hears(e, "ping");
    assert_result(e, TP_TLS_AGAIN);
    server_says(e, "pong");
    assert_receives(e, "pong");
    assert_result(e, TP_TLS_AGAIN);
    assert_string_equal(e->protocols, "\x08http/1.1");
    ends_close(e);
}

static void only_a_good_certificate_for_the_name_is_accepted(void **state)
{
    static const struct {
        leaf leaf;
        const char *name, *why; /* NULL = accepted */
    } CASES[] = {
        { { "DNS:x.test", -1, 1, false }, "x.test", NULL },
        { { "DNS:x.test", -1, 1, false }, "y.test", "the certificate of y.test is refused: hostname mismatch" },
        { { "DNS:x.test", -1, 1, false }, "sub.x.test", "hostname mismatch" },
        { { "DNS:*.test", -1, 1, false }, "x.test", "hostname mismatch" }, /* a wildcard over a whole domain */
        { { "DNS:*.x.test", -1, 1, false }, "sub.x.test", NULL },
        { { "DNS:su*.x.test", -1, 1, false }, "sub.x.test", "hostname mismatch" },
        { { "IP:127.0.0.1", -1, 1, false }, "127.0.0.1", NULL },
        { { "IP:::1", -1, 1, false }, "::1", NULL },
        { { "DNS:127.0.0.1", -1, 1, false }, "127.0.0.1", "IP address mismatch" },
        { { "IP:127.0.0.2", -1, 1, false }, "127.0.0.1", "IP address mismatch" },
        { { "DNS:x.test", -2, -1, false }, "x.test", "certificate has expired" },
        { { "DNS:x.test", 1, 2, false }, "x.test", "not yet valid" },
        { { "DNS:x.test", -1, 1, true }, "x.test", "self-signed certificate" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        ends *e = ends_open(&CA, &CASES[i].leaf);
        tp_tls_step step;

        connect_ends(e, CASES[i].name);
        step = shake_hands(e);
        if ((step == TP_TLS_DONE) != !CASES[i].why || (CASES[i].why && !strstr(e->why, CASES[i].why)))
            fail_msg("case %zu: step %d, '%s'", i, (int)step, e->why);
        ends_close(e);
    }
}

static void a_name_is_told_to_the_server_and_an_address_is_not(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    stand(e, "x.test");
    assert_string_equal(SSL_get_servername(e->server, TLSEXT_NAMETYPE_host_name), "x.test");
    disconnect_ends(e);
    tp_tls_forget(&e->sessions);
    stand(e, "127.0.0.1");
    assert_null(SSL_get_servername(e->server, TLSEXT_NAMETYPE_host_name));
    ends_close(e);
}

static void versions_before_1_2_are_refused(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    SSL_CTX_set_min_proto_version(e->server_context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(e->server_context, TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(e->server_context, "ALL:@SECLEVEL=0");
    connect_ends(e, "x.test");
    assert_int_equal(shake_hands(e), TP_TLS_FAILED);
    assert_non_null(strstr(e->why, "alert protocol version"));
    ends_close(e);
}

static void what_ends_a_handshake_is_told(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    connect_ends(e, "x.test");
    e->ended = true;
    assert_int_equal(tp_tls_handshake(e->client, e->why, sizeof(e->why)), TP_TLS_FAILED);
    assert_string_equal(e->why, "the provider closed the connection");
    disconnect_ends(e);
    connect_ends(e, "x.test");
    BIO_puts(SSL_get_wbio(e->server), "HTTP/1.1 400 Bad Request\r\n\r\n");
    assert_int_equal(tp_tls_handshake(e->client, e->why, sizeof(e->why)), TP_TLS_FAILED);
    assert_string_equal(e->why, "wrong version number");
    ends_close(e);
}

static void a_new_connection_resumes_a_session_and_uses_its_ticket_once(void **state)
{
    ends *e = ends_open(&CA, &GOOD);
    SSL_SESSION *second;

    (void)state;
    stand(e, "x.test");
    assert_false(SSL_session_reused(e->server));
    assert_int_equal(e->sessions.count, 0);
    assert_result(e, TP_TLS_AGAIN);
    assert_int_equal(e->sessions.count, 2);
    second = e->sessions.kept[0].session;
    disconnect_ends(e);
    stand(e, "x.test");
    assert_true(SSL_session_reused(e->server));
    assert_int_equal(e->sessions.count, 1);
    assert_ptr_equal(e->sessions.kept[0].session, second);
    ends_close(e);
}

static void a_session_is_not_resumed_where_it_was_not_given(void **state)
{
    ends *e = ends_open(&CA, &GOOD);
    tp_tls_sessions other;

    (void)state;
    stand(e, "x.test");
    assert_result(e, TP_TLS_AGAIN);
    disconnect_ends(e);
    other = e->sessions;
    e->sessions = (tp_tls_sessions){ .count = 0 };
    stand(e, "sub.y.test");
    assert_false(SSL_session_reused(e->server));
    tp_tls_forget(&other);
    ends_close(e);
}

static void an_old_session_is_not_resumed(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    stand(e, "x.test");
    assert_result(e, TP_TLS_AGAIN);
    disconnect_ends(e);
    for (unsigned i = 0; i < e->sessions.count; i++)
        e->sessions.kept[i].until = time(NULL);
    stand(e, "x.test");
    assert_false(SSL_session_reused(e->server));
    ends_close(e);
}

static void sessions_are_bounded(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    SSL_CTX_set_num_tickets(e->server_context, TP_TLS_SESSIONS + 3);
    stand(e, "x.test");
    assert_result(e, TP_TLS_AGAIN);
    assert_int_equal(e->sessions.count, TP_TLS_SESSIONS);
    disconnect_ends(e);
    stand(e, "x.test");
    assert_true(SSL_session_reused(e->server));
    ends_close(e);
}

static void a_session_of_1_2_is_resumed_more_than_once(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    SSL_CTX_set_max_proto_version(e->server_context, TLS1_2_VERSION);
    for (unsigned i = 0; i < 3; i++) {
        stand(e, "x.test");
        assert_int_equal(SSL_session_reused(e->server), i > 0);
        assert_true(e->sessions.count > 0);
        disconnect_ends(e);
    }
    ends_close(e);
}

static void only_an_announced_end_is_an_end(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    stand(e, "x.test");
    server_says(e, "all");
    SSL_shutdown(e->server);
    e->ended = true;
    assert_receives(e, "all");
    assert_result(e, 0);
    assert_result(e, 0);
    disconnect_ends(e);
    stand(e, "x.test");
    server_says(e, "some");
    e->ended = true;
    assert_receives(e, "some");
    assert_result(e, TP_TLS_BROKEN);
    disconnect_ends(e);
    stand(e, "x.test");
    BIO_puts(SSL_get_wbio(e->server), "no record of TLS");
    assert_result(e, TP_TLS_BROKEN);
    assert_result(e, TP_TLS_BROKEN);
    ends_close(e);
}

static void a_connection_cut_off_leaves_its_sessions_usable(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    SSL_CTX_set_num_tickets(e->server_context, 1);
    stand(e, "x.test");
    e->ended = true;
    assert_result(e, TP_TLS_BROKEN);
    tp_tls_close(e->client);
    assert_int_equal(BIO_ctrl_pending(SSL_get_rbio(e->server)), 0); /* nobody would hear it */
    SSL_set_shutdown(e->server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(e->server);
    stand(e, "x.test");
    assert_true(SSL_session_reused(e->server));
    ends_close(e);
}

static void the_own_end_is_announced(void **state)
{
    ends *e = ends_open(&CA, &GOOD);
    char room[10];

    (void)state;
    stand(e, "x.test");
    tp_tls_close(e->client);
    e->client = NULL;
    assert_int_equal(SSL_read(e->server, room, sizeof(room)), 0);
    assert_int_equal(SSL_get_error(e->server, 0), SSL_ERROR_ZERO_RETURN);
    SSL_free(e->server);
    ends_close(e);
}

static void tickets_are_silence_and_words_are_not(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    stand(e, "x.test");
    assert_int_equal(e->sessions.count, 0);
    assert_true(tp_tls_silent(e->client));
    assert_int_equal(e->sessions.count, 2);
    SSL_key_update(e->server, SSL_KEY_UPDATE_REQUESTED);
    assert_int_equal(SSL_do_handshake(e->server), 1);
    assert_true(tp_tls_silent(e->client));
    server_says(e, "x");
    assert_false(tp_tls_silent(e->client));
    assert_receives(e, "x");
    assert_true(tp_tls_silent(e->client));
    SSL_shutdown(e->server);
    assert_false(tp_tls_silent(e->client));
    disconnect_ends(e);
    stand(e, "x.test");
    e->ended = true;
    assert_false(tp_tls_silent(e->client));
    ends_close(e);
}

static void what_was_taken_in_and_not_received_is_known(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    stand(e, "x.test");
    server_says(e, "one");
    server_says(e, "two");
    assert_receives(e, "one");
    assert_true(tp_tls_holds(e->client));
    assert_receives(e, "two");
    assert_false(tp_tls_holds(e->client));
    ends_close(e);
}

static void a_large_body_passes_through_a_narrow_pipe(void **state)
{
    static char body[200000], heard[sizeof(body)];
    ends *e = ends_open(&CA, &GOOD);
    size_t sent = 0, got = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = (char)(i * 7 + i / 1000);
    stand(e, "x.test");
    e->room = 5000;
    for (unsigned i = 0; i < 1000 && got < sizeof(body); i++) {
        char *copy = malloc(sizeof(body)); /* from another place each time */
        ssize_t result;
        int part;

        memcpy(copy, body + sent, sizeof(body) - sent);
        result = sent < sizeof(body) ? tp_tls_send(e->client, tp_bytes_of(copy, sizeof(body) - sent)) : 0;
        free(copy);
        assert_true(result > 0 || result == TP_TLS_AGAIN || sent == sizeof(body));
        sent += result > 0 ? (size_t)result : 0;
        while (got < sizeof(heard) && (part = SSL_read(e->server, heard + got, (int)(sizeof(heard) - got))) > 0)
            got += (size_t)part;
    }
    assert_int_equal(got, sizeof(body));
    assert_memory_equal(heard, body, sizeof(body));
    ends_close(e);
}

static void what_has_come_is_read_though_nothing_can_be_sent(void **state)
{
    static const char BODY[20000];
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    stand(e, "x.test");
    e->room = 100;
    assert_int_equal(tp_tls_send(e->client, tp_bytes_of(BODY, sizeof(BODY))), TP_TLS_AGAIN);
    server_says(e, "enough");
    e->broken = true;
    assert_int_equal(tp_tls_send(e->client, tp_bytes_of(BODY, sizeof(BODY))), TP_TLS_BROKEN);
    assert_int_equal(tp_tls_send(e->client, TP_BYTES("what follows it")), TP_TLS_BROKEN);
    assert_receives(e, "enough");
    ends_close(e);
}

static void assert_polled(const ends *e, bool readable, bool writable, bool for_bytes, bool for_room)
{
    tp_tls_poll(e->client, &readable, &writable);
    assert_int_equal(readable, for_bytes);
    assert_int_equal(writable, for_room);
}

/* The answer to a key update must leave before anything else is read: a full pipe holds the reading up too. */
static void a_receive_that_waits_for_room_is_told_when_there_is_some(void **state)
{
    ends *e = ends_open(&CA, &GOOD);
    bool readable = false, writable = true;

    (void)state;
    stand(e, "x.test");
    assert_result(e, TP_TLS_AGAIN);
    assert_polled(e, true, false, true, false);
    SSL_key_update(e->server, SSL_KEY_UPDATE_REQUESTED);
    server_says(e, "one");
    assert_receives(e, "one");
    e->room = 0;
    assert_int_equal(tp_tls_send(e->client, TP_BYTES("ask")), TP_TLS_AGAIN);
    server_says(e, "two");
    assert_result(e, TP_TLS_AGAIN);
    assert_polled(e, true, false, false, true);
    assert_polled(e, false, false, false, false);
    e->room = 1000;
    tp_tls_ready(e->client, &readable, &writable);
    assert_true(readable);
    assert_receives(e, "two");
    assert_polled(e, true, false, true, false);
    assert_int_equal(tp_tls_send(e->client, TP_BYTES("ask")), 3);
    assert_server_hears(e, "ask");
    ends_close(e);
}

static void a_new_handshake_on_an_old_connection_is_declined(void **state)
{
    ends *e = ends_open(&CA, &GOOD);

    (void)state;
    SSL_CTX_set_max_proto_version(e->server_context, TLS1_2_VERSION);
    stand(e, "x.test");
    server_says(e, "before");
    SSL_renegotiate(e->server);
    SSL_do_handshake(e->server);
    assert_receives(e, "before");
    assert_result(e, TP_TLS_AGAIN);
    assert_polled(e, true, true, true, true);
    assert_int_equal(tp_tls_send(e->client, TP_BYTES("still here")), 10);
    ends_close(e);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(bytes_pass_both_ways),
        cmocka_unit_test(only_a_good_certificate_for_the_name_is_accepted),
        cmocka_unit_test(a_name_is_told_to_the_server_and_an_address_is_not),
        cmocka_unit_test(versions_before_1_2_are_refused),
        cmocka_unit_test(what_ends_a_handshake_is_told),
        cmocka_unit_test(a_new_connection_resumes_a_session_and_uses_its_ticket_once),
        cmocka_unit_test(a_session_is_not_resumed_where_it_was_not_given),
        cmocka_unit_test(an_old_session_is_not_resumed),
        cmocka_unit_test(sessions_are_bounded),
        cmocka_unit_test(a_session_of_1_2_is_resumed_more_than_once),
        cmocka_unit_test(only_an_announced_end_is_an_end),
        cmocka_unit_test(a_connection_cut_off_leaves_its_sessions_usable),
        cmocka_unit_test(the_own_end_is_announced),
        cmocka_unit_test(tickets_are_silence_and_words_are_not),
        cmocka_unit_test(what_was_taken_in_and_not_received_is_known),
        cmocka_unit_test(a_large_body_passes_through_a_narrow_pipe),
        cmocka_unit_test(what_has_come_is_read_though_nothing_can_be_sent),
        cmocka_unit_test(a_receive_that_waits_for_room_is_told_when_there_is_some),
        cmocka_unit_test(a_new_handshake_on_an_old_connection_is_declined),
    };
    int failed;

    CA = make_authority();
    failed = cmocka_run_group_tests(TESTS, NULL, NULL);
    forget_authority(&CA);
    return failed;
}
