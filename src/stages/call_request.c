/* stages/call_request.c - what a candidate is asked: target, header fields, credentials and the few edits of the body. */

#include <stdio.h>

#include "exchange/endpoint.h"
#include "json/splice.h"
#include "stages/call_convert.h"

enum { MOST_REPLY_HEAD = 256 << 10, MOST_USUAL = 3 };

#define ASK "{\"include_usage\":true}"

static const tp_candidate *candidate_of(const tp_call_note *n)
{
    return &n->x->plan.candidates[n->candidate];
}

static bool renames(const tp_call_note *n)
{
    tp_bytes model = candidate_of(n)->model;

    return model.length && n->x->model.length && !tp_bytes_equal(model, n->x->model);
}

/* ---- target ---- */

/* A credential passes only where the provider has no key of its own, to the dialect it was meant for, and never when it is ours. */
static bool passes(const tp_call_note *n, tp_dialect meant, tp_bytes credential)
{
    const tp_candidate *c = candidate_of(n);
    tp_dialect dialect = meant == TP_DIALECT_COUNT ? n->x->dialect : meant;

    return !c->key && dialect == (tp_dialect)c->provider->dialect && !tp_auth_find(n->x->settings, credential);
}

/* Whether an item of the query is a credential that does not pass. */
static bool is_withheld(const tp_call_note *n, tp_bytes item)
{
    tp_bytes value;

    return tp_auth_query_item(item, &value) && (!passes(n, TP_DIALECT_GEMINI, value) || tp_auth_find_encoded(n->x->settings, value));
}

static bool withholds(const tp_call_note *n, tp_bytes rest)
{
    tp_bytes item;

    while (tp_bytes_next(&rest, '&', &item))
        if (is_withheld(n, item))
            return true;
    return false;
}

/* The query as sent, less the credentials that do not pass. */
static tp_bytes query_of(const tp_call_note *n)
{
    tp_bytes rest = n->x->request->query, item;
    char *query;
    size_t length = 0;

    if (!withholds(n, rest))
        return rest;
    query = tp_arena_alloc(n->x->arena, rest.length + 1);
    while (tp_bytes_next(&rest, '&', &item)) {
        if (is_withheld(n, item))
            continue;
        if (length)
            query[length++] = '&';
        memcpy(query + length, item.data, item.length);
        length += item.length;
    }
    return tp_bytes_of(query, length);
}

static tp_bytes path_of(const tp_call_note *n)
{
    tp_bytes path = n->x->request->path, old = tp_endpoint_path_model(path);
    const tp_candidate *c = candidate_of(n);
    size_t before;

    if (c->provider->dialect == TP_DIALECT_OPENAI && (tp_bytes_starts(path, TP_BYTES("/v1/")) || tp_bytes_equal(path, TP_BYTES("/v1"))))
        path = tp_bytes_from(path, 3);
    if (n->x->dialect != TP_DIALECT_GEMINI || !renames(n) || !old.length)
        return path;
    before = (size_t)(old.data - path.data);
    return tp_arena_join(n->x->arena,
                         (const tp_bytes[]){ tp_bytes_of(path.data, before), c->model, tp_bytes_from(path, before + old.length) }, 3);
}

static tp_bytes target_of(const tp_call_note *n)
{
    tp_bytes path = path_of(n), query = query_of(n);

    const tp_bytes parts[] = { tp_bytes_text(n->request.origin->path), path, TP_BYTES("?"), query };

    return tp_arena_join(n->x->arena, parts, query.length ? 4 : 2);
}

/* ---- header fields ---- */

static bool is_ours(tp_bytes name)
{
    static const tp_bytes NAMES[] = { TP_BYTES_INIT("host"), TP_BYTES_INIT("content-length"), TP_BYTES_INIT("expect") };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (tp_bytes_equal_nocase(name, NAMES[i]))
            return true;
    return name.length > 11 && tp_bytes_equal_nocase(tp_bytes_of(name.data, 11), TP_BYTES("x-tokenpak-"));
}

static bool is_overridden(const tp_provider *provider, tp_bytes name)
{
    for (size_t i = 0; i < provider->headers.count; i++)
        if (tp_bytes_equal_nocase(name, tp_bytes_text(provider->headers.items[i].name)))
            return true;
    return false;
}

