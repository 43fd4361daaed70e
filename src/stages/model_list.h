/* stages/model_list.h - asks every provider that has a key which models it serves. Loop thread only. */

#ifndef TP_STAGES_MODEL_LIST_H
#define TP_STAGES_MODEL_LIST_H

#include "base/buffer.h"
#include "config/settings.h"
#include "exchange/services.h"

typedef struct tp_model_list tp_model_list;

/* Asks all of them at once, 5 s at most; `done` is called once, later, whatever they answered: who does not answer is left out. Never when
 * there was nobody to ask. */
tp_model_list *tp_model_list_fetch(tp_services *services, const tp_settings *all, void (*done)(void *arg), void *arg);

/* Whether somebody is still to answer, and whether all have answered well. */
bool tp_model_list_open(const tp_model_list *list);
bool tp_model_list_whole(const tp_model_list *list);

/* At any time; `done` is not called any more. NULL is allowed. */
void tp_model_list_free(tp_model_list *list);

/* Each model's name and its provider's, until `visit` returns false. */
void tp_model_list_each(const tp_model_list *list, bool (*visit)(void *arg, tp_bytes model, const char *provider), void *arg);

#endif
