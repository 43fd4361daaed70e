"""THE TABLE of heads: request lines, fields, Host, targets, versions, and the framing that a head announces."""

from row import OK, Pause, Reply, Row, passed, refused

LINE = b"GET /v1/x HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
GET = LINE + HOST
POST = b"POST /v1/files HTTP/1.1\r\n" + HOST
GOT = b"GET /v1/x HTTP/1.1\r\nHost: HOST\r\n"
POSTED = b"POST /v1/files HTTP/1.1\r\nHost: HOST\r\n"
CHUNKED = POSTED + b"Transfer-Encoding: chunked\r\n\r\n"
FORBIDDEN = {"status": 403, "code": "caller_forbidden_origin", "stays": True}
BAD_CODING = {"status": 501, "code": "caller_bad_coding"}
BAD_VERSION = {"status": 505, "code": "caller_bad_version"}
NOT_FOUND = {"status": 404, "code": "caller_not_found", "stays": True}
NOT_ALLOWED = {"status": 405, "code": "caller_method_not_allowed", "stays": True}
LONGEST = b"GET /v1/" + b"x" * (65_536 - len(b"/v1/"))
MANY = b"".join(b"f%d: \r\n" % number for number in range(9_999))


def framing(fields, body=b"0\r\n\r\n", **options):
    return refused(POST + fields + b"\r\n" + body, **options)


def length(value, body=b"abcde"):
    return framing(b"Content-Length: " + value + b"\r\n", body)


def coding(value, **options):
    return framing(b"Transfer-Encoding: " + value + b"\r\n", **options)


def field(line, **options):
    return refused(GET + line + b"\r\n\r\n", **options)


def field_passes(line, sent_on=None):
    return passed(GET + line + b"\r\n\r\n", GOT + (line if sent_on is None else sent_on) + b"\r\n\r\n")


def line(text, **options):
    return refused(text + b"\r\n" + HOST + b"\r\n", **options)


def line_passes(text, sent_on):
    return passed(text + b"\r\n" + HOST + b"\r\n", sent_on + b" HTTP/1.1\r\nHost: HOST\r\n\r\n")


def host(value, **options):
    return refused(LINE + b"Host: " + value + b"\r\n\r\n", **options)


def host_passes(value):
    return passed(LINE + b"Host: " + value + b"\r\n\r\n", GOT + b"\r\n")


def sent(fields, body, sent_on=b""):
    """A body of known length that passes."""
    return passed(POST + fields + b"\r\n" + body, POSTED + sent_on + b"Content-Length: %d\r\n\r\n" % len(body) + body)


