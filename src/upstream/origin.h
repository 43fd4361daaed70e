/* upstream/origin.h - where a provider lives: the parts of its base URL, and what is kept for it. Owned by the upstream room, one per base
 * URL. */

#ifndef TP_UPSTREAM_ORIGIN_H
#define TP_UPSTREAM_ORIGIN_H

#include <tokenpak/bytes.h>

#include "base/list.h"
#include "upstream/tls.h"

typedef struct tp_origin {
    char *base_url;  /* as configured: the key */
    char *url;       /* http://host:port for libcurl, which makes the connection; TLS on it is ours */
    char *host;      /* whom its certificate must name: without brackets, and without a dot at the end */
    char *authority; /* for the Host field: host, and :port when it is not the scheme's own */
    char *path;      /* prefix of every target, without a slash at its end; "" when there is none */
    bool tls;
    tp_list idle; /* of connections, newest first */
    unsigned idle_count;
    tp_tls_sessions sessions;
    struct tp_origin *next;
} tp_origin;

/* NULL when `base_url` is not http(s)://host[:port][/path]. Free with tp_origin_free. */
tp_origin *tp_origin_new(const char *base_url);
void tp_origin_free(tp_origin *origin);

#endif
