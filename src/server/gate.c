/* server/gate.c - framing that llhttp lets through, methods, Host and Origin. */

#include "server/gate.h"

tp_bytes tp_gate_field(const tp_http1_head *head, const char *name)
{
    return tp_http1_field(head->headers, head->header_count, name);
}

unsigned tp_gate_count(const tp_http1_head *head, const char *name)
{
    tp_bytes wanted = tp_bytes_text(name);
    unsigned count = 0;

    for (size_t i = 0; i < head->header_count; i++)
        count += tp_bytes_equal_nocase(head->headers[i].name, wanted);
    return count;
}

static tp_gate_verdict refuse(tp_err err, const char *message)
{
    return (tp_gate_verdict){ .err = err, .message = message };
}

static bool last_coding_is_chunked(tp_bytes codings)
{
    tp_bytes item, last = { NULL, 0 };

    while (tp_bytes_next(&codings, ',', &item))
        last = item;
    return tp_bytes_equal_nocase(last, TP_BYTES("chunked"));
}

/* RFC 9112 6.1 and 6.3: whatever could be read in two ways is refused. */
static tp_gate_verdict check_framing(const tp_http1_head *head)
{
    unsigned lengths = tp_gate_count(head, "content-length"), codings = tp_gate_count(head, "transfer-encoding");
    tp_bytes coding = tp_gate_field(head, "transfer-encoding");
    uint64_t number;

    if (lengths > 1)
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "more than one Content-Length");
    if (lengths && (!tp_bytes_number(tp_gate_field(head, "content-length"), &number) || number > INT64_MAX))
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "Content-Length is not a number");
    if (lengths && codings)
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "both Content-Length and Transfer-Encoding");
    if (codings && head->minor == 0)
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "Transfer-Encoding in HTTP/1.0");
    if (codings > 1 || (codings && !last_coding_is_chunked(coding)))
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "Transfer-Encoding does not end in chunked");
    if (codings && !tp_bytes_equal_nocase(coding, TP_BYTES("chunked")))
        return refuse(TP_ERR_CALLER_BAD_CODING, "the only transfer coding known is chunked");
    return refuse(TP_OK, NULL);
}

static bool is_alphanumeric(char c)
{
    char lower = (char)(c | 0x20);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

/* RFC 3986 3.2.2 without sub-delimiters, which mean something elsewhere: a name, or an address in brackets. */
static bool is_host(tp_bytes host)
{
    bool v6 = host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']';
    tp_bytes inside = v6 ? tp_bytes_of(host.data + 1, host.length - 2) : host;
    tp_bytes marks = v6 ? TP_BYTES(":.") : TP_BYTES(".-_%");

    for (size_t i = 0; i < inside.length; i++)
        if (!is_alphanumeric(inside.data[i]) && tp_bytes_find(marks, inside.data[i]) == marks.length)
            return false;
    return host.length > 0;
}

/* The host of host[:port] or [v6][:port]; empty when it is malformed. */
static tp_bytes host_of(tp_bytes authority)
{
    size_t end = authority.length && authority.data[0] == '[' ? tp_bytes_find(authority, ']') + 1 : tp_bytes_find(authority, ':');
    tp_bytes rest = tp_bytes_from(authority, end);
    uint64_t port;

    if (end > authority.length || (rest.length && rest.data[0] != ':'))
        return tp_bytes_of(NULL, 0);
    if (rest.length > 1 && (!tp_bytes_number(tp_bytes_from(rest, 1), &port) || port > 65535))
        return tp_bytes_of(NULL, 0);
    rest = tp_bytes_of(authority.data, end);
    return is_host(rest) ? rest : tp_bytes_of(NULL, 0);
}

static bool is_loopback_name(tp_bytes host)
{
    return tp_bytes_equal_nocase(host, TP_BYTES("localhost")) || tp_bytes_starts(host, TP_BYTES("127.")) ||
           tp_bytes_equal(host, TP_BYTES("[::1]")) || tp_bytes_ends(host, TP_BYTES(".localhost"));
}

static bool listed(const tp_texts *list, tp_bytes name)
{
    for (size_t i = 0; i < list->count; i++)
        if (tp_bytes_equal_nocase(tp_bytes_text(list->items[i]), name) || strcmp(list->items[i], "*") == 0)
            return true;
    return false;
}

/* 127.evil.com is no loopback name. */
static bool is_ipv4(tp_bytes host)
{
    for (size_t i = 0; i < host.length; i++)
        if (host.data[i] != '.' && (host.data[i] < '0' || host.data[i] > '9'))
            return false;
    return true;
}

static bool host_allowed(tp_bytes authority, tp_bytes host, const tp_listen *listen)
{
    bool loopback = is_loopback_name(host) && (!tp_bytes_starts(host, TP_BYTES("127.")) || is_ipv4(host));
    tp_bytes bare = host.length > 2 && host.data[0] == '[' ? tp_bytes_of(host.data + 1, host.length - 2) : host;

    return loopback || tp_bytes_equal_nocase(bare, tp_bytes_text(listen->address)) || listed(&listen->allowed_hosts, host) ||
           listed(&listen->allowed_hosts, authority);
}

static tp_gate_verdict check_host(const tp_http1_head *head, const tp_listen *listen)
{
    unsigned count = tp_gate_count(head, "host");
    tp_bytes value = tp_gate_field(head, "host"), host = host_of(value);

    if (count == 0 && head->minor == 0)
        return refuse(TP_OK, NULL);
    if (count != 1)
        return refuse(TP_ERR_CALLER_BAD_REQUEST, count ? "more than one Host" : "no Host");
    if (host.length == 0)
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "Host is malformed");
    if (!host_allowed(value, host, listen))
        return refuse(TP_ERR_CALLER_FORBIDDEN_ORIGIN, "the Host of the request is neither loopback nor in listen.allowed_hosts");
    return refuse(TP_OK, NULL);
}

