/* base/offload.h - work that must not run on the loop: done by a worker thread, finished on the loop thread. */

#ifndef TP_BASE_OFFLOAD_H
#define TP_BASE_OFFLOAD_H

#include <uv.h>

/* Calls work(arg) on a worker thread, then done(arg) on the loop thread. `arg` belongs to the work meanwhile. */
void tp_offload(uv_loop_t *loop, void (*work)(void *arg), void (*done)(void *arg), void *arg);

#endif
