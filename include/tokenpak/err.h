/* tokenpak/err.h - every error that can be told to a client, declared once: code, HTTP status, whether a retry can help, text. */

#ifndef TOKENPAK_ERR_H
#define TOKENPAK_ERR_H

#include <stdbool.h>

/* X(NAME, code, HTTP status, x-should-retry, text for docs/errors.md). The class is the first word of the code. */
#define TP_ERRORS(X)                                                                                                                       \
    X(CALLER_BAD_REQUEST, "caller_bad_request", 400, false, "the request is malformed; the message says where")                            \
    X(CALLER_BAD_JSON, "caller_bad_json", 400, false, "the body is not JSON; the message gives line and column")                           \
    X(CALLER_TOO_LARGE, "caller_too_large", 413, false, "the body is larger than listen.max_body")                                         \
    X(CALLER_HEADERS_TOO_LARGE, "caller_headers_too_large", 431, false, "the header fields are larger than listen.max_header")             \
    X(CALLER_TIMEOUT, "caller_timeout", 408, true, "the request did not arrive in time")                                                   \
    X(CALLER_UNAUTHORIZED, "caller_unauthorized", 401, false, "a proxy key is required and missing or unknown")                            \
    X(CALLER_FORBIDDEN, "caller_forbidden", 403, false, "this path, provider or model is not open to the caller")                          \
    X(CALLER_FORBIDDEN_ORIGIN, "caller_forbidden_origin", 403, false, "the Host, Origin or Sec-Fetch-Site of the request is foreign")      \
    X(CALLER_UNSUPPORTED, "caller_unsupported", 400, false, "the request cannot be expressed in the provider's dialect; names the field")  \
    X(CALLER_NOT_FOUND, "caller_not_found", 404, false, "no such path, and no provider it could belong to")                                \
    X(CALLER_METHOD_NOT_ALLOWED, "caller_method_not_allowed", 405, false, "the path exists, with another method")                          \
    X(CALLER_URI_TOO_LONG, "caller_uri_too_long", 414, false, "the request target is longer than 64 KiB")                                  \
    X(CALLER_EXPECTATION_FAILED, "caller_expectation_failed", 417, false, "an Expect header other than 100-continue")                      \
    X(CALLER_UPGRADE_REQUIRED, "caller_upgrade_required", 426, false, "WebSocket is not spoken here; use the HTTP form of the path")       \
    X(CALLER_BAD_CODING, "caller_bad_coding", 501, false, "a transfer coding that is not known")                                           \
    X(CALLER_BAD_VERSION, "caller_bad_version", 505, false, "an HTTP version other than 1.0 and 1.1")                                      \
    X(POLICY_BLOCKED, "policy_blocked", 403, false, "a policy of the proxy refuses the request; names the rule")                           \
    X(POLICY_CONCURRENCY, "policy_concurrency", 429, true, "too many requests are already running or waiting")                             \
    X(PROVIDER_UNREACHABLE, "provider_unreachable", 502, true, "no connection to the provider, or it closed before a reply")               \
    X(PROVIDER_TIMEOUT, "provider_timeout", 504, true, "the provider did not answer in time")                                              \
    X(PROVIDER_BAD_REPLY, "provider_bad_reply", 502, true, "the provider's reply is not HTTP or not its dialect")                          \
    X(PROVIDER_BROKEN_STREAM, "provider_broken_stream", 502, true, "the provider's reply ended before it was complete")                    \
    X(PROVIDER_UNAVAILABLE, "provider_unavailable", 503, true, "no provider can be tried now")                                             \
    X(OWN_OVERLOADED, "own_overloaded", 503, true, "the proxy is at one of its limits (connections, memory)")                              \
    X(OWN_SHUTTING_DOWN, "own_shutting_down", 503, true, "the proxy is stopping")                                                          \
    X(OWN_INTERNAL, "own_internal", 500, true, "a fault of the proxy itself; please report it")                                            \
    X(CANCELLED, "cancelled", 499, false, "the client left before the reply was complete; never told to anyone, only counted")

typedef enum tp_err {
    TP_OK = 0,
#define TP_ERR_ENUM(name, code, status, retry, text) TP_ERR_##name,
    TP_ERRORS(TP_ERR_ENUM)
#undef TP_ERR_ENUM
        TP_ERR_COUNT
} tp_err;

/* Stable code as told in x-tokenpak-error ("ok" for TP_OK). */
const char *tp_err_code(tp_err err);
int tp_err_status(tp_err err);
bool tp_err_retry(tp_err err);
const char *tp_err_text(tp_err err);

#endif
