/* upstream/origin.c - takes a base URL apart with libcurl's own parser. */

#include "upstream/origin.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

/* The part as our own memory, or `fallback`. */
static char *part_of(CURLU *url, CURLUPart what, unsigned flags, const char *fallback)
{
    char *part = NULL, *copy;

    if (curl_url_get(url, what, &part, flags) != CURLUE_OK || !part)
        return tp_memory_text(fallback);
    copy = tp_memory_text(part);
    curl_free(part);
    return copy;
}

static char *join(const char *a, const char *b, const char *c, const char *d)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + strlen(d) + 1;
    char *text = tp_memory_new(size);

    snprintf(text, size, "%s%s%s%s", a, b, c, d);
    return text;
}

static char *bare_host(const char *host)
{
    char *bare = tp_memory_text(host + (host[0] == '['));
    size_t length = strlen(bare);

    if (length > 1 && (bare[length - 1] == ']' || bare[length - 1] == '.'))
        bare[length - 1] = 0;
    return bare;
}

static tp_origin *describe(CURLU *url, const char *base_url)
{
    tp_origin *origin = tp_new(tp_origin);
    char *scheme = part_of(url, CURLUPART_SCHEME, 0, ""), *host = part_of(url, CURLUPART_HOST, 0, "");
    char *port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, ""), *own = part_of(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, "");
    size_t length;

    origin->tls = strcmp(scheme, "https") == 0;
    origin->base_url = tp_memory_text(base_url);
    origin->url = join("http://", host, ":", port);
    origin->host = bare_host(host);
    origin->authority = join(host, own[0] ? ":" : "", own, "");
    origin->path = part_of(url, CURLUPART_PATH, 0, "");
    for (length = strlen(origin->path); length > 0 && origin->path[length - 1] == '/'; length--)
        origin->path[length - 1] = 0;
    tp_list_init(&origin->idle);
    free(scheme);
    free(host);
    free(port);
    free(own);
    return origin;
}

tp_origin *tp_origin_new(const char *base_url)
{
    CURLU *url = curl_url();
    bool http = strncmp(base_url, "http://", 7) == 0 || strncmp(base_url, "https://", 8) == 0;
    tp_origin *origin = NULL;

    if (http && curl_url_set(url, CURLUPART_URL, base_url, 0) == CURLUE_OK)
        origin = describe(url, base_url);
    curl_url_cleanup(url);
    return origin;
}

void tp_origin_free(tp_origin *origin)
{
    tp_tls_forget(&origin->sessions);
    free(origin->base_url);
    free(origin->url);
    free(origin->host);
    free(origin->authority);
    free(origin->path);
    free(origin);
}
