/* server/gate.h - what is refused before any stage sees it: methods, Host, Origin, upgrades. Pure; any thread. */

#ifndef TP_SERVER_GATE_H
#define TP_SERVER_GATE_H

#include <tokenpak/err.h>

#include "config/settings.h"
#include "wire/http1.h"

/* What to do with a head. */
typedef struct tp_gate_verdict {
    tp_err err; /* TP_OK = pass */
    const char *message;
    bool preflight;  /* a CORS preflight of an allowed origin: answer 204 */
    tp_bytes origin; /* of an allowed foreign origin, to be named in the reply; else empty */
} tp_gate_verdict;

tp_gate_verdict tp_gate_check(const tp_http1_head *head, const tp_listen *listen);

/* The value of the first field of that name. */
tp_bytes tp_gate_field(const tp_http1_head *head, const char *name);

/* How many fields of that name there are. */
unsigned tp_gate_count(const tp_http1_head *head, const char *name);

/* Path and query of the target, also of its absolute form (RFC 9112 3.2.2); empty when it is neither. */
tp_bytes tp_gate_path(const tp_http1_head *head);

/* OPTIONS of `*`: whether somebody is there (RFC 9110 9.3.7). */
bool tp_gate_is_ping(const tp_http1_head *head);

#endif