static bool is_preflight(const tp_http1_head *head)
{
    return tp_bytes_equal(head->method, TP_BYTES("OPTIONS")) && tp_gate_count(head, "access-control-request-method");
}

static bool own_origin(tp_bytes origin, const tp_http1_head *head)
{
    tp_bytes host = tp_gate_field(head, "host");
    tp_bytes rest = tp_bytes_starts(origin, TP_BYTES("http://"))    ? tp_bytes_from(origin, 7)
                    : tp_bytes_starts(origin, TP_BYTES("https://")) ? tp_bytes_from(origin, 8)
                                                                    : tp_bytes_of(NULL, 0);

    return rest.length && tp_bytes_equal_nocase(rest, host);
}

static tp_gate_verdict check_origin(const tp_http1_head *head, const tp_listen *listen)
{
    tp_bytes origin = tp_gate_field(head, "origin");
    unsigned count = tp_gate_count(head, "origin");

    if (count == 1 && listed(&listen->allowed_origins, origin))
        return (tp_gate_verdict){ .preflight = is_preflight(head), .origin = origin };
    if (is_preflight(head))
        return refuse(TP_ERR_CALLER_FORBIDDEN_ORIGIN, "the Origin of this preflight is not in listen.allowed_origins");
    if (count > 1 || (count == 1 && !own_origin(origin, head)))
        return refuse(TP_ERR_CALLER_FORBIDDEN_ORIGIN, "the Origin of the request is not in listen.allowed_origins");
    if (tp_bytes_equal_nocase(tp_gate_field(head, "sec-fetch-site"), TP_BYTES("cross-site")))
        return refuse(TP_ERR_CALLER_FORBIDDEN_ORIGIN, "a request from another site (Sec-Fetch-Site: cross-site)");
    return refuse(TP_OK, NULL);
}

tp_bytes tp_gate_path(const tp_http1_head *head)
{
    static const char *const SCHEMES[] = { "http://", "https://" };
    tp_bytes target = head->target, host = tp_gate_field(head, "host");

    for (size_t i = 0; i < 2; i++) {
        size_t scheme = strlen(SCHEMES[i]), authority = scheme + host.length;

        if (target.length > authority && tp_bytes_equal_nocase(tp_bytes_of(target.data, scheme), tp_bytes_text(SCHEMES[i])) &&
            tp_bytes_equal_nocase(tp_bytes_of(target.data + scheme, host.length), host))
            target = tp_bytes_from(target, authority);
    }
    return target.length && target.data[0] == '/' ? target : tp_bytes_of(NULL, 0);
}

bool tp_gate_is_ping(const tp_http1_head *head)
{
    return tp_bytes_equal(head->method, TP_BYTES("OPTIONS")) && tp_bytes_equal(head->target, TP_BYTES("*"));
}

static tp_gate_verdict check_target(const tp_http1_head *head)
{
    if (tp_bytes_equal(head->method, TP_BYTES("CONNECT")) || tp_bytes_equal(head->method, TP_BYTES("TRACE")))
        return refuse(TP_ERR_CALLER_METHOD_NOT_ALLOWED, "CONNECT and TRACE are not served");
    if (head->target.length > TP_HTTP1_LONGEST_TARGET)
        return refuse(TP_ERR_CALLER_URI_TOO_LONG, "the request target is longer than 64 KiB");
    if (tp_bytes_find(head->target, '#') < head->target.length)
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "the request target has a fragment");
    if (tp_gate_path(head).length == 0 && !tp_gate_is_ping(head))
        return refuse(TP_ERR_CALLER_BAD_REQUEST, "the request target must begin with / or be http://HOST/ with the Host of the request");
    return refuse(TP_OK, NULL);
}

/* RFC 9110 10.1.1: what an HTTP/1.0 client expects is not heeded. */
static tp_gate_verdict check_expectations(const tp_http1_head *head)
{
    for (size_t i = 0; head->minor > 0 && i < head->header_count; i++)
        if (tp_bytes_equal_nocase(head->headers[i].name, TP_BYTES("expect")) &&
            !tp_bytes_equal_nocase(head->headers[i].value, TP_BYTES("100-continue")))
            return refuse(TP_ERR_CALLER_EXPECTATION_FAILED, "the only expectation known is 100-continue");
    return refuse(TP_OK, NULL);
}

tp_gate_verdict tp_gate_check(const tp_http1_head *head, const tp_listen *listen)
{
    tp_gate_verdict verdict = check_framing(head), expectations;

    if (verdict.err == TP_OK)
        verdict = check_target(head);
    if (verdict.err == TP_OK)
        verdict = check_host(head, listen);
    if (verdict.err == TP_OK)
        verdict = check_origin(head, listen);
    expectations = check_expectations(head);
    return verdict.err == TP_OK && expectations.err != TP_OK ? expectations : verdict;
}
