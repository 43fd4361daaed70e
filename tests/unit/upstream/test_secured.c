/* unit/upstream/test_secured.c - calls over TLS: what OpenSSL has read ahead is not forgotten, and what it says itself disturbs nothing. */

#include "calling.h"
#include "securing.h"

static authority CA;

/* The peer's end: its bytes pass through OpenSSL here. */
typedef struct secured {
    rig *r;
    SSL_CTX *context;
    ends unused; /* where the context notes what was offered */
    SSL *ssl;
    unsigned accepted;
    size_t fed; /* of what the peer has received */
    char heard[4096];
    size_t length; /* of it */
} secured;

static void secured_open(secured *s)
{
    static const leaf GOOD = { "IP:127.0.0.1", -1, 1, false };
    static const peer_answer NOTHING[] = { { NULL, PEER_KEEP, false } };

    memset(s, 0, sizeof(*s));
    s->r = RIG(NOTHING);
    s->context = make_server(&CA, &GOOD, &s->unused);
    s->r->request.origin = tp_upstream_origin(s->r->upstream, tp_arena_printf(s->r->arena, "https://127.0.0.1:%d", s->r->peer.port));
}

static void secured_close(secured *s)
{
    rig_close(s->r);
    SSL_free(s->ssl);
    SSL_CTX_free(s->context);
}

static void accept_new(secured *s)
{
    if (s->r->peer.accepted == s->accepted)
        return;
    s->accepted = s->r->peer.accepted;
    s->fed = s->r->peer.received.length; /* the end of the last connection */
    SSL_free(s->ssl);
    s->ssl = SSL_new(s->context);
    SSL_set_bio(s->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(s->ssl), -1);
    SSL_set_accept_state(s->ssl);
}

/* What the server has to say leaves at once, and so in one piece. */
static void flush(secured *s)
{
    char *data;
    long size = BIO_get_mem_data(SSL_get_wbio(s->ssl), &data);

    if (size > 0)
        peer_say(&s->r->peer, tp_bytes_of(data, (size_t)size));
    (void)BIO_reset(SSL_get_wbio(s->ssl));
}

static void pump(secured *s)
{
    const tp_buffer *received = &s->r->peer.received;
    int got;

    turn(s->r);
    accept_new(s);
    if (!s->ssl)
        return;
    if (received->length > s->fed)
        BIO_write(SSL_get_rbio(s->ssl), received->data + s->fed, (int)(received->length - s->fed));
    s->fed = received->length;
    got = SSL_read(s->ssl, s->heard + s->length, (int)(sizeof(s->heard) - s->length));
    s->length += got > 0 ? (size_t)got : 0;
    flush(s);
}

/* A call up to where the server has heard its request. */
static void ask(secured *s)
{
    uint64_t until = uv_hrtime() + LONGEST_WAIT_MS * (uint64_t)1000000;

    s->length = 0;
    start(s->r);
    while (!tp_bytes_ends(tp_bytes_of(s->heard, s->length), TP_BYTES("\r\n\r\n{}")) && s->r->ends == 0 && uv_hrtime() < until)
        pump(s);
    if (s->r->ends)
        fail_msg("%s", s->r->why);
}

static void write_record(secured *s, const char *text)
{
    assert_int_equal(SSL_write(s->ssl, text, (int)strlen(text)), (int)strlen(text));
}

