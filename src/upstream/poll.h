/* upstream/poll.h - one uv_poll for each number of a descriptor, which stays for the next one of that number. Loop thread. */

#ifndef TP_UPSTREAM_POLL_H
#define TP_UPSTREAM_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

typedef void tp_poll_event(void *arg, int fd, bool readable, bool writable);

/* Zeroed but for the loop = empty. */
typedef struct tp_polls {
    uv_loop_t *loop;
    struct tp_poll **by_fd;
    size_t room;
} tp_polls;

/* Calls `event` when the descriptor can be read or written, from now on this one; neither = not watched. */
void tp_poll_set(tp_polls *polls, int fd, bool readable, bool writable, tp_poll_event *event, void *arg);

/* Watches the descriptor no more, before it is closed: its number can come back in the same turn. No-op for one that was never watched. */
void tp_poll_drop(tp_polls *polls, int fd);

/* The `arg` of the descriptor whose event this is; NULL when it has another or none. */
void *tp_poll_owner(const tp_polls *polls, int fd, tp_poll_event *event);

/* The handles close in the loop's next turn. */
void tp_poll_free(tp_polls *polls);

#endif
