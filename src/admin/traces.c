/* admin/traces.c - the last requests, and one of them with its stages and attempts. */

#include <stdlib.h>

#include "admin/private.h"
#include "admin/query.h"
#include "base/memory.h"
#include "base/offload.h"
#include "store/ledger.h"
#include "store/row_json.h"
#include "store/store.h"

enum { USUAL_LIMIT = 50, MOST_LIMIT = 10000 };

/* ---- one request ---- */

static void tell(tp_admin_call *call, const tp_row *row)
{
    tp_buffer body = TP_BUFFER(TP_ADMIN_LARGEST);

    if (!row) {
        tp_admin_reply_refuse(call, TP_ERR_CALLER_NOT_FOUND, "no such request among those kept (trace.keep)");
        return;
    }
    tp_row_json_print(row, true, &body);
    tp_admin_reply_json(call, 200, &body);
}

static void on_row(void *arg, const tp_reader_answer *answer)
{
    tell(arg, answer->count ? answer->rows[0] : NULL);
}

/* From memory, else from the file. */
static void tell_either(tp_admin *admin, tp_admin_call *call, const tp_row *row, const tp_reader_question *question)
{
    if (row || !admin->services->store)
        tell(call, row);
    else
        tp_store_ask(admin->services->store, question, on_row, call);
}

void tp_admin_traces_last(tp_admin *admin, tp_admin_call *call)
{
    tp_reader_question question = { .kind = TP_READER_LAST, .limit = 1 };

    tell_either(admin, call, tp_ledger_recent(admin->services->ledger, 0), &question);
}

void tp_admin_traces_one(tp_admin *admin, tp_admin_call *call)
{
    tp_query_text room;
    tp_bytes id = tp_query_decode(tp_bytes_from(call->path, strlen("/trace/")), &room);
    tp_reader_question question = { .kind = TP_READER_TRACE, .id = id };

    tell_either(admin, call, tp_ledger_find(admin->services->ledger, id), &question);
}

/* ---- the list ---- */

typedef struct listing {
    tp_admin *admin;
    tp_admin_call *call;
    size_t limit, count;
    tp_row **rows; /* room for those of memory and of the file */
    tp_buffer body;
} listing;

/* Newest first; the same request from memory and from the file side by side. */
static int newest_first(const void *left, const void *right)
{
    const tp_row *a = *(tp_row *const *)left, *b = *(tp_row *const *)right;

    if (a->started_ms != b->started_ms)
        return a->started_ms < b->started_ms ? 1 : -1;
    return strcmp(a->request.data, b->request.data);
}

static bool is_same(const tp_row *a, const tp_row *b)
{
    return a->started_ms == b->started_ms && tp_bytes_equal(a->request, b->request);
}

static void print_list(void *arg)
{
    listing *l = arg;
    size_t printed = 0;

    qsort(l->rows, l->count, sizeof(*l->rows), newest_first);
    tp_buffer_text(&l->body, "{\"traces\":[");
    for (size_t i = 0; i < l->count && printed < l->limit; i++) {
        if (i && is_same(l->rows[i - 1], l->rows[i]))
            continue;
        tp_buffer_text(&l->body, printed++ ? "," : "");
        tp_row_json_print(l->rows[i], false, &l->body);
    }
    tp_buffer_text(&l->body, "]}");
}

static void on_printed(void *arg)
{
    listing *l = arg;

    tp_admin_reply_json(l->call, 200, &l->body);
    for (size_t i = 0; i < l->count; i++)
        tp_row_drop(l->rows[i]);
    free(l->rows);
    free(l);
}

static void print_later(listing *l)
{
    tp_offload(l->admin->services->loop, print_list, on_printed, l);
}

static void on_rows(void *arg, const tp_reader_answer *answer)
{
    listing *l = arg;

    for (size_t i = 0; i < answer->count; i++)
        l->rows[l->count++] = tp_row_copy_summary(answer->rows[i]);
    print_later(l);
}

static bool parse_limit(tp_admin_call *call, uint64_t *limit)
{
    tp_query_text room;
    tp_bytes word = tp_query_value(call->query, "limit", &room);

    if (!word.data)
        word = tp_query_value(call->query, "last", &room);
    *limit = USUAL_LIMIT;
    if (!word.data || (tp_bytes_number(word, limit) && *limit >= 1 && *limit <= MOST_LIMIT))
        return true;
    tp_admin_reply_refuse(call, TP_ERR_CALLER_BAD_REQUEST, "limit must be a number from 1 to 10000");
    return false;
}

void tp_admin_traces(tp_admin *admin, tp_admin_call *call)
{
    const tp_row *row;
    uint64_t limit;
    listing *l;

    if (!parse_limit(call, &limit))
        return;
    l = tp_new(listing);
    *l = (listing){ .admin = admin, .call = call, .limit = limit, .body = TP_BUFFER(TP_ADMIN_LARGEST) };
    l->rows = tp_memory_new(2 * limit * sizeof(*l->rows));
    while (l->count < limit && (row = tp_ledger_recent(admin->services->ledger, l->count)))
        l->rows[l->count++] = tp_row_copy_summary(row);
    if (l->count < limit && admin->services->store)
        tp_store_ask(admin->services->store, &(tp_reader_question){ .kind = TP_READER_LAST, .limit = (uint32_t)limit }, on_rows, l);
    else
        print_later(l);
}
