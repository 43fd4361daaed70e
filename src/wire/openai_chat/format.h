/* wire/openai_chat/format.h - OpenAI's chat completions, and the legacy completions for clients; what the files of this folder share. */

#ifndef TP_WIRE_OPENAI_CHAT_FORMAT_H
#define TP_WIRE_OPENAI_CHAT_FORMAT_H

#include "wire/chat.h"

extern const tp_format tp_format_openai_chat;
extern const tp_format tp_format_openai_completions; /* for clients only */

bool tp_openai_chat_request_read_chat(tp_chat *chat, tp_request_in *in);
bool tp_openai_chat_request_read_completions(tp_chat *chat, tp_request_in *in);
bool tp_openai_chat_request_write_chat(const tp_chat *chat, tp_request_out *out);
bool tp_openai_chat_reply_read_whole(tp_reader *r, const tp_json *doc);
bool tp_openai_chat_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc);
void tp_openai_chat_reply_write_event(tp_writer *w, const tp_chat_event *ev);
void tp_openai_chat_reply_write_whole(tp_writer *w, const tp_reply *reply);
void tp_openai_chat_completions_write_event(tp_writer *w, const tp_chat_event *ev);
void tp_openai_chat_completions_write_whole(tp_writer *w, const tp_reply *reply);

/* The word for an end, and a member "usage". */
const char *tp_openai_chat_reply_write_finish(tp_finish finish);
void tp_openai_chat_reply_write_usage(tp_write *w, const struct tp_usage *usage);

/* What writing a stream needs to remember. */
typedef struct tp_openai_chat_writing {
    tp_escaped model;
    unsigned begun;     /* choices that have had their first chunk: bits of the first 32 */
    unsigned calls[32]; /* of each of them, so far */
} tp_openai_chat_writing;

#endif
