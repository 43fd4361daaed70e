/* stages/convert.h - a request made ready for a provider that speaks another format: read once, written for each target. */

#ifndef TP_STAGES_CONVERT_H
#define TP_STAGES_CONVERT_H

#include <tokenpak/exchange.h>
#include <tokenpak/format.h>

#include "base/buffer.h"
#include "config/settings.h"
#include "json/scan.h"

/* One conversion; may run on a worker. Its memory is its own, and lives as long as the exchange. */
typedef struct tp_convert {
    const tp_format *from, *to;
    const tp_json *doc;
    tp_arena *arena;
    tp_request_in in;
    tp_request_out out;
    tp_buffer body;
    tp_chat *chat; /* NULL until the request was read */
    bool good;
} tp_convert;

/* The format in which `provider` has to be asked what `x` asks; NULL = as it is. */
const tp_format *tp_convert_target(const tp_exchange *x, const tp_provider *provider);

/* Whether `x`, which is of another dialect than `provider`, can be converted for it at all. */
bool tp_convert_possible(const tp_exchange *x, const tp_provider *provider);

/* Prepares it; `most`: bytes of the converted body. The result of x->chat is used when it was read before. */
tp_convert *tp_convert_new(tp_exchange *x, const tp_format *to, tp_bytes model, size_t most);

/* Reads and writes. Any thread. */
void tp_convert_run(void *convert);

/* Whether running it could take longer than a turn of the loop may. */
bool tp_convert_is_long(const tp_convert *convert);

/* What did not fit, as the value of x-tokenpak-warnings: "dropped:top_k, dropped:seed". Empty without any. */
tp_bytes tp_convert_warnings(const tp_convert *convert, tp_arena *arena);

#endif
