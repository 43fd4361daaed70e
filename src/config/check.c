/* config/check.c - what no table can say: whether the values of the settings fit each other and the world. */

#include "config/check.h"

#include <ctype.h>

#include "config/environment.h"
#include "config/nearest.h"
#include "config/network.h"
#include "config/node.h"
#include "config/url.h"

/* First segments of paths that are ours, or of a dialect: a provider of that name could not be reached by /NAME/... */
static const char *const RESERVED[] = { "v1",          "v1beta", "api",   "health",  "ready",     "stats",
                                        "cache-stats", "traces", "trace", "metrics", "dashboard", "admin" };

/* Fields that belong to the connection or that we write ourselves. */
static const char *const OWN_HEADERS[] = { "connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade" };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

typedef struct checker {
    tp_config_snapshot *snapshot;
    tp_config_problems *problems;
} checker;

static const tp_config_mark *mark_of(const checker *c, const void *field)
{
    return tp_config_places_find(&c->snapshot->places, field);
}

static bool is_listed(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (tp_bytes_equal_nocase(tp_bytes_text(words[i]), tp_bytes_text(word)))
            return true;
    return false;
}

static void check_network(const checker *c, const void *field, const void *outer, const char *network, const char *what)
{
    const tp_config_mark *mark = mark_of(c, field) ? mark_of(c, field) : mark_of(c, outer);

    if (mark && !tp_config_network_valid(network))
        tp_config_problems_error(c->problems, mark, "%s: expected a network such as 10.0.0.0/8 or fd00::/8, not '%.80s'", what, network);
}

static void check_listen(const checker *c)
{
    const tp_listen *listen = &c->snapshot->settings.listen;

    for (size_t i = 0; i < listen->allow_from.count; i++)
        check_network(c, &listen->allow_from.items[i], &listen->allow_from, listen->allow_from.items[i], "listen.allow_from");
    if (!*listen->address)
        tp_config_problems_error(c->problems, mark_of(c, &listen->address), "listen.address: expected an address such as 127.0.0.1");
}

static bool is_provider_name(const char *name)
{
    const char *at = name;

    while (isalnum((unsigned char)*at) || *at == '-' || *at == '_')
        at++;
    return at > name && *at == 0;
}

static char folded(char c)
{
    return c == '-' ? '_' : (char)tolower((unsigned char)c);
}

/* Names that differ only in case, or in - and _, would share their path and their environment names. */
static bool collides(const char *a, const char *b)
{
    while (*a && folded(*a) == folded(*b)) {
        a++;
        b++;
    }
    return folded(*a) == folded(*b);
}

static void check_provider_name(const checker *c, const tp_provider *all, size_t index)
{
    const char *name = all[index].name;
    const tp_config_mark *mark = mark_of(c, &all[index].name);

    if (!is_provider_name(name))
        tp_config_problems_error(c->problems, mark, "provider '%.80s': expected a name of letters, digits, '-' and '_'", name);
    if (is_listed(RESERVED, COUNT(RESERVED), name))
        tp_config_problems_error(c->problems, mark, "provider '%s': this name is the start of a path of the proxy", name);
    for (size_t i = 0; i < index; i++)
        if (collides(name, all[i].name))
            tp_config_problems_error(c->problems, mark, "provider '%.80s': too like '%.80s', there already", name, all[i].name);
}

static bool is_token(const char *name)
{
    const char *at = name;

    while (isalnum((unsigned char)*at) || (*at && strchr("!#$%&'*+-.^_`|~", *at)))
        at++;
    return at > name && *at == 0;
}

static void check_headers(const checker *c, const tp_provider *p)
{
    for (size_t i = 0; i < p->headers.count; i++) {
        const char *name = p->headers.items[i].name;
        const tp_config_mark *mark =
            mark_of(c, &p->headers.items[i].name) ? mark_of(c, &p->headers.items[i].name) : mark_of(c, &p->headers);

        if (!is_token(name))
            tp_config_problems_error(c->problems, mark, "providers.%.80s.headers: '%.80s' is no name of a header field", p->name, name);
        else if (is_listed(OWN_HEADERS, COUNT(OWN_HEADERS), name))
            tp_config_problems_error(c->problems, mark, "providers.%.80s.headers: '%s' is written by the proxy itself", p->name, name);
    }
}

static void check_provider(const checker *c, tp_provider *p)
{
    const tp_config_mark *mark = mark_of(c, &p->base_url);
    const char *problem = mark ? tp_config_url_problem(p->base_url) : NULL;

    if (problem)
        tp_config_problems_error(c->problems, mark, "providers.%.80s.base_url: %s", p->name, problem);
    else if (mark)
        p->base_url = tp_config_url_normal(c->snapshot->arena, p->base_url);
    for (size_t i = 0; i < p->api_keys.count; i++)
        if (!*p->api_keys.items[i])
            tp_config_problems_error(c->problems, mark_of(c, &p->api_keys.items[i]), "providers.%.80s.api_keys: an empty key", p->name);
    check_headers(c, p);
}

