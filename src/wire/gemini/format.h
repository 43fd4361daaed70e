/* wire/gemini/format.h - Gemini's generateContent; what the files of this folder share. */

#ifndef TP_WIRE_GEMINI_FORMAT_H
#define TP_WIRE_GEMINI_FORMAT_H

#include "wire/chat.h"

extern const tp_format tp_format_gemini;

/* What reading a client's request needs at hand. */
typedef struct tp_gemini_reading {
    tp_chat *chat;
    tp_request_in *in;
    const tp_json *doc;
    struct tp_gemini_call *calls, *last_call; /* the oldest first, from the first that may lack its result */
    unsigned made;                            /* ids of calls */
} tp_gemini_reading;

/* What writing a request needs at hand. */
typedef struct tp_gemini_writing {
    const tp_chat *chat;
    tp_request_out *out;
    tp_write w;
} tp_gemini_writing;

/* ---- what both directions need ---- */

/* The API takes each name in camelCase and in snake_case. `name` is the camelCase. Of TP_JSON_NONE, TP_JSON_NONE. */
bool tp_gemini_spelling_is(const tp_json *doc, uint32_t key, tp_bytes name);
uint32_t tp_gemini_spelling_get(const tp_json *doc, uint32_t object, tp_bytes name);

/* A seal in a client's thoughtSignature, which has to be base64: ours as it is, another maker's wrapped; and back. */
tp_escaped tp_gemini_signature_pack(tp_arena *arena, const tp_seal *seal);
tp_seal tp_gemini_signature_unpack(tp_arena *arena, tp_escaped signature);

/* ---- requests ---- */

/* A client's schema of the OpenAPI kind as a JSON schema. */
tp_verbatim tp_gemini_schema_read(const tp_json *doc, uint32_t schema, tp_arena *arena);

/* A JSON schema: `node`, which is never that of the whole text. */
typedef struct tp_gemini_schema {
    const tp_json *doc;
    uint32_t node;
} tp_gemini_schema;

/* The schema at `node` of the chat's document, or, when that is 0, in `text`. */
tp_gemini_schema tp_gemini_schema_write_source(const tp_chat *chat, uint32_t node, tp_verbatim text, tp_arena *arena);

/* Written in the subset that older models take. */
void tp_gemini_schema_write(tp_write *w, const tp_gemini_schema *schema);

/* Whether an object of it has no members: functions without parameters are declared without a schema. */
bool tp_gemini_schema_write_is_empty(const tp_gemini_schema *schema);

/* `parts` of the content at `where`, an array or one part. */
bool tp_gemini_part_read(tp_gemini_reading *r, tp_message *m, uint32_t parts, const char *where);

bool tp_gemini_tool_read(tp_gemini_reading *r, uint32_t tools);
bool tp_gemini_tool_read_choice(tp_gemini_reading *r, uint32_t config);
bool tp_gemini_request_read(tp_chat *chat, tp_request_in *in);

/* The member "contents"; what stands in front of the first turn goes to "systemInstruction". */
bool tp_gemini_content_write(tp_gemini_writing *g);

/* An image, file or sound as a part. */
bool tp_gemini_media_write(tp_gemini_writing *g, const tp_part *part);

void tp_gemini_tool_write(tp_gemini_writing *g);
bool tp_gemini_request_write(const tp_chat *chat, tp_request_out *out);

/* ---- replies ---- */

bool tp_gemini_reply_read_whole(tp_reader *r, const tp_json *doc);
bool tp_gemini_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc);
bool tp_gemini_reply_read_count(const tp_json *doc, uint64_t *tokens);
bool tp_gemini_error_read(const tp_json *doc, tp_told *told, tp_arena *arena);

/* groundingMetadata and logprobsResult of a candidate, beside the text just read. */
void tp_gemini_beside_read(tp_reader *r, const tp_json *doc, uint32_t candidate, unsigned choice);

/* The same, as members of a candidate; nothing for empty arrays. */
void tp_gemini_beside_write(tp_write *w, tp_verbatim citations, tp_verbatim logprobs, tp_arena *arena);

void tp_gemini_reply_write_event(tp_writer *w, const tp_chat_event *ev);
void tp_gemini_reply_write_whole(tp_writer *w, const tp_reply *reply);
void tp_gemini_reply_write_count(tp_buffer *out, uint64_t tokens);

/* What reading a reply needs to remember. */
typedef struct tp_gemini_reply_seen {
    int64_t calls; /* so far: the key of the next */
    uint32_t cited;
    bool started, said; /* anything at all */
} tp_gemini_reply_seen;

/* What writing a stream needs to remember. */
typedef struct tp_gemini_reply_state {
    tp_escaped id, model;
    struct tp_gemini_choice *choices;
} tp_gemini_reply_state;

/* In place of the signature of a call that another model made: the documents name this value for it. */
#define TP_GEMINI_NO_SIGNATURE "skip_thought_signature_validator"

#endif