FRAMING = {
    "length-and-chunked": framing(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    "chunked-and-length": framing(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
    "chunked-and-length-0": framing(b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
    "length-and-unknown-coding": framing(b"Content-Length: 5\r\nTransfer-Encoding: snappy\r\n", status=400),
    "lengths-differ": framing(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"abcdef"),
    "lengths-equal": framing(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"abcde"),
    "length-list": length(b"5, 5"),
    "length-list-differs": length(b"5,6"),
    "length-plus": length(b"+5"),
    "length-minus": length(b"-5"),
    "length-minus-0": length(b"-0"),
    "length-hex": length(b"0x5"),
    "length-letter-behind": length(b"5a"),
    "length-word": length(b"five"),
    "length-empty": length(b""),
    "length-blank": length(b"   "),
    "length-blank-inside": length(b"5 5"),
    "length-fraction": length(b"5.0"),
    "length-exponent": length(b"1e3"),
    "length-semicolon": length(b"5;"),
    "length-quoted": length(b'"5"'),
    "length-full-width": length("５".encode()),
    "length-vertical-tab": length(b"\x0b5"),
    "length-2^63": length(b"9223372036854775808"),
    "length-2^64": length(b"18446744073709551616"),
    "length-2^64+5": length(b"18446744073709551621"),
    "length-endless": length(b"9" * 400),
    "length-folded": framing(b"Content-Length: 5\r\n 5\r\n", b"abcde"),
    "length-with-NUL": length(b"5\x00"),
    "length-then-chunk-body": sent(b"Content-Length: 5\r\n", b"0\r\n\r\n"),
    "length-zeros-before": sent(b"Content-Length: 0005\r\n", b"abcde"),
    "length-blanks-around": sent(b"Content-Length:   5  \r\n", b"abcde"),
    "length-tabs-around": length(b"\t5\t"),
    "length-0": sent(b"Content-Length: 0\r\n", b""),
    "length-no-body-told": passed(POST + b"\r\n", POSTED + b"\r\n"),
    "length-with-underscore": passed(GET + b"Content_Length: 5\r\n\r\n", GOT + b"Content_Length: 5\r\n\r\n"),
    "length-of-a-GET": passed(GET + b"Content-Length: 3\r\n\r\nabc", GOT + b"Content-Length: 3\r\n\r\nabc"),
    "chunks-of-a-GET": passed(GET + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", GOT + b"Transfer-Encoding: chunked\r\n\r\n<abc>"),
    "coding-not-last": coding(b"chunked, gzip"),
    "coding-twice": coding(b"chunked, chunked"),
    "coding-twice-in-two-fields": framing(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    "coding-two-fields": framing(b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
    "coding-other-field-last": framing(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
    "coding-gzip-chunked": coding(b"gzip, chunked", **BAD_CODING),
    "coding-unknown": coding(b"snappy", **BAD_CODING),
    "coding-prefix": coding(b"xchunked", **BAD_CODING),
    "coding-suffix": coding(b"chunkedx", **BAD_CODING),
    "coding-parameter": coding(b"chunked;q=1", **BAD_CODING),
    "coding-quoted": coding(b'"chunked"', **BAD_CODING),
    "coding-identity": coding(b"identity"),
    "coding-empty": coding(b""),
    "coding-comma": coding(b","),
    "coding-vertical-tab": coding(b"\x0bchunked"),
    "coding-with-NUL": coding(b"chunked\x00"),
    "coding-folded": framing(b"Transfer-Encoding:\r\n chunked\r\n"),
    "coding-blank-before-colon": framing(b"Transfer-Encoding : chunked\r\n"),
    "coding-in-1.0": refused(POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "coding-upper-case": passed(POST + b"TRANSFER-ENCODING: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n", CHUNKED + b"<a>"),
    "coding-tab-before": passed(POST + b"Transfer-Encoding:\tchunked\r\n\r\n1\r\na\r\n0\r\n\r\n", CHUNKED + b"<a>"),
    "coding-tab-behind": coding(b"chunked\t"),
    "coding-blanks-around": passed(POST + b"Transfer-Encoding:  chunked  \r\n\r\n1\r\na\r\n0\r\n\r\n", CHUNKED + b"<a>"),
}

FIELDS = {
    "field-blank-before-colon": field(b"x-a : 1"),
    "field-tab-before-colon": field(b"x-a\t: 1"),
    "field-without-colon": field(b"x-a"),
    "field-without-name": field(b": 1"),
    "field-folded": field(b"x-a: 1\r\n 2"),
    "field-folded-with-tab": field(b"x-a: 1\r\n\t2"),
    "field-folded-empty": field(b"x-a:\r\n "),
    "field-folded-first": refused(LINE + b" x: y\r\n" + HOST + b"\r\n"),
    "field-folded-host": refused(LINE + b"Host:\r\n 127.0.0.1\r\n\r\n"),
    "field-LF": field(b"x-a: 1\nx-b: 2"),
    "field-CR": field(b"x-a: 1\rx-b: 2"),
    "field-CR-CR-LF": field(b"x-a: 1\r"),
    "field-NUL": field(b"x-a: 1\x002"),
    "field-NUL-in-name": field(b"x\x00a: 1"),
    "field-control": field(b"x-a: 1\x012"),
    "field-vertical-tab": field(b"x-a: 1\x0b2"),
    "field-escape": field(b"x-a: \x1b[0m"),
    "field-delete": field(b"x-a: 1\x7f2"),
    "field-name-delete": field(b"x\x7fa: 1"),
    "field-name-high": field(b"x\x80a: 1"),
    "field-name-utf8": field("ä: 1".encode()),
    **{f"field-name-{mark:#04x}": field(b"x" + bytes([mark]) + b"a: 1") for mark in b' "(),/;<=>?@[\\]{}'},
    "head-all-LF": refused(b"GET /v1/x HTTP/1.1\nHost: 127.0.0.1\n\n"),
    "head-ends-LF": refused(GET + b"\n"),
    "head-ends-LF-CR-LF": refused(GET + b"\n\r\n"),
    "head-ends-CR-X": refused(GET + b"\rX"),
    "head-blank-line-of-blanks": refused(GET + b" \r\n\r\n"),
    "field-high-bytes": field_passes(b"x-a: \x80\xff"),
    "field-tab-inside": field_passes(b"x-a: 1\t2"),
    "field-blanks-around": field_passes(b"x-a:  \t 1 \t", b"x-a: 1"),
    "field-no-blank": field_passes(b"x-a:1", b"x-a: 1"),
    "field-empty": field_passes(b"x-a:", b"x-a: "),
    "field-colons": field_passes(b"x-a: :1::", b"x-a: :1::"),
    "field-odd-name": field_passes(b"!#$%&'*+-.^_`|~09aZ: 1"),
    "field-twice": field_passes(b"x-a: 1\r\nX-A: 2\r\nx-a: 1"),
    "fields-10000": passed(GET + MANY + b"\r\n", GOT + MANY + b"\r\n"),
    "fields-10001": refused(GET + MANY + b"x: y\r\n\r\n", 431, "caller_headers_too_large"),
    "connection-names-length": passed(
        POST + b"Connection: content-length\r\nContent-Length: 3\r\n\r\nabc", POSTED + b"Content-Length: 3\r\n\r\nabc"
    ),
    "connection-names-coding": passed(
        POST + b"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", CHUNKED + b"<a>"
    ),
    "connection-names-host": field_passes(b"Connection: Host\r\nx: 1", b"x: 1"),
    "connection-names-authorization": field_passes(b"Connection: authorization\r\nAuthorization: Bearer k", b"Authorization: Bearer k"),
    "connection-names-key-of-another": field_passes(b"Connection: x-api-key\r\nx-api-key: k\r\nx-a: 1", b"x-a: 1"),
    "connection-names-a-field": field_passes(b"Connection: X-A, x-b\r\nx-a: 1\r\nx-b: 2\r\nx-c: 3", b"x-c: 3"),
    "connection-twice": field_passes(b"Connection: x-a\r\nconnection: X-B\r\nx-a: 1\r\nx-b: 2\r\nx-c: 3", b"x-c: 3"),
    "connection-empty-items": field_passes(b"Connection: ,, x-a ,\r\nx-a: 1\r\nx-c: 3", b"x-c: 3"),
    "connection-fields": field_passes(
        b"Proxy-Connection: x\r\nKeep-Alive: 5\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Authorization: Basic eA==\r\nTrailer: a\r\nx-c: 3", b"x-c: 3"
    ),
    "upgrade-to-h2c": field_passes(b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\nx-c: 3", b"x-c: 3"),
}

HOSTS = {
    "host-missing": refused(LINE + b"\r\n"),
    "host-twice": refused(GET + HOST + b"\r\n"),
    "host-twice-different": refused(GET + b"Host: evil.example\r\n\r\n"),
    "host-empty": host(b""),
    "host-list": host(b"127.0.0.1, 127.0.0.1"),
    "host-userinfo": host(b"user@127.0.0.1"),
    "host-userinfo-password": host(b"127.0.0.1:80@evil.example"),
    "host-at": host(b"@127.0.0.1"),
    "host-port-word": host(b"127.0.0.1:http"),
    "host-port-huge": host(b"127.0.0.1:65536"),
    "host-port-longer": host(b"127.0.0.1:99999999999999999999"),
    "host-port-minus": host(b"127.0.0.1:-1"),
    "host-port-plus": host(b"127.0.0.1:+80"),
    "host-port-hex": host(b"127.0.0.1:0x50"),
    "host-port-blank": host(b"127.0.0.1: 80"),
    "host-two-ports": host(b"127.0.0.1:80:80"),
    "host-blank": host(b"127.0.0.1 evil.example"),
    "host-tab": host(b"127.0.0.1\tevil.example"),
    "host-path": host(b"127.0.0.1/v1"),
    "host-query": host(b"127.0.0.1?x"),
    "host-fragment": host(b"127.0.0.1#x"),
    "host-backslash": host(b"127.0.0.1\\evil"),
    "host-quote": host(b'"127.0.0.1"'),
    "host-scheme": host(b"http://127.0.0.1"),
    "host-brace-open": host(b"[::1"),
    "host-brace-behind": host(b"[::1]x"),
    "host-brace-empty": host(b"[]"),
    "host-high-bytes": host(b"127.0.0.1\xff"),
    "host-percent": host(b"127.0.0.1%00", **FORBIDDEN),
    "host-foreign": host(b"evil.example", **FORBIDDEN),
    "host-prefix": host(b"127.0.0.1.evil.example", **FORBIDDEN),
    "host-suffix": host(b"evil127.0.0.1", **FORBIDDEN),
    "host-127.evil": host(b"127.evil", **FORBIDDEN),
    "host-suffix-of-localhost": host(b"notlocalhost", **FORBIDDEN),
    "host-other-v6": host(b"[::2]", **FORBIDDEN),
    "host-port": host_passes(b"127.0.0.1:1"),
    "host-port-empty": host_passes(b"127.0.0.1:"),
    "host-port-zeros": host_passes(b"127.0.0.1:00080"),
    "host-name": host_passes(b"localhost"),
    "host-upper-case": host_passes(b"LOCALHOST:8766"),
    "host-below": host_passes(b"a.localhost"),
    "host-v6": host_passes(b"[::1]:8766"),
    "host-other-loopback": host_passes(b"127.1.2.3"),
    "host-blanks-around": host_passes(b" \t127.0.0.1 \t"),
}

LINES = {
    "method-lower-case": line(b"get /v1/x HTTP/1.1"),
    "method-unknown": line(b"GRAB /v1/x HTTP/1.1"),
    "method-prefix": line(b"GETX /v1/x HTTP/1.1"),
    "method-bad-token": line(b"G@T /v1/x HTTP/1.1"),
    "method-empty": line(b" /v1/x HTTP/1.1"),
    "method-blank-before": line(b" GET /v1/x HTTP/1.1"),
    "method-quoted": line(b'"GET" /v1/x HTTP/1.1'),
    "line-tab": line(b"GET\t/v1/x HTTP/1.1"),
    "line-two-blanks": line(b"GET  /v1/x HTTP/1.1"),
    "line-two-blanks-behind": line(b"GET /v1/x  HTTP/1.1"),
    "line-blank-behind": line(b"GET /v1/x HTTP/1.1 ", **BAD_VERSION),
    "line-blank-in-target": line(b"GET /v1/ x HTTP/1.1"),
    "line-tab-in-target": line(b"GET /v1/\tx HTTP/1.1"),
    "line-NUL-in-target": line(b"GET /v1/\x00x HTTP/1.1"),
    "line-control-in-target": line(b"GET /v1/\x01x HTTP/1.1"),
    "line-delete-in-target": line(b"GET /v1/\x7fx HTTP/1.1"),
    "line-high-in-target": line(b"GET /v1/\x80x HTTP/1.1"),
    "line-LF-in-target": line(b"GET /v1/\nx HTTP/1.1"),
    "line-CR-in-target": line(b"GET /v1/\rx HTTP/1.1"),
    "line-fragment": line(b"GET /v1/x#y HTTP/1.1"),
    "line-only-method": line(b"GET"),
    "line-only-CR": refused(b"\rGET /v1/x HTTP/1.1\r\n" + HOST + b"\r\n"),
    "line-only-LF": refused(b"\n" + GET + b"\r\n"),
    "line-TLS": refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "line-proxy-protocol": refused(b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n" + GET + b"\r\n"),
    "line-SMTP": refused(b"EHLO example.com\r\n\r\n"),
    "empty-lines-before": passed(b"\r\n\r\n\r\n" + GET + b"\r\n", GOT + b"\r\n"),
    "version-0.9": line(b"GET /v1/x", **BAD_VERSION),
    "version-0.9-told": line(b"GET /v1/x HTTP/0.9", **BAD_VERSION),
    "version-1.2": line(b"GET /v1/x HTTP/1.2", **BAD_VERSION),
    "version-1.10": line(b"GET /v1/x HTTP/1.10", **BAD_VERSION),
    "version-01.1": line(b"GET /v1/x HTTP/01.1", **BAD_VERSION),
    "version-1": line(b"GET /v1/x HTTP/1", **BAD_VERSION),
    "version-1.": line(b"GET /v1/x HTTP/1.", **BAD_VERSION),
    "version-11": line(b"GET /v1/x HTTP/11", **BAD_VERSION),
    "version-1-comma-1": line(b"GET /v1/x HTTP/1,1", **BAD_VERSION),
    "version-2.0": line(b"GET /v1/x HTTP/2.0", **BAD_VERSION),
    "version-3.0": line(b"GET /v1/x HTTP/3.0", **BAD_VERSION),
    "version-2-preface": refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status=505, code="caller_bad_version"),
    "version-lower-case": line(b"GET /v1/x http/1.1"),
    "version-other-word": line(b"GET /v1/x HTTPS/1.1"),
    "version-ICE": line(b"GET /v1/x ICE/1.0"),
    "version-RTSP": line(b"GET /v1/x RTSP/1.0"),
    "version-1.0": passed(b"GET /v1/x HTTP/1.0\r\n\r\n", GOT + b"\r\n", stays=False),
    "version-1.0-host": passed(b"GET /v1/x HTTP/1.0\r\n" + HOST + b"\r\n", GOT + b"\r\n", stays=False),
    "version-1.0-foreign-host": refused(b"GET /v1/x HTTP/1.0\r\nHost: evil.example\r\n\r\n", 403, "caller_forbidden_origin"),
    "version-1.0-kept": passed(b"GET /v1/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", GOT + b"\r\n"),
    "version-1.0-body": passed(
        b"POST /v1/files HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", POSTED + b"Content-Length: 3\r\n\r\nabc", stays=False
    ),
    "absolute": line_passes(b"GET http://127.0.0.1/v1/x?y=z HTTP/1.1", b"GET /v1/x?y=z"),
    "absolute-upper-case": line_passes(b"GET HTTP://127.0.0.1/v1/x HTTP/1.1", b"GET /v1/x"),
    "absolute-https": line_passes(b"GET https://127.0.0.1/v1/x HTTP/1.1", b"GET /v1/x"),
    "absolute-no-path": line(b"GET http://127.0.0.1 HTTP/1.1"),
    "absolute-other-host": line(b"GET http://evil.example/v1/x HTTP/1.1"),
    "absolute-other-port": line(b"GET http://127.0.0.1:81/v1/x HTTP/1.1"),
    "absolute-userinfo": line(b"GET http://user@127.0.0.1/v1/x HTTP/1.1"),
    "absolute-longer-host": line(b"GET http://127.0.0.1.evil.example/v1/x HTTP/1.1"),
    "absolute-no-host": line(b"GET http:///v1/x HTTP/1.1"),
    "absolute-other-scheme": line(b"GET ftp://127.0.0.1/v1/x HTTP/1.1"),
    "absolute-foreign-both": refused(b"GET http://evil.example/v1/x HTTP/1.1\r\nHost: evil.example\r\n\r\n", **FORBIDDEN),
    "absolute-1.0-no-host": refused(b"GET http://evil.example/v1/x HTTP/1.0\r\n\r\n"),
    "asterisk": Row(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", (Reply(body=b""),)),
    "asterisk-GET": line(b"GET * HTTP/1.1"),
    "asterisk-POST": line(b"POST * HTTP/1.1"),
    "authority": line(b"CONNECT evil.example:443 HTTP/1.1", **NOT_ALLOWED),
    "authority-GET": line(b"GET evil.example:443 HTTP/1.1"),
    "trace": line(b"TRACE /v1/x HTTP/1.1", **NOT_ALLOWED),
    "relative": line(b"GET v1/x HTTP/1.1"),
    "path-unknown": line(b"GET /nowhere HTTP/1.1", **NOT_FOUND),
    "path-two-slashes": line(b"GET //evil.example/v1/x HTTP/1.1", **NOT_FOUND),
    "path-dots": line_passes(b"GET /v1/../x/./%2e%2e HTTP/1.1", b"GET /v1/../x/./%2e%2e"),
    "path-escapes": line_passes(b"GET /v1/%00%0d%0aHost:%20a%zz?%0a HTTP/1.1", b"GET /v1/%00%0d%0aHost:%20a%zz?%0a"),
    "path-odd-marks": line_passes(b"GET /v1/|^`{}<>\"\\;@:!$&'()*+,=~[] HTTP/1.1", b"GET /v1/|^`{}<>\"\\;@:!$&'()*+,=~[]"),
    "path-query-twice": line_passes(b"GET /v1/x??a?b HTTP/1.1", b"GET /v1/x??a?b"),
    "path-64k": line_passes(b"GET /v1/" + b"x" * 65_000 + b" HTTP/1.1", b"GET /v1/" + b"x" * 65_000),
    "path-64k-exactly": line_passes(LONGEST + b" HTTP/1.1", LONGEST),
    "path-64k-and-one": line(LONGEST + b"x HTTP/1.1", status=414, code="caller_uri_too_long"),
    "path-64k-and-one-in-two-pieces": Row([LONGEST, Pause(0.05), b"x HTTP/1.1\r\n" + HOST + b"\r\n"], (Reply(414, "caller_uri_too_long"),), stays=False),
    "path-65k": line(b"GET /v1/" + b"x" * 65_600 + b" HTTP/1.1", status=414, code="caller_uri_too_long"),
    "path-65k-in-two-pieces": Row(
        [b"GET /v1/" + b"x" * 65_500, Pause(0.05), b"x" * 100 + b" HTTP/1.1\r\n" + HOST + b"\r\n"], (Reply(414, "caller_uri_too_long"),), stays=False
    ),
    "path-endless": refused(b"GET /" + b"x" * 300_000, 414, "caller_uri_too_long"),
}

# In the dialect of the path, and none for a head that was never understood.
DIALECTS = {
    f"{dialect}-{name}": Row(b"POST " + path + b" HTTP/1.1\r\n" + fields + b"\r\n", (Reply(status, code, dialect=dialect),), stays=False)
    for dialect, path in {
        "openai": b"/v1/chat/completions",
        "anthropic": b"/v1/messages",
        "gemini": b"/v1beta/models/m:generateContent",
        "ollama": b"/api/chat",
    }.items()
    for name, fields, status, code in (
        ("no-host", b"", 400, "caller_bad_request"),
        ("too-large", HOST + b"Content-Length: 99999999999\r\n", 413, "caller_too_large"),
        ("expectation", HOST + b"Content-Length: 3\r\nExpect: a-miracle\r\n", 417, "caller_expectation_failed"),
        ("two-framings", HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", 400, "caller_bad_request"),
    )
}

TABLE = {**FRAMING, **FIELDS, **HOSTS, **LINES, **DIALECTS, "health": Row(b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n", (Reply(body=b'{"status":"ok"}'),))}

__all__ = ["OK", "TABLE"]
