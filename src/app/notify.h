/* app/notify.h - talks to systemd without its library: readiness, watchdog, sockets handed over (sd_notify(3), sd_listen_fds(3)). */

#ifndef TP_APP_NOTIFY_H
#define TP_APP_NOTIFY_H

#include <stdint.h>

/* Sends `state` (such as "READY=1") to $NOTIFY_SOCKET; does nothing when there is none. */
void tp_notify_send(const char *state);

/* Milliseconds between two signs of life, 0 when no watchdog waits for them. */
uint64_t tp_notify_watchdog_ms(void);

/* The first descriptor handed over, -1 when there is none. */
int tp_notify_listen_fd(void);

#endif
