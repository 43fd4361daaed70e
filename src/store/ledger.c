/* store/ledger.c - sums since start, the last sessions, a ring of the last requests. */

#include "store/ledger.h"

#include <stdlib.h>

#include "base/list.h"
#include "base/memory.h"

enum {
    MOST_SESSIONS = 1000,
    SESSION_NAMES = 50,
    SESSION_KINDS = 1 << TP_STATS_BY_MODEL | 1 << TP_STATS_BY_PROVIDER,
};

typedef struct session {
    UT_hash_handle hh;
    tp_link link;
    tp_stats stats;
    char id[];
} session;

struct tp_ledger {
    tp_stats stats;
    session *sessions; /* by id */
    tp_list seen;      /* of session.link, the one seen last at the end */
    tp_row **ring;
    size_t keep, count, next; /* ring[next] will be overwritten */
};

tp_ledger *tp_ledger_new(uint32_t keep)
{
    tp_ledger *ledger = tp_new(tp_ledger);

    tp_stats_init(&ledger->stats);
    tp_list_init(&ledger->seen);
    ledger->keep = keep ? keep : 1;
    ledger->ring = tp_memory_new(ledger->keep * sizeof *ledger->ring);
    return ledger;
}

static void forget(tp_ledger *ledger, session *s)
{
    HASH_DEL(ledger->sessions, s); /* NOLINT: the analyzer does not know that what is listed is in the table */
    tp_list_remove(&s->link);
    tp_stats_free(&s->stats);
    free(s);
}

static void free_ring(tp_row **ring, size_t size)
{
    for (size_t i = 0; i < size; i++)
        tp_row_drop(ring[i]);
    free(ring);
}

void tp_ledger_free(tp_ledger *ledger)
{
    while (!tp_list_empty(&ledger->seen))
        forget(ledger, tp_list_entry(ledger->seen.head.next, session, link));
    free_ring(ledger->ring, ledger->keep);
    tp_stats_free(&ledger->stats);
    free(ledger);
}

void tp_ledger_in_flight(tp_ledger *ledger, int change)
{
    ledger->stats.in_flight += (uint64_t)(int64_t)change;
}

void tp_ledger_streaming(tp_ledger *ledger, int change)
{
    ledger->stats.streaming += (uint64_t)(int64_t)change;
}

static session *find_session(const tp_ledger *ledger, tp_bytes id)
{
    session *found;

    HASH_FIND(hh, ledger->sessions, id.data, (unsigned)id.length, found);
    return found;
}

static session *new_session(tp_ledger *ledger, tp_bytes id)
{
    session *s = tp_memory_new(sizeof *s + id.length + 1);

    if (HASH_COUNT(ledger->sessions) >= MOST_SESSIONS)
        forget(ledger, tp_list_entry(ledger->seen.head.next, session, link));
    tp_stats_init(&s->stats);
    s->stats.kinds = SESSION_KINDS;
    s->stats.most = SESSION_NAMES;
    memcpy(s->id, id.data, id.length);
    HASH_ADD_KEYPTR(hh, ledger->sessions, s->id, (unsigned)id.length, s);
    return s;
}

static void add_to_session(tp_ledger *ledger, const tp_row *row)
{
    session *s = find_session(ledger, row->session);

    if (!s)
        s = new_session(ledger, row->session);
    tp_list_remove(&s->link);
    tp_list_append(&ledger->seen, &s->link);
    tp_stats_add(&s->stats, row);
}

static void push(tp_ledger *ledger, tp_row *row)
{
    tp_row_drop(ledger->ring[ledger->next]);
    ledger->ring[ledger->next] = row;
    ledger->next = (ledger->next + 1) % ledger->keep;
    if (ledger->count < ledger->keep)
        ledger->count++;
}

void tp_ledger_add(tp_ledger *ledger, tp_row *row)
{
    push(ledger, tp_row_keep(row));
    tp_stats_add(&ledger->stats, row);
    if (row->session.length)
        add_to_session(ledger, row);
}

void tp_ledger_keep(tp_ledger *ledger, uint32_t keep)
{
    tp_ledger old = *ledger;

    if (keep == old.keep || keep == 0)
        return;
    ledger->keep = keep;
    ledger->count = ledger->next = 0;
    ledger->ring = tp_memory_new(keep * sizeof *ledger->ring);
    for (size_t i = 0; i < old.count; i++) {
        size_t place = (old.next + old.keep - old.count + i) % old.keep;
        push(ledger, old.ring[place]);
        old.ring[place] = NULL;
    }
    free_ring(old.ring, old.keep);
}

const tp_stats *tp_ledger_stats(const tp_ledger *ledger)
{
    return &ledger->stats;
}

const tp_stats *tp_ledger_session(const tp_ledger *ledger, tp_bytes id)
{
    session *s = NULL;

    if (id.length)
        s = find_session(ledger, id);
    else if (!tp_list_empty(&ledger->seen))
        s = tp_list_entry(ledger->seen.head.previous, session, link);
    return s ? &s->stats : NULL;
}

const tp_row *tp_ledger_recent(const tp_ledger *ledger, size_t back)
{
    if (back >= ledger->count)
        return NULL;
    return ledger->ring[(ledger->next + ledger->keep - 1 - back) % ledger->keep];
}

const tp_row *tp_ledger_find(const tp_ledger *ledger, tp_bytes id)
{
    for (size_t back = 0; back < ledger->count; back++)
        if (tp_bytes_equal(tp_ledger_recent(ledger, back)->request, id))
            return tp_ledger_recent(ledger, back);
    return NULL;
}
