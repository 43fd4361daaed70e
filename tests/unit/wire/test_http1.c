/* unit/wire/test_http1.c - messages are read alike at every split, and whatever could be read in two ways is refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "wire/http1.h"

enum { MOST_HEAD = 100 << 10, MOST_BODY = 1 << 20 };

/* One message as it was read. */
typedef struct message {
    tp_arena *arena;
    tp_http1 http;
    tp_http1_head head;
    tp_buffer body;
    bool has_head, complete;
    tp_err err;
    const char *why;
    size_t used;
} message;

static void close_message(message *m)
{
    tp_http1_close(&m->http);
    tp_buffer_free(&m->body);
    tp_arena_free(m->arena);
}

/* One step; how much it has used. The input is a copy of exactly that length, so that the sanitizer sees who reads on. */
static size_t step(message *m, tp_bytes input)
{
    tp_arena *copies = tp_arena_new();
    tp_http1_read read;

    tp_http1_feed(&m->http, tp_arena_copy(copies, input), m->arena, &read);
    if (read.head) {
        m->head = read.parsed;
        m->has_head = true;
    }
    for (unsigned i = 0; i < read.count; i++)
        tp_buffer_add(&m->body, read.parts[i]);
    m->complete = read.complete;
    m->err = read.err;
    m->why = read.message;
    m->used += read.used;
    tp_arena_free(copies);
    return read.used;
}

/* All of `input`, until the message is complete or refused. */
static void feed(message *m, tp_bytes input)
{
    while (input.length && !m->complete && m->err == TP_OK)
        input = tp_bytes_from(input, step(m, input));
}

static void init(message *m, bool request)
{
    *m = (message){ .arena = tp_arena_new(), .body = TP_BUFFER(MOST_BODY) };
    tp_http1_init(&m->http, request, MOST_HEAD);
}

static void read_whole(message *m, bool request, tp_bytes text)
{
    init(m, request);
    feed(m, text);
}

static tp_bytes field(const message *m, const char *name)
{
    return tp_http1_joined(m->head.headers, m->head.header_count, name, m->arena);
}

static void assert_bytes(tp_bytes bytes, const char *expected)
{
    if (!tp_bytes_equal(bytes, tp_bytes_text(expected)))
        fail_msg("'%.*s' is not '%s'", (int)bytes.length, bytes.data, expected);
}

static void assert_alike(const message *a, const message *b, tp_bytes text, size_t cut)
{
    if (a->err != b->err)
        fail_msg("%s, and %s when cut at %zu: %.*s", tp_err_code(a->err), tp_err_code(b->err), cut, (int)text.length, text.data);
    if (a->complete != b->complete && a->err == TP_OK)
        fail_msg("complete: %d, and %d when cut at %zu: %.*s", a->complete, b->complete, cut, (int)text.length, text.data);
    if (a->err != TP_OK)
        return;
    assert_int_equal(a->used, b->used);
    assert_int_equal(a->has_head, b->has_head);
    assert_true(tp_bytes_equal(tp_buffer_bytes(&a->body), tp_buffer_bytes(&b->body)));
    if (!a->has_head)
        return;
    assert_true(tp_bytes_equal(a->head.method, b->head.method));
    assert_true(tp_bytes_equal(a->head.target, b->head.target));
    assert_true(tp_bytes_equal(a->head.reason, b->head.reason));
    assert_int_equal(a->head.status, b->head.status);
    assert_int_equal(a->head.body_length, b->head.body_length);
    assert_int_equal(a->head.keep_alive, b->head.keep_alive);
    assert_int_equal(a->head.header_count, b->head.header_count);
    for (size_t i = 0; i < a->head.header_count; i++) {
        assert_true(tp_bytes_equal(a->head.headers[i].name, b->head.headers[i].name));
        assert_true(tp_bytes_equal(a->head.headers[i].value, b->head.headers[i].value));
    }
}

