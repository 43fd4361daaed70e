/* store/writer.h - the one connection that writes: takes a batch of rows to the file in one transaction. Used by one worker at a time. */

#ifndef TP_STORE_WRITER_H
#define TP_STORE_WRITER_H

#include "base/list.h"
#include "store/database.h"
#include "store/row.h"

typedef struct tp_writer tp_writer;

typedef struct tp_writer_job {
    tp_link link;
    int64_t id; /* of the row */
    tp_row *row;
} tp_writer_job;

typedef struct tp_writer_batch {
    tp_list rows, traces; /* of tp_writer_job; a trace needs only `request` and `trace` of its row */
    int64_t now_ms, retain_ms;
    uint32_t keep; /* traces that stay */
    bool tidy;     /* also remove what is too old */
    bool last;     /* also write back the log and close the file */
    /* Filled in by run: */
    tp_database_state state;
    char problem[TP_DATABASE_PROBLEM];
    bool written;              /* the transaction was committed; else no row of it is in the file */
    uint64_t lost;             /* rows that the database refused though the transaction was committed */
    uint64_t row_count, bytes; /* in the file */
    bool more;                 /* there is more to tidy */
} tp_writer_batch;

/* `path` is copied. The file is opened by the first batch. */
tp_writer *tp_writer_new(const char *path);

/* Closes the file if a last batch has not. */
void tp_writer_free(tp_writer *writer);

/* Opens the file when it is not open, then writes. On a worker. */
void tp_writer_run(tp_writer *writer, tp_writer_batch *batch);

/* The connection, for reads of a database in memory; between two batches only. */
tp_database *tp_writer_database(tp_writer *writer);

/* Frees a list of jobs with their rows; returns how many. */
uint64_t tp_writer_discard(tp_list *jobs);

#endif