static void answer(secured *s)
{
    write_record(s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    flush(s);
    finish(s->r);
    assert_ended(s->r, TP_CALL_OK, "hbe");
}

static void a_reply_in_records_that_come_at_once_is_read_whole(void **state)
{
    secured s;

    (void)state;
    secured_open(&s);
    ask(&s);
    write_record(&s, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    write_record(&s, "one");
    write_record(&s, "two");
    flush(&s);
    finish(s.r);
    assert_ended(s.r, TP_CALL_OK, "hbe");
    assert_body(s.r, "onetwo");
    secured_close(&s);
}

static void pause_at_head(rig *r)
{
    tp_call_pause(r->call);
}

static void what_was_held_during_a_pause_comes_after_it(void **state)
{
    secured s;

    (void)state;
    secured_open(&s);
    s.r->on_head = pause_at_head;
    ask(&s);
    write_record(&s, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
    write_record(&s, "one");
    flush(&s);
    wait_for(s.r, 'h');
    turn_for(s.r, 20);
    assert_string_equal(s.r->story, "h");
    tp_call_resume(s.r->call);
    finish(s.r);
    assert_ended(s.r, TP_CALL_OK, "hbe");
    secured_close(&s);
}

static void a_reply_that_came_with_the_handshake_is_read(void **state)
{
    uint64_t until = uv_hrtime() + LONGEST_WAIT_MS * (uint64_t)1000000;
    secured s;

    (void)state;
    secured_open(&s);
    SSL_CTX_set_max_proto_version(s.context, TLS1_2_VERSION);
    start(s.r);
    while ((!s.ssl || !SSL_is_init_finished(s.ssl)) && uv_hrtime() < until) {
        turn(s.r);
        accept_new(&s);
        if (!s.ssl || s.r->peer.received.length == s.fed)
            continue;
        BIO_write(SSL_get_rbio(s.ssl), s.r->peer.received.data + s.fed, (int)(s.r->peer.received.length - s.fed));
        s.fed = s.r->peer.received.length;
        SSL_do_handshake(s.ssl);
        if (!SSL_is_init_finished(s.ssl))
            flush(&s);
    }
    write_record(&s, "HTTP/1.1 408 Too Slow\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    flush(&s);
    finish(s.r);
    assert_ended(s.r, TP_CALL_OK, "he");
    assert_int_equal(s.r->status, 408);
    secured_close(&s);
}

static void a_connection_is_kept_though_tickets_come_while_it_is_idle(void **state)
{
    secured s;

    (void)state;
    secured_open(&s);
    ask(&s);
    answer(&s);
    assert_int_equal(s.r->upstream->idle, 1);
    SSL_new_session_ticket(s.ssl);
    SSL_key_update(s.ssl, SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(s.ssl);
    flush(&s);
    turn_for(s.r, 20);
    assert_int_equal(s.r->upstream->idle, 1);
    ask(&s);
    assert_true(tp_call_reused(s.r->call));
    answer(&s);
    assert_int_equal(s.accepted, 1);
    secured_close(&s);
}

static void a_word_on_an_idle_connection_ends_it(void **state)
{
    secured s;

    (void)state;
    secured_open(&s);
    ask(&s);
    answer(&s);
    write_record(&s, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstrays");
    flush(&s);
    turn_for(s.r, 20);
    assert_int_equal(s.r->upstream->idle, 0);
    ask(&s);
    answer(&s);
    assert_body(s.r, "ok");
    secured_close(&s);
}

static void a_word_behind_a_reply_is_not_the_next_ones_reply(void **state)
{
    secured s;

    (void)state;
    secured_open(&s);
    ask(&s);
    write_record(&s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    write_record(&s, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstrays");
    flush(&s);
    finish(s.r);
    ask(&s);
    assert_false(tp_call_reused(s.r->call));
    answer(&s);
    assert_body(s.r, "ok");
    assert_int_equal(s.accepted, 2);
    secured_close(&s);
}

/* The count of acknowledged bytes says so, as without TLS. */
static void a_kept_connection_that_was_closed_is_replaced(void **state)
{
    secured s;

    (void)state;
    secured_open(&s);
    ask(&s);
    answer(&s);
    peer_hang_up(&s.r->peer, PEER_CLOSE);
    ask(&s);
    answer(&s);
    assert_int_equal(s.accepted, 2);
    assert_true(SSL_session_reused(s.ssl));
    secured_close(&s);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_reply_in_records_that_come_at_once_is_read_whole),
        cmocka_unit_test(what_was_held_during_a_pause_comes_after_it),
        cmocka_unit_test(a_reply_that_came_with_the_handshake_is_read),
        cmocka_unit_test(a_connection_is_kept_though_tickets_come_while_it_is_idle),
        cmocka_unit_test(a_word_on_an_idle_connection_ends_it),
        cmocka_unit_test(a_word_behind_a_reply_is_not_the_next_ones_reply),
        cmocka_unit_test(a_kept_connection_that_was_closed_is_replaced),
    };
    static const char *const PROXIES[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
    int failed;

    for (size_t i = 0; i < sizeof(PROXIES) / sizeof(*PROXIES); i++)
        unsetenv(PROXIES[i]);
    CA = make_authority();
    failed = cmocka_run_group_tests(TESTS, NULL, NULL);
    forget_authority(&CA);
    return failed;
}
