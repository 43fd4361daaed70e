/* wire/coding.h - undoes a Content-Encoding as the bytes come: gzip, deflate, br, zstd and lists of them. One thread. */

#ifndef TP_WIRE_CODING_H
#define TP_WIRE_CODING_H

#include "base/buffer.h"

typedef struct tp_coding tp_coding;

typedef enum tp_coding_result {
    TP_CODING_OK,
    TP_CODING_BAD,   /* not in that coding, or cut off */
    TP_CODING_LIMIT, /* more comes out than is wanted, or its window is larger than 128 MiB */
} tp_coding_result;

enum { TP_CODING_LAYERS = 3 };

/* Decoded bytes, borrowed for the call; false = no more is wanted, and the feed ends with TP_CODING_LIMIT. */
typedef bool tp_coding_sink(void *arg, tp_bytes decoded);

/* From the value of the header field; empty or "identity" passes bytes as they are. NULL: a coding that is not known, or more than
 * TP_CODING_LAYERS. */
tp_coding *tp_coding_new(tp_bytes header);
void tp_coding_free(tp_coding *coding);

/* Hands on everything that can be decoded by now. A result other than OK is final: later calls repeat it. */
tp_coding_result tp_coding_feed(tp_coding *coding, tp_bytes piece, tp_coding_sink *sink, void *arg);

/* BAD when the coded bytes are not complete. */
tp_coding_result tp_coding_end(tp_coding *coding);

/* A whole body at once; what passes the limit of `out` is TP_CODING_LIMIT, and `out` then holds the beginning. An unknown coding is BAD. */
tp_coding_result tp_coding_whole(tp_bytes header, tp_bytes body, tp_buffer *out);

#endif
