/* store/columns.c - the one place where the order of columns meets the fields of a row. */

#include "store/columns.h"

void tp_columns_bind_text(sqlite3_stmt *statement, int parameter, tp_bytes text)
{
    sqlite3_bind_text64(statement, parameter, text.data ? text.data : "", text.length, SQLITE_STATIC, SQLITE_UTF8);
}

void tp_columns_bind_row(sqlite3_stmt *statement, int64_t id, const tp_row *row)
{
    int at = 1;

    sqlite3_bind_int64(statement, at++, id);
#define BIND_TEXT(name, most) tp_columns_bind_text(statement, at++, row->name);
    TP_ROW_TEXTS(BIND_TEXT)
#undef BIND_TEXT
#define BIND_NUMBER(name) sqlite3_bind_int64(statement, at++, row->name);
    TP_ROW_NUMBERS(BIND_NUMBER)
#undef BIND_NUMBER
}

tp_bytes tp_columns_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return tp_bytes_of(text, (size_t)sqlite3_column_bytes(statement, column));
}

tp_bytes tp_columns_blob(sqlite3_stmt *statement, int column)
{
    const char *blob = sqlite3_column_blob(statement, column);

    return tp_bytes_of(blob, (size_t)sqlite3_column_bytes(statement, column));
}

int tp_columns_read_row(sqlite3_stmt *statement, tp_row *row)
{
    int at = 1;

    *row = (tp_row){ 0 };
#define READ_TEXT(name, most) row->name = tp_columns_text(statement, at++);
    TP_ROW_TEXTS(READ_TEXT)
#undef READ_TEXT
#define READ_NUMBER(name) row->name = sqlite3_column_int64(statement, at++);
    TP_ROW_NUMBERS(READ_NUMBER)
#undef READ_NUMBER
    return at;
}
