/* fuzz/fuzz_coding.c - codings are undone alike at any cut, never give out more than is wanted, and give out at once what was flushed. */

#include "fuzz.h"

#include <zlib.h>
#include <zstd.h>

#include "wire/coding.h"

enum { MOST = 256 << 10 };

static const char *const HEADERS[] = { "gzip", "deflate", "br", "zstd", "br, gzip", "zstd, deflate", "gzip, gzip", "identity" };

static bool gather(void *arg, tp_bytes decoded)
{
    tp_buffer *out = arg;

    return decoded.length <= out->limit - out->length && tp_buffer_add(out, decoded);
}

/* Feeds `first` bytes, then `size` at a time. */
static tp_coding_result run(const char *header, tp_bytes coded, size_t first, size_t size, tp_buffer *out)
{
    tp_coding *coding = tp_coding_new(tp_bytes_text(header));
    tp_coding_result result;

    demand(coding != NULL);
    first = first < coded.length ? first : coded.length;
    tp_coding_feed(coding, tp_bytes_of(coded.data, first), gather, out);
    for (coded = tp_bytes_from(coded, first); coded.length; coded = tp_bytes_from(coded, size))
        tp_coding_feed(coding, tp_bytes_of(coded.data, coded.length < size ? coded.length : size), gather, out);
    result = tp_coding_end(coding);
    demand(tp_coding_feed(coding, TP_BYTES(""), gather, out) == result);
    tp_coding_free(coding);
    return result;
}

/* Where it fails, one cut may have given out more of what was good than another, and so have met the limit before the fault. */
static void compare(const char *header, tp_bytes coded, tp_coding_result expected, tp_bytes whole, size_t first, size_t size)
{
    tp_buffer out = TP_BUFFER(MOST);
    tp_coding_result result = run(header, coded, first, size, &out);

    demand((result == TP_CODING_OK) == (expected == TP_CODING_OK) && out.length <= MOST);
    demand(result != TP_CODING_OK || tp_bytes_equal(tp_buffer_bytes(&out), whole));
    demand(tp_bytes_starts(tp_buffer_bytes(&out), whole) || tp_bytes_starts(whole, tp_buffer_bytes(&out)));
    tp_buffer_free(&out);
}

static void decode(const char *header, tp_bytes coded)
{
    tp_buffer out = TP_BUFFER(MOST);
    tp_coding_result result = run(header, coded, 0, SIZE_MAX, &out);

    for (size_t first = 1; first < coded.length; first += first)
        compare(header, coded, result, tp_buffer_bytes(&out), first, SIZE_MAX);
    compare(header, coded, result, tp_buffer_bytes(&out), 0, 1);
    compare(header, coded, result, tp_buffer_bytes(&out), 0, 7);
    tp_buffer_free(&out);
}

/* ---- flush ---- */

static size_t zlib_step(z_stream *z, tp_bytes text, int flush, char *room, size_t size)
{
    z->next_in = (Bytef *)(uintptr_t)text.data;
    z->avail_in = (uInt)text.length;
    z->next_out = (Bytef *)room;
    z->avail_out = (uInt)size;
    deflate(z, flush);
    return size - z->avail_out;
}

/* The length of what was flushed; the rest stands behind it. */
static size_t code_zlib(tp_bytes text, size_t cut, int bits, char *room, size_t size, size_t *total)
{
    z_stream z = { 0 };
    size_t flushed;

    demand(deflateInit2(&z, 1, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    flushed = zlib_step(&z, tp_bytes_of(text.data, cut), Z_SYNC_FLUSH, room, size);
    *total = flushed + zlib_step(&z, tp_bytes_from(text, cut), Z_FINISH, room + flushed, size - flushed);
    deflateEnd(&z);
    return flushed;
}

static size_t code_zstd(tp_bytes text, size_t cut, char *room, size_t size, size_t *total)
{
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    ZSTD_inBuffer in = { text.data, cut, 0 };
    ZSTD_outBuffer out = { room, size, 0 };
    size_t flushed;

    demand(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_flush) == 0);
    flushed = out.pos;
    in.size = text.length;
    demand(ZSTD_compressStream2(zstd, &out, &in, ZSTD_e_end) == 0);
    *total = out.pos;
    ZSTD_freeCCtx(zstd);
    return flushed;
}

static void flushed_is_there(tp_bytes text, size_t cut, const char *header, int bits)
{
    size_t size = text.length + text.length / 8 + 1024, total, flushed;
    tp_buffer out = TP_BUFFER(text.length);
    char *room = malloc(size);
    tp_coding *coding = tp_coding_new(tp_bytes_text(header));

    flushed = bits ? code_zlib(text, cut, bits, room, size, &total) : code_zstd(text, cut, room, size, &total);
    demand(tp_coding_feed(coding, tp_bytes_of(room, flushed), gather, &out) == TP_CODING_OK);
    demand(tp_bytes_equal(tp_buffer_bytes(&out), tp_bytes_of(text.data, cut)));
    demand(tp_coding_feed(coding, tp_bytes_of(room + flushed, total - flushed), gather, &out) == TP_CODING_OK);
    demand(tp_coding_end(coding) == TP_CODING_OK && tp_bytes_equal(tp_buffer_bytes(&out), text));
    tp_coding_free(coding);
    tp_buffer_free(&out);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *header;
        int bits; /* 0 = zstd */
    } FLUSHED[] = { { "gzip", 31 }, { "deflate", 15 }, { "deflate", -15 }, { "zstd", 0 } };
    tp_bytes text = tp_bytes_from(tp_bytes_of((const char *)data, size), 1);
    unsigned choice = size ? data[0] : 0;

    if (size < 2)
        return 0;
    decode(HEADERS[choice % 8], text);
    flushed_is_there(text, text.length * choice / 255, FLUSHED[choice / 8 % 4].header, FLUSHED[choice / 8 % 4].bits);
    return 0;
}
