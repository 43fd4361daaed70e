/* server/dispatch.c - from a head that was read to whoever answers it: ourselves, the admin room, or a pipeline. */

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exchange/endpoint.h"
#include "server/client.h"
#include "server/gate.h"

enum { MOST_ID = 128, TIME_DIGITS = 11, NUMBER_DIGITS = 5 };

static const tp_settings *settings_of(const tp_client *c)
{
    return c->server->pipelines->settings;
}

static bool is_loopback(const tp_client *c)
{
    const struct in6_addr *v6 = &c->peer.v6.sin6_addr;

    if (c->peer.any.sa_family == AF_INET)
        return (ntohl(c->peer.v4.sin_addr.s_addr) >> 24) == 127;
    if (IN6_IS_ADDR_V4MAPPED(v6))
        return v6->s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(v6);
}

/* Like all of a request, good until the exchange ends, which may be after the connection has. */
static const char *address_text(tp_arena *arena, tp_client *c)
{
    const char *text = c->peer_text;

    if (!text[0])
        uv_ip_name(&c->peer.any, c->peer_text, sizeof(c->peer_text));
    return tp_arena_copy(arena, tp_bytes_text(strncmp(text, "::ffff:", 7) == 0 ? text + 7 : text)).data;
}

bool tp_dispatch_full(const tp_server *server)
{
    return server->max_memory && tp_buffer_total() > server->max_memory;
}

static char *put_hex(char *at, uint64_t number, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; number >>= 4)
        at[i] = "0123456789abcdef"[number & 15];
    return at + digits;
}

/* tp-, the time, a number: ids sort as the requests came. */
static tp_bytes new_id(const tp_client *c, tp_arena *arena)
{
    char text[3 + TIME_DIGITS + NUMBER_DIGITS] = "tp-", *at = text + 3;

    at = put_hex(at, (uint64_t)tp_clock_wall(c->server->services->clock), TIME_DIGITS);
    put_hex(at, ++c->server->request_number, NUMBER_DIGITS);
    return tp_arena_copy(arena, tp_bytes_of(text, sizeof(text)));
}

static tp_bytes request_id(const tp_client *c, tp_arena *arena)
{
    tp_bytes given = tp_gate_field(c->head, "x-request-id");
    bool usable = given.length > 0 && given.length <= MOST_ID;

    for (size_t i = 0; i < given.length && usable; i++)
        usable = given.data[i] > ' ' && given.data[i] < 0x7F;
    return usable ? given : new_id(c, arena);
}

static tp_bytes first_field(const tp_client *c, const char *const *names, size_t count)
{
    tp_bytes value = { NULL, 0 };

    for (size_t i = 0; i < count && value.length == 0; i++)
        value = tp_gate_field(c->head, names[i]);
    return value;
}

/* Cuts a provider's prefix /NAME off the path. */
static tp_bytes cut_prefix(const tp_client *c, tp_bytes *path)
{
    tp_bytes rest = tp_bytes_from(*path, 1);
    size_t end = tp_bytes_find(rest, '/');
    tp_bytes name = tp_bytes_of(rest.data, end);

    if (end == rest.length || !tp_settings_provider(settings_of(c), name))
        return tp_bytes_of(NULL, 0);
    *path = tp_bytes_from(rest, end);
    return name;
}

static const tp_request *describe(tp_client *c, tp_arena *arena, tp_bytes path, tp_bytes query)
{
    tp_request *r = tp_arena_make(arena, tp_request);
    tp_bytes address = tp_arena_copy(arena, tp_bytes_of((const char *)&c->peer, sizeof(c->peer)));

    *r = (tp_request){
        .method = c->head->method,
        .target = c->head->target,
        .path = path,
        .query = query,
        .headers = c->head->headers,
        .header_count = c->head->header_count,
        .body_length = c->head->body_length,
        .client = address_text(arena, c),
        .address = address.data,
        .loopback = is_loopback(c),
    };
    return r;
}

/* A path that exists at several providers belongs to the one whose credential the request shows. */
static tp_dialect dialect_of(const tp_client *c, const tp_endpoint *row)
{
    if (!row->shared)
        return row->dialect;
    if (tp_gate_count(c->head, "anthropic-version") || tp_gate_count(c->head, "x-api-key"))
        return TP_DIALECT_ANTHROPIC;
    return tp_gate_count(c->head, "x-goog-api-key") ? TP_DIALECT_GEMINI : row->dialect;
}

static const tp_endpoint *find_endpoint(const tp_client *c, tp_bytes path, tp_bytes provider)
{
    const tp_endpoint *row = tp_endpoint_find(c->head->method, path);
    static const tp_endpoint ANY = { NULL, "*", TP_DIALECT_OPENAI, TP_SHAPE_OTHER, TP_PIPELINE_RELAY, false };

    if (row || provider.length == 0)
        return row;
    /* A provider of the dialect openai is also asked without the /v1 that stands in its base URL. */
    row = tp_endpoint_find(c->head->method, tp_arena_join(c->arena, (const tp_bytes[]){ TP_BYTES("/v1"), path }, 2));
    return row && tp_settings_provider(settings_of(c), provider)->dialect == TP_DIALECT_OPENAI ? row : &ANY;
}

