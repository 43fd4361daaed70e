/* stages/call.h - what the three files of the stage `call` share: the attempt that runs and its reply. Loop thread only. */

#ifndef TP_STAGES_CALL_H
#define TP_STAGES_CALL_H

#include "exchange/services.h"
#include "stages/stages.h"
#include "stages/convert.h"
#include "upstream/call.h"
#include "wire/coding.h"
#include "wire/feed.h"
#include "wire/sse.h"
#include "wire/usage.h"

/* Providers that refused stream_options; outlives a reload. */
typedef struct tp_call_refusals tp_call_refusals;

typedef struct tp_call_stage {
    tp_services *services;
    const tp_settings *all;
    tp_call_refusals *refusals;
} tp_call_stage;

/* Why a reply is held back before its head goes out. */
typedef enum tp_call_hold {
    TP_HOLD_NOTHING,
    TP_HOLD_WHOLE,   /* until complete, so that its token fields can go out with the head */
    TP_HOLD_EVENT,   /* until the first event, which may be an error that another attempt could avoid */
    TP_HOLD_REFUSAL, /* until complete: it may refuse the field that we added */
    TP_HOLD_TOLD,    /* until complete: an error that has to be said in another dialect */
} tp_call_hold;

typedef enum tp_call_converted {
    TP_CALL_CONVERTED,  /* or nothing is to be converted: n->target says which */
    TP_CALL_CONVERTING, /* on a worker; `then` is called */
    TP_CALL_UNSAYABLE,  /* x->failure says why; another candidate may be able to */
} tp_call_converted;

typedef struct tp_call_note {
    tp_exchange *x;
    tp_call_stage *self;
    size_t candidate; /* index in the plan */
    unsigned tries;   /* at this candidate, the running one included */
    bool added;       /* stream_options.include_usage is ours */
    bool plain_again; /* this candidate has refused it */
    bool pulled;      /* a streaming body has begun to leave: no second attempt */
    bool accepted;    /* the reply's head is out */
    bool done;
    /* The conversion for this candidate. */
    const tp_format *target; /* NULL = it is asked as the client asks */
    tp_shape shape;          /* of the provider's reply */
    tp_convert *convert;
    const tp_json *past; /* what came before, of a client that refers to it */
    bool converting;     /* on a worker, which cannot be stopped: the client may leave meanwhile */
    void (*then)(struct tp_call_note *n, tp_call_converted result);
    tp_feed *feed; /* of its reply; NULL = passes as it is */
    tp_call *call;
    tp_call_request request;
    tp_attempt *attempt;
    tp_arena *heads; /* the reply's head, until it was passed on: a stream does not carry it to its end */
    uint64_t attempt_ns;
    tp_timer timer; /* back-off, or the bound on holding for an event */
    /* The reply. */
    tp_reply_head reply;
    tp_call_hold hold;
    tp_buffer held;
    tp_coding *coding; /* NULL: not coded, or nobody reads it */
    tp_sse *sse;       /* NULL: nobody reads events */
    tp_usage_tap *tap;
    size_t unpacked; /* bytes that the part now read has decoded to */
    bool hides;      /* events are passed one by one, less the extra usage chunk */
    bool first_seen, first_is_error;
    tp_flow flow; /* what the outside said last */
} tp_call_note;

/* call_request.c: composes n->request for the candidate. False when it cannot be; the reason is in x->failure. */
bool tp_call_request_compose(tp_call_note *n);

/* call_reply.c */
void tp_call_reply_begin(tp_call_note *n, const tp_http1_head *head);
void tp_call_reply_part(tp_call_note *n, tp_bytes part);
void tp_call_reply_complete(tp_call_note *n);
void tp_call_reply_accept(tp_call_note *n); /* the head and what was held go out */
void tp_call_reply_clear(tp_call_note *n);  /* forgets the reply of a failed attempt */

/* call.c */
/* Whether another attempt may follow a reply of that status (0 = an error inside a 200). */
bool tp_call_can_retry(const tp_call_note *n, int status, const tp_http1_head *head);
void tp_call_give_up_on(tp_call_note *n, int status, const tp_http1_head *head); /* another attempt, cancelling this one */
void tp_call_break(tp_call_note *n, const char *what);                           /* the reply is of no further use */
void tp_call_end_badly(tp_call_note *n, tp_err err, const char *message);        /* the same for a reason of its own */
void tp_call_cancel_attempt(tp_call_note *n);
void tp_call_again_plainly(tp_call_note *n);
bool tp_call_refuses(const tp_call_stage *self, const char *provider);

#endif
