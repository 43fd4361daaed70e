/* tokenpak/reply.h - the canonical reply: events in a strict grammar, or the same gathered into one piece. Pure data.
 *
 *   START { OPEN DELTA* CLOSE }* FINISH END       per choice one block is open at a time, and its index counts from 0 without a gap;
 *                                                 several choices may be mixed. PING anywhere. A reply that fails has no END. */

#ifndef TOKENPAK_REPLY_H
#define TOKENPAK_REPLY_H

#include <tokenpak/chat.h>

typedef enum tp_finish {
    TP_FINISH_NONE,
    TP_FINISH_STOP,     /* its turn is over */
    TP_FINISH_SEQUENCE, /* one of the stop sequences */
    TP_FINISH_LENGTH,   /* the limit of tokens */
    TP_FINISH_CONTEXT,  /* the model's window is full */
    TP_FINISH_CALLS,
    TP_FINISH_REFUSAL, /* the model, or a filter, refuses */
    TP_FINISH_PAUSE,   /* a long turn of hosted tools: send it back to go on */
} tp_finish;

typedef enum tp_chat_event_type {
    TP_CHAT_START,
    TP_CHAT_OPEN,
    TP_CHAT_DELTA,
    TP_CHAT_CLOSE,
    TP_CHAT_FINISH,
    TP_CHAT_END,
    TP_CHAT_PING,
} tp_chat_event_type;

/* Borrowed for the call. */
typedef struct tp_chat_event {
    tp_chat_event_type type;
    unsigned choice;
    unsigned index;               /* OPEN, DELTA, CLOSE: of the block */
    tp_part_type part;            /* OPEN, DELTA, CLOSE: TEXT, REFUSAL, THINKING, CALL or IMAGE */
    tp_escaped id;                /* START: of the reply as the provider named it; OPEN: of the call */
    tp_escaped name;              /* START: the model; OPEN: of the called tool */
    bool custom;                  /* OPEN, DELTA: of a call of a tool that takes free text */
    tp_escaped text;              /* DELTA: more text, or more of the arguments' JSON text */
    tp_seal seal;                 /* CLOSE, of THINKING, CALL and TEXT; OPEN when it is known by then */
    tp_verbatim citation;         /* DELTA: one {url, title, start_index, end_index} */
    tp_verbatim logprobs;         /* DELTA: an array as OpenAI's chat has it under logprobs.content */
    const tp_media *media;        /* OPEN of IMAGE */
    tp_finish finish;             /* FINISH */
    tp_escaped sequence;          /* FINISH: the stop sequence; of a REFUSAL why */
    const struct tp_usage *usage; /* START: what its own event told; FINISH, END: all that was told so far; NULL = nothing */
} tp_chat_event;

typedef void tp_chat_emit(void *arg, const tp_chat_event *event);

typedef struct tp_reply_choice {
    tp_parts parts; /* `arguments` as in a request */
    tp_finish finish;
    tp_escaped sequence;
    tp_verbatim logprobs; /* the arrays of all deltas, joined into one */
} tp_reply_choice;

typedef struct tp_reply {
    tp_escaped id, model;
    tp_reply_choice *choices;
    unsigned choice_count;
    const struct tp_usage *usage;
} tp_reply;

/* What an error says beside its status. */
typedef enum tp_trouble {
    TP_TROUBLE_OTHER,
    TP_TROUBLE_CONTEXT, /* the prompt is longer than the model's window */
    TP_TROUBLE_QUOTA,   /* no money or quota left: waiting does not help */
} tp_trouble;

/* An error as a provider told it, before or inside a stream. */
typedef struct tp_told {
    int status;
    tp_trouble trouble;
    tp_escaped message, code, param;
    uint64_t retry_ms; /* it may be asked again after so long; 0 = it does not say */
} tp_told;

#endif
