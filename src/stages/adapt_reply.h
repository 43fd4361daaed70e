/* stages/adapt_reply.h - the client's side of a converted reply: canonical events become what the client's format says. Loop thread. */

#ifndef TP_STAGES_ADAPT_REPLY_H
#define TP_STAGES_ADAPT_REPLY_H

#include <tokenpak/format.h>
#include <tokenpak/stage.h>

#include "base/buffer.h"
#include "exchange/services.h"
#include "wire/gather.h"

/* Zeroed, it has not begun. */
typedef struct tp_adapt_reply {
    tp_exchange *x;
    tp_services *services;
    tp_writer writer;
    tp_buffer out;
    tp_gather *gather; /* of a client that wants a whole reply; its head waits for it */
    tp_reply_head head;
    tp_timer timer; /* a silent provider */
    uint64_t written_ns;
} tp_adapt_reply;

/* `most`: bytes of a whole reply. */
tp_flow tp_adapt_reply_head(tp_adapt_reply *r, tp_exchange *x, tp_services *services, const tp_event *ev, uint64_t most);
tp_flow tp_adapt_reply_chat(tp_adapt_reply *r, const tp_event *ev);
tp_flow tp_adapt_reply_end(tp_adapt_reply *r, const tp_event *ev);

/* At the end, whatever has happened. */
void tp_adapt_reply_close(tp_adapt_reply *r);

#endif
