/* upstream/tcpinfo.c - getsockopt TCP_INFO in the kernel's newer form, which counts acknowledged bytes. */

#include "upstream/tcpinfo.h"

#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define LEVEL_TCP 6   /* IPPROTO_TCP; <netinet/in.h> would do, but nothing else of it is needed */
#define STATE_CLOSE 7 /* TCP_CLOSE of <netinet/tcp.h> */

uint64_t tp_tcpinfo_acknowledged(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof(info);

    memset(&info, 0, sizeof(info));
    if (getsockopt(fd, LEVEL_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    return info.tcpi_bytes_acked;
}

bool tp_tcpinfo_closed(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof(info);

    memset(&info, 0, sizeof(info));
    return getsockopt(fd, LEVEL_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == STATE_CLOSE;
}
