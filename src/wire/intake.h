/* wire/intake.h - takes what a provider's reply says, in whatever order it says it, and hands it on as canonical events in their strict
 * grammar: a block that was never opened is opened, one that was never closed is closed, and of blocks that arrive mixed the later ones
 * wait until the earlier are complete. One thread. */

#ifndef TP_WIRE_INTAKE_H
#define TP_WIRE_INTAKE_H

#include <tokenpak/reply.h>

typedef struct tp_intake tp_intake;

/* A block of text without a key of its own: it goes on until something else begins. */
enum { TP_INTAKE_HERE = -1 };

/* `id`: ids for calls that have none are made from it. Calls of tools that `chat` (may be NULL) offers with free text, made with an object
 * because the provider knows no other, are turned back. `most`: bytes that may wait for an earlier block. Lives as long as the arena. */
tp_intake *tp_intake_new(tp_arena *arena, const tp_chat *chat, tp_bytes id, size_t most, tp_chat_emit *emit, void *arg);

/* All bytes are borrowed for the call, unless a block has to wait. `choice` counts from 0, `key` is the provider's own number of a block in
 * its choice. */

void tp_intake_start(tp_intake *in, tp_escaped id, tp_escaped model); /* a second one is ignored */

/* What START carries as usage: what the provider's own first event tells, which stays the same however its bytes arrive. Before it. */
void tp_intake_start_usage(tp_intake *in, const struct tp_usage *usage);

/* TEXT, REFUSAL, THINKING. An empty piece opens nothing. */
void tp_intake_text(tp_intake *in, unsigned choice, tp_part_type type, int64_t key, tp_escaped piece);

/* Beside the piece of text just taken in. */
void tp_intake_citation(tp_intake *in, unsigned choice, tp_verbatim citation);
void tp_intake_logprobs(tp_intake *in, unsigned choice, tp_verbatim logprobs);

/* What is known of a call when it begins. */
typedef struct tp_intake_called {
    tp_escaped id, name; /* empty = not yet */
    bool custom;         /* takes free text */
    tp_seal seal;
} tp_intake_called;

/* A call: begun (again: to add the id or name it lacked), and more of its arguments' JSON text. */
void tp_intake_call(tp_intake *in, unsigned choice, int64_t key, const tp_intake_called *called);
void tp_intake_arguments(tp_intake *in, unsigned choice, int64_t key, tp_escaped piece);

/* All of the arguments, as a JSON object instead of a string. */
void tp_intake_object(tp_intake *in, unsigned choice, int64_t key, tp_verbatim object);

/* The seal of a block of that type and key: THINKING (opened by it when need be: a redacted one), TEXT, or a CALL that has begun. */
void tp_intake_seal(tp_intake *in, unsigned choice, tp_part_type type, int64_t key, const tp_seal *seal);

void tp_intake_image(tp_intake *in, unsigned choice, const tp_media *media);

/* The provider says that this block is complete. */
void tp_intake_close(tp_intake *in, unsigned choice, int64_t key);

/* Once a choice; later ones, and what comes behind, are ignored. A turn that ends with a call is one of CALLS, whatever it is called. */
void tp_intake_finish(tp_intake *in, unsigned choice, tp_finish finish, tp_escaped sequence);

void tp_intake_ping(tp_intake *in);

/* The reply is complete: finishes what is not. */
void tp_intake_end(tp_intake *in);

/* What the events but START carry as usage from now on. */
void tp_intake_usage(tp_intake *in, const struct tp_usage *usage);

/* Why the reply cannot be made sense of; NULL = it can. */
const char *tp_intake_fault(const tp_intake *in);

#endif
