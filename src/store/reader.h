/* store/reader.h - questions to the database: a window, the last requests, one trace. Blocks: worker threads and the command line only. */

#ifndef TP_STORE_READER_H
#define TP_STORE_READER_H

#include "store/database.h"
#include "store/window.h"

typedef enum tp_reader_kind {
    TP_READER_WINDOW, /* answer.stats */
    TP_READER_LAST,   /* answer.rows: the last `limit` requests, newest first, with their traces where these are kept */
    TP_READER_TRACE,  /* answer.rows: the newest kept request of that id, or none */
} tp_reader_kind;

typedef struct tp_reader_question {
    tp_reader_kind kind;
    tp_window window;
    tp_stats_by by;
    int64_t now_ms;
    uint32_t limit; /* at most 10,000 are given */
    tp_bytes id;
} tp_reader_question;

typedef struct tp_reader_answer {
    char problem[TP_DATABASE_PROBLEM]; /* "" = none */
    tp_stats stats;
    tp_row **rows;
    size_t count;
} tp_reader_answer;

/* Opens the file read-only, asks and closes it; a missing file answers zeros without a problem. Free the answer in any case. */
void tp_reader_ask(const char *path, const tp_reader_question *question, tp_reader_answer *answer);

/* As ask, over an open connection that no other thread uses. */
void tp_reader_ask_open(tp_database *database, const tp_reader_question *question, tp_reader_answer *answer);

void tp_reader_free(tp_reader_answer *answer);

#endif
