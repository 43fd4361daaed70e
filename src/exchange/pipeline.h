/* exchange/pipeline.h - the tables of stages, opened for one settings snapshot and counted by reference. Loop thread only. */

#ifndef TP_EXCHANGE_PIPELINE_H
#define TP_EXCHANGE_PIPELINE_H

#include <tokenpak/stage.h>

#include "base/ref.h"
#include "config/settings.h"

/* One line of an opened pipeline. */
typedef struct tp_slot {
    const tp_stage *stage;
    void *self;
    size_t note; /* offset of its note in the exchange's notes */
} tp_slot;

typedef struct tp_pipeline {
    tp_slot *slots;
    unsigned count;
    size_t notes; /* bytes of all notes */
} tp_pipeline;

/* A table as it stands in app/pipeline_table.c. */
typedef struct tp_pipeline_table {
    const tp_stage *const *stages;
    unsigned count;
} tp_pipeline_table;

/* All pipelines of one settings snapshot; a stage that stands in several is opened once. */
typedef struct tp_pipeline_set {
    tp_ref ref;
    const tp_settings *settings;
    tp_slot *opened; /* each stage once */
    unsigned opened_count;
    tp_pipeline *pipelines; /* in the order of the tables */
    unsigned pipeline_count;
} tp_pipeline_set;

/* Opens every stage, handing over the state of `previous` (may be NULL). NULL when one refuses; the reason is in the log. */
tp_pipeline_set *tp_pipeline_open(const tp_pipeline_table *tables, unsigned count, const tp_settings *settings,
                                  const tp_pipeline_set *previous, struct tp_services *services);

void tp_pipeline_take(tp_pipeline_set *set);
void tp_pipeline_drop(tp_pipeline_set *set);

#endif
