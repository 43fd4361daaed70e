/* config/schema.c - the tables of all sections: those of the house and those that stages bring. */

#include "config/schema.h"

#include <string.h>

#define SECOND 1000ull
#define DAY (24 * 3600 * SECOND)
#define GIB (1ull << 30)

static const char *const LEVELS[] = { "error", "warn|warning", "info", "debug", "trace", NULL };
static const char *const FORMATS[] = { "text", "json", NULL };
static const char *const STRATEGIES[] = { "failover", NULL };
static const char *const STATES[] = { "refuse", "keep", NULL };
static const char *const APIS[] = { "auto", "chat", "responses", NULL };

static const char *const DIALECTS[] = {
#define DIALECT_WORD(name, word) word,
    TP_DIALECTS(DIALECT_WORD)
#undef DIALECT_WORD
        NULL
};

static const tp_option LISTEN[] = {
    TP_OPTION_TEXT(tp_listen, address, "127.0.0.1", "address to listen on; 0.0.0.0 or :: = every interface"),
    TP_OPTION_U32(tp_listen, port, "8766", 0, 65535, "port to listen on; 0 = any free one"),
    TP_OPTION_U32(tp_listen, max_connections, "20000", 1, 1000000, "clients connected at once; further ones are refused with 503"),
    TP_OPTION_TIME(tp_listen, header_timeout, "30s", 1, DAY, "until the head of a request must be complete"),
    TP_OPTION_TIME(tp_listen, body_timeout, "60s", 1, DAY, "between two reads of a request's body"),
    TP_OPTION_TIME(tp_listen, idle_timeout, "10m", 1, DAY, "between two requests on one connection"),
    TP_OPTION_SIZE(tp_listen, max_header, "128k", 1024, 16 << 20, "largest head of a request"),
    TP_OPTION_SIZE(tp_listen, max_body, "64m", 1024, 64 * GIB,
                   "largest body that is held (chat and token counts); relayed bodies have no limit"),
    TP_OPTION_SIZE(tp_listen, hold_reply, "4m", 0, GIB, "largest whole reply held back so that headers can say its tokens"),
    TP_OPTION_SIZE(tp_listen, max_memory, "0", 0, 1ull << 50, "memory for requests; 0 = half of what the machine or cgroup has"),
    TP_OPTION_TEXTS(tp_listen, allow_from, "", "networks that may connect at all; empty = all"),
    TP_OPTION_TEXTS(tp_listen, allowed_hosts, "", "further values of the Host header that are served"),
    TP_OPTION_TEXTS(tp_listen, allowed_origins, "", "web origins whose pages may use the proxy"),
    TP_OPTION_END,
};

static const tp_option STORE[] = {
    TP_OPTION_TEXT(tp_store_settings, path, "~/.tokenpak/monitor.db", "database of requests; :memory: = nothing is kept"),
    TP_OPTION_TIME(tp_store_settings, retain, "90d", SECOND, 36500 * DAY, "how long rows of single requests are kept"),
    TP_OPTION_TIME(tp_store_settings, batch_interval, "200ms", 1, 60 * SECOND, "most time a row waits before it is written"),
    TP_OPTION_END,
};

static const tp_option LOG[] = {
    TP_OPTION_CHOICE(tp_log_settings, level, "info", LEVELS, "least important lines that are written"),
    TP_OPTION_CHOICE(tp_log_settings, format, "text", FORMATS, "form of a line"),
    TP_OPTION_BOOL(tp_log_settings, access, "true", "one line for each request"),
    TP_OPTION_END,
};

static const tp_option TIMEOUTS[] = {
    TP_OPTION_TIME(tp_timeouts, connect, "10s", 0, DAY, "until the connection stands; 0 = no limit"),
    TP_OPTION_TIME(tp_timeouts, first_byte, "10m", 0, DAY, "until the reply begins; 0 = no limit"),
    TP_OPTION_TIME(tp_timeouts, idle, "10m", 0, DAY, "between two reads of a reply; 0 = no limit"),
    TP_OPTION_TIME(tp_timeouts, total, "0", 0, 7 * DAY, "for the whole exchange; 0 = no limit"),
    TP_OPTION_END,
};

static const tp_option PROVIDER[] = {
    TP_OPTION_NEEDED_CHOICE(tp_provider, dialect, DIALECTS, "protocol it speaks"),
    TP_OPTION_CHOICE(tp_provider, api, "auto", APIS,
                     "of dialect openai: which of the two forms it has; auto = both, and what is converted uses chat"),
    TP_OPTION_NEEDED(tp_provider, base_url, "where it is: http(s)://host[:port][/path]"),
    TP_OPTION_SECRET_TEXT(tp_provider, api_key, "its key; empty = the client's own credential passes on"),
    TP_OPTION_SECRET_TEXTS(tp_provider, api_keys, "further keys, used in turn"),
    TP_OPTION_SECRET_PAIRS(tp_provider, headers, "header fields set on each request, over the client's"),
    TP_OPTION_TEXTS(tp_provider, models, "", "patterns (* and ?) of the models it serves"),
    TP_OPTION_GROUP(tp_provider, timeout, TIMEOUTS, "how long to wait for it"),
    TP_OPTION_END,
};

