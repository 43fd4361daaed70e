/* app/pipeline_table.h - the order of stages. */

#ifndef TP_APP_PIPELINE_TABLE_H
#define TP_APP_PIPELINE_TABLE_H

#include "exchange/endpoint.h"
#include "exchange/pipeline.h"

/* By tp_pipeline_kind. */
extern const tp_pipeline_table tp_pipeline_table_all[TP_PIPELINE_KINDS];

#endif
