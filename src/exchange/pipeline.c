/* exchange/pipeline.c - opens the stages of the tables and hands their state over at a reload. */

#include "exchange/pipeline.h"

#include <stdlib.h>

#include <tokenpak/log.h>

#include "base/memory.h"

enum { NOTE_ALIGN = 16 };

static tp_slot *find_opened(const tp_pipeline_set *set, const tp_stage *stage)
{
    for (unsigned i = 0; set && i < set->opened_count; i++)
        if (set->opened[i].stage == stage)
            return &set->opened[i];
    return NULL;
}

static bool open_stage(tp_pipeline_set *set, const tp_stage *stage, const tp_pipeline_set *previous, struct tp_services *services)
{
    const tp_slot *before = find_opened(previous, stage);
    tp_stage_env env = { tp_settings_section(set->settings, stage->name), set->settings, services };
    tp_slot *slot = &set->opened[set->opened_count];
    tp_err err = TP_OK;

    *slot = (tp_slot){ .stage = stage };
    if (stage->open)
        err = stage->open(&slot->self, before ? before->self : NULL, &env);
    if (err != TP_OK) {
        tp_log(TP_LOG_ERROR, TP_AREA_STAGE, "stage %s cannot be opened: %s", stage->name, tp_err_text(err));
        return false;
    }
    set->opened_count++;
    return true;
}

static void fill(tp_pipeline_set *set, tp_pipeline *pipeline, const tp_pipeline_table *table)
{
    pipeline->slots = tp_memory_new(sizeof(tp_slot) * table->count);
    pipeline->count = table->count;
    for (unsigned i = 0; i < table->count; i++) {
        pipeline->slots[i] = *find_opened(set, table->stages[i]);
        pipeline->slots[i].note = pipeline->notes;
        pipeline->notes += (table->stages[i]->note_size + NOTE_ALIGN - 1) & ~(size_t)(NOTE_ALIGN - 1);
    }
}

static bool open_table(tp_pipeline_set *set, const tp_pipeline_table *table, const tp_pipeline_set *previous, struct tp_services *services)
{
    for (unsigned i = 0; i < table->count; i++)
        if (!find_opened(set, table->stages[i]) && !open_stage(set, table->stages[i], previous, services))
            return false;
    fill(set, &set->pipelines[set->pipeline_count++], table);
    return true;
}

tp_pipeline_set *tp_pipeline_open(const tp_pipeline_table *tables, unsigned count, const tp_settings *settings,
                                  const tp_pipeline_set *previous, struct tp_services *services)
{
    tp_pipeline_set *set = tp_new(tp_pipeline_set);
    unsigned stages = 0;

    for (unsigned i = 0; i < count; i++)
        stages += tables[i].count;
    set->settings = settings;
    tp_settings_take(settings);
    set->opened = tp_memory_new(sizeof(tp_slot) * stages);
    set->pipelines = tp_memory_new(sizeof(tp_pipeline) * count);
    for (unsigned i = 0; i < count; i++) {
        if (!open_table(set, &tables[i], previous, services)) {
            tp_pipeline_drop(set);
            return NULL;
        }
    }
    return set;
}

void tp_pipeline_take(tp_pipeline_set *set)
{
    tp_ref_take(&set->ref);
}

void tp_pipeline_drop(tp_pipeline_set *set)
{
    if (!set || !tp_ref_drop(&set->ref))
        return;
    for (unsigned i = set->opened_count; i-- > 0;)
        if (set->opened[i].stage->close)
            set->opened[i].stage->close(set->opened[i].self);
    for (unsigned i = 0; i < set->pipeline_count; i++)
        free(set->pipelines[i].slots);
    free(set->pipelines);
    free(set->opened);
    tp_settings_drop(set->settings);
    free(set);
}
