/* wire/usage.c - the tap: a stream is cut into events, the values that the table names are picked out of them, and the last of each counts.
 */

#include "wire/usage.h"

#include "base/buffer.h"
#include "json/pick.h"
#include "json/scan.h"
#include "json/string.h"
#include "wire/sse.h"
#include "wire/usage_table.h"

enum { LONGEST_VALUE = 16384 };

struct tp_usage_tap {
    tp_arena *arena;
    const tp_usage_form *form; /* NULL: nothing to read */
    const tp_usage_sum *sum;
    tp_framing framing;
    tp_pick *pick;
    tp_sse *sse;    /* of SSE only */
    bool told;      /* a usage object was read */
    unsigned given; /* 1 << index of each term that has a value */
    uint64_t values[TP_USAGE_TERMS];
    tp_buffer raw;
    char model[TP_USAGE_MODEL];
    tp_usage_seen seen;
};

static uint64_t *field_of(tp_usage *usage, tp_usage_field field)
{
    switch (field) {
    case TP_USAGE_OUTPUT:
        return &usage->output;
    case TP_USAGE_CACHE_READ:
        return &usage->cache_read;
    case TP_USAGE_CACHE_CREATION:
        return &usage->cache_creation;
    case TP_USAGE_REASONING:
        return &usage->reasoning;
    default:
        return &usage->input;
    }
}

static void add_up(tp_usage_tap *tap)
{
    tp_usage usage = { 0 };

    for (unsigned i = 0; i < TP_USAGE_TERMS; i++) {
        const tp_usage_term *term = &tap->sum->terms[i];
        uint64_t *field = field_of(&usage, term->field);

        if (!(tap->given & 1u << i) || (term->otherwise && usage.known & 1u << term->field))
            continue;
        if (__builtin_add_overflow(*field, tap->values[i], field))
            *field = UINT64_MAX;
        usage.known |= 1u << term->field;
    }
    tap->seen.usage = usage;
    tap->seen.found = usage.known != 0;
}

/* The term's value in the usage object. */
static uint32_t find_term(const tp_json *doc, const tp_usage_term *term)
{
    uint32_t node = tp_json_get(doc, 0, term->keys[0]);

    return term->keys[1].length && node != TP_JSON_NONE ? tp_json_get(doc, node, term->keys[1]) : node;
}

static const tp_usage_term *term_of(const tp_usage_tap *tap, unsigned index)
{
    return index < TP_USAGE_TERMS && tap->sum->terms[index].keys[0].length ? &tap->sum->terms[index] : NULL;
}

/* A term that is absent or null keeps its earlier value: the numbers are cumulative, and a later event may leave some out. */
static void read_terms(tp_usage_tap *tap, tp_bytes raw, tp_arena *arena)
{
    tp_json doc;

    if (!tp_json_scan(raw, arena, TP_JSON_EVERYTHING, &doc, NULL))
        return;
    for (unsigned i = 0; term_of(tap, i); i++) {
        uint32_t node = find_term(&doc, term_of(tap, i));

        if (node != TP_JSON_NONE && tp_json_uint(&doc, node, &tap->values[i]))
            tap->given |= 1u << i;
    }
    tap->raw.length = 0;
    tp_buffer_add(&tap->raw, raw);
    add_up(tap);
}

/* Most replies tell it once; those that tell it with every event do not fill the exchange's arena. */
static void read_object(tp_usage_tap *tap, tp_bytes raw)
{
    tp_arena *arena;

    if (!tap->told) {
        tap->told = true;
        read_terms(tap, raw, tap->arena);
        return;
    }
    arena = tp_arena_new();
    read_terms(tap, raw, arena);
    tp_arena_free(arena);
}

/* The dialect has no usage object: `raw` becomes one made of the terms. */
static void write_raw(tp_usage_tap *tap)
{
    tap->raw.length = 0;
    for (unsigned i = 0; term_of(tap, i); i++)
        if (tap->given & 1u << i)
            tp_buffer_printf(&tap->raw, "%s\"%s\":%llu", tap->raw.length ? "," : "{", term_of(tap, i)->keys[0].data,
                             (unsigned long long)tap->values[i]);
    tp_buffer_text(&tap->raw, "}");
}

static void read_count(tp_usage_tap *tap, tp_bytes key, tp_bytes raw)
{
    for (unsigned i = 0; term_of(tap, i); i++)
        if (tp_bytes_equal(term_of(tap, i)->keys[0], key) && tp_string_number(raw, &tap->values[i]))
            tap->given |= 1u << i;
    if (!tap->given)
        return;
    write_raw(tap);
    add_up(tap);
}

static bool is_string(tp_bytes raw)
{
    return raw.length >= 2 && raw.data[0] == '"';
}

static tp_bytes inside(tp_bytes raw)
{
    return tp_bytes_of(raw.data + 1, raw.length - 2);
}

static void read_model(tp_usage_tap *tap, tp_bytes raw)
{
    if (is_string(raw) && raw.length - 2 <= TP_USAGE_MODEL)
        tap->seen.model = tp_bytes_of(tap->model, tp_string_decode(inside(raw), tap->model));
}