static const tp_option TARGET[] = {
    TP_OPTION_NEEDED(tp_target, provider, "name of a provider"),
    TP_OPTION_TEXT(tp_target, model, "", "model to ask for; empty = the client's"),
    TP_OPTION_END,
};

static const tp_option ALIAS[] = {
    TP_OPTION_CHOICE(tp_alias, strategy, "failover", STRATEGIES, "how targets are chosen; failover = in their order"),
    TP_OPTION_NEEDED_LIST(tp_alias, targets, TARGET, tp_target, "where requests for this name go"),
    TP_OPTION_END,
};

static const tp_option MATCH[] = {
    TP_OPTION_TEXT(tp_match, model, "", "pattern (* and ?) of the model; empty = any"),
    TP_OPTION_TEXT(tp_match, path, "", "pattern of the path; empty = any"),
    TP_OPTION_PAIRS(tp_match, header, "header fields that must be there; values are patterns"),
    TP_OPTION_TEXT(tp_match, client, "", "network of the client; empty = any"),
    TP_OPTION_END,
};

static const tp_option ROUTE[] = {
    TP_OPTION_GROUP(tp_route, match, MATCH, "what a request must be like; all of it must hold"),
    TP_OPTION_NEEDED(tp_route, use, "an alias, a provider, or provider/model"),
    TP_OPTION_END,
};

static const tp_option RETRY[] = {
    TP_OPTION_U32(tp_retry, attempts, "2", 1, 100, "attempts at one target; 1 = no retry"),
    TP_OPTION_TEXTS(tp_retry, on, "connect, timeout, 408, 429, 500, 502, 503, 504, 529",
                    "what is tried again: connect, timeout, reset (may bill twice) and statuses"),
    TP_OPTION_TIME(tp_retry, backoff, "500ms", 0, 3600 * SECOND, "wait before the first retry; doubles with each"),
    TP_OPTION_TIME(tp_retry, max_backoff, "5s", 0, 3600 * SECOND, "longest such wait"),
    TP_OPTION_TIME(tp_retry, respect_retry_after, "60s", 0, DAY, "longest retry-after that is waited for; 0 = none"),
    TP_OPTION_END,
};

static const tp_option RESPONSES[] = {
    TP_OPTION_CHOICE(tp_responses_settings, state, "refuse", STATES,
                     "previous_response_id toward a provider without it: refuse it, or keep conversations (prompts and replies) on disk"),
    TP_OPTION_TIME(tp_responses_settings, keep_for, "24h", SECOND, 365 * DAY, "how long a conversation is kept behind its last reply"),
    TP_OPTION_U32(tp_responses_settings, max_entries, "10000", 1, 100000000, "replies kept; beyond them the oldest go"),
    TP_OPTION_END,
};

static const tp_option METRICS[] = {
    TP_OPTION_BOOL(tp_metrics_settings, prometheus, "true", "serve /metrics"),
    TP_OPTION_END,
};

static const tp_option TRACE[] = {
    TP_OPTION_U32(tp_trace_settings, keep, "1000", 0, 1000000, "requests whose walk through the stages is kept in memory"),
    TP_OPTION_END,
};

static const tp_option SECTIONS[] = {
    TP_OPTION_GROUP(tp_settings, listen, LISTEN, "where clients connect, and what they may send"),
    TP_OPTION_GROUP(tp_settings, store, STORE, "the database behind /stats"),
    TP_OPTION_GROUP(tp_settings, log, LOG, "what is written to standard error"),
    TP_OPTION_MAP(tp_settings, providers, PROVIDER, tp_provider,
                  "openai, anthropic, gemini and ollama are built in; keys given here override theirs, other names add providers"),
    TP_OPTION_MAP(tp_settings, models, ALIAS, tp_alias, "names that clients can use as a model"),
    TP_OPTION_LIST(tp_settings, routes, ROUTE, tp_route, "rules that choose where a request goes; the first that matches wins"),
    TP_OPTION_GROUP(tp_settings, retry, RETRY, "what happens when a provider fails before its reply began"),
    TP_OPTION_GROUP(tp_settings, responses, RESPONSES, "clients of OpenAI's Responses in front of providers of another form"),
    TP_OPTION_GROUP(tp_settings, metrics, METRICS, "figures for monitoring"),
    TP_OPTION_GROUP(tp_settings, trace, TRACE, "the walk of each request"),
};

enum { OWN = sizeof(SECTIONS) / sizeof(*SECTIONS), ALIGNMENT = 16 };

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

const tp_option *tp_config_schema(tp_arena *arena, const tp_section *sections, size_t count, size_t *size)
{
    tp_option *all = tp_arena_array(arena, tp_option, OWN + count + 1);

    memcpy(all, SECTIONS, sizeof(SECTIONS));
    for (size_t i = 0; i < count; i++) {
        size_t offset = aligned(*size);

        all[OWN + i] = (tp_option){ .name = sections[i].name,
                                    .type = TP_OPTION_TYPE_GROUP,
                                    .offset = offset,
                                    .fields = sections[i].options,
                                    .help = sections[i].help };
        *size = offset + sections[i].size;
    }
    all[OWN + count] = (tp_option)TP_OPTION_END;
    return all;
}
