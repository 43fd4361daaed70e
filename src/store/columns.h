/* store/columns.h - rows and sums bound to and read from SQLite statements, in the order of their tables. Any thread. */

#ifndef TP_STORE_COLUMNS_H
#define TP_STORE_COLUMNS_H

#include <sqlite3.h>

#include "store/row.h"
#include "store/stats.h"

/* "id,request,client,..." of the table `request`, and as many question marks. */
#define TP_COLUMNS_NAME(name) "," #name
#define TP_COLUMNS_TEXT_NAME(name, most) "," #name
#define TP_COLUMNS_MARK(name) ",?"
#define TP_COLUMNS_TEXT_MARK(name, most) ",?"
#define TP_COLUMNS_ROW "id" TP_ROW_TEXTS(TP_COLUMNS_TEXT_NAME) TP_ROW_NUMBERS(TP_COLUMNS_NAME)
#define TP_COLUMNS_ROW_MARKS "?" TP_ROW_TEXTS(TP_COLUMNS_TEXT_MARK) TP_ROW_NUMBERS(TP_COLUMNS_MARK)

/* ",ok,caller_error,...,total_us,...,last_error" of the table `aggregate`. */
#define TP_COLUMNS_LATENCY_NAME(name, column, word) "," #column
#define TP_COLUMNS_SUMS TP_STATS_SUMS(TP_COLUMNS_NAME) TP_STATS_LATENCIES(TP_COLUMNS_LATENCY_NAME) ",last_error"

/* Binds id and row to the first parameters; the texts must live until the statement is reset. */
void tp_columns_bind_row(sqlite3_stmt *statement, int64_t id, const tp_row *row);

/* Reads what TP_COLUMNS_ROW selected; the texts are borrowed until the next step. Returns the index of the column behind it. */
int tp_columns_read_row(sqlite3_stmt *statement, tp_row *row);

tp_bytes tp_columns_text(sqlite3_stmt *statement, int column);
tp_bytes tp_columns_blob(sqlite3_stmt *statement, int column);
void tp_columns_bind_text(sqlite3_stmt *statement, int parameter, tp_bytes text);

#endif
