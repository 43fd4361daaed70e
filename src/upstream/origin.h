/* upstream/origin.h - where a provider lives: the parts of its base URL. Immutable; owned by the upstream room, one per base URL. */

#ifndef TP_UPSTREAM_ORIGIN_H
#define TP_UPSTREAM_ORIGIN_H

#include <tokenpak/bytes.h>

#include "base/list.h"

typedef struct tp_origin {
    char *base_url;  /* as configured: the key */
    char *url;       /* scheme://host:port/ for libcurl */
    char *authority; /* for the Host field: host, and :port when it is not the scheme's own */
    char *path;      /* prefix of every target, without a slash at its end; "" when there is none */
    bool tls;
    tp_list idle; /* of connections, newest first */
    unsigned idle_count;
    struct tp_origin *next;
} tp_origin;

/* NULL when `base_url` is not http(s)://host[:port][/path]. Free with tp_origin_free. */
tp_origin *tp_origin_new(const char *base_url);
void tp_origin_free(tp_origin *origin);

#endif
