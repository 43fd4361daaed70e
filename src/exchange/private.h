/* exchange/private.h - the part of an exchange that only this room sees. */

#ifndef TP_EXCHANGE_PRIVATE_H
#define TP_EXCHANGE_PRIVATE_H

#include "exchange/driver.h"

typedef enum tp_phase {
    TP_PHASE_RUNNING, /* a stage's request() is on the stack */
    TP_PHASE_WAITING, /* a stage owes a resume */
    TP_PHASE_READY,   /* resumed, in the driver's list */
    TP_PHASE_BACK,    /* a stage answers, or all have ended */
} tp_phase;

/* The public facts first, so that the two pointers are one. */
typedef struct tp_driven {
    tp_exchange x;
    tp_driver *driver;
    tp_pipeline_set *set;
    const tp_pipeline *pipeline;
    tp_body body;
    tp_sink *sink;
    tp_link link; /* ready or graveyard */
    char *notes;
    tp_stage_trace *trace; /* one per slot */
    tp_phase phase;
    tp_verdict resumed;
    unsigned at;      /* the stage that runs, waits or answers */
    unsigned entered; /* stages whose request() was called */
    unsigned cut;     /* 1 + the stage that passed ERROR before the inside had ended; 0 = none */
    bool kept;        /* a stage wants the reply although the client left */
    bool inside_done, outside_done;
    bool head_sent;
    tp_framing framing; /* of the reply that is being sent */
    char tail[2];       /* its last bytes so far */
    char solid;         /* the last one that is not blank */
    uint64_t wait_since, own_ns;
    unsigned depth; /* of our code on the stack for this exchange: own time is counted once */
} tp_driven;

static inline tp_driven *tp_driven_of(tp_exchange *x)
{
    return (tp_driven *)(void *)x;
}

static inline const tp_driven *tp_driven_of_const(const tp_exchange *x)
{
    return (const tp_driven *)(const void *)x;
}

/* driver.c: the connection will not be called again. */
void tp_driver_detach(tp_driven *d);

/* outlet.c: an event that has passed all stages becomes what the client reads. */
tp_flow tp_outlet_event(tp_driven *d, const tp_event *ev);

#endif
