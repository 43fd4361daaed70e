/* stages/models.c - answers GET /v1/models when the config names models: aliases, configured models and what the providers list. */

#include "stages/stages.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/list.h"
#include "base/memory.h"
#include "exchange/services.h"
#include "stages/model_list.h"

/* A list that lacks a provider is asked for again soon. */
enum { KEPT_MS = 600000, KEPT_PARTLY_MS = 10000, MOST_ANSWER = 8 << 20 };

typedef struct models {
    tp_services *services;
    const tp_settings *all;
    bool named;          /* the config names an alias or a model */
    tp_model_list *list; /* being fetched, or fetched; NULL = never */
    bool fetching;
    uint64_t fetched_ns;
    tp_list waiting; /* of note.link */
} models;

typedef struct note {
    tp_link link;
    tp_exchange *x;
} note;

static bool names_models(const tp_settings *all)
{
    const tp_provider *providers = all->providers.items;

    for (size_t i = 0; i < all->providers.count; i++)
        if (providers[i].models.count)
            return true;
    return all->models.count > 0;
}

static tp_err models_open(void **self, const void *previous, const tp_stage_env *env)
{
    models *m = tp_new(models);

    (void)previous; /* other settings may mean other providers: the list is fetched anew */
    *m = (models){ .services = env->services, .all = env->all, .named = names_models(env->all) };
    tp_list_init(&m->waiting);
    *self = m;
    return TP_OK;
}

static void models_close(void *self)
{
    models *m = self;

    tp_model_list_free(m->list);
    free(m);
}

/* ---- the answer ---- */

typedef struct seen {
    UT_hash_handle hh;
    const char *name;
} seen;

typedef struct answer {
    tp_exchange *x;
    tp_buffer body;
    seen *names;
    tp_bytes first, last;
} answer;

static void put_openai(answer *a, const char *model, const char *owner)
{
    tp_buffer_text(&a->body, "{\"id\":\"");
    tp_buffer_json(&a->body, tp_bytes_text(model));
    tp_buffer_text(&a->body, "\",\"object\":\"model\",\"created\":0,\"owned_by\":\"");
    tp_buffer_json(&a->body, tp_bytes_text(owner));
    tp_buffer_text(&a->body, "\"}");
}

static void put_anthropic(answer *a, const char *model)
{
    tp_buffer_text(&a->body, "{\"type\":\"model\",\"id\":\"");
    tp_buffer_json(&a->body, tp_bytes_text(model));
    tp_buffer_text(&a->body, "\",\"display_name\":\"");
    tp_buffer_json(&a->body, tp_bytes_text(model));
    tp_buffer_text(&a->body, "\",\"created_at\":\"1970-01-01T00:00:00Z\"}");
}

/* Each name once, the first owner counts. */
static bool add_model(void *arg, tp_bytes model, const char *owner)
{
    answer *a = arg;
    seen *s;

    if (a->x->proxy_key && !tp_auth_allows(&a->x->proxy_key->models, model))
        return true;
    HASH_FIND(hh, a->names, model.data, model.length, s);
    if (s)
        return true;
    s = tp_arena_make(a->x->arena, seen);
    s->name = tp_arena_copy(a->x->arena, model).data;
    if (a->names)
        tp_buffer_text(&a->body, ",");
    else
        a->first = tp_bytes_text(s->name);
    a->last = tp_bytes_text(s->name);
    HASH_ADD_KEYPTR(hh, a->names, s->name, model.length, s);
    if (a->x->dialect == TP_DIALECT_ANTHROPIC)
        put_anthropic(a, s->name);
    else
        put_openai(a, s->name, owner);
    return true;
}

static bool is_pattern(const char *text)
{
    return strpbrk(text, "*?") != NULL;
}

static void add_configured(const models *m, answer *a)
{
    const tp_alias *aliases = m->all->models.items;
    const tp_provider *providers = m->all->providers.items;

    for (size_t i = 0; i < m->all->models.count; i++)
        add_model(a, tp_bytes_text(aliases[i].name), "tokenpak");
    for (size_t i = 0; i < m->all->providers.count; i++)
        for (size_t k = 0; k < providers[i].models.count; k++)
            if (!is_pattern(providers[i].models.items[k]))
                add_model(a, tp_bytes_text(providers[i].models.items[k]), providers[i].name);
}

