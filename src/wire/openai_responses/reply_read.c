/* wire/openai_responses/reply_read.c - a provider's reply, whole or event by event. Servers leave out some of the events, and all of them
 * say everything up to three times: in deltas, in the item that is done and in the response that is complete. Each part is taken in once.
 */

#include "wire/openai_responses/format.h"

#include "wire/intake.h"
#include "wire/openai_error.h"

#define K TP_BYTES_INIT

enum { PART_BITS = 16, MOST_ITEMS = 1 << 24, SEAL_PART = (1 << PART_BITS) - 1 /* as which the seal of an item counts */ };

/* A part of an item of which something has been taken in. */
typedef struct tp_responses_seen {
    tp_part_type type;
    int64_t key;
    tp_escaped item_id;
    struct tp_responses_seen *next;
} seen;

/* Where in the reply an event speaks of. */
typedef struct place {
    uint64_t item, part;
    tp_escaped item_id;
} place;

static int64_t key_of(const place *at)
{
    return (int64_t)((at->item & (MOST_ITEMS - 1)) << PART_BITS | (at->part & ((1u << PART_BITS) - 1)));
}

static tp_escaped text_at(const tp_json *doc, uint32_t object, const char *key)
{
    return tp_json_inside(doc, tp_json_get(doc, object, tp_bytes_text(key)));
}

/* ---- what was taken in ---- */

/* The id or the position may be wrong, but not both: some servers give an item a new id in every event, others count wrongly. */
static bool is_same(const seen *s, tp_part_type type, const place *at)
{
    int64_t key = key_of(at);
    bool same_part = ((s->key ^ key) & ((1 << PART_BITS) - 1)) == 0;
    bool same_id = at->item_id.length && tp_bytes_equal(s->item_id, at->item_id);

    return s->type == type && (s->key == key || (same_part && same_id));
}

static bool was_seen(const tp_reader *r, tp_part_type type, const place *at)
{
    const seen *s = ((const tp_responses_listening *)r->state)->seen;

    while (s && !is_same(s, type, at))
        s = s->next;
    return s;
}

static void mark(tp_reader *r, tp_part_type type, const place *at)
{
    tp_responses_listening *l = r->state;
    seen *s;

    if (was_seen(r, type, at))
        return;
    s = tp_arena_make(r->arena, seen);
    *s = (seen){ type, key_of(at), tp_arena_copy(r->arena, at->item_id), l->seen };
    l->seen = s;
}

/* ---- pieces ---- */

/* All parts of a reasoning item are one thought, because one seal covers them; a blank line stands between two. */
static void take_thought(tp_reader *r, const place *at, tp_escaped piece)
{
    const place whole = { at->item, 0, at->item_id };

    if (piece.length && at->part && !was_seen(r, TP_PART_THINKING, at))
        tp_intake_text(r->intake, 0, TP_PART_THINKING, key_of(&whole), TP_BYTES("\\n\\n"));
    tp_intake_text(r->intake, 0, TP_PART_THINKING, key_of(&whole), piece);
}

static void take(tp_reader *r, tp_part_type type, const place *at, tp_escaped piece)
{
    if (type == TP_PART_CALL)
        tp_intake_arguments(r->intake, 0, key_of(at), piece);
    else if (type == TP_PART_THINKING)
        take_thought(r, at, piece);
    else
        tp_intake_text(r->intake, 0, type, key_of(at), piece);
    if (piece.length)
        mark(r, type, at);
}

/* All of a part: what no delta has told. */
static bool take_rest(tp_reader *r, tp_part_type type, const place *at, tp_escaped whole)
{
    bool is_new = !was_seen(r, type, at);

    if (is_new)
        take(r, type, at, whole);
    return is_new;
}

static void take_logprobs(tp_reader *r, const tp_json *doc, uint32_t list)
{
    if (tp_json_items(doc, list))
        tp_intake_logprobs(r->intake, 0, tp_json_raw(doc, list));
}

/* Its members but for the type. */
static void take_citation(tp_reader *r, const tp_json *doc, uint32_t annotation)
{
    static const char *const KEYS[] = { "url", "title", "start_index", "end_index" };
    tp_buffer citation = TP_BUFFER(1 << 20);
    tp_write w = tp_write_to(&citation);

    if (!tp_json_is(doc, tp_json_member(doc, annotation, TP_BYTES("type")), TP_BYTES("url_citation")))
        return;
    tp_write_open(&w, '{');
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
        uint32_t value = tp_json_get(doc, annotation, tp_bytes_text(KEYS[i]));

        if (value)
            tp_write_member_raw(&w, KEYS[i], tp_json_raw(doc, value));
    }
    tp_write_close(&w, '}');
    if (!w.full)
        tp_intake_citation(r->intake, 0, tp_buffer_bytes(&citation));
    tp_buffer_free(&citation);
}

