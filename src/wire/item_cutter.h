/* wire/item_cutter.h - cuts a stream of JSON objects into its items, fed at any split: one a line, or the elements of an array. One thread.
 */

#ifndef TP_WIRE_ITEM_CUTTER_H
#define TP_WIRE_ITEM_CUTTER_H

#include <tokenpak/bytes.h>

#include "base/buffer.h"

/* Told of each object as soon as it is complete; borrowed for the call. */
typedef void tp_item_fn(void *arg, tp_bytes item);

/* Zeroed but for held.limit (most bytes of one item), fn and arg. */
typedef struct tp_item_cutter {
    tp_buffer held; /* the beginning of an item */
    tp_item_fn *fn;
    void *arg;
    unsigned depth;
    bool in_string, escape;
} tp_item_cutter;

/* False: an item is longer than the limit, or something else than objects, commas and the brackets of one array stands there. */
bool tp_item_cutter_feed(tp_item_cutter *cutter, tp_bytes piece);

#endif
