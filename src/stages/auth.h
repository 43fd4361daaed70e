/* stages/auth.h - who asks: proxy keys, and where credentials stand in a request. Loop thread only. */

#ifndef TP_STAGES_AUTH_H
#define TP_STAGES_AUTH_H

#include <tokenpak/stage.h>

#include "config/settings.h"

typedef struct tp_proxy_key {
    const char *name;
    const char *key;
    tp_texts providers, models; /* empty = all */
} tp_proxy_key;

/* The section `auth`. */
typedef struct tp_auth_settings {
    tp_items keys; /* of tp_proxy_key */
    const char *admin_key;
    bool open;
} tp_auth_settings;

extern const tp_stage tp_stage_auth;

/* Header fields that carry credentials, and the dialect each is meant for (TP_DIALECT_COUNT = that of the request). */
typedef struct tp_auth_place {
    const char *name;
    tp_dialect dialect;
    const char *before; /* scheme in front of the credential, "" = none */
} tp_auth_place;

enum { TP_AUTH_PLACES = 3 };
extern const tp_auth_place tp_auth_places[TP_AUTH_PLACES];

/* The credential in a value of that place; empty when the scheme is another. */
tp_bytes tp_auth_credential(const tp_auth_place *place, tp_bytes value);

/* Whether `credential` is one of the proxy keys; takes equally long for every wrong one of a length. NULL = no. */
const tp_proxy_key *tp_auth_find(const tp_settings *settings, tp_bytes credential);

/* Whether the pattern list is empty or one of it fits. */
bool tp_auth_allows(const tp_texts *patterns, tp_bytes name);

/* The field that shows a provider's own key, as its dialect wants it. */
tp_header tp_auth_field(tp_dialect dialect, const char *key, tp_arena *arena);

/* Whether an item of a query string is `key=VALUE`, also when letters of the name are percent-encoded; the value as sent. */
bool tp_auth_query_item(tp_bytes item, tp_bytes *value);

/* As tp_auth_find, of a value that may be percent-encoded. */
const tp_proxy_key *tp_auth_find_encoded(const tp_settings *settings, tp_bytes value);

#endif
