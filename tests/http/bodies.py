"""THE TABLE of bodies: chunk sizes, extensions and trailers, lengths that are not kept, on a relayed path and on one whose body is held."""

from heads import CHUNKED, GET, GOT, POST, POSTED
from row import HALF, OK, REPLY, Reply, Row, Seen, passed, refused

CHAT = b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
CHATTED = b"POST /v1/chat/completions HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"
CODING = b"Transfer-Encoding: chunked\r\n\r\n"
ABC = b"3\r\nabc\r\n"
END = b"0\r\n\r\n"
BAD = Reply(400, "caller_bad_request")

# What is wrong, and what a reader could have taken for the body before it.
BROKEN = {
    "size-empty": (b"\r\nabc\r\n" + END, b""),
    "size-word": (b"three\r\nabc\r\n" + END, b""),
    "size-g": (b"g\r\nabc\r\n" + END, b""),
    "size-minus": (b"-3\r\nabc\r\n" + END, b""),
    "size-plus": (b"+3\r\nabc\r\n" + END, b""),
    "size-0x": (b"0x3\r\nabc\r\n" + END, b""),
    "size-underscore": (b"1_0\r\nabc\r\n" + END, b""),
    "size-fraction": (b"3.0\r\nabc\r\n" + END, b""),
    "size-blank-before": (b" 3\r\nabc\r\n" + END, b""),
    "size-tab-before": (b"\t3\r\nabc\r\n" + END, b""),
    "size-blank-behind": (b"3 \r\nabc\r\n" + END, b""),
    "size-tab-behind": (b"3\t\r\nabc\r\n" + END, b""),
    "size-blank-inside": (b"3 3\r\nabc\r\n" + END, b""),
    "size-comma": (b"3,3\r\nabc\r\n" + END, b""),
    "size-NUL": (b"3\x00\r\nabc\r\n" + END, b""),
    "size-high-byte": (b"3\xff\r\nabc\r\n" + END, b""),
    "size-2^64+3": (b"10000000000000003\r\nabc\r\n" + END, b""),
    "size-2^64-1": (b"FFFFFFFFFFFFFFFFF\r\nabc\r\n" + END, b""),
    "size-endless": (b"f" * 400 + b"\r\nabc\r\n" + END, b""),
    "size-LF": (b"3\nabc\r\n" + END, b""),
    "size-CR": (b"3\rabc\r\n" + END, b""),
    "size-CR-CR-LF": (b"3\r\r\nabc\r\n" + END, b""),
    "size-LF-CR": (b"3\n\rabc\r\n" + END, b""),
    "second-size-word": (ABC + b"zz\r\n", b"abc"),
    "second-size-minus": (ABC + b"-1\r\n", b"abc"),
    "second-size-empty": (ABC + b"\r\n" + END, b"abc"),
    "data-longer": (b"3\r\nabcd\r\n" + END, b"abc"),
    "data-shorter": (b"4\r\nabc\r\n" + END, b"abc\r"),
    "data-no-CR-LF": (b"3\r\nabc0\r\n\r\n", b"abc"),
    "data-LF": (b"3\r\nabc\n" + END, b"abc"),
    "data-CR": (b"3\r\nabc\r" + END, b"abc"),
    "data-CR-CR-LF": (b"3\r\nabc\r\r\n" + END, b"abc"),
    "extension-LF": (b"3;a=b\nabc\r\n" + END, b""),
    "extension-LF-hides-a-request": (b"3;a\nxx\r\nabc\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n", b""),
    "extension-CR": (b"3;a\rb\r\nabc\r\n" + END, b""),
    "extension-NUL": (b"3;a\x00b\r\nabc\r\n" + END, b""),
    "extension-control": (b"3;a\x01b\r\nabc\r\n" + END, b""),
    "extension-open-quote": (b'3;a="\r\nabc\r\n' + END, b""),
    "extension-endless": (b"3;" + b"x" * 40_000 + b"\r\nabc\r\n" + END, b""),
    "extension-endless-quoted": (b'3;a="' + b"x" * 40_000 + b'"\r\nabc\r\n' + END, b""),
    "extensions-endless": (b"3" + b";a=b" * 10_000 + b"\r\nabc\r\n" + END, b""),
    "extension-of-the-end-endless": (ABC + b"0;" + b"x" * 40_000 + b"\r\n\r\n", b"abc"),
    "end-minus-0": (ABC + b"-0\r\n\r\n", b"abc"),
    "end-0x0": (ABC + b"0x0\r\n\r\n", b"abc"),
    "end-LF": (ABC + b"0\n\n", b"abc"),
    "end-CR-LF-LF": (ABC + b"0\r\n\n", b"abc"),
    "end-LF-CR-LF": (ABC + b"0\n\r\n", b"abc"),
    "trailer-LF": (ABC + b"0\r\nx: y\n\r\n", b"abc"),
    "trailer-CR": (ABC + b"0\r\nx: y\rz: a\r\n\r\n", b"abc"),
    "trailer-NUL": (ABC + b"0\r\nx: \x00\r\n\r\n", b"abc"),
    "trailer-blank-before-colon": (ABC + b"0\r\nx : y\r\n\r\n", b"abc"),
    "trailer-without-colon": (ABC + b"0\r\nx\r\n\r\n", b"abc"),
    "trailer-bad-name": (ABC + b"0\r\nx(y: z\r\n\r\n", b"abc"),
    "trailer-folded": (ABC + b"0\r\nx: y\r\n z\r\n\r\n", b"abc"),
    "trailer-length": (ABC + b"0\r\nContent-Length: 50\r\n\r\n", b"abc"),
    "trailer-coding": (ABC + b"0\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", b"abc"),
    "trailer-endless": (ABC + b"0\r\nx: " + b"y" * 40_000 + b"\r\n\r\n", b"abc"),
    "trailers-endless": (ABC + b"0\r\n" + b"x: y\r\n" * 10_000 + b"\r\n", b"abc"),
}

