/* wire/openai_responses/format.h - OpenAI's Responses; what the files of this folder share. */

#ifndef TP_WIRE_OPENAI_RESPONSES_FORMAT_H
#define TP_WIRE_OPENAI_RESPONSES_FORMAT_H

#include "wire/chat.h"
#include "wire/half.h"

extern const tp_format tp_format_openai_responses;

/* The id of a seal that belongs to a call: it travels in a reasoning item of its own in front of the call. */
#define TP_RESPONSES_CALL_SEAL "call"

/* ---- a client's request ---- */

typedef struct tp_responses_reading {
    tp_chat *chat;
    tp_request_in *in;
    const tp_json *doc;
    tp_seal held; /* of the next call */
} tp_responses_reading;

bool tp_openai_responses_request_read(tp_chat *chat, tp_request_in *in);

/* `input`: a string or an array of items. */
bool tp_openai_responses_items_read(tp_responses_reading *r, uint32_t node);

/* `tools`; has to come before the items, whose calls name them. */
bool tp_openai_responses_tools_read(tp_responses_reading *r, uint32_t node);
bool tp_openai_responses_tools_read_choice(tp_responses_reading *r, uint32_t node);

/* The name in the chat of what an object names by `name` and perhaps `namespace`. */
tp_escaped tp_openai_responses_tools_read_name(const tp_responses_reading *r, uint32_t object);

static inline bool tp_responses_is_null(const tp_json *doc, uint32_t node)
{
    return node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL);
}

/* ---- a request for a provider ---- */

typedef struct tp_responses_writing {
    const tp_chat *chat;
    tp_request_out *out;
    tp_write w;
} tp_responses_writing;

bool tp_openai_responses_request_write(const tp_chat *chat, tp_request_out *out);

/* The members "instructions" and "input". */
bool tp_openai_responses_items_write(tp_responses_writing *g);

/* The members "tools", "tool_choice" and "parallel_tool_calls". */
void tp_openai_responses_tools_write(tp_responses_writing *g);

/* ---- a provider's reply ---- */

typedef struct tp_responses_listening {
    struct tp_responses_seen *seen; /* parts that were taken in, the newest first */
    uint64_t output_index;          /* of the newest item, for events that do not say theirs */
} tp_responses_listening;

bool tp_openai_responses_reply_read_whole(tp_reader *r, const tp_json *doc);
bool tp_openai_responses_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc);

/* ---- a reply for the client ---- */

/* An item of the output as it is told. */
typedef struct tp_responses_item {
    tp_part_type type;
    tp_bytes id; /* of the item, the same in all of its events */
    unsigned index;
    bool custom;
    tp_escaped call_id, name;       /* CALL */
    tp_escaped text;                /* also arguments; empty until it is done */
    tp_escaped sealed;              /* THINKING: encrypted_content */
    tp_bytes annotations, logprobs; /* TEXT: what stands between the brackets */
    const tp_media *media;          /* IMAGE */
} tp_responses_item;

typedef enum tp_responses_status { TP_RESPONSES_IN_PROGRESS, TP_RESPONSES_COMPLETED, TP_RESPONSES_INCOMPLETE } tp_responses_status;

/* What writing a reply has to remember: the last event repeats all of it. */
typedef struct tp_responses_telling {
    tp_escaped model;
    tp_buffer items;                       /* those that are done, as JSON with commas between */
    tp_buffer text, annotations, logprobs; /* of the item that is open */
    tp_responses_item open;
    tp_half half; /* how far its arguments are */
    unsigned item_count, annotation_count;
    bool summary; /* its summary has begun */
    bool full;    /* something was too long to be remembered */
    tp_finish finish;
} tp_responses_telling;

/* Sets up w->state; what it holds is freed with the arena. */
void tp_openai_responses_item_write_begin(tp_writer *w);

/* The next item, with its id and index. */
tp_responses_item tp_openai_responses_item_write_next(tp_writer *w, tp_part_type type, bool custom);

void tp_openai_responses_item_write(const tp_writer *w, tp_write *out, const tp_responses_item *item, tp_responses_status status);

/* Adds it to those that are done and returns its JSON, valid until the next. */
tp_bytes tp_openai_responses_item_write_done(tp_writer *w, const tp_responses_item *item, tp_responses_status status);

/* {"type":"output_text",...}, {"type":"refusal",...} or {"type":"summary_text",...} */
void tp_openai_responses_item_write_part(tp_write *out, const tp_responses_item *item);

/* {"type":"url_citation",...} from a canonical citation. */
void tp_openai_responses_item_write_citation(tp_write *out, tp_verbatim citation);

/* An array from what stands between its brackets. */
void tp_openai_responses_item_write_list(tp_write *out, const char *key, tp_bytes list);

/* What a reasoning item carries as its encrypted content; empty without a seal. */
tp_escaped tp_openai_responses_item_write_seal(const tp_writer *w, const tp_seal *seal, tp_part_type type);

void tp_openai_responses_reply_write_event(tp_writer *w, const tp_chat_event *ev);
void tp_openai_responses_reply_write_whole(tp_writer *w, const tp_reply *reply);

/* The object that is the whole reply, or "response" in an event: with the items that are done, and what the client asked for. */
void tp_openai_responses_response_write(const tp_writer *w, tp_write *out, const struct tp_usage *usage, tp_responses_status status);

/* How it ends. */
tp_responses_status tp_openai_responses_response_write_status(const tp_writer *w);

#endif
