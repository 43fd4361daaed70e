/* server/watch.c - sees a client leave while what it sends is not read: a second descriptor of its socket, polled for the hang-up alone. */

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "server/client.h"

typedef struct tp_watch {
    uv_poll_t poll;
    int fd;
    tp_client *client; /* NULL: switched off */
} tp_watch;

static void on_closed(uv_handle_t *handle)
{
    tp_watch *w = handle->data;

    close(w->fd);
    free(w);
}

static void on_hang_up(uv_poll_t *poll, int status, int events)
{
    tp_watch *w = poll->data;

    (void)status;
    (void)events;
    if (w->client)
        tp_client_close(w->client);
}

static void switch_on(tp_client *c)
{
    tp_watch *w = tp_new(tp_watch);
    uv_os_fd_t fd;

    if (uv_fileno((uv_handle_t *)&c->tcp, &fd) != 0 || (w->fd = dup(fd)) < 0) {
        free(w); /* without descriptors its leaving is seen when it is read again */
        return;
    }
    w->client = c;
    w->poll.data = w;
    uv_poll_init(c->server->services->loop, &w->poll, w->fd);
    uv_poll_start(&w->poll, UV_DISCONNECT, on_hang_up);
    c->watch = w;
}

static void switch_off(tp_client *c)
{
    tp_watch *w = c->watch;

    c->watch = NULL;
    w->client = NULL;
    uv_close((uv_handle_t *)&w->poll, on_closed);
}

void tp_watch_set(tp_client *c, bool on)
{
    if (on && !c->watch)
        switch_on(c);
    else if (!on && c->watch)
        switch_off(c);
}