# What is odd, and legal.
WHOLE = {
    "as-it-should-be": ABC + END,
    "upper-case": b"A\r\n0123456789\r\n" + END,
    "lower-case": b"a\r\n0123456789\r\n" + END,
    "zeros-before": b"000000003\r\nabc\r\n" + END,
    "one-byte-each": b"1\r\na\r\n1\r\nb\r\n1\r\nc\r\n" + END,
    "extension": b"3;a=b\r\nabc\r\n" + END,
    "extension-without-value": b"3;a\r\nabc\r\n" + END,
    "extension-quoted": b'3;a="b c"\r\nabc\r\n' + END,
    "extension-of-the-end": ABC + b"0;a=b\r\n\r\n",
    "extension-10k": b"3;a=" + b"x" * 10_000 + b"\r\nabc\r\n" + END,
    "extension-in-each-of-many": b"1;" + (b"x" * 1000 + b"\r\na\r\n1;") * 50 + b"y\r\nb\r\n" + END,
    "end-of-zeros": ABC + b"0000\r\n\r\n",
    "trailer": ABC + b"0\r\nx-sum: 1\r\n\r\n",
    "trailers": ABC + b"0\r\nx-sum: 1\r\nx-more:\r\n\r\n",
    "trailer-host": ABC + b"0\r\nHost: evil.example\r\nAuthorization: Bearer x\r\n\r\n",
    "trailer-connection": ABC + b"0\r\nConnection: close\r\n\r\n",
    "empty": END,
    "CR-LF-inside": b"5\r\n0\r\n\r\n\r\n" + END,
}
CHUNK = {"upper-case": b"0123456789", "lower-case": b"0123456789", "extension-in-each-of-many": b"a" * 50 + b"b", "empty": b"", "CR-LF-inside": b"0\r\n\r\n"}


def relayed_broken(data, before):
    """Nothing goes out when it comes at once; piece by piece what was good has gone, and it never ends well."""
    return refused(POST + CODING + data, most=CHUNKED + b"<" + before)


def held_broken(data):
    return refused(CHAT + CODING + data)


def relayed_whole(data, body):
    return passed(POST + CODING + data, CHUNKED + b"<" + body + b">")


def json_in(size):
    return b'{"model":"gpt-4o","messages":[],"x":"' + b"y" * size + b'"}'