/* ---- items ---- */

static void read_said(tp_reader *r, const tp_json *doc, uint32_t part, const place *at)
{
    uint32_t annotations = tp_json_get(doc, part, TP_BYTES("annotations"));

    if (tp_json_is(doc, tp_json_get(doc, part, TP_BYTES("type")), TP_BYTES("refusal"))) {
        take_rest(r, TP_PART_REFUSAL, at, text_at(doc, part, "refusal"));
        return;
    }
    if (!take_rest(r, TP_PART_TEXT, at, text_at(doc, part, "text")))
        return;
    take_logprobs(r, doc, tp_json_get(doc, part, TP_BYTES("logprobs")));
    for (uint32_t item = tp_json_items(doc, annotations); item; item = tp_json_next(doc, item))
        take_citation(r, doc, item);
}

static void read_message(tp_reader *r, const tp_json *doc, uint32_t item, const place *at)
{
    uint32_t content = tp_json_get(doc, item, TP_BYTES("content"));
    place part = *at;

    for (uint32_t node = tp_json_items(doc, content); node; node = tp_json_next(doc, node), part.part++) {
        read_said(r, doc, node, &part);
        tp_intake_close(r->intake, 0, key_of(&part));
    }
}

static bool read_thoughts(tp_reader *r, const tp_json *doc, uint32_t list, const place *at)
{
    place part = *at;

    for (uint32_t node = tp_json_items(doc, list); node; node = tp_json_next(doc, node), part.part++)
        take_rest(r, TP_PART_THINKING, &part, text_at(doc, node, "text"));
    return part.part > 0;
}

/* Open models show the thoughts themselves, OpenAI's a summary of them. */
static void read_reasoning(tp_reader *r, const tp_json *doc, uint32_t item, const place *at)
{
    tp_seal seal = { .data = text_at(doc, item, "encrypted_content"), .id = at->item_id, .maker = TP_DIALECT_OPENAI };
    const place sealed = { at->item, SEAL_PART, at->item_id };

    if (!read_thoughts(r, doc, tp_json_get(doc, item, TP_BYTES("summary")), at))
        read_thoughts(r, doc, tp_json_get(doc, item, TP_BYTES("content")), at);
    if (seal.data.length && !was_seen(r, TP_PART_THINKING, &sealed)) {
        tp_intake_seal(r->intake, 0, TP_PART_THINKING, key_of(at), &seal);
        mark(r, TP_PART_THINKING, &sealed);
    }
    tp_intake_close(r->intake, 0, key_of(at));
}

static void begin_call(tp_reader *r, const tp_json *doc, uint32_t item, const place *at, bool custom)
{
    const tp_intake_called called = { .id = text_at(doc, item, "call_id"), .name = text_at(doc, item, "name"), .custom = custom };

    tp_intake_call(r->intake, 0, key_of(at), &called);
}

static void read_call(tp_reader *r, const tp_json *doc, uint32_t item, const place *at)
{
    begin_call(r, doc, item, at, false);
    take_rest(r, TP_PART_CALL, at, text_at(doc, item, "arguments"));
    tp_intake_close(r->intake, 0, key_of(at));
}

static void read_custom(tp_reader *r, const tp_json *doc, uint32_t item, const place *at)
{
    begin_call(r, doc, item, at, true);
    take_rest(r, TP_PART_CALL, at, text_at(doc, item, "input"));
    tp_intake_close(r->intake, 0, key_of(at));
}

static void read_image(tp_reader *r, const tp_json *doc, uint32_t item, const place *at)
{
    tp_escaped format = text_at(doc, item, "output_format");
    tp_media media = { .data = text_at(doc, item, "result") };

    if (!media.data.length || was_seen(r, TP_PART_IMAGE, at))
        return;
    media.type = tp_arena_join(r->scratch, (const tp_bytes[]){ TP_BYTES("image/"), format.length ? format : TP_BYTES("png") }, 2);
    tp_intake_image(r->intake, 0, &media);
    mark(r, TP_PART_IMAGE, at);
}

/* Others tell what the provider did by itself. */
static const struct {
    tp_bytes type;
    void (*read)(tp_reader *r, const tp_json *doc, uint32_t item, const place *at);
} ITEMS[] = {
    { K("message"), read_message },         { K("reasoning"), read_reasoning },         { K("function_call"), read_call },
    { K("custom_tool_call"), read_custom }, { K("image_generation_call"), read_image },
};

