/* wire/anthropic/format.h - Anthropic's Messages; what the files of this folder share. */

#ifndef TP_WIRE_ANTHROPIC_FORMAT_H
#define TP_WIRE_ANTHROPIC_FORMAT_H

#include "wire/chat.h"
#include "wire/intake.h"

extern const tp_format tp_format_anthropic;

/* The seal's id of a redacted_thinking block: one without it belongs to a thinking block, even when that shows no text. */
#define TP_ANTHROPIC_REDACTED "redacted"

/* The seal's id of a call's seal, which travels in a thinking block without text before the tool_use block. */
#define TP_ANTHROPIC_OF_CALL "call"

/* ---- a client's request ---- */

typedef struct tp_anthropic_reading {
    tp_chat *chat;
    tp_request_in *in;
    const tp_json *doc;
} tp_anthropic_reading;

bool tp_anthropic_request_read(tp_chat *chat, tp_request_in *in);

/* A string or an array of content blocks; false: in->fault, which names `where`. */
bool tp_anthropic_block_read(const tp_anthropic_reading *r, tp_parts *list, uint32_t node, const char *where);

bool tp_anthropic_tool_read_list(const tp_anthropic_reading *r, uint32_t node);
bool tp_anthropic_tool_read_choice(const tp_anthropic_reading *r, uint32_t node);

/* ---- a request for a provider ---- */

typedef struct tp_anthropic_writing {
    const tp_chat *chat;
    tp_request_out *out;
    tp_write w;
    const tp_message *body; /* the first message that does not belong to the text of the system */
    tp_role open;           /* of the message that is being written; TP_ROLE_SYSTEM = none */
    unsigned skip_marks;    /* cache marks that are left out, before those that are written */
    bool short_mark;        /* one of five minutes was written: none of an hour may follow */
} tp_anthropic_writing;

bool tp_anthropic_request_write(const tp_chat *chat, tp_request_out *out);

/* A feature that the provider wants to see named in the header anthropic-beta. */
void tp_anthropic_request_write_beta(tp_anthropic_writing *g, const char *name);

/* The member "system", and the member "messages"; `hint`: one more text for the system, empty = none. False: out->fault. */
void tp_anthropic_block_write_system(tp_anthropic_writing *g, tp_escaped hint);
bool tp_anthropic_block_write_messages(tp_anthropic_writing *g);

/* Whether a text is of blanks alone: it is refused as an empty one is. */
bool tp_anthropic_block_write_is_blank(tp_escaped text);

/* IMAGE, FILE and AUDIO. False: out->fault. */
bool tp_anthropic_media_write(tp_anthropic_writing *g, const tp_part *part);

/* The member "cache_control", unless the request has too many of them: a provider takes four. */
void tp_anthropic_mark_write(tp_anthropic_writing *g, tp_verbatim mark);
tp_verbatim tp_anthropic_mark_of(const tp_part *part);
unsigned tp_anthropic_mark_excess(const tp_chat *chat);

/* The member "schema" of the answer's form, where the answer can be held to it. */
bool tp_anthropic_schema_write_fits(const tp_chat *chat);
void tp_anthropic_schema_write(tp_anthropic_writing *g);

/* The members "tools" and "tool_choice". */
void tp_anthropic_tool_write(tp_anthropic_writing *g);

/* ---- a reply ---- */

typedef struct tp_anthropic_citation {
    tp_verbatim text;
    struct tp_anthropic_citation *next;
} tp_anthropic_citation;

/* What reading a stream needs to remember. */
typedef struct tp_anthropic_reply {
    bool begun;
    tp_escaped id;
    int64_t base, highest; /* added to block indexes, so that those of a second message are others; the highest key so far */
    int64_t mute;          /* 1 + key of the block whose input is not read: it came whole, or is of a tool that the provider runs */
    tp_anthropic_citation *waiting, *last_waiting; /* they came before the text that they stand beside */
} tp_anthropic_reply;

bool tp_anthropic_reply_read_whole(tp_reader *r, const tp_json *doc);
bool tp_anthropic_event_read(tp_reader *r, tp_bytes name, const tp_json *doc);
bool tp_anthropic_reply_read_error(const tp_json *doc, tp_told *told, tp_arena *arena);
bool tp_anthropic_reply_read_count(const tp_json *doc, uint64_t *tokens);

/* What a whole message and the events of one have in common. `key`: the block's for the intake; `from`: what has the signature; `ended`:
 * what has stop_reason, the whole text or a delta. A failure is false when there is none. */
void tp_anthropic_reply_read_block(tp_reader *r, const tp_json *doc, uint32_t block, int64_t key);
void tp_anthropic_reply_read_signature(tp_reader *r, const tp_json *doc, uint32_t from, int64_t key);
void tp_anthropic_reply_read_keep_citation(tp_reader *r, const tp_json *doc, uint32_t node);
void tp_anthropic_reply_read_tell_citations(tp_reader *r);
void tp_anthropic_reply_read_finish(tp_reader *r, const tp_json *doc, uint32_t ended);
bool tp_anthropic_reply_read_failure(tp_reader *r, const tp_json *doc);

/* What writing a stream needs to remember. */
typedef struct tp_anthropic_answer {
    unsigned blocks;        /* so far: canonical ones and those that carry the seal of a call */
    bool begun;             /* message_start is written */
    bool redacted, refused; /* the open block is redacted_thinking; any block was a refusal */
    bool input, wrap;       /* of the open call: its arguments have begun, and are no object */
    tp_finish finish;       /* held back until all usage is known */
    tp_escaped sequence;
} tp_anthropic_answer;

void tp_anthropic_reply_write_event(tp_writer *w, const tp_chat_event *ev);
void tp_anthropic_whole_write_count(tp_buffer *out, uint64_t tokens);
void tp_anthropic_whole_write(tp_writer *writer, const tp_reply *reply);

/* Members of the message and of message_delta, and blocks that a stream and a whole message have in common. */
void tp_anthropic_end_write(tp_write *w, tp_finish finish, tp_escaped sequence, bool refused);
void tp_anthropic_end_write_usage(tp_write *w, const struct tp_usage *usage);
void tp_anthropic_end_write_identity(tp_write *w, const tp_writer *writer, tp_escaped model);
void tp_anthropic_end_write_citation(tp_write *w, tp_verbatim citation, tp_arena *arena);
bool tp_anthropic_end_is_redacted(const tp_seal *seal);

/* What carries a call's seal as a signature; empty = there is none to carry. */
tp_escaped tp_anthropic_end_call_seal(tp_arena *arena, const tp_seal *seal);

/* ---- all of them ---- */

static inline bool tp_anthropic_is_null(const tp_json *doc, uint32_t node)
{
    return node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL);
}

/* The member of an object that may itself be missing: TP_JSON_NONE is the number of the whole text, too. */
static inline uint32_t tp_anthropic_get(const tp_json *doc, uint32_t object, tp_bytes key)
{
    return object == TP_JSON_NONE ? TP_JSON_NONE : tp_json_get(doc, object, key);
}

#endif
