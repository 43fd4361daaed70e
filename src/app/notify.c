/* app/notify.c - datagrams to $NOTIFY_SOCKET and the variables of socket activation. */

#include "app/notify.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <tokenpak/bytes.h>

enum { FIRST_FD = 3 };

void tp_notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un where = { .sun_family = AF_UNIX };
    size_t length = path ? strlen(path) : 0;
    int fd;

    if (length == 0 || length >= sizeof(where.sun_path))
        return;
    memcpy(where.sun_path, path, length);
    if (path[0] == '@')
        where.sun_path[0] = 0; /* an abstract socket */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&where,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(fd);
}

/* The variable as a number; `otherwise` when it is not one. */
static uint64_t number_of(const char *name, uint64_t otherwise)
{
    uint64_t number;

    return tp_bytes_number(tp_bytes_text(getenv(name)), &number) ? number : otherwise;
}

uint64_t tp_notify_watchdog_ms(void)
{
    uint64_t own = (uint64_t)getpid();

    return number_of("WATCHDOG_PID", own) == own ? number_of("WATCHDOG_USEC", 0) / 2000 : 0;
}

int tp_notify_listen_fd(void)
{
    if (number_of("LISTEN_PID", 0) != (uint64_t)getpid() || number_of("LISTEN_FDS", 0) == 0)
        return -1;
    fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC);
    return FIRST_FD;
}
