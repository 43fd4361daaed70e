/* upstream/poll.c - a table of uv_poll handles by descriptor. */

#include "upstream/poll.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct tp_poll {
    uv_poll_t handle;
    int mask;
    int fd;
    tp_poll_event *event;
    void *arg;
} tp_poll;

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static tp_poll *find(const tp_polls *polls, int fd)
{
    return (size_t)fd < polls->room ? polls->by_fd[fd] : NULL;
}

/* A handle for each descriptor anew would cost two epoll_ctl calls and an ioctl. */
static tp_poll *find_or_make(tp_polls *polls, int fd)
{
    tp_poll *p = find(polls, fd);

    if (p)
        return p;
    if ((size_t)fd >= polls->room) {
        size_t room = (size_t)fd * 2 + 64;

        polls->by_fd = tp_memory_resize(polls->by_fd, room * sizeof(*polls->by_fd));
        memset(polls->by_fd + polls->room, 0, (room - polls->room) * sizeof(*polls->by_fd));
        polls->room = room;
    }
    p = tp_new(tp_poll);
    p->fd = fd;
    p->handle.data = p;
    uv_poll_init(polls->loop, &p->handle, fd);
    polls->by_fd[fd] = p;
    return p;
}

static void on_event(uv_poll_t *handle, int status, int events)
{
    tp_poll *p = handle->data;

    if (status < 0)
        p->mask = 0; /* libuv has stopped the poll; what is still to be read, and the error behind it, need another one */
    p->event(p->arg, p->fd, status < 0 || (events & (UV_READABLE | UV_DISCONNECT)), status < 0 || (events & UV_WRITABLE));
}

static void set_mask(tp_poll *p, int mask)
{
    if (p->mask == mask) /* it would still cost two epoll_ctl calls */
        return;
    p->mask = mask;
    if (mask)
        uv_poll_start(&p->handle, mask, on_event);
    else
        uv_poll_stop(&p->handle);
}

void tp_poll_set(tp_polls *polls, int fd, bool readable, bool writable, tp_poll_event *event, void *arg)
{
    tp_poll *p = find_or_make(polls, fd);

    p->event = event;
    p->arg = arg;
    set_mask(p, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0));
}

void tp_poll_drop(tp_polls *polls, int fd)
{
    tp_poll *p = find(polls, fd);

    if (!p)
        return;
    p->event = NULL;
    set_mask(p, 0);
}

void *tp_poll_owner(const tp_polls *polls, int fd, tp_poll_event *event)
{
    const tp_poll *p = find(polls, fd);

    return p && p->event == event ? p->arg : NULL;
}

void tp_poll_free(tp_polls *polls)
{
    for (size_t fd = 0; fd < polls->room; fd++)
        if (polls->by_fd[fd])
            uv_close((uv_handle_t *)&polls->by_fd[fd]->handle, on_closed);
    free(polls->by_fd);
}