static void read_item(tp_reader *r, const tp_json *doc, uint32_t item, place *at)
{
    uint32_t type = tp_json_member(doc, item, TP_BYTES("type"));

    at->item_id = text_at(doc, item, "id");
    for (size_t i = 0; i < sizeof(ITEMS) / sizeof(*ITEMS); i++)
        if (tp_json_is(doc, type, ITEMS[i].type))
            ITEMS[i].read(r, doc, item, at);
}

/* ---- the response ---- */

static void start(tp_reader *r, const tp_json *doc, uint32_t response)
{
    tp_intake_start(r->intake, text_at(doc, response, "id"), text_at(doc, response, "model"));
}

static tp_finish finish_of(const tp_json *doc, uint32_t response)
{
    uint32_t details = tp_json_get(doc, response, TP_BYTES("incomplete_details"));

    if (!tp_json_is(doc, tp_json_get(doc, response, TP_BYTES("status")), TP_BYTES("incomplete")))
        return TP_FINISH_STOP;
    if (tp_json_is(doc, tp_json_member(doc, details, TP_BYTES("reason")), TP_BYTES("content_filter")))
        return TP_FINISH_REFUSAL;
    return TP_FINISH_LENGTH;
}

static bool fail(tp_reader *r, const tp_json *doc, uint32_t response)
{
    uint32_t error = tp_json_get(doc, response, TP_BYTES("error"));

    tp_openai_error_inside(r, doc, tp_responses_is_null(doc, error) ? response : error);
    return true;
}

/* All that no event has told, and the end. */
static bool read_response(tp_reader *r, const tp_json *doc, uint32_t response)
{
    uint32_t output = tp_json_get(doc, response, TP_BYTES("output"));
    place at = { 0, 0, { NULL, 0 } };

    start(r, doc, response);
    for (uint32_t item = tp_json_items(doc, output); item; item = tp_json_next(doc, item), at.item++)
        read_item(r, doc, item, &at);
    tp_intake_finish(r->intake, 0, finish_of(doc, response), tp_bytes_of(NULL, 0));
    r->terminal = true;
    return true;
}

static bool has_failed(const tp_json *doc, uint32_t response)
{
    uint32_t status = tp_json_get(doc, response, TP_BYTES("status"));

    return tp_json_is(doc, status, TP_BYTES("failed")) || tp_json_is(doc, status, TP_BYTES("cancelled")) ||
           !tp_responses_is_null(doc, tp_json_get(doc, response, TP_BYTES("error")));
}

bool tp_openai_responses_reply_read_whole(tp_reader *r, const tp_json *doc)
{
    if (has_failed(doc, 0))
        return fail(r, doc, 0);
    return tp_json_has(doc, tp_json_get(doc, 0, TP_BYTES("output")), TP_JSON_ARRAY) && read_response(r, doc, 0);
}

/* ---- events ---- */

/* Where the event speaks of, its part being counted under `key`. */
static place place_of(const tp_reader *r, const tp_json *doc, const char *key)
{
    place at = { ((const tp_responses_listening *)r->state)->output_index, 0, text_at(doc, 0, "item_id") };

    tp_json_uint(doc, tp_json_get(doc, 0, TP_BYTES("output_index")), &at.item);
    if (key)
        tp_json_uint(doc, tp_json_get(doc, 0, tp_bytes_text(key)), &at.part);
    return at;
}

typedef struct spoken spoken;

/* An event of a part: under which key its text stands, and how it is counted. */
struct spoken {
    tp_bytes type;
    void (*read)(tp_reader *r, const tp_json *doc, const spoken *how);
    tp_part_type part;
    const char *text, *index;
};

static void on_delta(tp_reader *r, const tp_json *doc, const spoken *how)
{
    place at = place_of(r, doc, how->index);

    take(r, how->part, &at, text_at(doc, 0, how->text));
    take_logprobs(r, doc, tp_json_get(doc, 0, TP_BYTES("logprobs")));
}

static void on_done(tp_reader *r, const tp_json *doc, const spoken *how)
{
    place at = place_of(r, doc, how->index);

    if (take_rest(r, how->part, &at, text_at(doc, 0, how->text)))
        take_logprobs(r, doc, tp_json_get(doc, 0, TP_BYTES("logprobs")));
}

static void on_custom_delta(tp_reader *r, const tp_json *doc, const spoken *how)
{
    const tp_intake_called called = { .custom = true };
    place at = place_of(r, doc, NULL);

    tp_intake_call(r->intake, 0, key_of(&at), &called);
    take(r, how->part, &at, text_at(doc, 0, how->text));
}

static void on_annotation(tp_reader *r, const tp_json *doc, const spoken *how)
{
    (void)how;
    take_citation(r, doc, tp_json_get(doc, 0, TP_BYTES("annotation")));
}

