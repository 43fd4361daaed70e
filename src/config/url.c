/* config/url.c - base URLs of providers: http(s)://host[:port][/path], nothing else. */

#include "config/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

typedef struct parts {
    tp_bytes host; /* without the brackets of an IPv6 address */
    tp_bytes port; /* with its colon; may be empty */
    bool bracketed;
} parts;

static size_t scheme_length(const char *url)
{
    if (strncasecmp(url, "https://", 8) == 0)
        return 8;
    return strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

static bool is_visible(const char *text)
{
    for (; *text; text++)
        if (*text <= 0x20 || *text >= 0x7F || strchr("\"<>\\^`{|}", *text))
            return false;
    return true;
}

static bool split(tp_bytes authority, parts *p)
{
    size_t end;

    p->bracketed = authority.length && authority.data[0] == '[';
    end = tp_bytes_find(authority, p->bracketed ? ']' : ':');
    if (p->bracketed && end == authority.length)
        return false;
    p->host = p->bracketed ? tp_bytes_of(authority.data + 1, end - 1) : tp_bytes_of(authority.data, end);
    p->port = tp_bytes_from(authority, p->bracketed ? end + 1 : end);
    return true;
}

static bool is_host(const parts *p)
{
    char text[INET6_ADDRSTRLEN] = "";
    unsigned char address[16];

    if (p->bracketed) {
        if (p->host.length >= sizeof(text))
            return false;
        memcpy(text, p->host.data, p->host.length);
        return inet_pton(AF_INET6, text, address) == 1;
    }
    for (size_t i = 0; i < p->host.length; i++)
        if (!isalnum((unsigned char)p->host.data[i]) && !strchr("-._", p->host.data[i]))
            return false;
    return p->host.length > 0 && p->host.length <= 253;
}

static bool is_port(tp_bytes port)
{
    uint64_t number;

    if (port.length == 0)
        return true;
    return port.data[0] == ':' && tp_bytes_number(tp_bytes_from(port, 1), &number) && number >= 1 && number <= 65535;
}

const char *tp_config_url_problem(const char *url)
{
    const char *start = url + scheme_length(url);
    tp_bytes authority = tp_bytes_of(start, strcspn(start, "/?#"));
    parts p;

    if (start == url)
        return "must begin with http:// or https://";
    if (!is_visible(url))
        return "has a character that a URL cannot have";
    if (tp_bytes_find(authority, '@') < authority.length)
        return "must not hold a user name or password: use api_key";
    if (strpbrk(start, "?#"))
        return "must not have a query or a fragment";
    if (!split(authority, &p) || !is_host(&p))
        return "has no valid host";
    return is_port(p.port) ? NULL : "has no valid port";
}

const char *tp_config_url_normal(tp_arena *arena, const char *url)
{
    tp_bytes text = tp_bytes_text(url);
    size_t path = scheme_length(url) + strcspn(url + scheme_length(url), "/");
    char *normal;

    while (text.length > path && text.data[text.length - 1] == '/')
        text.length--;
    normal = tp_arena_printf(arena, "%.*s", (int)text.length, text.data);
    for (size_t i = 0; i < path && normal[i]; i++)
        normal[i] = (char)tolower((unsigned char)normal[i]);
    return normal;
}
