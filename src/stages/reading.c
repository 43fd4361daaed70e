/* stages/reading.c - decodes, scans, and finds model and stream. */

#include "stages/reading.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exchange/endpoint.h"
#include "wire/coding.h"
#include "wire/seal.h"

/* A longer name of a model is no name: it is left to the provider to say so. */
enum { LONGEST_MODEL = 4096, LONG_PLAIN = 96 << 10, LONG_CODED = 16 << 10 };

static bool is_long(tp_bytes body, tp_bytes coding)
{
    return body.length > (coding.length ? LONG_CODED : LONG_PLAIN);
}

/* What a worker reads has an arena of its own, because the exchange's belongs to the loop. */
tp_reading *tp_reading_new(tp_exchange *x, uint64_t most, bool deep)
{
    tp_bytes body = tp_body_held(x), coding = tp_request_header(x->request, "content-encoding");
    tp_arena *arena = is_long(body, coding) ? tp_arena_new() : x->arena;
    tp_reading *r = tp_arena_make(arena, tp_reading);

    *r = (tp_reading){ .arena = arena, .body = body, .coding = coding, .most = most, .deep = deep };
    return r;
}

bool tp_reading_is_long(const tp_reading *r)
{
    return is_long(r->body, r->coding);
}

static void free_text(void *text)
{
    tp_buffer_free(text);
}

static bool decode(tp_reading *r, tp_bytes *text)
{
    tp_buffer *out = tp_arena_make(r->arena, tp_buffer);
    tp_coding_result result;

    out->limit = r->most;
    result = tp_coding_whole(r->coding, r->body, out);

    r->too_large = result == TP_CODING_LIMIT;
    r->unreadable = result == TP_CODING_BAD;
    *text = tp_buffer_bytes(out);
    tp_arena_defer(r->arena, free_text, out);
    return result == TP_CODING_OK;
}

void tp_reading_run(void *reading)
{
    tp_reading *r = reading;
    tp_bytes text = r->body;

    r->decoded = r->coding.length && !tp_bytes_equal_nocase(r->coding, TP_BYTES("identity"));
    if (r->decoded && !decode(r, &text))
        return;
    r->valid = tp_json_scan(text, r->arena, r->deep ? TP_JSON_EVERYTHING : TP_JSON_MEMBERS, &r->json, &r->error);
    r->sealed = r->valid && r->deep && tp_seal_inside(text);
    if (r->valid || !r->deep || !r->error.too_many)
        return;
    /* It can still pass as it is. */
    r->deep = false;
    r->valid = tp_json_scan(text, r->arena, TP_JSON_MEMBERS, &r->json, &r->error);
}

static void free_arena(void *arena)
{
    tp_arena_free(arena);
}

void tp_reading_apply(tp_reading *r, tp_exchange *x)
{
    uint32_t model;
    bool stream, object = r->valid && tp_json_kind_of(&r->json, 0) == TP_JSON_OBJECT;

    if (r->arena != x->arena)
        tp_arena_defer(x->arena, free_arena, r->arena);
    if (!object)
        return;
    x->json = &r->json;
    x->decoded = r->decoded;
    x->deep = r->deep;
    x->sealed = r->sealed;
    model = tp_json_get(&r->json, 0, TP_BYTES("model"));
    if (x->model.length == 0 && tp_json_raw(&r->json, model).length <= LONGEST_MODEL)
        x->model = tp_arena_copy(x->arena, tp_json_text(&r->json, model, x->arena));
    if (tp_json_bool(&r->json, tp_json_get(&r->json, 0, TP_BYTES("stream")), &stream))
        x->stream = stream;
}
