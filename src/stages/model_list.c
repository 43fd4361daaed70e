/* stages/model_list.c - one call a provider, its reply read for names. */

#include "stages/model_list.h"

#include <stdlib.h>

#include "base/memory.h"
#include "json/scan.h"
#include "stages/auth.h"
#include "upstream/call.h"

enum { TOTAL_MS = 5000, MOST_REPLY = 4 << 20, MOST_HEAD = 64 << 10 };

/* Where each dialect lists its models, and where the names stand. */
static const struct {
    const char *path, *array, *name, *prefix;
} PLACES[TP_DIALECT_COUNT] = {
    [TP_DIALECT_OPENAI] = { "/models", "data", "id", "" },
    [TP_DIALECT_ANTHROPIC] = { "/v1/models?limit=1000", "data", "id", "" },
    [TP_DIALECT_GEMINI] = { "/v1beta/models?pageSize=1000", "models", "name", "models/" },
    [TP_DIALECT_OLLAMA] = { "/api/tags", "models", "name", "" },
};

typedef struct question {
    tp_model_list *list;
    const tp_provider *provider;
    tp_call_request request;
    tp_header *fields;
    tp_call *call; /* NULL: answered */
    tp_buffer reply;
    tp_json json;
    bool ok;
} question;

struct tp_model_list {
    tp_arena *arena;
    question *questions;
    size_t count, open;
    void (*done)(void *arg);
    void *arg;
};

static void on_head(void *arg, const tp_http1_head *head)
{
    question *q = arg;

    q->ok = head->status == 200;
}

static void on_body(void *arg, tp_bytes part)
{
    question *q = arg;

    q->ok = tp_buffer_add(&q->reply, part) && q->ok;
}

/* The questions have no body. */
static void on_writable(void *arg)
{
    (void)arg;
}

static void on_end(void *arg, tp_call_result result, const char *text)
{
    question *q = arg;
    tp_model_list *list = q->list;

    (void)text;
    q->call = NULL;
    q->ok = q->ok && result == TP_CALL_OK && tp_json_scan(tp_buffer_bytes(&q->reply), list->arena, TP_JSON_EVERYTHING, &q->json, NULL);
    if (--list->open == 0)
        list->done(list->arg);
}

static const tp_call_events EVENTS = { on_head, on_body, on_writable, on_end };

static const char *key_of(const tp_provider *provider)
{
    if (provider->api_key[0])
        return provider->api_key;
    return provider->api_keys.count ? provider->api_keys.items[0] : NULL;
}

static void ask(question *q, tp_services *services)
{
    tp_dialect dialect = (tp_dialect)q->provider->dialect;
    tp_origin *origin = tp_upstream_origin(services->upstream, q->provider->base_url);
    const char *key = key_of(q->provider);
    size_t count = 0;

    q->fields = tp_arena_array(q->list->arena, tp_header, 3 + q->provider->headers.count);
    q->fields[count++] = (tp_header){ TP_BYTES("accept"), TP_BYTES("application/json") };
    if (key)
        q->fields[count++] = tp_auth_field(dialect, key, q->list->arena);
    if (dialect == TP_DIALECT_ANTHROPIC)
        q->fields[count++] = (tp_header){ TP_BYTES("anthropic-version"), TP_BYTES("2023-06-01") };
    for (size_t i = 0; i < q->provider->headers.count; i++)
        q->fields[count++] =
            (tp_header){ tp_bytes_text(q->provider->headers.items[i].name), tp_bytes_text(q->provider->headers.items[i].value) };
    q->reply.limit = MOST_REPLY;
    q->request = (tp_call_request){
        .arena = q->list->arena,
        .heads = q->list->arena,
        .origin = origin,
        .method = TP_BYTES("GET"),
        .target = tp_arena_join(q->list->arena, (const tp_bytes[]){ tp_bytes_text(origin->path), tp_bytes_text(PLACES[dialect].path) }, 2),
        .headers = q->fields,
        .header_count = count,
        .no_body_field = true,
        .most_head = MOST_HEAD,
        .connect_ms = TOTAL_MS,
        .total_ms = TOTAL_MS,
    };
    q->call = tp_call_start(services->upstream, &q->request, &EVENTS, q);
}

tp_model_list *tp_model_list_fetch(tp_services *services, const tp_settings *all, void (*done)(void *arg), void *arg)
{
    const tp_provider *providers = all->providers.items;
    tp_model_list *list = tp_new(tp_model_list);

    *list = (tp_model_list){ .arena = tp_arena_new(), .done = done, .arg = arg };
    list->questions = tp_arena_array(list->arena, question, all->providers.count);
    for (size_t i = 0; i < all->providers.count; i++)
        if (tp_settings_has_key(&providers[i]))
            list->questions[list->count++] = (question){ .list = list, .provider = &providers[i] };
    list->open = list->count;
    for (size_t i = 0; i < list->count; i++)
        ask(&list->questions[i], services);
    return list;
}

void tp_model_list_free(tp_model_list *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (list->questions[i].call)
            tp_call_cancel(list->questions[i].call);
        tp_buffer_free(&list->questions[i].reply);
    }
    tp_arena_free(list->arena);
    free(list);
}

static bool each_of(const question *q, bool (*visit)(void *arg, tp_bytes model, const char *provider), void *arg)
{
    tp_dialect dialect = (tp_dialect)q->provider->dialect;
    const tp_json *doc = &q->json;
    tp_bytes prefix = tp_bytes_text(PLACES[dialect].prefix);
    uint32_t array = q->ok ? tp_json_get(doc, 0, tp_bytes_text(PLACES[dialect].array)) : TP_JSON_NONE;

    for (uint32_t item = array ? tp_json_first(doc, array) : TP_JSON_NONE; item; item = tp_json_next(doc, item)) {
        uint32_t name = tp_json_get(doc, item, tp_bytes_text(PLACES[dialect].name));
        tp_bytes text = name ? tp_json_text(doc, name, q->list->arena) : TP_BYTES("");

        if (tp_bytes_starts(text, prefix))
            text = tp_bytes_from(text, prefix.length);
        if (text.length && !visit(arg, text, q->provider->name))
            return false;
    }
    return true;
}

void tp_model_list_each(const tp_model_list *list, bool (*visit)(void *arg, tp_bytes model, const char *provider), void *arg)
{
    for (size_t i = 0; i < list->count; i++)
        if (!each_of(&list->questions[i], visit, arg))
            return;
}

bool tp_model_list_open(const tp_model_list *list)
{
    return list->open > 0;
}

bool tp_model_list_whole(const tp_model_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->questions[i].ok)
            return false;
    return true;
}
