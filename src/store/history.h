/* store/history.h - conversations that clients refer to by the id of their last reply (previous_response_id), where no provider keeps them:
 * a file of its own beside the store, made when the first is kept. Loop thread; the file is touched by one worker at a time. */

#ifndef TP_STORE_HISTORY_H
#define TP_STORE_HISTORY_H

#include <uv.h>

#include <tokenpak/bytes.h>

typedef struct tp_history tp_history;

typedef struct tp_history_key {
    tp_bytes id;
    tp_bytes tenant; /* whoever asks with another one finds nothing */
} tp_history_key;

/* `store`: the path of the database beside which the file is; ":memory:" = nothing is written. */
tp_history *tp_history_open(uv_loop_t *loop, const char *store);

/* Keeps `items` for `keep_ms`; beyond `most` conversations the oldest go. All is copied. What cannot be written is logged and lost. */
void tp_history_put(tp_history *history, const tp_history_key *key, tp_bytes items, uint64_t keep_ms, uint32_t most);

/* Calls `done` once, later; `items` is borrowed for the call, its data NULL when nothing is kept under that key. */
void tp_history_get(tp_history *history, const tp_history_key *key, void (*done)(void *arg, tp_bytes items), void *arg);

/* Does what was asked, closes the file, frees the history, then calls `closed`. */
void tp_history_close(tp_history *history, void (*closed)(void *arg), void *arg);

#endif
