/* unit/wire/test_coding.c - every coding is undone at any split, as soon as its bytes are there, within limits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "wire/coding.h"

enum { GZIP = 31, ZLIB = 15, RAW = -15, MOST = 1 << 20 };

/* The text of plain(), as the brotli library compresses it. */
static const char BROTLI[] = "\xa2\xa8\x00\x80\x40\xa5\x5b\xbe\x46\x91\x13\x8a\x9d\xe1\x3d\x65\x09\x4a\x35\xa5\x90\x1d\xc8\x58"
                             "\x4f\x69\xc4\x51\xc2\xe1\xa3\x85\xcc\xb1\xb4\x50\x05\x41\x78\xfc\x3e\xb2\x9c\xde\x66\x5d\xde\xad"
                             "\xfe\x66\x95\x7c\xad\xde\xd7\xbf\xc6\x08\x51\x08\x92\x0e\x3a\xe9\xa2\x9b\x1e\x7a\x63\xe6\x7c\xd3"
                             "\xa2\x45\x8b\x16\x2d\x5a\xb4\x68\x61\x18\x86\x61\x18\x86\x61\x18\xa6\x69\x9a\xa6\x69\x9a\xe6\x08";

static tp_buffer plain(void)
{
    tp_buffer text = TP_BUFFER(MOST);

    for (unsigned i = 0; i < 40; i++)
        tp_buffer_printf(&text, "data: {\"choices\":[{\"index\":%u}]}\n\n", i);
    return text;
}

static void deflate_to(tp_buffer *out, tp_bytes text, int bits)
{
    z_stream z = { 0 };
    char *room = tp_buffer_room(out, text.length + 1000);

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text.data;
    z.avail_in = (uInt)text.length;
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)(text.length + 1000);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->length += z.total_out;
    deflateEnd(&z);
}

static void zstd_to(tp_buffer *out, tp_bytes text)
{
    char *room = tp_buffer_room(out, text.length + 1000);
    size_t made = ZSTD_compress(room, text.length + 1000, text.data, text.length, 3);

    assert_false(ZSTD_isError(made));
    out->length += made;
}

static bool gather(void *arg, tp_bytes decoded)
{
    return tp_buffer_add(arg, decoded);
}

/* At every split, and byte by byte. */
static void assert_decoded(const char *header, tp_bytes coded, tp_bytes expected)
{
    for (size_t cut = 0; cut <= coded.length; cut++) {
        tp_coding *coding = tp_coding_new(tp_bytes_text(header));
        tp_buffer out = TP_BUFFER(MOST);

        assert_non_null(coding);
        assert_int_equal(tp_coding_feed(coding, tp_bytes_of(coded.data, cut), gather, &out), TP_CODING_OK);
        for (size_t at = cut; at < coded.length; at += cut ? coded.length : 1)
            assert_int_equal(tp_coding_feed(coding, tp_bytes_of(coded.data + at, cut ? coded.length - at : 1), gather, &out), TP_CODING_OK);
        assert_int_equal(tp_coding_end(coding), TP_CODING_OK);
        assert_true(tp_bytes_equal(tp_buffer_bytes(&out), expected));
        tp_buffer_free(&out);
        tp_coding_free(coding);
    }
}

static void every_coding_is_undone_at_any_split(void **state)
{
    static const struct {
        const char *header;
        int bits;
    } ZLIBS[] = { { "gzip", GZIP }, { "x-gzip", GZIP }, { "GZip", GZIP }, { "deflate", ZLIB }, { "deflate", RAW } };
    tp_buffer text = plain();

    (void)state;
    for (size_t i = 0; i < sizeof(ZLIBS) / sizeof(*ZLIBS); i++) {
        tp_buffer coded = TP_BUFFER(MOST);

        deflate_to(&coded, tp_buffer_bytes(&text), ZLIBS[i].bits);
        assert_decoded(ZLIBS[i].header, tp_buffer_bytes(&coded), tp_buffer_bytes(&text));
        tp_buffer_free(&coded);
    }
    assert_decoded("br", tp_bytes_of(BROTLI, sizeof(BROTLI) - 1), tp_buffer_bytes(&text));
    assert_decoded("identity", tp_buffer_bytes(&text), tp_buffer_bytes(&text));
    assert_decoded("", tp_buffer_bytes(&text), tp_buffer_bytes(&text));
    tp_buffer_free(&text);
}

static void zstd_frames_and_gzip_members_may_follow_each_other(void **state)
{
    tp_buffer zstd = TP_BUFFER(MOST), gzip = TP_BUFFER(MOST);

    (void)state;
    zstd_to(&zstd, TP_BYTES("one "));
    zstd_to(&zstd, TP_BYTES("two"));
    assert_decoded("zstd", tp_buffer_bytes(&zstd), TP_BYTES("one two"));
    deflate_to(&gzip, TP_BYTES("one "), GZIP);
    deflate_to(&gzip, TP_BYTES("two"), GZIP);
    assert_decoded("gzip", tp_buffer_bytes(&gzip), TP_BYTES("one two"));
    tp_buffer_add(&gzip, TP_BYTES("\0\0\x1F\x8B\0")); /* padding, whatever it holds */
    assert_decoded("gzip", tp_buffer_bytes(&gzip), TP_BYTES("one two"));
    tp_buffer_free(&zstd);
    tp_buffer_free(&gzip);
}

