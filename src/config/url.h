/* config/url.h - base URLs of providers. Pure; any thread. */

#ifndef TP_CONFIG_URL_H
#define TP_CONFIG_URL_H

#include <tokenpak/arena.h>

/* NULL when `url` is http(s)://host[:port][/path] with nothing else in it; otherwise what is wrong with it, without quoting it. */
const char *tp_config_url_problem(const char *url);

/* A valid URL with scheme and host in lower case and without slashes at its end. */
const char *tp_config_url_normal(tp_arena *arena, const char *url);

#endif