static const tp_auth_place *place_of(tp_bytes name)
{
    for (size_t i = 0; i < TP_AUTH_PLACES; i++)
        if (tp_bytes_equal_nocase(name, tp_bytes_text(tp_auth_places[i].name)))
            return &tp_auth_places[i];
    return NULL;
}

static bool credential_stays(const tp_call_note *n, const tp_auth_place *place, tp_bytes value)
{
    return passes(n, place->dialect, tp_auth_credential(place, value)) && passes(n, place->dialect, value);
}

/* A credential is meant for the provider, whatever Connection says of it. */
static bool field_stays(const tp_call_note *n, const tp_header *field, tp_bytes connection, bool edited)
{
    const tp_auth_place *place;

    if (is_ours(field->name) || is_overridden(candidate_of(n)->provider, field->name))
        return false;
    if (edited && n->x->decoded && tp_bytes_equal_nocase(field->name, TP_BYTES("content-encoding")))
        return false;
    place = place_of(field->name);
    return place ? credential_stays(n, place, field->value) : !tp_http1_is_hop(field->name, connection);
}

/* Of a converted request the client's own fields say what no longer holds; these few concern neither dialect nor body. */
static bool field_fits(const tp_call_note *n, tp_bytes name)
{
    static const tp_bytes NAMES[] = { TP_BYTES_INIT("user-agent"), TP_BYTES_INIT("traceparent"), TP_BYTES_INIT("tracestate"),
                                      TP_BYTES_INIT("baggage"), TP_BYTES_INIT("x-request-id") };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (tp_bytes_equal_nocase(name, NAMES[i]))
            return true;
    if (n->target->dialect == n->x->dialect && tp_bytes_equal_nocase(name, TP_BYTES("anthropic-beta")))
        return true;
    return place_of(name) != NULL;
}

/* What every request of a dialect carries. */
static size_t add_usual(const tp_call_note *n, tp_header *fields)
{
    size_t count = 0;

    fields[count++] = (tp_header){ TP_BYTES("content-type"), TP_BYTES("application/json") };
    if (n->target->dialect == TP_DIALECT_ANTHROPIC)
        fields[count++] = (tp_header){ TP_BYTES("anthropic-version"), TP_BYTES("2023-06-01") };
    if (n->convert->out.beta.length && n->target->dialect != n->x->dialect)
        fields[count++] = (tp_header){ TP_BYTES("anthropic-beta"), n->convert->out.beta };
    return count;
}

static void compose_fields(tp_call_note *n, bool edited)
{
    const tp_request *r = n->x->request;
    const tp_candidate *c = candidate_of(n);
    tp_bytes connection = tp_http1_connection(r->headers, r->header_count, n->x->arena);
    tp_header *fields = tp_arena_array(n->x->arena, tp_header, r->header_count + c->provider->headers.count + 1 + MOST_USUAL);
    size_t count = n->target ? add_usual(n, fields) : 0;

    for (size_t i = 0; i < r->header_count; i++)
        if (field_stays(n, &r->headers[i], connection, edited) && (!n->target || field_fits(n, r->headers[i].name)))
            fields[count++] = r->headers[i];
    if (c->key)
        fields[count++] = tp_auth_field((tp_dialect)c->provider->dialect, c->key, n->x->arena);
    for (size_t i = 0; i < c->provider->headers.count; i++)
        fields[count++] =
            (tp_header){ tp_bytes_text(c->provider->headers.items[i].name), tp_bytes_text(c->provider->headers.items[i].value) };
    n->request.headers = fields;
    n->request.header_count = count;
}

/* ---- body ---- */

/* The edit that asks for the usage chunk; false when the client asks itself, or in a form we do not touch. */
static bool usage_edit(const tp_call_note *n, tp_splice *edit)
{
    const tp_json *doc = n->x->json;
    uint32_t options = tp_json_get(doc, 0, TP_BYTES("stream_options")), asked;
    tp_json inside;

    if (options == TP_JSON_NONE) {
        *edit = tp_splice_member(doc, 0, TP_BYTES("stream_options"), TP_BYTES(ASK), n->x->arena);
        return true;
    }
    if (tp_json_kind_of(doc, options) == TP_JSON_NULL) {
        *edit = tp_splice_value(doc, options, TP_BYTES(ASK));
        return true;
    }
    if (tp_json_kind_of(doc, options) != TP_JSON_OBJECT || tp_json_times(doc, 0, TP_BYTES("stream_options")) > 1 ||
        !tp_json_scan(tp_json_raw(doc, options), n->x->arena, TP_JSON_MEMBERS, &inside, NULL))
        return false;
    asked = tp_json_get(&inside, 0, TP_BYTES("include_usage"));
    if (asked != TP_JSON_NONE && tp_json_kind_of(&inside, asked) == TP_JSON_TRUE)
        return false;
    *edit = asked == TP_JSON_NONE ? tp_splice_member(&inside, 0, TP_BYTES("include_usage"), TP_BYTES("true"), n->x->arena)
                                  : tp_splice_value(&inside, asked, TP_BYTES("true"));
    edit->offset += (size_t)(inside.text.data - doc->text.data);
    return true;
}

