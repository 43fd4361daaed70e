/* store/stats_json.h - sums as the JSON of /stats, since start and of windows alike. Pure; any thread. */

#ifndef TP_STORE_STATS_JSON_H
#define TP_STORE_STATS_JSON_H

#include "store/stats.h"
#include "store/store.h"

typedef struct tp_stats_json_frame {
    const char *version;
    uint64_t uptime_s;
    const char *window;            /* "start" or a word of TP_WINDOWS */
    tp_stats_by by;                /* TP_STATS_BY_NONE = no list */
    uint64_t in_flight, streaming; /* now, whatever the window */
    const tp_store_status *store;  /* NULL = leave it out */
    const char *process;           /* a JSON object, NULL = leave it out */
} tp_stats_json_frame;

/* Adds the object to `out`; what passes its limit is cut, so give it 4 MiB. */
void tp_stats_json_print(const tp_stats *stats, const tp_stats_json_frame *frame, tp_buffer *out);

#endif
