"""THE TABLE of connections: pipelining, expectations, replies without a body, refusals that a client reads while it still sends, limits."""

from bodies import ABC, CHAT, CHATTED, CODING, END, json_in
from heads import CHUNKED, GET, GOT, HOST, LINE, MANY, POST, POSTED
from row import HALF, OK, REPLY, WELL, Reply, Row, Seen, passed, refused

CONTINUE = Reply(100, body=b"")
BAD = Reply(400, "caller_bad_request")
NOT_FOUND = Reply(404, "caller_not_found")
UNEXPECTED = Reply(417, "caller_expectation_failed")
FOREIGN = Reply(403, "caller_forbidden_origin")
TOO_LARGE = Reply(413, "caller_too_large")
HEALTHY = Reply(body=b'{"status":"ok"}')
NOWHERE = b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n"
HEALTH = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
ONE = GET + b"\r\n"
SEEN = GOT + b"\r\n"
SENT = POST + b"Content-Length: 3\r\n\r\nabc"
RECEIVED = POSTED + b"Content-Length: 3\r\n\r\nabc"
JSON = json_in(9)
ASKED = CHAT + b"Content-Length: %d\r\n\r\n" % len(JSON) + JSON
HAS_ASKED = CHATTED + b"Content-Length: %d\r\n\r\n" % len(JSON) + JSON
MUCH = b"z" * 3_000_000
NO_CONTENT = b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\netag: \"a\"\r\ncontent-length: 100\r\n\r\n"
HEAD = b"HEAD /v1/x HTTP/1.1\r\n" + HOST + b"\r\n"
HAS_HEAD = b"HEAD /v1/x HTTP/1.1\r\nHost: HOST\r\n\r\n"
OF_HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"
BIG_FIELD = b"x-big: " + b"y" * 60_000 + b"\r\n\r\n"


def expecting(value, then, replies, **options):
    return Row([POST + b"Expect: " + value + b"\r\nContent-Length: 3\r\n\r\n", *then], replies, **options)


def uploading(head, reply, length=len(MUCH)):
    """The refusal is there long before the upload ends, and it is read although the client goes on."""
    return Row([head + b"Content-Length: %d\r\n\r\n" % length, MUCH], (reply,), stays=False)