static bool wants_usage(const tp_call_note *n)
{
    return n->x->shape == TP_SHAPE_OPENAI_CHAT && n->x->stream && n->x->json &&
           tp_bytes_ends(n->x->request->path, TP_BYTES("/chat/completions")) && !n->plain_again &&
           !tp_call_refuses(n->self, candidate_of(n)->provider->name);
}

/* The body as spans: what stays and what is put between. Edits do not overlap and there are two at most. */
static void spans_of(tp_call_note *n, tp_bytes text, tp_splice *edits, unsigned count)
{
    size_t at = 0, total = 0;
    unsigned parts = 0;

    if (count == 2 && edits[0].offset > edits[1].offset) {
        tp_splice first = edits[1];

        edits[1] = edits[0];
        edits[0] = first;
    }
    for (unsigned i = 0; i < count; i++) {
        n->request.parts[parts++] = tp_bytes_of(text.data + at, edits[i].offset - at);
        n->request.parts[parts++] = edits[i].inserted;
        at = edits[i].offset + edits[i].removed;
    }
    n->request.parts[parts++] = tp_bytes_from(text, at);
    for (unsigned i = 0; i < parts; i++)
        total += n->request.parts[i].length;
    n->request.part_count = parts;
    n->request.body_length = (int64_t)total;
}

/* Returns whether the body is edited. */
static bool compose_held(tp_call_note *n)
{
    tp_splice edits[2];
    unsigned count = 0;
    uint32_t model = n->x->json ? tp_json_get(n->x->json, 0, TP_BYTES("model")) : TP_JSON_NONE;

    if (renames(n) && model != TP_JSON_NONE)
        edits[count++] = tp_splice_value(n->x->json, model, tp_json_quote(n->x->arena, candidate_of(n)->model));
    n->added = wants_usage(n) && usage_edit(n, &edits[count]);
    count += n->added;
    if (count)
        spans_of(n, n->x->json->text, edits, count);
    else
        spans_of(n, tp_body_held(n->x), edits, 0);
    return count > 0;
}

/* Whether a body follows at all: a GET has none, and no Content-Length either. */
static bool announces_body(const tp_request *r)
{
    return r->body_length != 0 || tp_request_header(r, "content-length").length > 0;
}

bool tp_call_request_compose(tp_call_note *n)
{
    const tp_candidate *c = candidate_of(n);
    const tp_timeouts *timeout = &c->provider->timeout;
    bool edited = false;

    n->request = (tp_call_request){
        .arena = n->x->arena,
        .origin = tp_upstream_origin(n->self->services->upstream, c->provider->base_url),
        .method = n->x->request->method,
        .body_length = n->x->request->body_length,
        .streams = !n->x->held && n->x->request->body_length != 0,
        .no_body_field = !announces_body(n->x->request),
        .most_head = MOST_REPLY_HEAD,
        .connect_ms = timeout->connect,
        .first_byte_ms = timeout->first_byte,
        .idle_ms = timeout->idle,
        .total_ms = timeout->total,
    };
    n->added = false;
    if (!n->target && renames(n) && !n->x->json && n->x->dialect != TP_DIALECT_GEMINI) {
        tp_fail(n->x, TP_ERR_CALLER_UNSUPPORTED, "model: it must be renamed, but the body's Content-Encoding is not known");
        return false;
    }
    if (n->target) {
        tp_call_convert_compose(n);
    } else {
        edited = n->x->held && compose_held(n);
        n->request.target = target_of(n);
    }
    compose_fields(n, edited);
    n->x->outcome.provider = c->provider;
    n->x->outcome.upstream_model = c->model.length ? c->model : n->x->model;
    return true;
}
