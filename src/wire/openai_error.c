/* wire/openai_error.c - OpenAI's error object. */

#include "wire/openai_error.h"

#include "wire/trouble.h"

static bool is_null(const tp_json *doc, uint32_t node)
{
    return node == TP_JSON_NONE || tp_json_has(doc, node, TP_JSON_NULL);
}

static void read_object(const tp_json *doc, uint32_t object, tp_told *told)
{
    uint32_t message = tp_json_get(doc, object, TP_BYTES("message"));

    told->message = tp_json_inside(doc, message ? message : object);
    told->code = tp_json_inside(doc, tp_json_get(doc, object, TP_BYTES("code")));
    told->param = tp_json_inside(doc, tp_json_get(doc, object, TP_BYTES("param")));
    told->trouble = tp_trouble_of(told->message, told->code);
}

bool tp_openai_error_read(const tp_json *doc, tp_told *told, tp_arena *arena)
{
    uint32_t error = tp_json_get(doc, 0, TP_BYTES("error"));

    (void)arena;
    if (is_null(doc, error))
        return false;
    read_object(doc, error, told);
    return true;
}

void tp_openai_error_inside(tp_reader *r, const tp_json *doc, uint32_t object)
{
    uint64_t status;

    r->failed = true;
    read_object(doc, object, &r->told);
    r->told = tp_trouble_keep(&r->told, r->arena);
    r->told.status = tp_json_uint(doc, tp_json_get(doc, object, TP_BYTES("code")), &status) && status >= 400 && status < 600
                         ? (int)status
                         : tp_trouble_status(tp_json_inside(doc, tp_json_get(doc, object, TP_BYTES("type"))), r->told.code);
}
