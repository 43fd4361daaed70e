/* config/network.c - networks such as 10.0.0.0/8 or fd00::/8 and whether an address lies in one. */

#include "config/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <tokenpak/bytes.h>

enum { MAPPED_BITS = 96, MAPPED_BYTES = MAPPED_BITS / 8 };

typedef struct block {
    int family;
    unsigned char bytes[16];
    unsigned bits; /* of the prefix */
} block;

static unsigned width(int family)
{
    return family == AF_INET ? 32 : 128;
}

/* ::ffff:a.b.c.d becomes a.b.c.d, so that a rule for IPv4 also holds on a socket that listens for both. */
static void unmap(block *b)
{
    static const unsigned char PREFIX[MAPPED_BYTES] = { [10] = 0xFF, [11] = 0xFF };

    if (b->family != AF_INET6 || b->bits < MAPPED_BITS || memcmp(b->bytes, PREFIX, MAPPED_BYTES) != 0)
        return;
    b->family = AF_INET;
    b->bits -= MAPPED_BITS;
    memmove(b->bytes, b->bytes + MAPPED_BYTES, 4);
}

static bool parse(const char *network, block *b)
{
    tp_bytes text = tp_bytes_text(network);
    size_t slash = tp_bytes_find(text, '/');
    char address[INET6_ADDRSTRLEN] = "";
    uint64_t bits;

    if (slash >= sizeof(address))
        return false;
    memcpy(address, network, slash);
    b->family = memchr(address, ':', slash) ? AF_INET6 : AF_INET;
    if (inet_pton(b->family, address, b->bytes) != 1)
        return false;
    bits = width(b->family);
    if (slash < text.length && (!tp_bytes_number(tp_bytes_from(text, slash + 1), &bits) || bits > width(b->family)))
        return false;
    b->bits = (unsigned)bits;
    unmap(b);
    return true;
}

static bool of_address(const struct sockaddr *address, block *b)
{
    b->family = address->sa_family;
    if (b->family == AF_INET)
        memcpy(b->bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    else if (b->family == AF_INET6)
        memcpy(b->bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    else
        return false;
    b->bits = width(b->family);
    unmap(b);
    return true;
}

bool tp_config_network_valid(const char *network)
{
    block b;

    return parse(network, &b);
}

bool tp_config_network_match(const char *network, const struct sockaddr *address)
{
    block net, one;
    unsigned whole, rest;

    if (!parse(network, &net) || !of_address(address, &one) || net.family != one.family)
        return false;
    whole = net.bits / 8;
    rest = net.bits % 8;
    if (memcmp(net.bytes, one.bytes, whole) != 0)
        return false;
    return rest == 0 || ((net.bytes[whole] ^ one.bytes[whole]) >> (8 - rest)) == 0;
}