/* Only what begins a call is news: the rest of an item is empty yet. */
static void on_added(tp_reader *r, const tp_json *doc, const spoken *how)
{
    tp_responses_listening *l = r->state;
    uint32_t item = tp_json_get(doc, 0, TP_BYTES("item")), type = tp_json_member(doc, item, TP_BYTES("type"));
    place at = place_of(r, doc, NULL);

    (void)how;
    l->output_index = at.item;
    if (tp_json_is(doc, type, TP_BYTES("function_call")) || tp_json_is(doc, type, TP_BYTES("custom_tool_call")))
        begin_call(r, doc, item, &at, tp_json_is(doc, type, TP_BYTES("custom_tool_call")));
}

static void on_item_done(tp_reader *r, const tp_json *doc, const spoken *how)
{
    place at = place_of(r, doc, NULL);

    (void)how;
    read_item(r, doc, tp_json_get(doc, 0, TP_BYTES("item")), &at);
}

static void on_start(tp_reader *r, const tp_json *doc, const spoken *how)
{
    (void)how;
    start(r, doc, tp_json_get(doc, 0, TP_BYTES("response")));
}

static void on_end(tp_reader *r, const tp_json *doc, const spoken *how)
{
    uint32_t response = tp_json_get(doc, 0, TP_BYTES("response"));

    (void)how;
    if (response)
        read_response(r, doc, response);
}

static void on_failure(tp_reader *r, const tp_json *doc, const spoken *how)
{
    (void)how;
    fail(r, doc, tp_json_get(doc, 0, TP_BYTES("response")));
}

static const spoken EVENTS[] = {
    { K("response.output_text.delta"), on_delta, TP_PART_TEXT, "delta", "content_index" },
    { K("response.function_call_arguments.delta"), on_delta, TP_PART_CALL, "delta", NULL },
    { K("response.reasoning_summary_text.delta"), on_delta, TP_PART_THINKING, "delta", "summary_index" },
    { K("response.reasoning_text.delta"), on_delta, TP_PART_THINKING, "delta", "content_index" },
    { K("response.refusal.delta"), on_delta, TP_PART_REFUSAL, "delta", "content_index" },
    { K("response.custom_tool_call_input.delta"), on_custom_delta, TP_PART_CALL, "delta", NULL },
    { K("response.output_text.done"), on_done, TP_PART_TEXT, "text", "content_index" },
    { K("response.function_call_arguments.done"), on_done, TP_PART_CALL, "arguments", NULL },
    { K("response.reasoning_summary_text.done"), on_done, TP_PART_THINKING, "text", "summary_index" },
    { K("response.reasoning_text.done"), on_done, TP_PART_THINKING, "text", "content_index" },
    { K("response.refusal.done"), on_done, TP_PART_REFUSAL, "refusal", "content_index" },
    { K("response.custom_tool_call_input.done"), on_done, TP_PART_CALL, "input", NULL },
    { K("response.output_text.annotation.added"), on_annotation, TP_PART_TEXT, NULL, NULL },
    { K("response.output_item.added"), on_added, TP_PART_TEXT, NULL, NULL },
    { K("response.output_item.done"), on_item_done, TP_PART_TEXT, NULL, NULL },
    { K("response.created"), on_start, TP_PART_TEXT, NULL, NULL },
    { K("response.in_progress"), on_start, TP_PART_TEXT, NULL, NULL },
    { K("response.queued"), on_start, TP_PART_TEXT, NULL, NULL },
    { K("response.completed"), on_end, TP_PART_TEXT, NULL, NULL },
    { K("response.incomplete"), on_end, TP_PART_TEXT, NULL, NULL },
    { K("response.failed"), on_failure, TP_PART_TEXT, NULL, NULL },
};

/* {"type":"error","message":...} here, {"error":{...}} from servers that know only chats. */
static bool read_error(tp_reader *r, const tp_json *doc, tp_bytes type)
{
    uint32_t error = tp_json_get(doc, 0, TP_BYTES("error"));
    bool nested = !tp_responses_is_null(doc, error);

    if (!nested && !tp_bytes_equal(type, TP_BYTES("error")))
        return false;
    tp_openai_error_inside(r, doc, nested ? error : 0);
    return true;
}

bool tp_openai_responses_reply_read_event(tp_reader *r, tp_bytes name, const tp_json *doc)
{
    tp_bytes type = text_at(doc, 0, "type");

    type = type.length ? type : name;
    if (read_error(r, doc, type))
        return true;
    for (size_t i = 0; i < sizeof(EVENTS) / sizeof(*EVENTS); i++) {
        if (!tp_bytes_equal(type, EVENTS[i].type))
            continue;
        EVENTS[i].read(r, doc, &EVENTS[i]);
        break;
    }
    return true;
}