/* Where the first byte of a frame came alone, the next one must not be taken for the begin of such a format. */
static void formats_from_before_zstd_1_0_are_refused_also_behind_a_cut(void **state)
{
    tp_coding *coding = tp_coding_new(TP_BYTES("zstd"));
    tp_buffer out = TP_BUFFER(MOST);

    (void)state;
    tp_coding_feed(coding, TP_BYTES("\x28"), gather, &out);
    assert_int_equal(tp_coding_feed(coding, TP_BYTES("\x25\xB5\x2F\xFD\x00\x00\x00\x00"), gather, &out), TP_CODING_BAD);
    tp_coding_free(coding);
    tp_buffer_free(&out);
}

static void formats_from_before_zstd_1_0_are_refused(void **state)
{
    static const char MAGIC[] = "\xB5\x2F\xFD\x04\x58\x00\x06\xE9\xDC\x82\x0A\x01\x00\x00\x00\x00";

    (void)state;
    for (unsigned version = 0x1E; version < 0x28; version++) {
        tp_buffer coded = TP_BUFFER(MOST), out = TP_BUFFER(MOST);
        const char first = (char)version;

        zstd_to(&coded, TP_BYTES("one"));
        tp_buffer_add(&coded, tp_bytes_of(&first, 1));
        tp_buffer_add(&coded, tp_bytes_of(MAGIC, sizeof(MAGIC) - 1));
        assert_int_equal(tp_coding_whole(TP_BYTES("zstd"), tp_buffer_bytes(&coded), &out), TP_CODING_BAD);
        assert_true(tp_bytes_equal(tp_buffer_bytes(&out), TP_BYTES("one")));
        tp_buffer_free(&out);
        tp_buffer_free(&coded);
    }
}

static void of_a_list_the_last_coding_is_undone_first(void **state)
{
    tp_buffer text = plain(), inner = TP_BUFFER(MOST), outer = TP_BUFFER(MOST);

    (void)state;
    deflate_to(&inner, tp_buffer_bytes(&text), ZLIB);
    zstd_to(&outer, tp_buffer_bytes(&inner));
    assert_decoded("deflate , identity,zstd", tp_buffer_bytes(&outer), tp_buffer_bytes(&text));
    tp_buffer_free(&text);
    tp_buffer_free(&inner);
    tp_buffer_free(&outer);
}

static void what_is_not_known_is_refused(void **state)
{
    (void)state;
    assert_null(tp_coding_new(TP_BYTES("compress")));
    assert_null(tp_coding_new(TP_BYTES("gzip, lzma")));
    assert_null(tp_coding_new(TP_BYTES("gzip, gzip, gzip, gzip")));
}

/* A provider that flushes after each event must be readable event by event. */
static void what_was_flushed_comes_out_at_once(void **state)
{
    tp_coding *coding = tp_coding_new(TP_BYTES("gzip"));
    tp_buffer out = TP_BUFFER(MOST);
    z_stream z = { 0 };
    char room[1000];

    (void)state;
    deflateInit2(&z, 6, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY);
    for (unsigned i = 1; i <= 3; i++) {
        z.next_in = (Bytef *)(uintptr_t) "data: x\n\n";
        z.avail_in = 9;
        z.next_out = (Bytef *)room;
        z.avail_out = sizeof(room);
        deflate(&z, Z_SYNC_FLUSH);
        tp_coding_feed(coding, tp_bytes_of(room, sizeof(room) - z.avail_out), gather, &out);
        assert_int_equal(out.length, 9 * i);
    }
    deflateEnd(&z);
    tp_coding_free(coding);
    tp_buffer_free(&out);
}

static void what_zstd_flushed_comes_out_at_once(void **state)
{
    tp_coding *coding = tp_coding_new(TP_BYTES("zstd"));
    tp_buffer out = TP_BUFFER(MOST);
    ZSTD_CCtx *z = ZSTD_createCCtx();
    char room[1000];

    (void)state;
    for (unsigned i = 1; i <= 3; i++) {
        ZSTD_inBuffer from = { .src = "data: x\n\n", .size = 9 };
        ZSTD_outBuffer to = { .dst = room, .size = sizeof(room) };

        assert_int_equal(ZSTD_compressStream2(z, &to, &from, ZSTD_e_flush), 0);
        tp_coding_feed(coding, tp_bytes_of(room, to.pos), gather, &out);
        assert_int_equal(out.length, 9 * i);
    }
    ZSTD_freeCCtx(z);
    tp_coding_free(coding);
    tp_buffer_free(&out);
}

