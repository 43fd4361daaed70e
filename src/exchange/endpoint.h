/* exchange/endpoint.h - which dialect, shape and pipeline a path belongs to: one table. Pure; any thread. */

#ifndef TP_EXCHANGE_ENDPOINT_H
#define TP_EXCHANGE_ENDPOINT_H

#include <tokenpak/dialect.h>

/* The index of a table in app/pipeline_table.c. */
typedef enum tp_pipeline_kind {
    TP_PIPELINE_CHAT,
    TP_PIPELINE_COUNT_TOKENS,
    TP_PIPELINE_RELAY,
    TP_PIPELINE_DEMO,
    TP_PIPELINE_KINDS
} tp_pipeline_kind;

typedef struct tp_endpoint {
    const char *method; /* NULL = any */
    const char *path;   /* pattern of * and ? */
    tp_dialect dialect;
    tp_shape shape;
    tp_pipeline_kind pipeline;
    bool shared; /* exists at both OpenAI and Anthropic: the request's fields decide */
} tp_endpoint;

/* The row for a request; NULL for a path that belongs to no dialect. */
const tp_endpoint *tp_endpoint_find(tp_bytes method, tp_bytes path);

/* The model in a Gemini path, models/NAME:METHOD; empty when there is none. */
tp_bytes tp_endpoint_path_model(tp_bytes path);

/* Gemini's METHOD behind the colon; empty when there is none. */
tp_bytes tp_endpoint_path_method(tp_bytes path);

#endif
