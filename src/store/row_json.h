/* store/row_json.h - one request as the JSON of /trace. Pure; any thread. */

#ifndef TP_STORE_ROW_JSON_H
#define TP_STORE_ROW_JSON_H

#include "base/buffer.h"
#include "store/row.h"

/* Adds the object to `out`; `whole`: with stages and attempts, as far as the row has them. */
void tp_row_json_print(const tp_row *row, bool whole, tp_buffer *out);

#endif