/* What JavaScript calls falsy, which is how the SDKs look at it, and the empty object. */
static bool is_nothing(tp_bytes raw)
{
    return tp_bytes_equal(raw, TP_BYTES("false")) || tp_bytes_equal(raw, TP_BYTES("\"\"")) || tp_bytes_equal(raw, TP_BYTES("0")) ||
           tp_bytes_equal(raw, TP_BYTES("{}"));
}

static void read_type(tp_usage_tap *tap, tp_bytes type)
{
    tp_bytes rest = tp_bytes_text(tap->form->ends), end;

    if (tp_bytes_equal(type, TP_BYTES("error")) || tp_bytes_equal(type, TP_BYTES("response.failed")))
        tap->seen.error = true;
    while (tp_bytes_next(&rest, ',', &end))
        if (tp_bytes_equal(type, end))
            tap->seen.terminal = true;
}

static void found(void *arg, const tp_pick_path *path, tp_bytes raw)
{
    tp_usage_tap *tap = arg;

    switch ((tp_usage_role)path->tag) {
    case TP_USAGE_OBJECT:
        read_object(tap, raw);
        break;
    case TP_USAGE_COUNT:
        read_count(tap, path->keys[0], raw);
        break;
    case TP_USAGE_NAME:
        read_model(tap, raw);
        break;
    case TP_USAGE_FAULT:
        tap->seen.error |= !is_nothing(raw);
        break;
    case TP_USAGE_TYPE:
        if (is_string(raw))
            read_type(tap, inside(raw));
        break;
    case TP_USAGE_DONE:
        tap->seen.terminal |= !is_nothing(raw);
        break;
    }
}

/* Most events of a stream are deltas that say nothing to us: a search for a few words is ten times faster than reading them. */
static bool worth_reading(const tp_usage_tap *tap, tp_bytes data)
{
    if (tap->seen.model.length == 0)
        return true;
    for (unsigned i = 0; i < TP_USAGE_WORDS && tap->form->words[i]; i++)
        if (tp_bytes_contains(data, tp_bytes_text(tap->form->words[i])))
            return true;
    return false;
}

static void event(void *arg, const tp_sse_event *event)
{
    tp_usage_tap *tap = arg;

    tap->seen.overflow |= event->kind == TP_SSE_OVERFLOW;
    tap->seen.events += event->kind == TP_SSE_EVENT || event->kind == TP_SSE_OVERFLOW;
    if (event->kind != TP_SSE_EVENT)
        return;
    read_type(tap, event->name);
    tap->seen.terminal |= tp_bytes_equal(tp_bytes_trim(event->data), TP_BYTES("[DONE]"));
    if (!worth_reading(tap, event->data))
        return;
    tp_pick_reset(tap->pick);
    tp_pick_feed(tap->pick, event->data);
    tp_pick_end(tap->pick);
}

static void free_tap(void *ptr)
{
    tp_usage_tap *tap = ptr;

    tp_sse_free(tap->sse);
    tp_buffer_free(&tap->raw);
}

static void open_pick(tp_usage_tap *tap, tp_arena *arena)
{
    unsigned count = 0;

    while (count < TP_USAGE_SPOTS && tap->form->spots[count].keys[0].length)
        count++;
    tap->pick = tp_pick_new(arena, tap->form->spots, count, LONGEST_VALUE, found, tap);
}

tp_usage_tap *tp_usage_tap_new(tp_arena *arena, const char *provider, const char *host, tp_shape shape, tp_framing framing)
{
    tp_usage_tap *tap = tp_arena_make(arena, tp_usage_tap);

    tap->arena = arena;
    tap->form = tp_usage_table_form(shape);
    tap->framing = framing;
    if (!tap->form)
        return tap;
    tap->sum = tp_usage_table_sum(shape, tp_bytes_text(provider), tp_bytes_text(host));
    tap->raw.limit = TP_USAGE_RAW;
    if (framing == TP_FRAMING_SSE)
        tap->sse = tp_sse_new(TP_USAGE_EVENT, event, tap);
    tp_arena_defer(arena, free_tap, tap);
    open_pick(tap, arena);
    return tap;
}

void tp_usage_tap_feed(tp_usage_tap *tap, tp_bytes bytes)
{
    if (!tap->form)
        return;
    if (tap->sse)
        tp_sse_feed(tap->sse, bytes);
    else
        tp_pick_feed(tap->pick, bytes);
}

void tp_usage_tap_end(tp_usage_tap *tap)
{
    if (!tap->form)
        return;
    if (tap->sse)
        tp_sse_end(tap->sse);
    else
        tp_pick_end(tap->pick);
}

const tp_usage_seen *tp_usage_tap_seen(tp_usage_tap *tap)
{
    if (tap->form && tap->framing == TP_FRAMING_WHOLE)
        tap->seen.terminal = tp_pick_texts(tap->pick) > 0;
    if (tap->form && tap->framing == TP_FRAMING_LINES)
        tap->seen.events = tp_pick_texts(tap->pick);
    if (tap->form && tap->framing == TP_FRAMING_ARRAY)
        tap->seen.events = tp_pick_elements(tap->pick);
    tap->seen.raw = tp_buffer_bytes(&tap->raw);
    return &tap->seen;
}
