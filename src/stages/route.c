/* stages/route.c - from path, model and headers to a plan: the candidates, in the order of the config. */

#include "stages/stages.h"

#include <stdlib.h>

#include "base/memory.h"
#include "config/network.h"
#include "exchange/endpoint.h"
#include "stages/convert.h"
#include "stages/reading.h"

enum { MOST_PEEK = 64 << 10 };

typedef struct route {
    const tp_settings *all;
} route;

typedef struct note {
    tp_exchange *x;
    route *self;
} note;

static tp_err route_open(void **self, const void *previous, const tp_stage_env *env)
{
    route *r = tp_new(route);

    (void)previous;
    r->all = env->all;
    *self = r;
    return TP_OK;
}

static void route_close(void *self)
{
    free(self);
}

static bool header_matches(const tp_request *request, const tp_pair *wanted)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (tp_bytes_equal_nocase(request->headers[i].name, tp_bytes_text(wanted->name)) &&
            tp_bytes_match(tp_bytes_text(wanted->value), request->headers[i].value))
            return true;
    return false;
}

static bool pattern_fits(const char *pattern, tp_bytes text)
{
    return pattern[0] == 0 || tp_bytes_match(tp_bytes_text(pattern), text);
}

static bool matches(const tp_match *m, const tp_exchange *x)
{
    if (!pattern_fits(m->model, x->model) || !pattern_fits(m->path, x->request->path))
        return false;
    if (m->client[0] && !tp_config_network_match(m->client, x->request->address))
        return false;
    for (size_t i = 0; i < m->header.count; i++)
        if (!header_matches(x->request, &m->header.items[i]))
            return false;
    return true;
}

static void plan_one(tp_exchange *x, const tp_provider *provider, tp_bytes model)
{
    x->plan.candidates = tp_arena_make(x->arena, tp_candidate);
    x->plan.candidates[0] = (tp_candidate){ .provider = provider, .model = model };
    x->plan.count = 1;
}

static bool plan_alias(const route *r, tp_exchange *x, tp_bytes name)
{
    const tp_alias *alias = tp_settings_alias(r->all, name);
    const tp_target *targets = alias ? alias->targets.items : NULL;

    if (!alias)
        return false;
    x->plan.candidates = tp_arena_array(x->arena, tp_candidate, alias->targets.count);
    x->plan.count = alias->targets.count;
    for (size_t i = 0; i < alias->targets.count; i++)
        x->plan.candidates[i] = (tp_candidate){ .provider = tp_settings_provider(r->all, tp_bytes_text(targets[i].provider)),
                                                .model = tp_bytes_text(targets[i].model) };
    return true;
}

/* provider/model names both, when the first is a provider's name. */
static bool plan_named(const route *r, tp_exchange *x, tp_bytes text)
{
    size_t slash = tp_bytes_find(text, '/');
    const tp_provider *provider = slash < text.length ? tp_settings_provider(r->all, tp_bytes_of(text.data, slash)) : NULL;

    if (!provider)
        return false;
    plan_one(x, provider, tp_bytes_from(text, slash + 1));
    return true;
}

static bool plan_use(const route *r, tp_exchange *x, tp_bytes use)
{
    const tp_provider *provider;

    if (plan_alias(r, x, use) || plan_named(r, x, use))
        return true;
    provider = tp_settings_provider(r->all, use);
    if (provider)
        plan_one(x, provider, tp_bytes_of(NULL, 0));
    return provider != NULL;
}

static bool plan_by_routes(const route *r, tp_exchange *x)
{
    const tp_route *routes = r->all->routes.items;

    for (size_t i = 0; i < r->all->routes.count; i++)
        if (matches(&routes[i].match, x))
            return plan_use(r, x, tp_bytes_text(routes[i].use));
    return false;
}

static bool plan_by_patterns(const route *r, tp_exchange *x)
{
    const tp_provider *providers = r->all->providers.items;

    for (size_t i = 0; i < r->all->providers.count && x->model.length; i++) {
        if (providers[i].models.count && tp_auth_allows(&providers[i].models, x->model)) {
            plan_one(x, &providers[i], tp_bytes_of(NULL, 0));
            return true;
        }
    }
    return false;
}

static tp_verdict plan_forced(const route *r, tp_exchange *x)
{
    const tp_provider *provider = tp_settings_provider(r->all, x->forced_provider);

    if (!provider)
        return tp_fail(x, TP_ERR_CALLER_NOT_FOUND, "no provider is named '%.*s'", (int)x->forced_provider.length, x->forced_provider.data);
    plan_one(x, provider, tp_bytes_of(NULL, 0));
    return TP_NEXT;
}

