/* wire/decoder.c - zlib, brotli and zstd as decoders that give out whatever is decodable now. */

#include "wire/decoder.h"

#include <brotli/decode.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/memory.h"

enum { ROOM = 16384, ZSTD_WINDOW_LOG = 27, GZIP_BITS = 15 + 16, ZLIB_BITS = 15, RAW_BITS = -15, GZIP_MAGIC = 0x1F, ZSTD_MAGIC_BYTES = 4 };

typedef struct coding {
    const char *name;
    bool (*open)(tp_decoder *d);
    void (*close)(tp_decoder *d);
    tp_coding_result (*feed)(tp_decoder *d, tp_bytes piece, tp_coding_sink *sink, void *arg);
} coding;

struct tp_decoder {
    const coding *coding;
    bool begun, complete;
    bool padded;         /* gzip: what is no member has followed the last one */
    unsigned char first; /* deflate: the first byte, kept until the second tells whether it is a zlib header */
    bool have_first;
    z_stream z;
    BrotliDecoderState *brotli;
    ZSTD_DStream *zstd;
    unsigned magic; /* zstd: bytes of the frame's magic number that have come */
    bool skipped;   /* zstd: the frame is one to be skipped */
};

/* What zlib has written into `room` goes on. */
static bool give(const z_stream *z, const char *room, tp_coding_sink *sink, void *arg)
{
    size_t made = ROOM - z->avail_out;

    return made == 0 || sink(arg, tp_bytes_of(room, made));
}

static bool gzip_open(tp_decoder *d)
{
    return inflateInit2(&d->z, GZIP_BITS) == Z_OK;
}

static void zlib_close(tp_decoder *d)
{
    if (d->z.state)
        inflateEnd(&d->z);
}

/* Inflates until the input is used up or the stream has ended; `z.next_in` then stands behind it. */
static tp_coding_result inflate_some(tp_decoder *d, tp_coding_sink *sink, void *arg)
{
    char room[ROOM];
    int result;

    do {
        d->z.next_out = (Bytef *)room;
        d->z.avail_out = ROOM;
        result = inflate(&d->z, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return TP_CODING_BAD;
        if (!give(&d->z, room, sink, arg))
            return TP_CODING_LIMIT;
    } while (result == Z_OK && (d->z.avail_in || d->z.avail_out == 0));
    d->complete = result == Z_STREAM_END;
    return TP_CODING_OK;
}

static void set_input(tp_decoder *d, const char *data, size_t length)
{
    d->z.next_in = (Bytef *)(uintptr_t)data;
    d->z.avail_in = (uInt)length;
}

/* A gzip body may have several members; what follows the last and is none is padding. */
static tp_coding_result gzip_feed(tp_decoder *d, tp_bytes piece, tp_coding_sink *sink, void *arg)
{
    tp_coding_result result = TP_CODING_OK;

    set_input(d, piece.data, piece.length);
    while (result == TP_CODING_OK && d->z.avail_in && !d->padded) {
        d->padded = d->complete && *d->z.next_in != GZIP_MAGIC;
        if (d->padded)
            return TP_CODING_OK;
        if (d->complete)
            inflateReset(&d->z);
        result = inflate_some(d, sink, arg);
    }
    return result;
}

static bool deflate_open(tp_decoder *d)
{
    (void)d;
    return true;
}

/* "deflate" is zlib's format by the standard, and raw deflate from servers that took the word literally. */
static tp_coding_result deflate_start(tp_decoder *d, unsigned char second, tp_coding_sink *sink, void *arg)
{
    unsigned header = (unsigned)d->first << 8 | second;
    bool zlib = (d->first & 0x0F) == Z_DEFLATED && header % 31 == 0;
    char first = (char)d->first;

    d->begun = true;
    if (inflateInit2(&d->z, zlib ? ZLIB_BITS : RAW_BITS) != Z_OK)
        return TP_CODING_BAD;
    set_input(d, &first, 1);
    return inflate_some(d, sink, arg);
}

static tp_coding_result deflate_feed(tp_decoder *d, tp_bytes piece, tp_coding_sink *sink, void *arg)
{
    tp_coding_result result = TP_CODING_OK;

    if (!d->have_first) {
        d->first = (unsigned char)piece.data[0];
        d->have_first = true;
        piece = tp_bytes_from(piece, 1);
    }
    if (piece.length && !d->begun)
        result = deflate_start(d, (unsigned char)piece.data[0], sink, arg);
    if (result != TP_CODING_OK || piece.length == 0 || d->complete)
        return result;
    set_input(d, piece.data, piece.length);
    return inflate_some(d, sink, arg);
}

static bool brotli_open(tp_decoder *d)
{
    d->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    return d->brotli != NULL;
}

static void brotli_close(tp_decoder *d)
{
    BrotliDecoderDestroyInstance(d->brotli);
}

static tp_coding_result brotli_feed(tp_decoder *d, tp_bytes piece, tp_coding_sink *sink, void *arg)
{
    const uint8_t *in = (const uint8_t *)piece.data;
    BrotliDecoderResult result;

    if (d->complete)
        return TP_CODING_OK;
    do {
        size_t none = 0, made = 0;
        const uint8_t *out;

        result = BrotliDecoderDecompressStream(d->brotli, &piece.length, &in, &none, NULL, NULL);
        if (result == BROTLI_DECODER_RESULT_ERROR)
            return TP_CODING_BAD;
        out = BrotliDecoderTakeOutput(d->brotli, &made);
        if (made && !sink(arg, tp_bytes_of((const char *)out, made)))
            return TP_CODING_LIMIT;
    } while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT || BrotliDecoderHasMoreOutput(d->brotli));
    d->complete = result == BROTLI_DECODER_RESULT_SUCCESS;
    return TP_CODING_OK;
}