static void bytes_that_are_not_in_the_coding_are_an_error_that_stays(void **state)
{
    static const char *const HEADERS[] = { "gzip", "deflate", "br", "zstd", "gzip, zstd" };

    (void)state;
    for (size_t i = 0; i < sizeof(HEADERS) / sizeof(*HEADERS); i++) {
        tp_coding *coding = tp_coding_new(tp_bytes_text(HEADERS[i]));
        tp_buffer out = TP_BUFFER(MOST);

        assert_int_equal(tp_coding_feed(coding, TP_BYTES("\xff\xff\xff\xff not coded at all, and more of it"), gather, &out),
                         TP_CODING_BAD);
        assert_int_equal(tp_coding_feed(coding, TP_BYTES("x"), gather, &out), TP_CODING_BAD);
        assert_int_equal(tp_coding_end(coding), TP_CODING_BAD);
        tp_coding_free(coding);
        tp_buffer_free(&out);
    }
}

static void an_inner_coding_that_is_broken_is_bad_and_no_limit(void **state)
{
    tp_buffer outer = TP_BUFFER(MOST), out = TP_BUFFER(MOST);

    (void)state;
    zstd_to(&outer, TP_BYTES("this is not gzip"));
    assert_int_equal(tp_coding_whole(TP_BYTES("gzip, zstd"), tp_buffer_bytes(&outer), &out), TP_CODING_BAD);
    tp_buffer_free(&outer);
    tp_buffer_free(&out);
}

static void a_body_that_is_cut_off_is_bad_and_an_empty_one_is_not(void **state)
{
    tp_buffer coded = TP_BUFFER(MOST), out = TP_BUFFER(MOST);

    (void)state;
    deflate_to(&coded, TP_BYTES("some text"), GZIP);
    assert_int_equal(tp_coding_whole(TP_BYTES("gzip"), tp_bytes_of(coded.data, coded.length - 1), &out), TP_CODING_BAD);
    assert_int_equal(tp_coding_whole(TP_BYTES("br"), tp_bytes_of(BROTLI, 50), &out), TP_CODING_BAD);
    assert_int_equal(tp_coding_whole(TP_BYTES("deflate"), TP_BYTES("x"), &out), TP_CODING_BAD);
    assert_int_equal(tp_coding_whole(TP_BYTES("gzip"), TP_BYTES(""), &out), TP_CODING_OK);
    tp_buffer_free(&coded);
    tp_buffer_free(&out);
}

static void a_bomb_ends_at_the_limit(void **state)
{
    static char zeros[1 << 20];
    tp_buffer gzip = TP_BUFFER(4 << 20), zstd = TP_BUFFER(4 << 20), out = TP_BUFFER(1000);

    (void)state;
    deflate_to(&gzip, tp_bytes_of(zeros, sizeof(zeros)), GZIP);
    zstd_to(&zstd, tp_bytes_of(zeros, sizeof(zeros)));
    assert_int_equal(tp_coding_whole(TP_BYTES("gzip"), tp_buffer_bytes(&gzip), &out), TP_CODING_LIMIT);
    assert_int_equal(out.length, 1000);
    tp_buffer_clear(&out, 0);
    assert_int_equal(tp_coding_whole(TP_BYTES("zstd"), tp_buffer_bytes(&zstd), &out), TP_CODING_LIMIT);
    tp_buffer_clear(&out, 0);
    tp_buffer_clear(&zstd, 0);
    zstd_to(&zstd, tp_buffer_bytes(&gzip));
    assert_int_equal(tp_coding_whole(TP_BYTES("gzip, zstd"), tp_buffer_bytes(&zstd), &out), TP_CODING_LIMIT);
    tp_buffer_free(&gzip);
    tp_buffer_free(&zstd);
    tp_buffer_free(&out);
}

static void a_window_that_is_too_large_is_refused(void **state)
{
    /* magic, frame descriptor without single segment, window descriptor of 2^30 bytes */
    tp_bytes frame = TP_BYTES("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00");
    tp_buffer out = TP_BUFFER(1000);

    (void)state;
    assert_int_equal(tp_coding_whole(TP_BYTES("zstd"), frame, &out), TP_CODING_LIMIT);
    tp_buffer_free(&out);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(every_coding_is_undone_at_any_split),
        cmocka_unit_test(zstd_frames_and_gzip_members_may_follow_each_other),
        cmocka_unit_test(formats_from_before_zstd_1_0_are_refused),
        cmocka_unit_test(formats_from_before_zstd_1_0_are_refused_also_behind_a_cut),
        cmocka_unit_test(of_a_list_the_last_coding_is_undone_first),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(what_was_flushed_comes_out_at_once),
        cmocka_unit_test(what_zstd_flushed_comes_out_at_once),
        cmocka_unit_test(bytes_that_are_not_in_the_coding_are_an_error_that_stays),
        cmocka_unit_test(an_inner_coding_that_is_broken_is_bad_and_no_limit),
        cmocka_unit_test(a_body_that_is_cut_off_is_bad_and_an_empty_one_is_not),
        cmocka_unit_test(a_bomb_ends_at_the_limit),
        cmocka_unit_test(a_window_that_is_too_large_is_refused),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
