/* stages/recall.h - conversations of clients of OpenAI's Responses that refer to their last reply instead of sending all again, where the
 * request is converted and responses.state is `keep`. Loop thread. */

#ifndef TP_STAGES_RECALL_H
#define TP_STAGES_RECALL_H

#include <tokenpak/exchange.h>
#include <tokenpak/format.h>

#include "exchange/services.h"
#include "json/scan.h"

/* The id that the request refers to; empty when it refers to none, or when nothing is kept. */
tp_bytes tp_recall_wanted(const tp_exchange *x);

/* Calls `done` once, later, with what came before as {"items":[...]}; NULL when nothing is kept under that id for this client. The result
 * lives as long as the exchange. */
void tp_recall_find(tp_services *services, tp_exchange *x, tp_bytes id, void (*done)(void *arg, const tp_json *past), void *arg);

/* Keeps what the client can refer to from now on, when the option and the client want it. */
void tp_recall_keep(tp_services *services, const tp_exchange *x, const tp_writer *writer);

#endif
