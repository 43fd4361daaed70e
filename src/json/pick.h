/* json/pick.h - picks values out of JSON that is too large to hold: pushed in piece by piece, in constant memory. One thread. */

#ifndef TP_JSON_PICK_H
#define TP_JSON_PICK_H

#include <tokenpak/arena.h>
#include <tokenpak/bytes.h>

typedef struct tp_pick tp_pick;

enum { TP_PICK_KEYS = 4 };

/* Keys from the top of each text down, as many as are not empty; arrays on the way are walked through, so that a path is looked for in
 * each element. */
typedef struct tp_pick_path {
    tp_bytes keys[TP_PICK_KEYS];
    unsigned tag; /* the caller's own */
} tp_pick_path;

/* Told of each picked value as soon as it is complete; `raw` is borrowed for the call. */
typedef void tp_pick_found(void *arg, const tp_pick_path *path, tp_bytes raw);

/* `paths` must outlive the pick. A value longer than `most` bytes, or null, is not picked. Lives as long as the arena. */
tp_pick *tp_pick_new(tp_arena *arena, const tp_pick_path *paths, unsigned count, size_t most, tp_pick_found *found, void *arg);

/* The next bytes, cut anywhere, of one text, of many in a row (with or without newlines between) or of an array. False once it has met
 * something that is not JSON: it then ignores all until a reset. Quotes and brackets are followed exactly; the rest is checked loosely. */
bool tp_pick_feed(tp_pick *pick, tp_bytes piece);

/* No more comes: completes a number that stands last. */
void tp_pick_end(tp_pick *pick);

/* As new, for another text. */
void tp_pick_reset(tp_pick *pick);

/* Complete texts, and complete elements of arrays that are themselves a text. */
uint64_t tp_pick_texts(const tp_pick *pick);
uint64_t tp_pick_elements(const tp_pick *pick);

#endif