PIPELINES = {
    "three": passed(ONE * 3, SEEN * 3, replies=(OK,) * 3),
    "twenty": passed(ONE * 20, SEEN * 20, replies=(OK,) * 20),
    "bodies": passed(SENT + POST + CODING + ABC + END + ONE, RECEIVED + CHUNKED + b"<abc>" + SEEN, replies=(OK,) * 3),
    "held-and-relayed": passed(ASKED + SENT + ASKED, HAS_ASKED + RECEIVED + HAS_ASKED, replies=(OK,) * 3),
    "own-paths-between": passed(ONE + HEALTH + ONE, SEEN * 2, replies=(OK, HEALTHY, OK)),
    "behind-a-404": passed(NOWHERE + ONE + NOWHERE + ONE, SEEN * 2, replies=(NOT_FOUND, OK, NOT_FOUND, OK)),
    "behind-a-403": passed(LINE + b"Host: evil.example\r\n\r\n" + ONE, SEEN, replies=(FOREIGN, OK)),
    "behind-a-400": refused(LINE + b"\r\n" + ONE),
    "behind-an-ambiguous-one": refused(POST + b"Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + ONE),
    "behind-broken-chunks": refused(POST + CODING + b"zz\r\n" + ONE, most=CHUNKED + b"<"),
    "behind-an-expectation-unknown": Row(
        POST + b"Expect: x\r\nContent-Length: 3\r\n\r\nabc" + ONE, (UNEXPECTED,), stays=False
    ),
    "behind-a-404-with-body": Row(b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc" + ONE, (NOT_FOUND,), stays=False),
    "before-a-400": Row(ONE + LINE + b"\r\n" + ONE, (OK, BAD), SEEN, stays=False),
    "before-garbage": Row(ONE + b"\x00\x01\x02", (OK, BAD), SEEN, stays=False),
    "before-half-a-head": passed([ONE + GET, REPLY, b"\r\n"], SEEN * 2, replies=(OK, OK)),
    "behind-close": Row(GET + b"Connection: close\r\n\r\n" + ONE, (OK,), SEEN, stays=False),
    "behind-close-in-a-list": Row(GET + b"Connection: x-a, CLOSE\r\n\r\n" + ONE, (OK,), SEEN, stays=False),
    "behind-1.0": Row(b"GET /v1/x HTTP/1.0\r\n\r\n" + ONE, (OK,), SEEN, stays=False),
    "behind-HEAD": passed(HEAD + HEAD, HAS_HEAD * 2, replies=(OK, OK), heads=("HEAD", "HEAD"), answer=OF_HEAD),
    "empty-lines-between": passed(SENT + b"\r\n" + SENT + b"\r\n\r\n" + SENT, RECEIVED * 3, replies=(OK,) * 3),
    "five-hundred-on-one-connection": passed([step for _ in range(500) for step in (HEALTH, REPLY)], b"", replies=(HEALTHY,) * 500),
    "a-thousand-at-once": passed(HEALTH * 1000, b"", replies=(HEALTHY,) * 1000),
}

EXPECTATIONS = {
    "expect-continue": expecting(b"100-continue", [REPLY, b"abc"], (CONTINUE, OK), seen=RECEIVED),
    "expect-upper-case": expecting(b"100-Continue", [REPLY, b"abc"], (CONTINUE, OK), seen=RECEIVED),
    "expect-held": Row([CHAT + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(JSON), REPLY, JSON], (CONTINUE, OK), HAS_ASKED),
    "expect-chunked": Row([POST + b"Expect: 100-continue\r\n" + CODING, REPLY, ABC + END], (CONTINUE, OK), CHUNKED + b"<abc>"),
    "expect-without-body": passed(GET + b"Expect: 100-continue\r\n\r\n", SEEN),
    "expect-length-0": passed(POST + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", POSTED + b"Content-Length: 0\r\n\r\n"),
    "expect-in-1.0": passed(
        POST.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", RECEIVED
    ),
    "expect-unknown-in-1.0": passed(
        POST.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\nExpect: x\r\nContent-Length: 3\r\n\r\nabc", RECEIVED
    ),
    "expect-unknown": expecting(b"a-miracle", [], (UNEXPECTED,), stays=False),
    "expect-unknown-without-body": Row(GET + b"Expect: a-miracle\r\n\r\n", (UNEXPECTED,)),
    "expect-empty": Row(GET + b"Expect:\r\n\r\n", (UNEXPECTED,)),
    "expect-list": expecting(b"100-continue, x", [], (UNEXPECTED,), stays=False),
    "expect-twice": expecting(b"100-continue\r\nExpect: x", [], (UNEXPECTED,), stays=False),
    "expect-parameter": expecting(b"100-continue;x", [], (UNEXPECTED,), stays=False),
    "expect-then-404": Row([b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"], (NOT_FOUND,), stays=False),
    "expect-then-413": Row([CHAT + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"], (TOO_LARGE,), stays=False),
}

WITHOUT_BODY = {
    "HEAD": passed(HEAD, HAS_HEAD, heads=("HEAD",), answer=OF_HEAD),
    "HEAD-chunked": passed(HEAD, HAS_HEAD, heads=("HEAD",), answer=b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
    "HEAD-no-length": passed(HEAD, HAS_HEAD, heads=("HEAD",), answer=b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n"),
    "HEAD-of-ours": Row(b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n", heads=("HEAD",)),
    "HEAD-of-nowhere": Row(b"HEAD /nowhere HTTP/1.1\r\n" + HOST + b"\r\n", (NOT_FOUND,), heads=("HEAD",)),
    "HEAD-refused": Row(b"HEAD /v1/x HTTP/1.1\r\n\r\n", (BAD,), heads=("HEAD",), stays=False),
    "HEAD-ambiguous": Row(
        b"HEAD /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", (BAD,), heads=("HEAD",), stays=False
    ),
    "HEAD-with-a-body": passed(
        HEAD[:-2] + b"Content-Length: 3\r\n\r\nabc", HAS_HEAD[:-2] + b"Content-Length: 3\r\n\r\nabc", heads=("HEAD",), answer=OF_HEAD
    ),
    "204": passed(ONE * 2, SEEN * 2, replies=(Reply(204), Reply(204)), answer=NO_CONTENT),
    "204-to-1.0": passed(b"GET /v1/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", SEEN, replies=(Reply(204),), answer=NO_CONTENT),
    "204-of-a-POST": passed(SENT, RECEIVED, replies=(Reply(204),), answer=NO_CONTENT),
    "304": passed(ONE * 2, SEEN * 2, replies=(Reply(304), Reply(304)), answer=NOT_MODIFIED),
    "200-empty": passed(ONE, SEEN, replies=(Reply(body=b""),), answer=b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    "interim-replies": passed(ONE, SEEN, answer=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + WELL),
}

LEAVING = {
    "half-closed-after-an-own-path": Row([HEALTH, REPLY, HALF], (HEALTHY,), stays=False),
    "half-closed-after-the-reply": Row([ONE, REPLY, HALF], seen=SEEN, stays=False),
    "half-closed-in-a-head": Row([GET, HALF], (), stays=False),
    "half-closed-at-once": Row([HALF], (), stays=False),
    "half-closed-between": Row([ONE, REPLY, GET, HALF], seen=SEEN, stays=False),
}

REFUSALS_READ = {
    "uploading-to-nowhere": uploading(b"POST /nowhere HTTP/1.1\r\n" + HOST, NOT_FOUND),
    "uploading-from-elsewhere": uploading(b"POST /v1/files HTTP/1.1\r\nHost: evil.example\r\n", FOREIGN),
    "uploading-without-host": uploading(b"POST /v1/files HTTP/1.1\r\n", BAD),
    "uploading-with-two-framings": uploading(POST + b"Transfer-Encoding: chunked\r\n", BAD),
    "uploading-in-2.0": uploading(POST.replace(b"1.1", b"2.0"), Reply(505, "caller_bad_version")),
    "uploading-with-an-expectation": uploading(POST + b"Expect: x\r\n", UNEXPECTED),
    "uploading-with-a-method-of-others": uploading(b"TRACE /v1/files HTTP/1.1\r\n" + HOST, Reply(405, "caller_method_not_allowed")),
    "uploading-to-an-own-path": uploading(b"POST /health HTTP/1.1\r\n" + HOST, Reply(405, "caller_method_not_allowed")),
    "uploading-too-much": uploading(CHAT, TOO_LARGE),
    "uploading-too-much-in-chunks": Row([CHAT + CODING, b"ffff\r\n" + MUCH[:0xFFFF] + b"\r\n", b"fffff\r\n" + MUCH], (TOO_LARGE,), stays=False),
    "uploading-no-JSON": Row(CHAT + b"Content-Length: 2\r\n\r\n{]", (Reply(400, "caller_bad_json"),)),
    "uploading-broken-chunks": Row([POST + CODING + b"zz\r\n", MUCH], (BAD,), stays=False),
    "uploading-a-head": Row([GET + b"x: " + MUCH], (Reply(431, "caller_headers_too_large"),), stays=False),
    "uploading-a-target": Row([b"GET /v1/" + MUCH], (Reply(414, "caller_uri_too_long"),), stays=False),
}

LIMITS = {
    "head-60k": passed(GET + BIG_FIELD, GOT + BIG_FIELD),
    "head-60k-in-many-fields": passed(GET + b"x-a: 12345\r\n" * 5000 + b"\r\n", GOT + b"x-a: 12345\r\n" * 5000 + b"\r\n"),
    "head-60k-in-two-pieces": passed([GET + BIG_FIELD[:30_000], BIG_FIELD[30_000:]], GOT + BIG_FIELD),
    "head-300k": refused(GET + b"x: " + b"y" * 300_000 + b"\r\n\r\n", 431, "caller_headers_too_large"),
    "head-300k-in-many-fields": refused(GET + b"x-a: 12345\r\n" * 25_000 + b"\r\n", 431, "caller_headers_too_large"),
    "head-300k-of-a-name": refused(GET + b"y" * 300_000 + b": x\r\n\r\n", 431, "caller_headers_too_large"),
    "head-without-end": refused(GET + b"x: y\r\n" * 100_000, 431, "caller_headers_too_large"),
    "empty-lines-10k": passed(b"\r\n" * 5_000 + ONE, SEEN),
    "empty-lines-without-end": refused(b"\r\n" * 100_000),
    "fields-10000-of-connection": passed(GET + b"Connection: x\r\n" * 5000 + b"y: z\r\n\r\n", GOT + b"y: z\r\n\r\n"),
    "fields-named-by-connection": passed(GET + b"Connection: " + b"a," * 20_000 + b"\r\n" + MANY[:50_000].rpartition(b"f")[0] + b"\r\n", None),
}
LIMITS["fields-named-by-connection"] = passed(LIMITS["fields-named-by-connection"].sent, GOT + MANY[:50_000].rpartition(b"f")[0] + b"\r\n")

TABLE = {
    **{f"pipelined-{name}": row for name, row in PIPELINES.items()},
    **EXPECTATIONS,
    **WITHOUT_BODY,
    **LEAVING,
    **REFUSALS_READ,
    **LIMITS,
}
