/* wire/ollama/format.h - Ollama's chat, and its generate for clients; what the files of this folder share. */

#ifndef TP_WIRE_OLLAMA_FORMAT_H
#define TP_WIRE_OLLAMA_FORMAT_H

#include "wire/chat.h"

extern const tp_format tp_format_ollama;
extern const tp_format tp_format_ollama_generate; /* for clients only */

/* ---- requests of clients ---- */

/* A call that has no result yet. */
typedef struct tp_ollama_open_call {
    const tp_part *call;
    struct tp_ollama_open_call *next;
} tp_ollama_open_call;

typedef struct tp_ollama_reading {
    tp_chat *chat;
    tp_request_in *in;
    const tp_json *doc;
    tp_ollama_open_call *open; /* of the last turn, the oldest first */
    unsigned made;             /* ids of calls */
} tp_ollama_reading;

bool tp_ollama_request_read_chat(tp_chat *chat, tp_request_in *in);
bool tp_ollama_request_read_generate(tp_chat *chat, tp_request_in *in);

bool tp_ollama_message_read_all(tp_ollama_reading *r, uint32_t node);
bool tp_ollama_message_read_images(const tp_ollama_reading *r, tp_parts *list, uint32_t node, const char *where);

/* ---- requests for providers ---- */

bool tp_ollama_request_write_chat(const tp_chat *chat, tp_request_out *out);

/* The member "messages"; false: out->fault. */
bool tp_ollama_message_write_all(tp_write *w, const tp_chat *chat, tp_request_out *out);

/* ---- replies ---- */

/* What reading a stream needs to remember. */
typedef struct tp_ollama_reply_state {
    int64_t calls; /* so far */
} tp_ollama_reply_state;

bool tp_ollama_reply_read_whole(tp_reader *r, const tp_json *doc);
bool tp_ollama_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc);
bool tp_ollama_reply_read_error(const tp_json *doc, tp_told *told, tp_arena *arena);

/* What writing a stream needs to remember. */
typedef struct tp_ollama_writing {
    tp_escaped model;
    tp_part call;   /* the one that is coming */
    tp_buffer text; /* of its arguments: the inside of a JSON string */
    unsigned calls; /* so far */
    tp_finish finish;
} tp_ollama_writing;

void tp_ollama_reply_write_event(tp_writer *w, const tp_chat_event *ev);
void tp_ollama_reply_write_whole(tp_writer *w, const tp_reply *reply);

#endif
