/* stages/auth.c - lets a request in that shows a proxy key, when there are any. */

#include "stages/auth.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/memory.h"

enum { LONGEST_KEY = 1024 };

static const tp_option KEY_OPTIONS[] = {
    TP_OPTION_NEEDED(tp_proxy_key, name, "how it is called in stats and logs"),
    TP_OPTION_NEEDED_SECRET(tp_proxy_key, key, "what the client sends"),
    TP_OPTION_TEXTS(tp_proxy_key, providers, NULL, "patterns of the providers it may use; empty = all"),
    TP_OPTION_TEXTS(tp_proxy_key, models, NULL, "patterns of the models it may ask for; empty = all"),
    TP_OPTION_END,
};

static const tp_option OPTIONS[] = {
    TP_OPTION_LIST(tp_auth_settings, keys, KEY_OPTIONS, tp_proxy_key, "proxy keys; once there is one, every request needs one"),
    TP_OPTION_SECRET_TEXT(tp_auth_settings, admin_key, "opens the admin paths from elsewhere than loopback"),
    TP_OPTION_BOOL(tp_auth_settings, open, "false", "serve others than loopback without proxy keys although providers have keys"),
    TP_OPTION_END,
};

const tp_auth_place tp_auth_places[TP_AUTH_PLACES] = {
    { "authorization", TP_DIALECT_COUNT, "Bearer " },
    { "x-api-key", TP_DIALECT_ANTHROPIC, "" },
    { "x-goog-api-key", TP_DIALECT_GEMINI, "" },
};

typedef struct auth {
    const tp_settings *all;
    const tp_auth_settings *set;
} auth;

tp_bytes tp_auth_credential(const tp_auth_place *place, tp_bytes value)
{
    size_t skip = strlen(place->before);

    if (!tp_bytes_equal_nocase(tp_bytes_of(value.data, value.length < skip ? value.length : skip), tp_bytes_text(place->before)))
        return tp_bytes_of(NULL, 0);
    return tp_bytes_trim(tp_bytes_from(value, skip));
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3986 2.1; what is not a percent-encoded byte stays. Longer than `room`: cut, which is no key any more. */
static tp_bytes decode(tp_bytes text, char *room, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < text.length && length < size; i++) {
        bool coded = text.data[i] == '%' && i + 2 < text.length && hex_digit(text.data[i + 1]) >= 0 && hex_digit(text.data[i + 2]) >= 0;

        room[length++] = coded ? (char)(hex_digit(text.data[i + 1]) * 16 + hex_digit(text.data[i + 2])) : text.data[i];
        i += coded ? 2 : 0;
    }
    return tp_bytes_of(room, length);
}

bool tp_auth_query_item(tp_bytes item, tp_bytes *value)
{
    size_t end = tp_bytes_find(item, '=');
    char room[16];

    *value = tp_bytes_from(item, end + 1);
    return end < item.length && tp_bytes_equal(decode(tp_bytes_of(item.data, end), room, sizeof(room)), TP_BYTES("key"));
}

const tp_proxy_key *tp_auth_find_encoded(const tp_settings *settings, tp_bytes value)
{
    char room[LONGEST_KEY];

    return tp_auth_find(settings, decode(value, room, sizeof(room)));
}

tp_header tp_auth_field(tp_dialect dialect, const char *key, tp_arena *arena)
{
    switch (dialect) {
    case TP_DIALECT_ANTHROPIC:
        return (tp_header){ TP_BYTES("x-api-key"), tp_bytes_text(key) };
    case TP_DIALECT_GEMINI:
        return (tp_header){ TP_BYTES("x-goog-api-key"), tp_bytes_text(key) };
    default:
        return (tp_header){ TP_BYTES("Authorization"),
                            tp_arena_join(arena, (const tp_bytes[]){ TP_BYTES("Bearer "), tp_bytes_text(key) }, 2) };
    }
}

const tp_proxy_key *tp_auth_find(const tp_settings *settings, tp_bytes credential)
{
    const tp_auth_settings *set = tp_settings_section(settings, tp_stage_auth.name);
    const tp_proxy_key *keys = set ? set->keys.items : NULL, *found = NULL;

    for (size_t i = 0; set && i < set->keys.count; i++)
        if (credential.length && strlen(keys[i].key) == credential.length &&
            CRYPTO_memcmp(keys[i].key, credential.data, credential.length) == 0)
            found = &keys[i];
    return found;
}

bool tp_auth_allows(const tp_texts *patterns, tp_bytes name)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (tp_bytes_match(tp_bytes_text(patterns->items[i]), name))
            return true;
    return patterns->count == 0;
}

static tp_err auth_open(void **self, const void *previous, const tp_stage_env *env)
{
    auth *a = tp_new(auth);

    (void)previous;
    *a = (auth){ env->all, env->settings };
    *self = a;
    return TP_OK;
}

static void auth_close(void *self)
{
    free(self);
}

static const tp_proxy_key *shown_key(const tp_settings *all, const tp_request *request)
{
    const tp_proxy_key *key = NULL;
    tp_bytes query = request->query, item, value;

    while (!key && tp_bytes_next(&query, '&', &item))
        if (tp_auth_query_item(item, &value))
            key = tp_auth_find_encoded(all, value);
    for (size_t i = 0; i < request->header_count && !key; i++)
        for (size_t p = 0; p < TP_AUTH_PLACES && !key; p++)
            if (tp_bytes_equal_nocase(request->headers[i].name, tp_bytes_text(tp_auth_places[p].name)))
                key = tp_auth_find(all, tp_auth_credential(&tp_auth_places[p], request->headers[i].value));
    return key;
}

static tp_verdict auth_request(void *self, void *note, tp_exchange *x)
{
    const auth *a = self;

    (void)note;
    if (a->set->keys.count == 0)
        return TP_NEXT;
    x->proxy_key = shown_key(a->all, x->request);
    if (!x->proxy_key)
        return tp_fail(x, TP_ERR_CALLER_UNAUTHORIZED,
                       "a proxy key is required, as Authorization: Bearer, x-api-key, x-goog-api-key or ?key=");
    x->key_name = x->proxy_key->name;
    return TP_NEXT;
}

const tp_stage tp_stage_auth = {
    .name = "auth",
    .options = OPTIONS,
    .settings_size = sizeof(tp_auth_settings),
    .help = "Who may use the proxy, and its admin paths",
    .open = auth_open,
    .close = auth_close,
    .request = auth_request,
};
