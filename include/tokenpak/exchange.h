/* tokenpak/exchange.h - one request and its reply, as the stages see it. Loop thread only. */

#ifndef TOKENPAK_EXCHANGE_H
#define TOKENPAK_EXCHANGE_H

#include <tokenpak/arena.h>
#include <tokenpak/dialect.h>
#include <tokenpak/err.h>

typedef struct tp_header {
    tp_bytes name, value;
} tp_header;

/* Borrowed from the exchange's arena; never changes after the start. */
typedef struct tp_request {
    tp_bytes method;
    tp_bytes target; /* as sent */
    tp_bytes path;   /* without the prefix /NAME of a provider and without the query */
    tp_bytes query;  /* behind the ?, empty when there is none */
    const tp_header *headers;
    size_t header_count;
    int64_t body_length; /* as announced; -1 = chunked, 0 = none */
    const char *client;  /* IP address */
    const void *address; /* the same as struct sockaddr */
    bool loopback;
} tp_request;

typedef struct tp_reply_head {
    int status;
    tp_bytes reason;
    const tp_header *headers;
    size_t header_count;
    int64_t body_length; /* -1 = not known */
} tp_reply_head;

typedef enum tp_event_type {
    TP_EVENT_HEAD,  /* once, first */
    TP_EVENT_RAW,   /* bytes of the body, as the provider sent them */
    TP_EVENT_CHAT,  /* instead of RAW, of a reply that is converted: one canonical event */
    TP_EVENT_END,   /* the reply is complete */
    TP_EVENT_ERROR, /* it is not and will not be: x->failure says why */
} tp_event_type;

typedef struct tp_event {
    tp_event_type type;
    const tp_reply_head *head;        /* of HEAD */
    tp_bytes raw;                     /* of RAW */
    const struct tp_chat_event *chat; /* of CHAT */
} tp_event;

typedef struct tp_failure {
    tp_err err; /* TP_OK = none */
    const char *message;
    int status;               /* 0 = that of `err`; of an error that the provider told inside a stream, as it said */
    const tp_header *headers; /* more fields for the error reply, such as retry-after */
    size_t header_count;
} tp_failure;

/* One candidate for the call. */
typedef struct tp_candidate {
    const struct tp_provider *provider;
    tp_bytes model;  /* what to ask the provider for; empty = as the client wrote it */
    const char *key; /* the provider's own key; NULL = it has none configured */
} tp_candidate;

typedef struct tp_plan {
    tp_candidate *candidates; /* in the order they are tried */
    size_t count;
} tp_plan;

typedef struct tp_attempt {
    const char *provider;
    tp_bytes model;
    int status; /* 0 = no reply */
    tp_err err;
    uint64_t us;
    uint64_t connect_us; /* of them: until the connection stood */
    bool kept;           /* on a connection that was there */
    struct tp_attempt *next;
} tp_attempt;

/* What came of the call; filled in by the answering stage as it goes. */
typedef struct tp_outcome {
    const struct tp_provider *provider; /* of the attempt that was answered, else of the last */
    tp_bytes upstream_model;
    int status;
    tp_attempt *attempts; /* oldest first */
    unsigned attempt_count;
    const struct tp_usage *usage; /* NULL until the provider has told one */
    tp_bytes usage_raw;
    bool told_error;     /* a reply of 200 whose content says that the request failed */
    bool usage_expected; /* a complete reply of a shape that tells its usage */
    uint64_t provider_ns, first_token_ns;
    uint64_t bytes_in, bytes_out, events;
    tp_bytes warnings; /* for x-tokenpak-warnings; of the attempt that was answered */
} tp_outcome;

typedef struct tp_exchange {
    tp_arena *arena;
    const tp_request *request;
    const struct tp_settings *settings;
    tp_bytes id;
    tp_bytes forced_provider; /* by path prefix or x-tokenpak-provider; empty = none */
    tp_dialect dialect;       /* of the client */
    tp_shape shape;
    bool stream;                          /* the client asked for a stream */
    bool counting;                        /* it only asks how many tokens its request is */
    bool held;                            /* the body is held whole: it can be sent more than once */
    const struct tp_json *json;           /* the body, decoded, with the members of its top level; NULL = not read as JSON */
    const struct tp_format *format;       /* of the client, where it can be converted; NULL = it cannot */
    struct tp_chat *chat;                 /* the request in canonical form, once an attempt needed it */
    bool deep, sealed;                    /* deep: json records every value; sealed: some of it is marked as of another maker */
    bool converted;                       /* the reply that is accepted comes as CHAT events */
    bool decoded;                         /* json->text is a decoded copy of a compressed body */
    tp_bytes model;                       /* as the client asked */
    const char *key_name;                 /* of the proxy key; "-" */
    const struct tp_proxy_key *proxy_key; /* NULL = none */
    tp_bytes session, tag;
    tp_plan plan;
    tp_outcome outcome;
    tp_failure failure;
    uint64_t start_ns;
    int64_t start_ms; /* wall */
    bool left;        /* the client is gone */
} tp_exchange;

/* The first field of that name (ASCII case does not count), empty when there is none. */
tp_bytes tp_request_header(const tp_request *request, const char *name);

/* The request's body. A stage holds it or pulls it, never both at once. */

bool tp_body_whole(const tp_exchange *x);

/* What is held and was not pulled; valid until the next call on the body. */
tp_bytes tp_body_held(const tp_exchange *x);

typedef enum tp_body_state { TP_BODY_PART, TP_BODY_LATER, TP_BODY_END, TP_BODY_BROKEN } tp_body_state;

/* Takes the next part, borrowed until the next call. After LATER, `wake` is called once when another call will tell more. */
tp_body_state tp_body_next(tp_exchange *x, tp_bytes *part, void (*wake)(void *arg), void *arg);

/* Gives the held bytes back to the system: no attempt can need them any more. */
void tp_body_release(tp_exchange *x);

struct tp_stage;

/* Adds "name": "value" to the detail of the stage's entry in the trace; both are borrowed as long as the exchange lives. */
void tp_trace_detail(tp_exchange *x, const struct tp_stage *stage, const char *name, const char *value);

#endif
