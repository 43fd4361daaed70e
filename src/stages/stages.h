/* stages/stages.h - all stages, for the tables in app/pipeline_table.c. */

#ifndef TP_STAGES_STAGES_H
#define TP_STAGES_STAGES_H

#include "stages/auth.h"

extern const tp_stage tp_stage_record; /* trace, stats row, access log */
extern const tp_stage tp_stage_adapt;  /* holds the body of a chat request */
extern const tp_stage tp_stage_models; /* the list of models, when the config names some */
extern const tp_stage tp_stage_route;  /* the plan: which providers, with which models */
extern const tp_stage tp_stage_select; /* the order and the keys of the candidates */
extern const tp_stage tp_stage_call;   /* asks them */
extern const tp_stage tp_stage_demo;   /* the scripted provider's only stage */

#endif
