/* upstream/tcpinfo.h - what the kernel knows of a TCP connection. Apart, because <linux/tcp.h> cannot stand beside <netinet/tcp.h>. */

#ifndef TP_UPSTREAM_TCPINFO_H
#define TP_UPSTREAM_TCPINFO_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that the peer's kernel has acknowledged since the connection stands; 0 when it cannot be learnt. */
uint64_t tp_tcpinfo_acknowledged(int fd);

/* Whether the connection is over in both directions although we have not closed it: it was reset. */
bool tp_tcpinfo_closed(int fd);

#endif
