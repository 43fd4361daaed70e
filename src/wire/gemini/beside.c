/* wire/gemini/beside.c - what a candidate has beside its text, both ways: where it found it, and how likely each token was. */

#include "wire/gemini/format.h"

#include "wire/intake.h"

enum { MOST_TEXT = 1 << 24 };

static tp_bytes inside(const tp_json *doc, uint32_t object, tp_bytes name)
{
    return tp_json_inside(doc, tp_gemini_spelling_get(doc, object, name));
}

/* ---- reading ---- */

/* The same list may come again, longer, with every event. */
static void read_grounding(tp_reader *r, const tp_json *doc, uint32_t grounding, unsigned choice)
{
    uint32_t chunks = tp_gemini_spelling_get(doc, grounding, TP_BYTES("groundingChunks")), index = 0;
    tp_gemini_reply_seen *seen = r->state;

    for (uint32_t chunk = tp_json_items(doc, chunks); chunk; chunk = tp_json_next(doc, chunk), index++) {
        uint32_t web = tp_gemini_spelling_get(doc, chunk, TP_BYTES("web"));
        const tp_bytes parts[] = { TP_BYTES("{\"url\":\""), inside(doc, web, TP_BYTES("uri")), TP_BYTES("\",\"title\":\""),
                                   inside(doc, web, TP_BYTES("title")), TP_BYTES("\"}") };

        if (index < seen->cited || !parts[1].length)
            continue;
        tp_intake_citation(r->intake, choice, tp_arena_join(r->scratch, parts, 5));
    }
    if (index > seen->cited)
        seen->cited = index;
}

/* Behind the members of an object that is left open. */
static void write_likely(tp_write *w, const tp_json *doc, uint32_t candidate)
{
    uint32_t number = tp_gemini_spelling_get(doc, candidate, TP_BYTES("logProbability"));

    tp_write_open(w, '{');
    tp_write_member_escaped(w, "token", inside(doc, candidate, TP_BYTES("token")));
    tp_write_member_raw(w, "logprob", number ? tp_json_raw(doc, number) : TP_BYTES("0"));
    tp_write_member_null(w, "bytes");
}

static void write_step(tp_write *w, const tp_json *doc, uint32_t chosen, uint32_t top)
{
    uint32_t candidates = tp_gemini_spelling_get(doc, top, TP_BYTES("candidates"));

    write_likely(w, doc, chosen);
    tp_write_member_open(w, "top_logprobs", '[');
    for (uint32_t item = tp_json_items(doc, candidates); item; item = tp_json_next(doc, item)) {
        write_likely(w, doc, item);
        tp_write_close(w, '}');
    }
    tp_write_close(w, ']');
    tp_write_close(w, '}');
}

static void read_logprobs(tp_reader *r, const tp_json *doc, uint32_t result, unsigned choice)
{
    uint32_t chosen = tp_json_items(doc, tp_gemini_spelling_get(doc, result, TP_BYTES("chosenCandidates")));
    uint32_t top = tp_json_items(doc, tp_gemini_spelling_get(doc, result, TP_BYTES("topCandidates")));
    tp_buffer text = TP_BUFFER(MOST_TEXT);
    tp_write w = tp_write_to(&text);

    if (!chosen)
        return;
    tp_write_open(&w, '[');
    for (; chosen; chosen = tp_json_next(doc, chosen), top = top ? tp_json_next(doc, top) : TP_JSON_NONE)
        write_step(&w, doc, chosen, top);
    tp_write_close(&w, ']');
    if (!w.full)
        tp_intake_logprobs(r->intake, choice, tp_buffer_bytes(&text));
    tp_buffer_free(&text);
}

void tp_gemini_beside_read(tp_reader *r, const tp_json *doc, uint32_t candidate, unsigned choice)
{
    read_grounding(r, doc, tp_gemini_spelling_get(doc, candidate, TP_BYTES("groundingMetadata")), choice);
    read_logprobs(r, doc, tp_gemini_spelling_get(doc, candidate, TP_BYTES("logprobsResult")), choice);
}

/* ---- writing ---- */

/* The first item of an array, or of one that is no array itself. */
static bool scan_list(tp_verbatim items, tp_arena *arena, tp_json *doc)
{
    tp_bytes list = items;

    if (items.length && items.data[0] != '[')
        list = tp_arena_join(arena, (const tp_bytes[]){ TP_BYTES("["), items, TP_BYTES("]") }, 3);
    return list.length && tp_json_scan(list, arena, TP_JSON_EVERYTHING, doc, NULL) && tp_json_first(doc, 0);
}

static void write_grounding(tp_write *w, const tp_json *doc)
{
    tp_write_member_open(w, "groundingMetadata", '{');
    tp_write_member_open(w, "groundingChunks", '[');
    for (uint32_t item = tp_json_first(doc, 0); item; item = tp_json_next(doc, item)) {
        tp_write_open(w, '{');
        tp_write_member_open(w, "web", '{');
        tp_write_member_escaped(w, "uri", inside(doc, item, TP_BYTES("url")));
        tp_write_member_escaped(w, "title", inside(doc, item, TP_BYTES("title")));
        tp_write_close(w, '}');
        tp_write_close(w, '}');
    }
    tp_write_close(w, ']');
    tp_write_close(w, '}');
}

static void write_token(tp_write *w, const tp_json *doc, uint32_t item)
{
    uint32_t number = tp_gemini_spelling_get(doc, item, TP_BYTES("logprob"));

    tp_write_open(w, '{');
    tp_write_member_escaped(w, "token", inside(doc, item, TP_BYTES("token")));
    if (number)
        tp_write_member_raw(w, "logProbability", tp_json_raw(doc, number));
    tp_write_close(w, '}');
}

static void write_top(tp_write *w, const tp_json *doc, uint32_t step)
{
    uint32_t list = tp_gemini_spelling_get(doc, step, TP_BYTES("top_logprobs"));

    tp_write_open(w, '{');
    tp_write_member_open(w, "candidates", '[');
    for (uint32_t item = tp_json_items(doc, list); item; item = tp_json_next(doc, item))
        write_token(w, doc, item);
    tp_write_close(w, ']');
    tp_write_close(w, '}');
}

static void write_logprobs(tp_write *w, const tp_json *doc)
{
    tp_write_member_open(w, "logprobsResult", '{');
    tp_write_member_open(w, "topCandidates", '[');
    for (uint32_t step = tp_json_first(doc, 0); step; step = tp_json_next(doc, step))
        write_top(w, doc, step);
    tp_write_close(w, ']');
    tp_write_member_open(w, "chosenCandidates", '[');
    for (uint32_t step = tp_json_first(doc, 0); step; step = tp_json_next(doc, step))
        write_token(w, doc, step);
    tp_write_close(w, ']');
    tp_write_close(w, '}');
}

void tp_gemini_beside_write(tp_write *w, tp_verbatim citations, tp_verbatim logprobs, tp_arena *arena)
{
    tp_json doc;

    if (scan_list(citations, arena, &doc))
        write_grounding(w, &doc);
    if (scan_list(logprobs, arena, &doc))
        write_logprobs(w, &doc);
}
