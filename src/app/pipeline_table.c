/* app/pipeline_table.c - THE ORDER OF STAGES: in from top to bottom, back from bottom to top. */

#include "app/pipeline_table.h"

#include "stages/stages.h"

static const tp_stage *const CHAT[] = {
    &tp_stage_record, /* starts the trace; leave: writes the row and the line of the access log */
    &tp_stage_auth,   /* who asks, with which key; needs only the head */
    &tp_stage_adapt,  /* holds the body, learns model and stream */
    &tp_stage_route,  /* model, alias, path -> plan: ordered candidates */
    &tp_stage_select, /* the key of each candidate */
    &tp_stage_call,   /* tries them until one begins to reply, then streams */
};

/* count_tokens of any dialect */
static const tp_stage *const COUNT[] = {
    &tp_stage_record, &tp_stage_auth, &tp_stage_adapt, &tp_stage_route, &tp_stage_select, &tp_stage_call,
};

/* Everything else: nothing holds the body. */
static const tp_stage *const RELAY[] = {
    &tp_stage_record, &tp_stage_auth, &tp_stage_models, &tp_stage_route, &tp_stage_select, &tp_stage_call,
};

/* The scripted provider of the demo, behind a socket of its own. */
static const tp_stage *const DEMO[] = { &tp_stage_demo };

#define TABLE(stages)                                                                                                                      \
    {                                                                                                                                      \
        stages, sizeof(stages) / sizeof((stages)[0])                                                                                       \
    }

const tp_pipeline_table tp_pipeline_table_all[TP_PIPELINE_KINDS] = {
    [TP_PIPELINE_CHAT] = TABLE(CHAT),
    [TP_PIPELINE_COUNT_TOKENS] = TABLE(COUNT),
    [TP_PIPELINE_RELAY] = TABLE(RELAY),
    [TP_PIPELINE_DEMO] = TABLE(DEMO),
};
