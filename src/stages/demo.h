/* stages/demo.h - what the files of the stage `demo` share: what is asked, and the reply that is built from it. Pure; any thread. */

#ifndef TP_STAGES_DEMO_H
#define TP_STAGES_DEMO_H

#include <tokenpak/dialect.h>

#include "base/buffer.h"
#include "json/scan.h"

/* A text whole and word by word, each as a JSON string with its quotes. */
typedef struct tp_demo_saying {
    const char *whole;
    const char **words;
    unsigned count;
} tp_demo_saying;

/* One request. The first block is filled in by the caller, the rest by tp_demo_ask_read; all of it lives as long as the arena. */
typedef struct tp_demo_ask {
    tp_arena *arena;
    tp_bytes method, path, query;
    tp_dialect dialect;
    const tp_json *json; /* of the body, recorded whole; NULL = there is none */
    uint64_t number;     /* of the request: makes ids */
    int64_t wall_ms;

    tp_bytes name;     /* of the model */
    const char *model; /* the same as a JSON string */
    bool stream, include_usage;
    uint64_t input, output; /* tokens */
    tp_demo_saying text;
    const char *tool;      /* to be called, as a JSON string; NULL = answer with the text */
    const char *arguments; /* for it, as a JSON object */
    tp_demo_saying argued; /* the same as text */
    long long created;     /* seconds since 1970 */
    const char *created_at;
} tp_demo_ask;

/* A reply, built whole: the stage sends its body part by part. Zeroed but for the limit of `body` before the first use. */
typedef struct tp_demo_reply {
    int status;
    const char *type; /* of its content */
    bool streamed;
    bool retry_later;  /* tells retry-after: 1 */
    uint64_t delay_ms; /* before its first byte */
    tp_buffer body;
    tp_buffer cuts; /* offsets of type size_t: where to pause */
} tp_demo_reply;

enum { TP_DEMO_LARGEST = 64 << 20 };

/* demo_answer.c: the reply to any request, errors included. The first block of `ask` is set. */
void tp_demo_answer(tp_demo_ask *ask, tp_demo_reply *reply);

/* The reply to a body that is not what it should be. */
void tp_demo_answer_error(const tp_demo_ask *ask, int status, const char *message, tp_demo_reply *reply);

/* demo_reply.c */
void tp_demo_reply_begin(tp_demo_reply *reply, int status, tp_framing framing);
void tp_demo_reply_pause(tp_demo_reply *reply);
tp_bytes tp_demo_reply_part(const tp_demo_reply *reply, size_t index);
size_t tp_demo_reply_parts(const tp_demo_reply *reply);
void tp_demo_reply_free(tp_demo_reply *reply);

/* demo_ask.c: reads model, stream, tools and prompt. */
void tp_demo_ask_read(tp_demo_ask *ask);

/* demo_tool.c: the first tool of a request in any dialect that can be called; false when there is none. `name` and `schema` become nodes,
 * `schema` TP_JSON_NONE when it has none. */
bool tp_demo_tool_find(const tp_json *json, uint32_t *name, uint32_t *schema);

/* Arguments that a JSON schema accepts, as an object. `schema` may be TP_JSON_NONE. */
const char *tp_demo_tool_arguments(const tp_json *json, uint32_t schema, tp_arena *arena);

/* demo_vector.c: the texts to embed, and vectors that depend on nothing but them. */
typedef struct tp_demo_vectors {
    uint64_t *seeds;
    unsigned count, size; /* numbers in each vector */
} tp_demo_vectors;

tp_demo_vectors tp_demo_vector_read(const tp_demo_ask *ask);
void tp_demo_vector_print(const tp_demo_vectors *vectors, unsigned index, tp_buffer *out);        /* [0.1,...] */
void tp_demo_vector_print_base64(const tp_demo_vectors *vectors, unsigned index, tp_buffer *out); /* of little-endian floats, quoted */

/* The writers, one file a dialect. Each writes the reply for one path. */
typedef void tp_demo_writer(const tp_demo_ask *ask, tp_demo_reply *reply);

tp_demo_writer tp_demo_openai_chat, tp_demo_openai_completion, tp_demo_openai_embeddings, tp_demo_openai_models, tp_demo_openai_model;
tp_demo_writer tp_demo_responses;
tp_demo_writer tp_demo_anthropic_messages, tp_demo_anthropic_count, tp_demo_anthropic_models, tp_demo_anthropic_model;
tp_demo_writer tp_demo_gemini_generate, tp_demo_gemini_count, tp_demo_gemini_embed, tp_demo_gemini_embed_batch, tp_demo_gemini_models,
    tp_demo_gemini_model;
tp_demo_writer tp_demo_ollama_chat, tp_demo_ollama_generate, tp_demo_ollama_embed, tp_demo_ollama_tags, tp_demo_ollama_version;

/* The models that the lists name, ended by NULL. */
extern const char *const tp_demo_answer_models[];

#endif
