/* store/ledger.h - what happened since start, in memory: sums, sessions, the last requests with their traces. Loop thread.
 *
 * Bounded: the sums to 2 MB, 1,000 sessions to about 40 KB each when full of names (3 KB as a rule), `keep` requests to 72 KiB each
 * (2 KiB as a rule). */

#ifndef TP_STORE_LEDGER_H
#define TP_STORE_LEDGER_H

#include "store/stats.h"

typedef struct tp_ledger tp_ledger;

/* `keep`: how many of the last requests to hold, at least 1 is held. */
tp_ledger *tp_ledger_new(uint32_t keep);
void tp_ledger_free(tp_ledger *ledger);

/* After a reload; the newest that fit stay. */
void tp_ledger_keep(tp_ledger *ledger, uint32_t keep);

/* A request begins (+1) or ends (-1), a reply begins to stream (+1) or ends (-1). */
void tp_ledger_in_flight(tp_ledger *ledger, int change);
void tp_ledger_streaming(tp_ledger *ledger, int change);

/* Keeps the row. */
void tp_ledger_add(tp_ledger *ledger, tp_row *row);

/* Borrowed, good until the next call that changes the ledger. */
const tp_stats *tp_ledger_stats(const tp_ledger *ledger);

/* Of one session; an empty id is the one seen last. NULL when there is none. */
const tp_stats *tp_ledger_session(const tp_ledger *ledger, tp_bytes id);

/* The request `back` before the newest (0 = the newest), NULL when so many are not held. */
const tp_row *tp_ledger_recent(const tp_ledger *ledger, size_t back);

/* The newest held request of that id, NULL when there is none. */
const tp_row *tp_ledger_find(const tp_ledger *ledger, tp_bytes id);

#endif