/* Section 3 of the contract, in its order. */
static tp_verdict plan(const route *r, tp_exchange *x)
{
    if (x->forced_provider.length)
        return plan_forced(r, x);
    if (plan_by_routes(r, x) || plan_alias(r, x, x->model) || plan_named(r, x, x->model) || plan_by_patterns(r, x))
        return TP_NEXT;
    plan_one(x, tp_settings_provider(r->all, tp_bytes_text(tp_dialect_name(x->dialect))), tp_bytes_of(NULL, 0));
    return TP_NEXT;
}

/* A proxy key may be limited to providers and models. */
static tp_verdict check_key(tp_exchange *x)
{
    const tp_proxy_key *key = x->proxy_key;

    if (!key)
        return TP_NEXT;
    if (key->models.count && x->model.length == 0 && x->request->body_length != 0)
        return tp_fail(x, TP_ERR_CALLER_FORBIDDEN, "the proxy key '%s' is limited to some models, and this request's cannot be read",
                       key->name);
    if (x->model.length && !tp_auth_allows(&key->models, x->model))
        return tp_fail(x, TP_ERR_CALLER_FORBIDDEN, "the proxy key '%s' may not ask for the model '%.*s'", key->name, (int)x->model.length,
                       x->model.data);
    for (size_t i = 0; i < x->plan.count; i++)
        if (!tp_auth_allows(&key->providers, tp_bytes_text(x->plan.candidates[i].provider->name)))
            return tp_fail(x, TP_ERR_CALLER_FORBIDDEN, "the proxy key '%s' may not use the provider '%s'", key->name,
                           x->plan.candidates[i].provider->name);
    return TP_NEXT;
}

/* Candidates that speak another dialect need a conversion, which only chats have. Relayed paths are the provider's to judge. */
static tp_verdict check_dialects(tp_exchange *x)
{
    const tp_provider *first = x->plan.candidates[0].provider;
    size_t kept = 0;

    if (x->shape == TP_SHAPE_OTHER && x->model.length == 0)
        return TP_NEXT;
    for (size_t i = 0; i < x->plan.count; i++) {
        if ((tp_dialect)x->plan.candidates[i].provider->dialect == x->dialect || tp_convert_possible(x, x->plan.candidates[i].provider))
            x->plan.candidates[kept++] = x->plan.candidates[i];
        else
            tp_trace_detail(x, &tp_stage_route, "skipped", x->plan.candidates[i].provider->name);
    }
    x->plan.count = kept;
    if (kept)
        return TP_NEXT;
    if (x->counting) /* clients then count for themselves */
        return tp_fail(x, TP_ERR_CALLER_NOT_FOUND, "'%s' has no endpoint that counts the tokens of a request", first->name);
    return tp_fail(x, TP_ERR_CALLER_UNSUPPORTED,
                   "model: '%.*s' is served by '%s', which speaks %s; this request of the dialect %s has no counterpart there",
                   (int)x->model.length, x->model.data, first->name, tp_dialect_name((tp_dialect)first->dialect),
                   tp_dialect_name(x->dialect));
}

static tp_verdict decide(note *n)
{
    tp_exchange *x = n->x;
    tp_verdict verdict = plan(n->self, x);

    if (verdict == TP_NEXT)
        verdict = check_key(x);
    if (verdict == TP_NEXT)
        verdict = check_dialects(x);
    if (verdict == TP_NEXT)
        tp_trace_detail(x, &tp_stage_route, "provider", x->plan.candidates[0].provider->name);
    return verdict;
}

/* A small JSON body of a relayed path is read for its model; one that is not JSON is the provider's to judge. */
static void peek(tp_exchange *x)
{
    tp_reading *reading;

    if (!tp_body_whole(x) || tp_body_held(x).length == 0)
        return;
    reading = tp_reading_new(x, MOST_PEEK, false);
    tp_reading_run(reading);
    x->held = true;
    tp_reading_apply(reading, x);
}

static void on_held(void *arg)
{
    note *n = arg;

    peek(n->x);
    tp_resume(n->x, decide(n));
}

static bool worth_a_peek(const tp_exchange *x)
{
    tp_bytes type = tp_request_header(x->request, "content-type");

    return !x->held && x->request->body_length != 0 && tp_bytes_contains(type, TP_BYTES("json"));
}

static tp_verdict route_request(void *self, void *my_note, tp_exchange *x)
{
    note *n = my_note;
    tp_verdict verdict;

    *n = (note){ x, self };
    if (x->dialect == TP_DIALECT_GEMINI)
        x->model = tp_endpoint_path_model(x->request->path);
    if (!worth_a_peek(x))
        return decide(n);
    verdict = tp_body_hold(x, MOST_PEEK, true, on_held, n);
    if (verdict != TP_NEXT)
        return verdict;
    peek(x);
    return decide(n);
}

const tp_stage tp_stage_route = {
    .name = "route",
    .note_size = sizeof(note),
    .open = route_open,
    .close = route_close,
    .request = route_request,
};