static void check_providers(const checker *c)
{
    const tp_items *all = &c->snapshot->settings.providers;
    tp_provider *providers = (tp_provider *)(uintptr_t)all->items; /* ours until the load is over */

    for (size_t i = 0; i < all->count; i++) {
        check_provider_name(c, providers, i);
        check_provider(c, &providers[i]);
    }
}

static void unknown_provider(const checker *c, const tp_config_mark *mark, const char *what, const char *name)
{
    const tp_items *all = &c->snapshot->settings.providers;
    const tp_provider *providers = all->items;
    tp_config_nearest nearest = { .word = name };

    for (size_t i = 0; i < all->count; i++)
        tp_config_nearest_offer(&nearest, providers[i].name);
    tp_config_problems_error(c->problems, mark, "%s: there is no provider '%.80s'; the nearest is '%.80s'", what, name,
                             nearest.best ? nearest.best : "");
}

static void check_targets(const checker *c, const tp_alias *alias)
{
    const tp_target *targets = alias->targets.items;
    const char *what = tp_arena_printf(c->snapshot->arena, "models.%.80s.targets", alias->name);

    if (alias->targets.count == 0 && mark_of(c, &alias->targets))
        tp_config_problems_error(c->problems, mark_of(c, &alias->targets), "%s: expected at least one target", what);
    for (size_t i = 0; i < alias->targets.count; i++) {
        const tp_config_mark *mark = mark_of(c, &targets[i].provider);

        if (mark && !tp_settings_provider(&c->snapshot->settings, tp_bytes_text(targets[i].provider)))
            unknown_provider(c, mark, what, targets[i].provider);
    }
}

static void check_models(const checker *c)
{
    const tp_alias *aliases = c->snapshot->settings.models.items;

    for (size_t i = 0; i < c->snapshot->settings.models.count; i++) {
        if (!*aliases[i].name)
            tp_config_problems_error(c->problems, mark_of(c, &aliases[i].name), "models: an empty name");
        check_targets(c, &aliases[i]);
    }
}

static void check_use(const checker *c, const tp_route *route, const char *what)
{
    const tp_config_mark *mark = mark_of(c, &route->use);
    tp_bytes use = tp_bytes_text(route->use), provider = tp_bytes_of(use.data, tp_bytes_find(use, '/'));

    if (!mark || tp_settings_alias(&c->snapshot->settings, use))
        return;
    if (provider.length + 1 == use.length)
        tp_config_problems_error(c->problems, mark, "%s.use: no model behind the '/' of '%.80s'", what, route->use);
    else if (!tp_settings_provider(&c->snapshot->settings, provider))
        tp_config_problems_error(c->problems, mark, "%s.use: '%.80s' is neither an alias nor a provider nor provider/model", what,
                                 route->use);
}

static void check_routes(const checker *c)
{
    const tp_route *routes = c->snapshot->settings.routes.items;

    for (size_t i = 0; i < c->snapshot->settings.routes.count; i++) {
        const char *what = tp_arena_printf(c->snapshot->arena, "routes[%zu]", i);

        check_use(c, &routes[i], what);
        if (*routes[i].match.client)
            check_network(c, &routes[i].match.client, NULL, routes[i].match.client, "match.client");
    }
}

static bool is_retry_word(const char *word)
{
    static const char *const WORDS[] = { "connect", "timeout", "reset" };
    uint64_t status;

    if (tp_bytes_number(tp_bytes_text(word), &status))
        return status >= 400 && status <= 599;
    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (strcmp(word, WORDS[i]) == 0)
            return true;
    return false;
}

static void check_retry(const checker *c)
{
    const tp_texts *on = &c->snapshot->settings.retry.on;

    for (size_t i = 0; i < on->count; i++) {
        const tp_config_mark *mark = mark_of(c, &on->items[i]) ? mark_of(c, &on->items[i]) : mark_of(c, on);

        if (mark && !is_retry_word(on->items[i]))
            tp_config_problems_error(c->problems, mark,
                                     "retry.on: expected connect, timeout, reset or a status from 400 to 599, not '%.80s'", on->items[i]);
    }
}

/* Without HOME the path stays as it is, and the store says that it cannot be used. */
static void check_store(const checker *c, char *const *environment)
{
    tp_store_settings *store = &c->snapshot->settings.store;
    const char *home = tp_config_environment(environment, TP_BYTES("HOME"));

    if (!*store->path)
        tp_config_problems_error(c->problems, mark_of(c, &store->path), "store.path: expected a file or :memory:");
    else if (home && *home && strncmp(store->path, "~/", 2) == 0)
        store->path = tp_arena_printf(c->snapshot->arena, "%s%s", home, store->path + 1);
}

void tp_config_check(tp_config_snapshot *snapshot, char *const *environment, tp_config_problems *problems)
{
    checker c = { snapshot, problems };

    check_listen(&c);
    check_store(&c, environment);
    check_providers(&c);
    check_models(&c);
    check_routes(&c);
    check_retry(&c);
}
