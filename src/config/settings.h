/* config/settings.h - one immutable snapshot of all settings, counted by reference. Read on any thread, counted on the loop thread. */

#ifndef TP_CONFIG_SETTINGS_H
#define TP_CONFIG_SETTINGS_H

#include <tokenpak/dialect.h>
#include <tokenpak/option.h>

typedef struct tp_listen {
    const char *address;
    uint32_t port;
    uint32_t max_connections;
    uint64_t header_timeout, body_timeout, idle_timeout;
    uint64_t max_header, max_body, hold_reply, max_memory;
    tp_texts allow_from, allowed_hosts, allowed_origins;
} tp_listen;

typedef struct tp_store_settings {
    const char *path;
    uint64_t retain, batch_interval;
} tp_store_settings;

typedef struct tp_log_settings {
    uint32_t level;  /* a tp_log_level */
    uint32_t format; /* 0 text, 1 json */
    bool access;
} tp_log_settings;

typedef struct tp_timeouts {
    uint64_t connect, first_byte, idle, total; /* ms; 0 = none */
} tp_timeouts;

/* Which of OpenAI's two forms a provider has. */
typedef enum tp_api { TP_API_AUTO /* both; converted requests use chat */, TP_API_CHAT, TP_API_RESPONSES } tp_api;

typedef struct tp_provider {
    const char *name;
    uint32_t dialect; /* a tp_dialect */
    uint32_t api;     /* a tp_api */
    const char *base_url;
    const char *api_key;
    tp_texts api_keys; /* used in turn, after api_key */
    tp_pairs headers;  /* set on each request, over the client's */
    tp_texts models;   /* patterns of the models it serves */
    tp_timeouts timeout;
} tp_provider;

typedef struct tp_target {
    const char *provider;
    const char *model; /* "" = the client's */
} tp_target;

typedef struct tp_alias {
    const char *name;
    uint32_t strategy; /* 0 failover */
    tp_items targets;  /* of tp_target */
} tp_alias;

typedef struct tp_match {
    const char *model, *path; /* patterns; "" = any */
    tp_pairs header;          /* all must be there; values are patterns */
    const char *client;       /* a network; "" = any */
} tp_match;

typedef struct tp_route {
    tp_match match;
    const char *use; /* an alias, a provider, or provider/model */
} tp_route;

typedef struct tp_retry {
    uint32_t attempts;
    tp_texts on;
    uint64_t backoff, max_backoff, respect_retry_after;
} tp_retry;

/* What becomes of previous_response_id where a request of OpenAI's Responses is converted. */
typedef enum tp_responses_state { TP_RESPONSES_REFUSE, TP_RESPONSES_KEEP } tp_responses_state;

typedef struct tp_responses_settings {
    uint32_t state;    /* a tp_responses_state */
    uint64_t keep_for; /* ms */
    uint32_t max_entries;
} tp_responses_settings;

typedef struct tp_metrics_settings {
    bool prometheus;
} tp_metrics_settings;

typedef struct tp_trace_settings {
    uint32_t keep;
} tp_trace_settings;

/* A section that belongs to a stage: its table is tp_stage.options and its name the stage's. */
typedef struct tp_section {
    const char *name;
    const tp_option *options;
    size_t size;
    const char *help;
} tp_section;

typedef struct tp_settings {
    tp_listen listen;
    tp_store_settings store;
    tp_log_settings log;
    tp_items providers; /* of tp_provider: the four built-in ones first, then those of the file */
    tp_items models;    /* of tp_alias */
    tp_items routes;    /* of tp_route */
    tp_retry retry;
    tp_responses_settings responses;
    tp_metrics_settings metrics;
    tp_trace_settings trace;
} tp_settings;

/* Held once by whoever loaded it. */
void tp_settings_take(const tp_settings *settings);
void tp_settings_drop(const tp_settings *settings);

/* The struct of a stage's section; NULL when no such section was registered. */
const void *tp_settings_section(const tp_settings *settings, const char *name);

/* NULL when there is none of that name. A provider's is found in any case of its letters. */
const tp_provider *tp_settings_provider(const tp_settings *settings, tp_bytes name);
const tp_alias *tp_settings_alias(const tp_settings *settings, tp_bytes name);

/* Whether the proxy itself can authenticate there: a key, or a dialect that needs none. */
bool tp_settings_has_key(const tp_provider *provider);

#endif
