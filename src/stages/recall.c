/* stages/recall.c - what came before, kept under the id of the reply and for whoever got it. */

#include "stages/recall.h"

#include <openssl/sha.h>

#include "base/buffer.h"
#include "config/settings.h"
#include "stages/auth.h"
#include "store/history.h"

#define FIELD "previous_response_id"

typedef struct search {
    tp_exchange *x;
    void (*done)(void *arg, const tp_json *past);
    void *arg;
} search;

static bool keeps(const tp_exchange *x)
{
    return x->settings->responses.state == TP_RESPONSES_KEEP && x->format &&
           tp_bytes_equal(tp_bytes_text(x->format->name), TP_BYTES("openai_responses"));
}

tp_bytes tp_recall_wanted(const tp_exchange *x)
{
    return keeps(x) && x->json ? tp_json_text(x->json, tp_json_get(x->json, 0, TP_BYTES(FIELD)), x->arena) : tp_bytes_of(NULL, 0);
}

/* Ids can be guessed, so they open nothing by themselves: the proxy key and the credential have to be the same. */
static tp_bytes tenant_of(const tp_exchange *x)
{
    unsigned char *digest = tp_arena_alloc(x->arena, SHA256_DIGEST_LENGTH);
    tp_bytes credential = { NULL, 0 }, text;

    for (size_t i = 0; i < TP_AUTH_PLACES && !credential.length; i++)
        credential = tp_auth_credential(&tp_auth_places[i], tp_request_header(x->request, tp_auth_places[i].name));
    text = tp_arena_join(x->arena, (const tp_bytes[]){ tp_bytes_text(x->key_name), TP_BYTES("\n"), credential }, 3);
    SHA256((const unsigned char *)text.data, text.length, digest);
    return tp_bytes_of((const char *)digest, SHA256_DIGEST_LENGTH);
}

static void on_found(void *arg, tp_bytes items)
{
    search *s = arg;
    tp_json *past = tp_arena_make(s->x->arena, tp_json);
    bool good = false;

    if (items.data) {
        tp_bytes text = tp_arena_join(s->x->arena, (const tp_bytes[]){ TP_BYTES("{\"items\":["), items, TP_BYTES("]}") }, 3);

        good = tp_json_scan(text, s->x->arena, TP_JSON_EVERYTHING, past, NULL);
    }
    s->done(s->arg, good ? past : NULL);
}

void tp_recall_find(tp_services *services, tp_exchange *x, tp_bytes id, void (*done)(void *arg, const tp_json *past), void *arg)
{
    search *s = tp_arena_make(x->arena, search);

    *s = (search){ x, done, arg };
    tp_history_get(services->history, &(tp_history_key){ id, tenant_of(x) }, on_found, s);
}

/* Items without the brackets around them, a comma between. */
static void add_items(tp_buffer *out, tp_bytes items)
{
    items = tp_bytes_trim(items);
    if (!items.length)
        return;
    if (out->length)
        tp_buffer_text(out, ",");
    tp_buffer_add(out, items);
}

static tp_bytes inside(tp_bytes array)
{
    return array.length >= 2 ? tp_bytes_of(array.data + 1, array.length - 2) : array;
}

static void add_input(tp_buffer *out, const tp_json *doc)
{
    uint32_t input = tp_json_get(doc, 0, TP_BYTES("input"));

    if (tp_json_has(doc, input, TP_JSON_ARRAY)) {
        add_items(out, inside(tp_json_raw(doc, input)));
    } else if (input) {
        add_items(out, TP_BYTES("{\"type\":\"message\",\"role\":\"user\",\"content\":"));
        tp_buffer_add(out, tp_json_raw(doc, input));
        tp_buffer_text(out, "}");
    }
}

static bool is_unwanted(const tp_exchange *x)
{
    bool store;

    return tp_json_bool(x->json, tp_json_get(x->json, 0, TP_BYTES("store")), &store) && !store;
}

void tp_recall_keep(tp_services *services, const tp_exchange *x, const tp_writer *writer)
{
    const tp_responses_settings *set = &x->settings->responses;
    tp_buffer items = TP_BUFFER(x->settings->listen.max_body);

    if (!keeps(x) || !writer->kept_id.length || !x->json || is_unwanted(x))
        return;
    add_items(&items, inside(x->chat->past));
    add_input(&items, x->json);
    add_items(&items, writer->kept_items);
    tp_history_put(services->history, &(tp_history_key){ writer->kept_id, tenant_of(x) }, tp_buffer_bytes(&items), set->keep_for,
                   set->max_entries);
    tp_buffer_free(&items);
}