static void put_end(answer *a)
{
    if (a->x->dialect != TP_DIALECT_ANTHROPIC) {
        tp_buffer_text(&a->body, "]}");
        return;
    }
    tp_buffer_text(&a->body, "],\"has_more\":false,\"first_id\":\"");
    tp_buffer_json(&a->body, a->first);
    tp_buffer_text(&a->body, "\",\"last_id\":\"");
    tp_buffer_json(&a->body, a->last);
    tp_buffer_text(&a->body, "\"}");
}

static void send_list(const models *m, tp_exchange *x)
{
    const tp_header fields[] = { { TP_BYTES("content-type"), TP_BYTES("application/json") } };
    answer a = { .x = x, .body = TP_BUFFER(MOST_ANSWER) };
    tp_reply_head head = { .status = 200, .headers = fields, .header_count = 1 };

    tp_buffer_text(&a.body, x->dialect == TP_DIALECT_ANTHROPIC ? "{\"data\":[" : "{\"object\":\"list\",\"data\":[");
    add_configured(m, &a);
    tp_model_list_each(m->list, add_model, &a);
    put_end(&a);
    HASH_CLEAR(hh, a.names);
    x->outcome.status = 200;
    head.body_length = (int64_t)a.body.length;
    tp_answer(x, &(tp_event){ .type = TP_EVENT_HEAD, .head = &head });
    tp_answer(x, &(tp_event){ .type = TP_EVENT_RAW, .raw = tp_buffer_bytes(&a.body) });
    tp_answer(x, &(tp_event){ .type = TP_EVENT_END });
    tp_buffer_free(&a.body);
}

/* ---- fetching ---- */

static void on_fetched(void *arg)
{
    models *m = arg;

    m->fetching = false;
    m->fetched_ns = tp_clock_ns(m->services->clock);
    for (tp_link *link = tp_list_shift(&m->waiting); link; link = tp_list_shift(&m->waiting)) {
        note *n = tp_list_entry(link, note, link);

        tp_resume(n->x, TP_ANSWERED);
        send_list(m, n->x);
    }
}

static bool is_fresh(const models *m)
{
    uint64_t kept_ms = m->list && tp_model_list_whole(m->list) ? KEPT_MS : KEPT_PARTLY_MS;

    return m->list && !m->fetching && tp_clock_ns(m->services->clock) - m->fetched_ns < kept_ms * 1000000;
}

static bool is_ours(const models *m, const tp_exchange *x)
{
    return m->named && x->forced_provider.length == 0 && tp_bytes_equal(x->request->method, TP_BYTES("GET")) &&
           tp_bytes_equal(x->request->path, TP_BYTES("/v1/models"));
}

static tp_verdict models_request(void *self, void *my_note, tp_exchange *x)
{
    models *m = self;
    note *n = my_note;

    if (!is_ours(m, x))
        return TP_NEXT;
    if (is_fresh(m)) {
        send_list(m, x);
        return TP_ANSWERED;
    }
    n->x = x;
    tp_list_append(&m->waiting, &n->link);
    if (!m->fetching) {
        tp_model_list_free(m->list);
        m->fetching = true;
        m->list = tp_model_list_fetch(m->services, m->all, on_fetched, m);
        if (!tp_model_list_open(m->list))
            on_fetched(m);
    }
    return TP_WAIT;
}

/* The list goes on being fetched: the next caller wants it too. */
static tp_heed models_left(void *self, void *my_note, tp_exchange *x)
{
    note *n = my_note;

    (void)self;
    if (!tp_list_linked(&n->link))
        return TP_PASS_ON;
    tp_list_remove(&n->link);
    tp_resume(x, TP_FAILED);
    return TP_KEEP;
}

const tp_stage tp_stage_models = {
    .name = "models",
    .note_size = sizeof(note),
    .open = models_open,
    .close = models_close,
    .request = models_request,
    .left = models_left,
};
