/* wire/stream_error.c - tells errors and the extra usage chunk apart from the content of a stream. */

#include "wire/stream_error.h"

#include "json/scan.h"

/* What the SDKs take for an error: something truthy. */
static bool says_something(const tp_json *doc, uint32_t node)
{
    tp_bytes raw = tp_json_raw(doc, node);

    if (node == TP_JSON_NONE || tp_json_kind_of(doc, node) == TP_JSON_NULL || tp_json_kind_of(doc, node) == TP_JSON_FALSE)
        return false;
    return !tp_bytes_equal(raw, TP_BYTES("\"\"")) && !tp_bytes_equal(raw, TP_BYTES("0")) && !tp_bytes_equal(raw, TP_BYTES("{}"));
}

static bool is_error_type(const tp_json *doc, uint32_t type)
{
    return type != TP_JSON_NONE && (tp_json_is(doc, type, TP_BYTES("error")) || tp_json_is(doc, type, TP_BYTES("response.failed")));
}

static bool has_types(tp_shape shape)
{
    return shape == TP_SHAPE_ANTHROPIC || shape == TP_SHAPE_OPENAI_RESPONSES;
}

static bool data_is_error(tp_shape shape, tp_bytes data)
{
    tp_arena *arena = tp_arena_new();
    tp_json doc;
    bool error = false;

    if (tp_json_scan(data, arena, TP_JSON_MEMBERS, &doc, NULL)) {
        error = says_something(&doc, tp_json_get(&doc, 0, TP_BYTES("error")));
        if (has_types(shape))
            error |= is_error_type(&doc, tp_json_get(&doc, 0, TP_BYTES("type")));
    }
    tp_arena_free(arena);
    return error;
}

bool tp_stream_error_event(tp_shape shape, tp_bytes name, tp_bytes data)
{
    if (tp_bytes_equal(name, TP_BYTES("error")) || tp_bytes_equal(name, TP_BYTES("response.failed")))
        return true;
    if (!tp_bytes_contains(data, TP_BYTES("error")) && !tp_bytes_contains(data, TP_BYTES("response.failed")))
        return false;
    return data_is_error(shape, data);
}

bool tp_stream_error_refused_options(int status, tp_bytes body)
{
    return (status == 400 || status == 422) &&
           (tp_bytes_contains(body, TP_BYTES("stream_options")) || tp_bytes_contains(body, TP_BYTES("include_usage")));
}

bool tp_stream_error_usage_chunk(tp_bytes data)
{
    tp_arena *arena;
    tp_json doc;
    bool is = false;

    if (!tp_bytes_contains(data, TP_BYTES("\"usage\"")))
        return false;
    arena = tp_arena_new();
    if (tp_json_scan(data, arena, 3, &doc, NULL)) {
        uint32_t choices = tp_json_get(&doc, 0, TP_BYTES("choices")), usage = tp_json_get(&doc, 0, TP_BYTES("usage"));

        is = choices != TP_JSON_NONE && usage != TP_JSON_NONE && tp_json_kind_of(&doc, choices) == TP_JSON_ARRAY &&
             tp_json_first(&doc, choices) == TP_JSON_NONE && tp_json_kind_of(&doc, usage) == TP_JSON_OBJECT;
    }
    tp_arena_free(arena);
    return is;
}