static void create_exchange(tp_client *c, const tp_endpoint *row, const tp_request *request, tp_bytes provider)
{
    static const char *const SESSIONS[] = { "x-tokenpak-session", "x-claude-code-session-id", "session-id" };
    static const char *const TAGS[] = { "x-tokenpak-tag" };
    static const char *const PROVIDERS[] = { "x-tokenpak-provider" };
    tp_exchange *x = tp_driver_new(c->server->services->driver, c->server->pipelines, c->arena);
    const tp_provider *forced = tp_settings_provider(x->settings, provider);

    c->arena = NULL;
    c->x = x;
    c->kind = row->pipeline;
    x->request = request;
    x->id = request_id(c, x->arena);
    x->dialect = dialect_of(c, row);
    x->counting = row->pipeline == TP_PIPELINE_COUNT_TOKENS;
    if (row->shape == TP_SHAPE_OTHER && row->pipeline == TP_PIPELINE_RELAY && forced)
        x->dialect = (tp_dialect)forced->dialect;
    x->shape = row->shape;
    x->forced_provider = provider.length ? provider : first_field(c, PROVIDERS, 1);
    x->session = first_field(c, SESSIONS, 3);
    x->tag = first_field(c, TAGS, 1);
}

static void to_pipeline(tp_client *c, tp_bytes path, tp_bytes query)
{
    tp_bytes provider = c->server->only_pipeline >= 0 ? tp_bytes_of(NULL, 0) : cut_prefix(c, &path);
    const tp_endpoint *row = find_endpoint(c, path, provider);

    if (!row) {
        tp_reply_refuse(c, TP_ERR_CALLER_NOT_FOUND, "no such path: a provider's path begins with /v1/, /v1beta/, /api/ or /PROVIDER/");
        return;
    }
    create_exchange(c, row, describe(c, c->arena, path, query), provider);
}

static void on_admin_done(tp_admin_call *call, tp_admin_reply *reply)
{
    tp_client *c = call->owner;
    tp_header type = { TP_BYTES("content-type"), tp_bytes_text(reply->content_type) };

    if (c) {
        c->call = NULL;
        if (reply->err != TP_OK)
            tp_reply_refuse(c, reply->err, reply->message);
        else
            tp_reply_plain(c, reply->status, &type, reply->content_type ? 1 : 0, tp_buffer_bytes(&reply->body));
    }
    free(call);
}

static void to_admin(tp_client *c, tp_bytes path, tp_bytes query)
{
    tp_admin_call *call = tp_new(tp_admin_call);

    *call = (tp_admin_call){ c->head->method, path, query, c->head->headers, c->head->header_count, is_loopback(c), on_admin_done, c };
    c->call = call;
    tp_admin_serve(c->server->admin, call);
}

static void preflight(tp_client *c)
{
    tp_header headers[] = {
        { TP_BYTES("access-control-allow-methods"), tp_gate_field(c->head, "access-control-request-method") },
        { TP_BYTES("access-control-allow-headers"), tp_gate_field(c->head, "access-control-request-headers") },
        { TP_BYTES("access-control-max-age"), TP_BYTES("600") },
    };

    tp_reply_plain(c, 204, headers, 3, tp_bytes_of(NULL, 0));
}

/* Paths that only say whether somebody is there. */
static bool is_probe(const tp_client *c, tp_bytes path)
{
    bool head = tp_bytes_equal(c->head->method, TP_BYTES("HEAD"));

    return tp_gate_is_ping(c->head) || (head && (tp_bytes_equal(path, TP_BYTES("/")) || tp_bytes_equal(path, TP_BYTES("/api/hello"))));
}

static bool is_upgrade(const tp_client *c, tp_bytes path)
{
    return tp_bytes_equal(c->head->method, TP_BYTES("GET")) && tp_gate_count(c->head, "upgrade") &&
           (tp_bytes_ends(path, TP_BYTES("/v1/responses")) || tp_bytes_ends(path, TP_BYTES("/v1/realtime")));
}

static void choose(tp_client *c, tp_bytes path, tp_bytes query)
{
    bool ours = c->server->admin && tp_admin_owns(path);

    if (is_probe(c, path))
        tp_reply_plain(c, 200, NULL, 0, tp_bytes_of(NULL, 0));
    else if (is_upgrade(c, path))
        tp_reply_refuse(c, TP_ERR_CALLER_UPGRADE_REQUIRED, "WebSocket is not served here; POST the request over HTTP");
    else if (ours)
        to_admin(c, path, query);
    else if (c->server->draining)
        tp_reply_refuse(c, TP_ERR_OWN_SHUTTING_DOWN, "the proxy is stopping");
    else if (tp_dispatch_full(c->server))
        tp_reply_refuse(c, TP_ERR_OWN_OVERLOADED, "the proxy has reached listen.max_memory");
    else
        to_pipeline(c, path, query);
}

/* What comes behind such a head could be read in more than one way; or would not have been read, had the bytes come otherwise. */
static bool ends_connection(tp_err err)
{
    return err == TP_ERR_CALLER_BAD_REQUEST || err == TP_ERR_CALLER_BAD_CODING || err == TP_ERR_CALLER_URI_TOO_LONG;
}

void tp_dispatch_head(tp_client *c)
{
    tp_gate_verdict verdict = tp_gate_check(c->head, &settings_of(c)->listen);
    tp_bytes target = tp_gate_path(c->head);
    size_t mark = tp_bytes_find(target, '?');

    c->origin = verdict.origin;
    c->allow = c->server->admin && !verdict.preflight ? tp_admin_allow(c->head->method, tp_bytes_of(target.data, mark)) : NULL;
    if (c->allow)
        verdict = (tp_gate_verdict){ .err = TP_ERR_CALLER_METHOD_NOT_ALLOWED, .message = "this path of the proxy has another method" };
    if (verdict.err != TP_OK) {
        c->close = c->close || ends_connection(verdict.err);
        tp_reply_refuse(c, verdict.err, verdict.message);
        return;
    }
    if (verdict.preflight) {
        preflight(c);
        return;
    }
    c->expects = !c->request_done && c->head->minor > 0 && tp_gate_count(c->head, "expect");
    choose(c, tp_bytes_of(target.data, mark), tp_bytes_from(target, mark + 1));
}
