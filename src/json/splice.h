/* json/splice.h - edits of a JSON text as replaced spans: everything that is not edited stays byte for byte. Pure; any thread. */

#ifndef TP_JSON_SPLICE_H
#define TP_JSON_SPLICE_H

#include "base/buffer.h"
#include "json/scan.h"

/* Takes `removed` bytes at `offset` away and puts `inserted` there. */
typedef struct tp_splice {
    size_t offset, removed;
    tp_bytes inserted;
} tp_splice;

/* Adds the edited text to `out`. Sorts the edits; those at one offset are applied in the order given. False when two overlap, one lies
 * outside of the text or the limit of `out` is passed; `out` is then unchanged in length. */
bool tp_splice_apply(tp_bytes text, tp_splice *edits, unsigned count, tp_buffer *out);

/* The value of a node becomes `json`. */
tp_splice tp_splice_value(const tp_json *doc, uint32_t node, tp_bytes json);

/* A member at the end of an object, whose inside need not be recorded. Of an empty object only one such edit can be applied. */
tp_splice tp_splice_member(const tp_json *doc, uint32_t object, tp_bytes key, tp_bytes json, tp_arena *arena);

#endif