/* At every split in two, and byte by byte, it is read as it is in one piece. */
static void assert_same_at_every_split(bool request, tp_bytes text)
{
    message whole, parts;

    read_whole(&whole, request, text);
    for (size_t cut = 0; cut < text.length; cut++) {
        init(&parts, request);
        for (size_t at = 0; cut == 0 && at < text.length && !parts.complete && parts.err == TP_OK; at++)
            feed(&parts, tp_bytes_of(text.data + at, 1));
        feed(&parts, tp_bytes_of(text.data, cut));
        feed(&parts, tp_bytes_from(text, cut ? cut : text.length));
        assert_alike(&whole, &parts, text, cut);
        close_message(&parts);
    }
    close_message(&whole);
}

#define POST "POST /v1/x?y=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Empty:\r\nX-Blank:  a b \t\r\n\r\nhello"
#define CHUNKED                                                                                                                            \
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"                                                                     \
    "5\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n001\r\n!\r\n0\r\nX-Trailer: t\r\n\r\n"
#define R "GET / HTTP/1.1\r\n"
#define P "POST / HTTP/1.1\r\n"
#define C P "Transfer-Encoding: chunked\r\n\r\n"
#define NEXT "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"

static void a_head_is_told_before_any_byte_of_the_body(void **state)
{
    message m;
    size_t used;

    (void)state;
    init(&m, true);
    used = step(&m, TP_BYTES(POST));
    assert_true(m.has_head);
    assert_int_equal(m.body.length, 0);
    assert_int_equal(used, sizeof(POST) - 1 - 5);
    assert_bytes(m.head.method, "POST");
    assert_bytes(m.head.target, "/v1/x?y=1");
    assert_int_equal(m.head.header_count, 4);
    assert_bytes(m.head.headers[2].name, "X-Empty");
    assert_bytes(field(&m, "x-empty"), "");
    assert_bytes(field(&m, "x-blank"), "a b");
    assert_int_equal(m.head.body_length, 5);
    assert_int_equal(m.head.minor, 1);
    assert_true(m.head.keep_alive);
    step(&m, TP_BYTES("hello"));
    assert_true(m.complete);
    assert_bytes(tp_buffer_bytes(&m.body), "hello");
    close_message(&m);
}

