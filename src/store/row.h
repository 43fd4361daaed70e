/* store/row.h - what one request left behind: the row of the table `request`, plain data. Any thread. */

#ifndef TP_STORE_ROW_H
#define TP_STORE_ROW_H

#include <tokenpak/bytes.h>

/* How a request ended. X(NAME, word) */
#define TP_ROW_CLASSES(X)                                                                                                                  \
    X(OK, "ok")                                                                                                                            \
    X(CALLER_ERROR, "caller_error")                                                                                                        \
    X(POLICY_ERROR, "policy_error")                                                                                                        \
    X(PROVIDER_ERROR, "provider_error")                                                                                                    \
    X(OWN_ERROR, "own_error")                                                                                                              \
    X(CANCELLED, "cancelled")

typedef enum tp_row_class {
#define TP_ROW_CLASS_ENUM(name, word) TP_ROW_##name,
    TP_ROW_CLASSES(TP_ROW_CLASS_ENUM)
#undef TP_ROW_CLASS_ENUM
        TP_ROW_CLASS_COUNT
} tp_row_class;

/* X(column, most bytes). What is longer is cut between characters, or left out where it is JSON. */
#define TP_ROW_TEXTS(X)                                                                                                                    \
    X(request, 128) /* request id */                                                                                                       \
    X(client, 64)   /* IP address */                                                                                                       \
    X(key, 128)     /* name of the proxy key, "-" without one */                                                                           \
    X(session, 256) /* "" = none */                                                                                                        \
    X(tag, 256)     /* "" = none */                                                                                                        \
    X(dialect, 16)  /* of the client */                                                                                                    \
    X(method, 32)                                                                                                                          \
    X(path, 512)           /* without the query */                                                                                         \
    X(model, 256)          /* as asked for; "" = none */                                                                                   \
    X(upstream_model, 256) /* as sent */                                                                                                   \
    X(provider, 128)       /* "" = none was reached */                                                                                     \
    X(error, 64)           /* code; "" = none */                                                                                           \
    X(failures, 512)       /* attempts that another one followed, as provider:status or provider:code, separated by commas */              \
    X(source, 16)          /* of the token numbers: provider, exact, calibrated, heuristic; "" = none */                                   \
    X(usage, 2048)         /* JSON as the provider told it; "" = none */

/* X(column) */
#define TP_ROW_NUMBERS(X)                                                                                                                  \
    X(started_ms) /* wall clock */                                                                                                         \
    X(stream)     /* 1: the reply streamed */                                                                                              \
    X(status)     /* HTTP status sent to the client, 0 = none */                                                                           \
    X(class)      /* a tp_row_class */                                                                                                     \
    X(attempts)   /* at providers */                                                                                                       \
    X(input)      /* all prompt tokens */                                                                                                  \
    X(output)                                                                                                                              \
    X(cache_read)     /* part of input */                                                                                                  \
    X(cache_creation) /* part of input */                                                                                                  \
    X(reasoning)      /* part of output */                                                                                                 \
    X(no_usage)       /* 1: a complete reply in which the provider told no usage */                                                        \
    X(bytes_in)       /* of the request's body */                                                                                          \
    X(bytes_out)      /* of the reply's body */                                                                                            \
    X(first_token_ms) /* -1 = none */                                                                                                      \
    X(total_ms)                                                                                                                            \
    X(overhead_us)                                                                                                                         \
    X(provider_ms) /* waiting for the provider; -1 = none was asked */

typedef struct tp_row {
#define TP_ROW_TEXT_FIELD(name, most) tp_bytes name;
    TP_ROW_TEXTS(TP_ROW_TEXT_FIELD)
#undef TP_ROW_TEXT_FIELD
#define TP_ROW_NUMBER_FIELD(name) int64_t name;
    TP_ROW_NUMBERS(TP_ROW_NUMBER_FIELD)
#undef TP_ROW_NUMBER_FIELD
    tp_bytes trace;   /* a JSON object of `stages` and `attempts`, "" = none; not a column, but a row of the table `trace` */
    unsigned holders; /* of a copy that tp_row_copy made; 0: not one */
} tp_row;

enum { TP_ROW_TRACE_MOST = 65536 }; /* a longer trace is left out */

/* ok, caller_error, ... */
const char *tp_row_class_word(int64_t class);

/* A copy in one block that holds its texts, each with a zero byte behind it, held once. */
tp_row *tp_row_copy(const tp_row *row);

/* The row itself, held once more, when it is a copy; else a copy of it. All holders are on one thread. */
tp_row *tp_row_keep(tp_row *row);

/* The last holder frees it. NULL is allowed. */
void tp_row_drop(tp_row *row);

/* As copy, without the trace. */
tp_row *tp_row_copy_summary(const tp_row *row);

#endif
