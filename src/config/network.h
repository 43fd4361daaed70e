/* config/network.h - networks such as 10.0.0.0/8 or fd00::/8 and whether an address lies in one. Pure; any thread. */

#ifndef TP_CONFIG_NETWORK_H
#define TP_CONFIG_NETWORK_H

#include <stdbool.h>
#include <sys/socket.h>

/* An IPv4 or IPv6 address, alone or with a prefix length. */
bool tp_config_network_valid(const char *network);

/* Whether `address` lies in `network` (a valid one). An IPv4 address in IPv6 clothes (::ffff:a.b.c.d) counts as IPv4; an address of another
 * family than IPv4 and IPv6 lies in none. */
bool tp_config_network_match(const char *network, const struct sockaddr *address);

#endif