static void a_request_is_the_same_at_every_split(void **state)
{
    (void)state;
    assert_same_at_every_split(true, TP_BYTES(POST));
    assert_same_at_every_split(true, TP_BYTES("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    assert_same_at_every_split(true, TP_BYTES("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_same_at_every_split(true, TP_BYTES(POST "GET / HTTP/1.1\r\n\r\n"));
    assert_same_at_every_split(true, TP_BYTES("GET / HTTP/1.1\r\nA: b\n\r\n"));
}

static void a_body_may_begin_with_what_would_be_wrong_in_a_head(void **state)
{
    static const char *const BODIES[] = { " {}", "\t{}", ":{}", "\n{}", "\r\n{}", "\r{}" };
    char text[100];

    (void)state;
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(*BODIES); i++) {
        message m;

        snprintf(text, sizeof(text), P "Content-Length: %zu\r\n\r\n%s", strlen(BODIES[i]), BODIES[i]);
        read_whole(&m, true, tp_bytes_text(text));
        assert_true(m.complete);
        assert_bytes(tp_buffer_bytes(&m.body), BODIES[i]);
        close_message(&m);
        assert_same_at_every_split(true, tp_bytes_text(text));
    }
}

static void a_chunked_body_is_the_same_at_every_split(void **state)
{
    message m;

    (void)state;
    read_whole(&m, true, TP_BYTES(CHUNKED));
    assert_true(m.complete);
    assert_int_equal(m.head.body_length, -1);
    assert_bytes(tp_buffer_bytes(&m.body), "hello0123456789!");
    assert_int_equal(m.head.header_count, 2); /* the trailer is dropped */
    close_message(&m);
    assert_same_at_every_split(true, TP_BYTES(CHUNKED));
    assert_same_at_every_split(true, TP_BYTES(C "0\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n"));
    assert_same_at_every_split(true, TP_BYTES(C "1\r\na\r\n0\r\nTransfer-Encoding: x\r\n\n"));
    assert_same_at_every_split(true, TP_BYTES("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX"));
}

static void a_reply_is_the_same_at_every_split(void **state)
{
    (void)state;
    assert_same_at_every_split(false, TP_BYTES("HTTP/1.1 200 OK fine\r\nContent-Length: 3\r\n\r\nabc"));
    assert_same_at_every_split(false, TP_BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
    assert_same_at_every_split(false, TP_BYTES("HTTP/1.1 200\r\n\r\nuntil close"));
    assert_same_at_every_split(false, TP_BYTES("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
    assert_same_at_every_split(false, TP_BYTES("\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
}

static void many_chunks_come_in_several_reads(void **state)
{
    tp_buffer text = TP_BUFFER(MOST_BODY);
    message m;

    (void)state;
    tp_buffer_text(&text, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (unsigned i = 0; i < 3 * TP_HTTP1_PARTS + 1; i++)
        tp_buffer_text(&text, "1\r\nx\r\n");
    tp_buffer_text(&text, "0\r\n\r\n");
    read_whole(&m, true, tp_buffer_bytes(&text));
    assert_true(m.complete);
    assert_int_equal(m.used, text.length);
    assert_int_equal(m.body.length, 3 * TP_HTTP1_PARTS + 1);
    close_message(&m);
    tp_buffer_free(&text);
}

static void reading_stops_at_the_end_of_a_message_and_starts_on_the_next(void **state)
{
    static const char *const FIRST[] = { POST, CHUNKED, "GET /1 HTTP/1.1\r\n\r\n", "HEAD /1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n" };

    (void)state;
    for (size_t i = 0; i < sizeof(FIRST) / sizeof(*FIRST); i++) {
        tp_buffer text = TP_BUFFER(MOST_BODY);
        message m;

        tp_buffer_text(&text, FIRST[i]);
        tp_buffer_text(&text, NEXT);
        read_whole(&m, true, tp_buffer_bytes(&text));
        assert_true(m.complete);
        assert_int_equal(m.used, strlen(FIRST[i]));
        tp_http1_next(&m.http);
        assert_false(tp_http1_started(&m.http));
        m.complete = m.has_head = false;
        feed(&m, TP_BYTES(NEXT));
        assert_true(m.complete && m.has_head);
        assert_bytes(m.head.target, "/2");
        close_message(&m);
        tp_buffer_free(&text);
    }
}

static void assert_refused(bool request, tp_bytes text, tp_err err)
{
    message m;

    read_whole(&m, request, text);
    if (m.err != err)
        fail_msg("%s instead of %s (%s) for %.*s", tp_err_code(m.err), tp_err_code(err), m.why ? m.why : "", (int)text.length, text.data);
    assert_true(err == TP_OK || m.why);
    close_message(&m);
    assert_same_at_every_split(request, text);
}

/* May hold a NUL byte. */
#define LITERAL(text)                                                                                                                      \
    {                                                                                                                                      \
        text, sizeof(text) - 1                                                                                                             \
    }

static void a_head_that_could_be_read_in_two_ways_is_refused(void **state)
{
    static const tp_bytes BAD[] = {
        LITERAL("GET  / HTTP/1.1\r\n\r\n"), /* more than one blank */
        LITERAL("GET /  HTTP/1.1\r\n\r\n"),
        LITERAL("GET / ICE/1.0\r\n\r\n"), /* another protocol */
        LITERAL("DESCRIBE / RTSP/1.0\r\n\r\n"),
        LITERAL(R "A: b\nHost: h\r\n\r\n"), /* bare LF */
        LITERAL("GET / HTTP/1.1\nHost: h\n\n"),
        LITERAL(R "A: b\rC: d\r\n\r\n"), /* bare CR */
        LITERAL(R "A: b\r\rC: d\r\n\r\n"),
        LITERAL(R "A: b\0c\r\n\r\n"),    /* NUL */
        LITERAL(R "A: b\r\n c\r\n\r\n"), /* folded */
        LITERAL(R "A: b\r\n\tc\r\n\r\n"),
        LITERAL(R "A : b\r\n\r\n"), /* blank before the colon */
        LITERAL(R " A: b\r\n\r\n"),
        LITERAL(R ": b\r\n\r\n"),
        LITERAL(R "A b\r\n\r\n"),
        LITERAL(R "A(: b\r\n\r\n"),
        LITERAL(R "A: \x01\r\n\r\n"),
        LITERAL(P "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        LITERAL(P "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
        LITERAL(P "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"),
        LITERAL(P "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        LITERAL(P "Content-Length: +1\r\n\r\n"),
        LITERAL(P "Content-Length: -1\r\n\r\n"),
        LITERAL(P "Content-Length: 1, 1\r\n\r\n"),
        LITERAL(P "Content-Length: 1 1\r\n\r\n"),
        LITERAL(P "Content-Length: 0x1\r\n\r\n"),
        LITERAL(P "Content-Length: 18446744073709551616\r\n\r\n"),
        LITERAL(P "Transfer-Encoding: chunked, gzip\r\n\r\n"),
        LITERAL("GET / x HTTP/1.1\r\n\r\n"),
        LITERAL("get / HTTP/1.1\r\n\r\n"),

        LITERAL("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\r\n\r\n"), /* TLS to a plain port */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_refused(true, BAD[i], TP_ERR_CALLER_BAD_REQUEST);
}

static void unknown_codings_and_versions_have_their_own_errors(void **state)
{
    static const struct {
        const char *text;
        tp_err err;
    } CASES[] = {
        { P "Transfer-Encoding: foo\r\n\r\n", TP_ERR_CALLER_BAD_CODING },
        { P "Transfer-Encoding: foo, chunked\r\n\r\n", TP_OK }, /* the gate refuses it */
        { P "Transfer-Encoding: chunked, foo\r\n\r\n", TP_ERR_CALLER_BAD_REQUEST },
        { P "Transfer-Encoding: gzip\r\n\r\n", TP_ERR_CALLER_BAD_REQUEST },
        { "GET / HTTP/2.0\r\n\r\n", TP_ERR_CALLER_BAD_VERSION },
        { "GET / HTTP/1.1 \r\n\r\n", TP_ERR_CALLER_BAD_VERSION },
        { "GET / HTTP/1.2\r\n\r\n", TP_ERR_CALLER_BAD_VERSION },
        { "GET / HTTP/0.9\r\n\r\n", TP_ERR_CALLER_BAD_VERSION },
        { "GET / HTTP/1.1\r\nHost: h\r\n\r\n", TP_OK },
        { "GET / HTTP/1.0\r\n\r\n", TP_OK },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
        assert_refused(true, tp_bytes_text(CASES[i].text), CASES[i].err);
}

static void a_chunked_body_that_could_be_read_in_two_ways_is_refused(void **state)
{
    static const char *const BAD[] = {
        C "5\nhello\r\n0\r\n\r\n",       /* bare LF behind the size */
        C "5\rhello\r\n0\r\n\r\n",       /* bare CR */
        C "5\r\nhello\n0\r\n\r\n",       /* bare LF behind the data */
        C "5\r\nhello0\r\n\r\n",         /* nothing behind the data */
        C "5\r\nhello\r\n\r\n0\r\n\r\n", /* no size */
        C " 5\r\nhello\r\n0\r\n\r\n",    /* blanks around the size */
        C "5 \r\nhello\r\n0\r\n\r\n",
        C "0x5\r\nhello\r\n0\r\n\r\n",
        C "-5\r\nhello\r\n0\r\n\r\n",
        C "5;a\nb\r\nhello\r\n0\r\n\r\n", /* LF in an extension */
        C "10000000000000005\r\nhello\r\n0\r\n\r\n",
        C "0\r\nA: b\nC: d\r\n\r\n", /* LF in a trailer */
        C "0\r\n\n",
        C "0\r\nA: b\rC: d\r\n\r\n", /* CR in a trailer */
        C "0\r\nA: b\r\n\n",
        C "0\r\nA: b\r\n c\r\n\r\n", /* a folded trailer */
        C "0\r\r\n\r\n",
        C "G\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
        assert_refused(true, tp_bytes_text(BAD[i]), TP_ERR_CALLER_BAD_REQUEST);
}

static void what_is_too_long_is_refused_while_it_comes(void **state)
{
    tp_buffer text = TP_BUFFER(MOST_BODY);
    message m;

    (void)state;
    tp_buffer_text(&text, "GET /");
    while (text.length < TP_HTTP1_LONGEST_TARGET + 64)
        tp_buffer_text(&text, "x");
    read_whole(&m, true, tp_buffer_bytes(&text));
    assert_int_equal(m.err, TP_ERR_CALLER_URI_TOO_LONG);
    close_message(&m);

    tp_buffer_clear(&text, SIZE_MAX);
    tp_buffer_text(&text, "GET / HTTP/1.1\r\nX: ");
    while (text.length < MOST_HEAD)
        tp_buffer_text(&text, "x");
    read_whole(&m, true, tp_buffer_bytes(&text));
    assert_int_equal(m.err, TP_ERR_CALLER_HEADERS_TOO_LARGE);
    close_message(&m);
    tp_buffer_free(&text);
}

static void read_with_fields(message *m, unsigned count)
{
    tp_buffer text = TP_BUFFER(MOST_BODY);

    tp_buffer_text(&text, "GET / HTTP/1.1\r\n");
    for (unsigned i = 0; i < count; i++)
        tp_buffer_text(&text, "X: y\r\n");
    tp_buffer_text(&text, "\r\n");
    read_whole(m, true, tp_buffer_bytes(&text));
    tp_buffer_free(&text);
}

static void ten_thousand_fields_are_read_and_one_more_is_refused(void **state)
{
    message m;

    (void)state;
    read_with_fields(&m, TP_HTTP1_MOST_FIELDS);
    assert_int_equal(m.err, TP_OK);
    assert_int_equal(m.head.header_count, TP_HTTP1_MOST_FIELDS);
    close_message(&m);
    read_with_fields(&m, TP_HTTP1_MOST_FIELDS + 1);
    assert_int_equal(m.err, TP_ERR_CALLER_HEADERS_TOO_LARGE);
    assert_string_equal(m.why, "more than 10,000 header fields");
    close_message(&m);
}

/* `piece` again and again, behind the start of a chunked body. */
static void assert_bounded(const char *start, const char *piece)
{
    message m;
    unsigned pieces = 0;

    init(&m, true);
    feed(&m, tp_bytes_text(start));
    while (m.err == TP_OK && pieces++ < 200000)
        feed(&m, tp_bytes_text(piece));
    assert_int_equal(m.err, TP_ERR_CALLER_BAD_REQUEST);
    assert_true(m.used < 40000);
    close_message(&m);
}

static void endless_extensions_and_trailers_are_bounded(void **state)
{
    (void)state;
    assert_bounded(C "5;", "x");
    assert_bounded(C "5\r\nhello\r\n1;", "xxxxxxxxxx");
    assert_bounded(C "0\r\n", "A: b\r\n");
    assert_bounded(C "0\r\nA: ", "b");
    assert_bounded(C, "0");
    assert_bounded("", "\r\n");
}

static void the_bound_of_an_extension_is_the_same_at_every_split(void **state)
{
    tp_buffer text = TP_BUFFER(MOST_BODY);
    message m;

    (void)state;
    tp_buffer_text(&text, C "5;");
    for (unsigned i = 0; i < 17000; i++)
        tp_buffer_text(&text, "x");
    tp_buffer_text(&text, "\r\nhello\r\n0\r\n\r\n");
    read_whole(&m, true, tp_buffer_bytes(&text));
    assert_int_equal(m.err, TP_ERR_CALLER_BAD_REQUEST);
    close_message(&m);
    tp_buffer_free(&text);
}

static void a_reply_in_a_coding_other_than_chunked_is_refused(void **state)
{
    static const char *const BAD[] = { "gzip", "gzip, chunked", "chunked, gzip", "snappy", "chunked\r\nTransfer-Encoding: chunked" };
    tp_arena *arena = tp_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        const char *text = tp_arena_printf(arena, "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n0\r\n\r\n", BAD[i]);

        assert_refused(false, tp_bytes_text(text), TP_ERR_CALLER_BAD_REQUEST);
    }
    assert_refused(false, TP_BYTES("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), TP_ERR_CALLER_BAD_REQUEST);
    tp_arena_free(arena);
}

typedef struct reply_case {
    const char *text;
    bool head_request, complete_at_once, until_close, keep_alive;
    const char *body;
} reply_case;

static void the_body_of_a_reply_ends_where_its_status_and_framing_say(void **state)
{
    static const reply_case CASES[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, true, false, true, "" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, true, false, true, "" },
        { "HTTP/1.1 200 OK\r\n\r\n", true, true, false, true, "" },
        { "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false, true, false, true, "" },
        { "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", false, true, false, true, "" },
        { "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", false, true, false, true, "" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, true, false, true, "" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", false, false, false, true, "ab" },
        { "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", false, false, false, false, "ab" },
        { "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", false, false, false, false, "ab" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", false, false, false, true, "ab" },
        { "HTTP/1.1 200 OK\r\n\r\nab", false, false, true, false, "ab" },
        { "HTTP/1.0 200 OK\r\n\r\nab", false, false, true, false, "ab" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        const reply_case *c = &CASES[i];
        size_t head = (size_t)(strstr(c->text, "\r\n\r\n") + 4 - c->text);
        message m;

        init(&m, false);
        m.http.no_body = c->head_request;
        assert_int_equal(step(&m, tp_bytes_text(c->text)), head);
        assert_true(m.has_head);
        if (m.complete != c->complete_at_once)
            fail_msg("complete: %d after %s", m.complete, c->text);
        assert_int_equal(m.head.until_close, c->until_close);
        feed(&m, tp_bytes_text(c->text + head));
        assert_bytes(tp_buffer_bytes(&m.body), c->body);
        assert_int_equal(m.head.keep_alive, c->keep_alive);
        assert_int_equal(m.complete || tp_http1_end(&m.http), true);
        close_message(&m);
    }
}

static void only_a_reply_until_close_is_completed_by_the_close(void **state)
{
    static const char *const CUT[] = {
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CUT) / sizeof(*CUT); i++) {
        message m;

        read_whole(&m, false, tp_bytes_text(CUT[i]));
        assert_false(m.complete);
        assert_false(tp_http1_end(&m.http));
        close_message(&m);
    }
}

static void a_reason_that_could_not_be_written_again_is_none(void **state)
{
    static const char *const REASONS[][2] = {
        { "OK", "OK" }, { "", "" }, { "O\x01K", "" }, { "O\x7FK", "" }, { "\xC3\x96K", "\xC3\x96K" }
    };

    (void)state;
    for (size_t i = 0; i < sizeof(REASONS) / sizeof(*REASONS); i++) {
        char text[64];
        message m;

        snprintf(text, sizeof(text), "HTTP/1.1 200 %s\r\nContent-Length: 0\r\n\r\n", REASONS[i][0]);
        read_whole(&m, false, tp_bytes_text(text));
        assert_true(m.complete);
        assert_bytes(m.head.reason, REASONS[i][1]);
        close_message(&m);
    }
}

static void a_reply_that_is_not_http_is_refused(void **state)
{
    static const char *const BAD[] = {
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "<",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 0204 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        "HTTP/1.1 200 OK\nA: b\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        message m;

        read_whole(&m, false, tp_bytes_text(BAD[i]));
        if (m.err == TP_OK)
            fail_msg("%s", BAD[i]);
        close_message(&m);
    }
}

static void an_upgrade_is_read_as_plain_http(void **state)
{
    message m;

    (void)state;
    read_whole(&m, true, TP_BYTES("POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nab"));
    assert_true(m.complete);
    assert_bytes(tp_buffer_bytes(&m.body), "ab");
    close_message(&m);
}

static void fields_of_one_connection_are_known(void **state)
{
    static const char *const HOPS[] = { "Connection",          "keep-alive",      "TE", "Trailer", "Transfer-Encoding", "upgrade",
                                        "Proxy-Authorization", "proxy-connection" };

    (void)state;
    for (size_t i = 0; i < sizeof(HOPS) / sizeof(*HOPS); i++)
        assert_true(tp_http1_is_hop(tp_bytes_text(HOPS[i]), TP_BYTES("")));
    assert_false(tp_http1_is_hop(TP_BYTES("x-own"), TP_BYTES("close")));
    assert_true(tp_http1_is_hop(TP_BYTES("x-own"), TP_BYTES("close, X-Own")));
    assert_false(tp_http1_is_hop(TP_BYTES("x-ow"), TP_BYTES("x-own")));
    assert_false(tp_http1_is_hop(TP_BYTES("content-type"), TP_BYTES("")));
}

static void of_a_long_connection_only_the_beginning_counts(void **state)
{
    tp_arena *arena = tp_arena_new();
    tp_header *headers = tp_arena_array(arena, tp_header, 1000);

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        headers[i] = (tp_header){ TP_BYTES("connection"), TP_BYTES("x-own") };
    assert_int_equal(tp_http1_connection(headers, 3, arena).length, strlen("x-own, x-own, x-own"));
    assert_int_equal(tp_http1_connection(headers, 1000, arena).length, 1024);
    tp_arena_free(arena);
}

static void all_values_of_a_name_are_joined(void **state)
{
    message m;

    (void)state;
    read_whole(&m, true, TP_BYTES("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\na: 3\r\nA:\r\nA: 4\r\n\r\n"));
    assert_bytes(field(&m, "a"), "1, 3, , 4");
    assert_bytes(field(&m, "b"), "2");
    assert_bytes(field(&m, "c"), "");
    close_message(&m);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(a_head_is_told_before_any_byte_of_the_body),
        cmocka_unit_test(a_request_is_the_same_at_every_split),
        cmocka_unit_test(a_body_may_begin_with_what_would_be_wrong_in_a_head),
        cmocka_unit_test(a_chunked_body_is_the_same_at_every_split),
        cmocka_unit_test(a_reply_is_the_same_at_every_split),
        cmocka_unit_test(many_chunks_come_in_several_reads),
        cmocka_unit_test(reading_stops_at_the_end_of_a_message_and_starts_on_the_next),
        cmocka_unit_test(a_head_that_could_be_read_in_two_ways_is_refused),
        cmocka_unit_test(unknown_codings_and_versions_have_their_own_errors),
        cmocka_unit_test(a_chunked_body_that_could_be_read_in_two_ways_is_refused),
        cmocka_unit_test(what_is_too_long_is_refused_while_it_comes),
        cmocka_unit_test(ten_thousand_fields_are_read_and_one_more_is_refused),
        cmocka_unit_test(endless_extensions_and_trailers_are_bounded),
        cmocka_unit_test(the_bound_of_an_extension_is_the_same_at_every_split),
        cmocka_unit_test(a_reply_in_a_coding_other_than_chunked_is_refused),
        cmocka_unit_test(the_body_of_a_reply_ends_where_its_status_and_framing_say),
        cmocka_unit_test(only_a_reply_until_close_is_completed_by_the_close),
        cmocka_unit_test(a_reason_that_could_not_be_written_again_is_none),
        cmocka_unit_test(a_reply_that_is_not_http_is_refused),
        cmocka_unit_test(an_upgrade_is_read_as_plain_http),
        cmocka_unit_test(fields_of_one_connection_are_known),
        cmocka_unit_test(of_a_long_connection_only_the_beginning_counts),
        cmocka_unit_test(all_values_of_a_name_are_joined),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
