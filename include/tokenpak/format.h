/* tokenpak/format.h - one wire format as the converter needs it: four readers and three writers between its JSON and the canonical chat.
 * All are pure and may run on any thread; what they return lives in the arena of what they were given. */

#ifndef TOKENPAK_FORMAT_H
#define TOKENPAK_FORMAT_H

#include <tokenpak/reply.h>

struct tp_json;
struct tp_buffer;
struct tp_intake;
struct tp_model_rule;

/* Reading a client's request into `chat`, whose arena, doc and dialect are set. */
typedef struct tp_request_in {
    tp_bytes path, query;
    const struct tp_json *past; /* {"items":[...]}: what came before, of a client that refers to it; NULL = it is not kept */
    const char *fault;          /* set when it cannot be read: "messages[2].content: expected a string or an array" */
    bool unsupported;           /* with `fault`: it is legal, but nobody else can be asked that */
} tp_request_in;

/* Writing a request for a provider. */
typedef struct tp_request_out {
    tp_arena *arena;
    struct tp_buffer *body;
    tp_bytes model; /* what to ask for, decoded */
    const struct tp_model_rule *rule;
    bool stream;
    bool count;    /* only how many tokens it would be is asked */
    bool no_usage; /* an OpenAI-compatible provider that refuses stream_options */
    tp_bytes path; /* to be set: as our own listener would see it (/v1/messages) */
    tp_bytes query;
    tp_bytes beta;        /* to be set: what the header anthropic-beta has to name, a list with commas; empty = nothing */
    const char *fault;    /* to be set when the chat cannot be said: names the client's field */
    const char **dropped; /* to be added to with tp_format_drop(): what is left out */
    unsigned dropped_count;
} tp_request_out;

/* Reading a provider's reply. */
typedef struct tp_reader {
    const struct tp_format *format;
    tp_arena *arena;   /* of the exchange */
    tp_arena *scratch; /* of one event */
    struct tp_intake *intake;
    const tp_chat *chat;
    void *state;   /* format.reader_size bytes, zeroed at the start */
    bool terminal; /* the reply said itself that it is complete */
    bool failed;   /* it told an error: `told` */
    tp_told told;
    const char *fault; /* it is not of this format */
} tp_reader;

/* Writing a reply for the client. Whole events are added to `out`. */
typedef struct tp_writer {
    const struct tp_format *format;
    tp_arena *arena; /* of the exchange */
    struct tp_buffer *out;
    const tp_chat *chat;
    void *state;        /* format.writer_size bytes, zeroed at the start */
    tp_framing framing; /* SSE, LINES or ARRAY; WHOLE = tp_format.write_reply follows */
    tp_bytes id;        /* ours for this exchange, [A-Za-z0-9_-]: ids are made from it */
    tp_bytes model;     /* as the client asked, JSON-escaped */
    int64_t now;        /* s since 1970 */
    unsigned events;    /* written so far */
    /* To be set behind the end, where clients can refer to a reply: under which id, and its items as an array without the brackets. */
    tp_bytes kept_id, kept_items;
} tp_writer;

typedef struct tp_format {
    const char *name;
    tp_dialect dialect;
    tp_shape shape;
    tp_framing framing; /* of its streams, when the client does not choose */
    size_t reader_size, writer_size;
    bool (*read_request)(tp_chat *chat, tp_request_in *in);                        /* false: in->fault */
    bool (*write_request)(const tp_chat *chat, tp_request_out *out);               /* false: out->fault. NULL = no provider speaks it */
    bool (*read_reply)(tp_reader *r, const struct tp_json *doc);                   /* a whole one of status 200; false: r->fault */
    bool (*read_event)(tp_reader *r, tp_bytes name, const struct tp_json *doc);    /* one of a stream; the same */
    bool (*read_error)(const struct tp_json *doc, tp_told *told, tp_arena *arena); /* a reply of another status; told->status is set */
    /* The reply to a request with out->count, and what clients expect of such a one; NULL = there is none in this format. */
    bool (*read_count)(const struct tp_json *doc, uint64_t *tokens);
    void (*write_count)(struct tp_buffer *out, uint64_t tokens);
    void (*write_event)(tp_writer *w, const tp_chat_event *event);
    void (*write_reply)(tp_writer *w, const tp_reply *reply);
} tp_format;

#endif