def chunks(body, size, extension=b""):
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces) + END


LENGTHS = {
    "held-chunked": passed(CHAT + CODING + chunks(json_in(9), 7, b";a=b"), CHATTED + b"Content-Length: %d\r\n\r\n" % len(json_in(9)) + json_in(9)),
    "held-with-trailers": passed(
        CHAT + CODING + chunks(json_in(9), 50)[:-2] + b"x: y\r\n\r\n", CHATTED + b"Content-Length: %d\r\n\r\n" % len(json_in(9)) + json_in(9)
    ),
    "body-longer": Row(POST + b"Content-Length: 3\r\n\r\nabcdef\r\n\r\n", (OK, BAD), POSTED + b"Content-Length: 3\r\n\r\nabc", stays=False),
    "body-longer-hides-a-request": Row(
        POST + b"Content-Length: 3\r\n\r\nabc" + GET + b"\r\n", (OK, OK), POSTED + b"Content-Length: 3\r\n\r\nabc" + GOT + b"\r\n"
    ),
    "body-longer-chunked": Row(POST + CODING + ABC + END + b"abc\r\n\r\n", (OK, BAD), CHUNKED + b"<abc>", stays=False),
    "body-shorter-held": Row([CHAT + b"Content-Length: 9\r\n\r\n{}", HALF], (), stays=False),
    "body-shorter-held-chunked": Row([CHAT + CODING + b"9\r\n{}", HALF], (), stays=False),
    "body-without-last-chunk": Row(
        [POST + CODING + ABC, Seen(CHUNKED + b"<abc"), HALF], (), CHUNKED + b"<abc", most=CHUNKED + b"<abc", stays=False
    ),
    "body-without-last-CR-LF": Row(
        [POST + CODING + ABC, Seen(CHUNKED + b"<abc"), b"0\r\n", HALF], (), CHUNKED + b"<abc", most=CHUNKED + b"<abc", stays=False
    ),
    "body-shorter": Row(
        [POST + b"Content-Length: 9\r\n\r\nabc", Seen(POSTED + b"Content-Length: 9\r\n\r\nabc"), HALF],
        (),
        POSTED + b"Content-Length: 9\r\n\r\nabc",
        stays=False,
    ),
    "body-broken-later": Row(
        [POST + CODING + ABC, Seen(CHUNKED + b"<abc"), b"zz\r\n"], (BAD,), CHUNKED + b"<abc", most=CHUNKED + b"<abc", stays=False
    ),
    "body-of-a-GET-held": passed(GET + b"Content-Length: 2\r\n\r\n{}", GOT + b"Content-Length: 2\r\n\r\n{}"),
    "body-large": passed(POST + b"Content-Length: 3000000\r\n\r\n" + b"z" * 3_000_000, POSTED + b"Content-Length: 3000000\r\n\r\n" + b"z" * 3_000_000),
    "body-large-chunked": passed(POST + CODING + chunks(b"z" * 300_000, 999), CHUNKED + b"<" + b"z" * 300_000 + b">"),
    "body-huge-chunk": Row([CHAT + CODING + b"7fffffffffffffff\r\n" + b" " * 70_000], (Reply(413, "caller_too_large"),), stays=False),
    "body-without-end-held": Row([CHAT + CODING + chunks(b" " * 200_000, 500)[: -len(END)]], (Reply(413, "caller_too_large"),), stays=False),
    "body-without-end-announced": Row([CHAT + b"Content-Length: 9223372036854775807\r\n\r\n"], (Reply(413, "caller_too_large"),), stays=False),
    "body-without-end-refused": Row(
        [b"POST /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n" + CODING, REPLY, chunks(b"z" * 300_000, 5000)[: -len(END)]],
        (Reply(404, "caller_not_found"),),
        stays=False,
    ),
}

TABLE = {
    **{f"relayed-{name}": relayed_broken(*row) for name, row in BROKEN.items()},
    **{f"held-{name}": held_broken(row[0]) for name, row in BROKEN.items()},
    **{f"relayed-{name}": relayed_whole(row, CHUNK.get(name, b"abc")) for name, row in WHOLE.items()},
    **LENGTHS,
}
