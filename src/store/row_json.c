/* store/row_json.c - prints the object of /trace in the order of its members. */

#include "store/row_json.h"

#include <inttypes.h>

#include "base/clock.h"

/* "name":"text", or null when it is empty. */
static void text(tp_buffer *out, const char *name, tp_bytes value)
{
    if (value.length == 0) {
        tp_buffer_printf(out, "\"%s\":null,", name);
        return;
    }
    tp_buffer_printf(out, "\"%s\":\"", name);
    tp_buffer_json(out, value);
    tp_buffer_text(out, "\",");
}

static void number(tp_buffer *out, const char *name, int64_t value)
{
    if (value < 0)
        tp_buffer_printf(out, "\"%s\":null,", name);
    else
        tp_buffer_printf(out, "\"%s\":%" PRId64 ",", name, value);
}

static void who_and_what(tp_buffer *out, const tp_row *row)
{
    char started[TP_CLOCK_TEXT];

    text(out, "id", row->request);
    text(out, "started_at", tp_bytes_text(tp_clock_rfc3339(row->started_ms, started)));
    text(out, "client", row->client);
    text(out, "key", row->key);
    text(out, "session", row->session);
    text(out, "tag", row->tag);
    text(out, "dialect", row->dialect);
    text(out, "method", row->method);
    text(out, "path", row->path);
    text(out, "model", row->model);
    text(out, "upstream_model", row->upstream_model);
    text(out, "provider", row->provider);
    tp_buffer_printf(out, "\"stream\":%s,", row->stream ? "true" : "false");
    number(out, "status", row->status);
    text(out, "class", tp_bytes_text(tp_row_class_word(row->class)));
    text(out, "error", row->error);
}

/* The members of the trace's object, without its braces. */
static void trace(tp_buffer *out, const tp_row *row)
{
    if (row->trace.length <= 2) {
        tp_buffer_text(out, "\"stages\":[],\"attempts\":[],");
        return;
    }
    tp_buffer_add(out, tp_bytes_of(row->trace.data + 1, row->trace.length - 2));
    tp_buffer_text(out, ",");
}

static void tokens(tp_buffer *out, const tp_row *row)
{
    tp_buffer_text(out, "\"tokens\":{");
    number(out, "input", row->input);
    number(out, "output", row->output);
    number(out, "cache_read", row->cache_read);
    number(out, "cache_creation", row->cache_creation);
    number(out, "reasoning", row->reasoning);
    text(out, "source", row->source);
    tp_buffer_printf(out, "\"usage\":%.*s},", row->usage.length ? (int)row->usage.length : 4, row->usage.length ? row->usage.data : "null");
}

void tp_row_json_print(const tp_row *row, bool whole, tp_buffer *out)
{
    tp_buffer_text(out, "{");
    who_and_what(out, row);
    if (whole)
        trace(out, row);
    tokens(out, row);
    tp_buffer_text(out, "\"cost_usd\":null,");
    number(out, "bytes_in", row->bytes_in);
    number(out, "bytes_out", row->bytes_out);
    number(out, "first_token_ms", row->first_token_ms);
    number(out, "provider_ms", row->provider_ms);
    number(out, "total_ms", row->total_ms);
    tp_buffer_printf(out, "\"overhead_us\":%" PRId64 "}", row->overhead_us);
}
