/* admin/query.h - values out of a path and a query string, percent-decoded. Pure; any thread. */

#ifndef TP_ADMIN_QUERY_H
#define TP_ADMIN_QUERY_H

#include <tokenpak/bytes.h>

enum { TP_QUERY_MOST = 512 };

/* Room for one decoded value; what is longer is cut. */
typedef struct tp_query_text {
    char data[TP_QUERY_MOST];
} tp_query_text;

/* `text` with each %XX as the byte it stands for; the result lives in `room`. */
tp_bytes tp_query_decode(tp_bytes text, tp_query_text *room);

/* The first value of `name`, decoded; `data` is NULL when the query does not have it. */
tp_bytes tp_query_value(tp_bytes query, const char *name, tp_query_text *room);

#endif