static bool zstd_open(tp_decoder *d)
{
    d->zstd = ZSTD_createDStream();
    return d->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
}

static void zstd_close(tp_decoder *d)
{
    ZSTD_freeDStream(d->zstd);
}

static tp_coding_result zstd_failure(size_t code)
{
    return ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge ? TP_CODING_LIMIT : TP_CODING_BAD;
}

/* Frames of RFC 8878 and skippable ones. Debian's library also reads seven formats from before the first release, with decoders that few
 * have looked at since, and looks for them wherever a piece begins before the four bytes of a frame's magic number are complete. */
static bool zstd_begins(tp_decoder *d, tp_bytes rest)
{
    static const unsigned char FRAME[ZSTD_MAGIC_BYTES] = { 0x28, 0xB5, 0x2F, 0xFD }, SKIPPED[ZSTD_MAGIC_BYTES] = { 0x50, 0x2A, 0x4D, 0x18 };

    for (size_t i = 0; d->magic < ZSTD_MAGIC_BYTES && i < rest.length; i++, d->magic++) {
        unsigned char c = (unsigned char)rest.data[i];

        if (d->magic == 0)
            d->skipped = (c & 0xF0) == SKIPPED[0];
        if (d->magic == 0 && d->skipped)
            continue;
        if (c != (d->skipped ? SKIPPED : FRAME)[d->magic])
            return false;
    }
    return true;
}

/* Frames may follow each other; 0 from the library means that one has just ended. */
static tp_coding_result zstd_feed(tp_decoder *d, tp_bytes piece, tp_coding_sink *sink, void *arg)
{
    ZSTD_inBuffer in = { .src = piece.data, .size = piece.length };
    char room[ROOM];
    ZSTD_outBuffer out;

    do {
        size_t left;

        if ((d->complete || !d->begun) && in.pos < in.size)
            d->magic = 0;
        if (!zstd_begins(d, tp_bytes_from(piece, in.pos)))
            return TP_CODING_BAD;
        d->begun = true;
        out = (ZSTD_outBuffer){ .dst = room, .size = ROOM };
        left = ZSTD_decompressStream(d->zstd, &out, &in);
        if (ZSTD_isError(left))
            return zstd_failure(left);
        d->complete = left == 0;
        if (out.pos && !sink(arg, tp_bytes_of(room, out.pos)))
            return TP_CODING_LIMIT;
    } while (in.pos < in.size || (out.pos == ROOM && !d->complete));
    return TP_CODING_OK;
}

static const coding CODINGS[] = {
    { "gzip", gzip_open, zlib_close, gzip_feed },          { "x-gzip", gzip_open, zlib_close, gzip_feed },
    { "deflate", deflate_open, zlib_close, deflate_feed }, { "br", brotli_open, brotli_close, brotli_feed },
    { "zstd", zstd_open, zstd_close, zstd_feed },
};

tp_decoder *tp_decoder_new(tp_bytes name)
{
    for (size_t i = 0; i < sizeof(CODINGS) / sizeof(*CODINGS); i++) {
        tp_decoder *d;

        if (!tp_bytes_equal_nocase(name, tp_bytes_text(CODINGS[i].name)))
            continue;
        d = tp_new(tp_decoder);
        d->coding = &CODINGS[i];
        if (d->coding->open(d))
            return d;
        tp_decoder_free(d);
        return NULL;
    }
    return NULL;
}

void tp_decoder_free(tp_decoder *decoder)
{
    if (!decoder)
        return;
    decoder->coding->close(decoder);
    free(decoder);
}

tp_coding_result tp_decoder_feed(tp_decoder *decoder, tp_bytes piece, tp_coding_sink *sink, void *arg)
{
    return piece.length ? decoder->coding->feed(decoder, piece, sink, arg) : TP_CODING_OK;
}

bool tp_decoder_complete(const tp_decoder *decoder)
{
    return decoder->complete;
}
