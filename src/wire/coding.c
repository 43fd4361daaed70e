/* wire/coding.c - a chain of decoders: the last coding of the header was applied last and is undone first. */

#include "wire/coding.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/decoder.h"

enum { LARGEST_PIECE = 1 << 30 };

struct tp_coding {
    tp_decoder *layers[TP_CODING_LAYERS]; /* in the order of decoding */
    unsigned count;
    bool fed;
    tp_coding_result result;
    tp_coding_sink *sink; /* of the feed that runs */
    void *arg;
};

/* What a decoder gives goes on to the next layer. */
typedef struct link {
    tp_coding *coding;
    unsigned layer;
} link;

static bool add_layer(tp_coding *coding, tp_bytes name)
{
    tp_decoder *decoder;

    if (name.length == 0 || tp_bytes_equal_nocase(name, TP_BYTES("identity")))
        return true;
    if (coding->count == TP_CODING_LAYERS)
        return false;
    decoder = tp_decoder_new(name);
    if (!decoder)
        return false;
    memmove(coding->layers + 1, coding->layers, coding->count * sizeof(*coding->layers));
    coding->layers[0] = decoder;
    coding->count++;
    return true;
}

tp_coding *tp_coding_new(tp_bytes header)
{
    tp_coding *coding = tp_new(tp_coding);
    tp_bytes name;

    while (tp_bytes_next(&header, ',', &name)) {
        if (add_layer(coding, name))
            continue;
        tp_coding_free(coding);
        return NULL;
    }
    return coding;
}

void tp_coding_free(tp_coding *coding)
{
    if (!coding)
        return;
    for (unsigned i = 0; i < coding->count; i++)
        tp_decoder_free(coding->layers[i]);
    free(coding);
}

/* Three layers at most: the depth of the recursion is that of the header. */
static bool pass(void *arg, tp_bytes bytes)
{
    const link *from = arg;
    tp_coding *coding = from->coding;
    link next = { .coding = coding, .layer = from->layer + 1 };
    tp_coding_result result;

    if (from->layer == coding->count)
        return coding->sink(coding->arg, bytes);
    result = tp_decoder_feed(coding->layers[from->layer], bytes, pass, &next);
    if (coding->result == TP_CODING_OK)
        coding->result = result;
    return result == TP_CODING_OK;
}

tp_coding_result tp_coding_feed(tp_coding *coding, tp_bytes piece, tp_coding_sink *sink, void *arg)
{
    link first = { .coding = coding };

    coding->sink = sink;
    coding->arg = arg;
    while (piece.length && coding->result == TP_CODING_OK) {
        tp_bytes part = tp_bytes_of(piece.data, piece.length < LARGEST_PIECE ? piece.length : LARGEST_PIECE);

        coding->fed = true;
        if (!pass(&first, part) && coding->result == TP_CODING_OK)
            coding->result = TP_CODING_LIMIT;
        piece = tp_bytes_from(piece, part.length);
    }
    return coding->result;
}

/* No bytes at all are an empty body in any coding. */
tp_coding_result tp_coding_end(tp_coding *coding)
{
    for (unsigned i = 0; coding->fed && coding->result == TP_CODING_OK && i < coding->count; i++)
        if (!tp_decoder_complete(coding->layers[i]))
            coding->result = TP_CODING_BAD;
    return coding->result;
}

static bool add(void *arg, tp_bytes decoded)
{
    tp_buffer *out = arg;
    size_t room = out->limit - out->length;

    return tp_buffer_add(out, tp_bytes_of(decoded.data, decoded.length < room ? decoded.length : room)) && decoded.length <= room;
}

tp_coding_result tp_coding_whole(tp_bytes header, tp_bytes body, tp_buffer *out)
{
    tp_coding *coding = tp_coding_new(header);
    tp_coding_result result;

    if (!coding)
        return TP_CODING_BAD;
    tp_coding_feed(coding, body, add, out);
    result = tp_coding_end(coding);
    tp_coding_free(coding);
    return result;
}
