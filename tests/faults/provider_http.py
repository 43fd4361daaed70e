"""Odd and broken HTTP from the provider: each reply as raw bytes, what the client must get, and whether the connection may live."""

import threading
import time

from cell import Call, Cell
from rig import Rig, attempt, need
from scenario.values import Mismatch
from scenario.wire import Reset, chunk

CONFIG = "retry: {attempts: 1}\nlisten: {idle_timeout: 5s}\n"
BODY = b'{"a":1}'
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = PLAIN + b"transfer-encoding: chunked\r\n\r\n"
WELL = PLAIN + b"content-length: 7\r\n\r\n" + BODY
SECOND = b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"evil":"y"}'[:-1]
LATER = object()  # a pause, so that what follows comes in a packet of its own
FIN = object()
RST = object()

BAD = (502, "provider_bad_reply")
CUT = (502, "provider_broken_stream")
GOOD = (200, BODY)


def sized(line, data=BODY, end=b"\r\n0\r\n\r\n"):
    return [CHUNKED + line + data + end]


# name: (what the provider sends, what a held reply comes to, whether the connection is used again)
REPLIES = {
    "as-it-should-be": ([WELL], GOOD, True),
    "extra-bytes-at-once": ([WELL + b"extra"], GOOD, False),
    "extra-bytes-later": ([WELL, LATER, b"extra"], GOOD, False),
    "second-reply-at-once": ([WELL + SECOND], GOOD, False),
    "second-reply-later": ([WELL, LATER, SECOND], GOOD, False),
    "longer-than-announced": ([PLAIN + b"content-length: 7\r\n\r\n" + BODY + b"more of it"], GOOD, False),
    "shorter-than-announced": ([PLAIN + b"content-length: 9\r\n\r\n" + BODY, FIN], CUT, False),
    "shorter-reset": ([PLAIN + b"content-length: 9\r\n\r\n" + BODY, RST], CUT, False),
    "until-close": ([PLAIN + b"\r\n" + BODY, FIN], GOOD, False),
    "until-reset": ([PLAIN + b"\r\n" + BODY, LATER, RST], CUT, False),
    "connection-close": ([PLAIN + b"connection: close\r\ncontent-length: 7\r\n\r\n" + BODY], GOOD, False),
    "version-1.0": ([WELL.replace(b"HTTP/1.1", b"HTTP/1.0")], GOOD, False),
    "version-1.0-kept": ([WELL.replace(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n")], GOOD, True),
    "chunked": (sized(b"7\r\n"), GOOD, True),
    "chunk-extension": (sized(b"7;a=b\r\n"), GOOD, True),
    "chunk-leading-zeros": (sized(b"0007\r\n"), GOOD, True),
    "chunk-trailers": (sized(b"7\r\n", end=b"\r\n0\r\nx-sum: 1\r\n\r\n"), GOOD, True),
    "chunk-one-byte-each": ([CHUNKED + b"".join(chunk(BODY[i : i + 1]) for i in range(7)) + b"0\r\n\r\n"], GOOD, True),
    "chunk-size-word": (sized(b"seven\r\n"), CUT, False),
    "chunk-size-empty": (sized(b"\r\n"), CUT, False),
    "chunk-size-negative": (sized(b"-7\r\n"), CUT, False),
    "chunk-size-plus": (sized(b"+7\r\n"), CUT, False),
    "chunk-size-0x": (sized(b"0x7\r\n"), CUT, False),
    "chunk-size-blank-inside": (sized(b"7 7\r\n"), CUT, False),
    "chunk-size-overflow": (sized(b"10000000000000007\r\n"), CUT, False),
    "chunk-size-too-small": (sized(b"6\r\n"), CUT, False),
    "chunk-size-too-large": (sized(b"8\r\n", end=b"\r\n0\r\n\r\n"), CUT, False),
    "chunk-line-feed-only": (sized(b"7\n"), CUT, False),
    "chunk-endless-extension": (sized(b"7;" + b"x" * 300_000 + b"\r\n"), CUT, False),
    "chunk-never-ended": ([CHUNKED + chunk(BODY), FIN], CUT, False),
    "chunk-endless-trailers": (sized(b"7\r\n", end=b"\r\n0\r\n" + b"x: y\r\n" * 100_000 + b"\r\n"), CUT, False),
    "length-and-chunked": ([PLAIN + b"content-length: 7\r\ntransfer-encoding: chunked\r\n\r\n" + chunk(BODY) + b"0\r\n\r\n"], BAD, False),
    "lengths-differ": ([PLAIN + b"content-length: 7\r\ncontent-length: 9\r\n\r\n" + BODY], BAD, False),
    "length-word": ([PLAIN + b"content-length: x\r\n\r\n" + BODY], BAD, False),
    "length-negative": ([PLAIN + b"content-length: -7\r\n\r\n" + BODY], BAD, False),
    "length-overflow": ([PLAIN + b"content-length: 18446744073709551623\r\n\r\n" + BODY], BAD, False),
    "length-plus": ([PLAIN + b"content-length: +7\r\n\r\n" + BODY], BAD, False),
    "length-hex": ([PLAIN + b"content-length: 0x7\r\n\r\n" + BODY], BAD, False),
    "length-list": ([PLAIN + b"content-length: 7, 7\r\n\r\n" + BODY], BAD, False),
    "length-empty": ([PLAIN + b"content-length:\r\n\r\n" + BODY, FIN], BAD, False),
    "lengths-equal": ([PLAIN + b"content-length: 7\r\ncontent-length: 7\r\n\r\n" + BODY], BAD, False),
    "coding-unknown": ([PLAIN + b"transfer-encoding: snappy\r\n\r\n" + BODY, FIN], BAD, False),
    "coding-gzip-chunked": ([PLAIN + b"transfer-encoding: gzip, chunked\r\n\r\n" + chunk(BODY) + b"0\r\n\r\n"], BAD, False),
    "coding-chunked-gzip": ([PLAIN + b"transfer-encoding: chunked, gzip\r\n\r\n" + chunk(BODY) + b"0\r\n\r\n", FIN], BAD, False),
    "coding-twice": ([PLAIN + b"transfer-encoding: chunked\r\n" * 2 + b"\r\n" + chunk(BODY) + b"0\r\n\r\n"], BAD, False),
    "coding-in-1.0": ([CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + chunk(BODY) + b"0\r\n\r\n", FIN], BAD, False),
    "chunk-size-2^64-1": ([*sized(b"ffffffffffffffff\r\n"), FIN], CUT, False),
    "chunk-size-blank-behind": (sized(b"7 \r\n"), CUT, False),
    "chunk-size-CR": (sized(b"7\r"), CUT, False),
    "chunk-extension-LF": (sized(b"7;a\n"), CUT, False),
    "chunk-extension-NUL": (sized(b"7;\x00\r\n"), CUT, False),
    "chunk-data-LF": (sized(b"7\r\n", end=b"\n0\r\n\r\n"), CUT, False),
    "chunk-data-no-end": (sized(b"7\r\n", end=b"0\r\n\r\n"), CUT, False),
    "chunk-end-LF": (sized(b"7\r\n", end=b"\r\n0\n\n"), CUT, False),
    "chunk-trailer-LF": (sized(b"7\r\n", end=b"\r\n0\r\nx: y\n\r\n"), CUT, False),
    "chunk-trailer-length": (sized(b"7\r\n", end=b"\r\n0\r\ncontent-length: 99\r\n\r\n"), CUT, False),
    "chunk-then-second-reply": (sized(b"7\r\n", end=b"\r\n0\r\n\r\n" + SECOND), GOOD, False),
    "head-too-long": ([PLAIN + b"x: " + b"y" * 300_000 + b"\r\n\r\n"], BAD, False),
    "head-too-many-fields": ([PLAIN + b"x: y\r\n" * 40_000 + b"\r\n"], BAD, False),
    "head-endless-status": ([b"HTTP/1.1 200 " + b"O" * 300_000], BAD, False),
    "field-without-colon": ([PLAIN + b"nothing\r\n\r\n"], BAD, False),
    "field-with-NUL": ([PLAIN + b"x: a\x00b\r\n\r\n"], BAD, False),
    "field-name-with-blank": ([PLAIN + b"content-length : 7\r\n\r\n" + BODY], BAD, False),
    "field-folded": ([PLAIN + b"x: a\r\n b\r\ncontent-length: 7\r\n\r\n" + BODY], BAD, False),
    "field-LF": ([PLAIN + b"x: a\ncontent-length: 7\r\n\r\n" + BODY], BAD, False),
    "field-CR": ([PLAIN + b"x: a\rcontent-length: 7\r\n\r\n" + BODY], BAD, False),
    "field-control": ([PLAIN + b"x: \x01\r\ncontent-length: 7\r\n\r\n" + BODY], BAD, False),
    "field-name-bad": ([PLAIN + b"x(y): a\r\ncontent-length: 7\r\n\r\n" + BODY], BAD, False),
    "field-without-name": ([PLAIN + b": a\r\ncontent-length: 7\r\n\r\n" + BODY], BAD, False),
    "field-high-bytes": ([PLAIN + b"x: \xff\x80\r\ncontent-length: 7\r\n\r\n" + BODY], GOOD, True),
    "head-all-LF": ([WELL.replace(b"\r\n", b"\n")], BAD, False),
    "reason-none": ([WELL.replace(b"200 OK", b"200 ")], GOOD, True),
    "reason-and-blank-none": ([WELL.replace(b"200 OK", b"200")], GOOD, True),
    "reason-high-bytes": ([WELL.replace(b"OK", b"O\xffK")], GOOD, True),
    "reason-NUL": ([WELL.replace(b"OK", b"O\x00K")], BAD, False),
    "status-two-blanks": ([WELL.replace(b" 200", b"  200")], BAD, False),
    "status-minus": ([WELL.replace(b"200", b"-200")], BAD, False),
    "version-2.0-told": ([WELL.replace(b"HTTP/1.1", b"HTTP/2.0")], BAD, False),
    "version-lower-case": ([WELL.replace(b"HTTP/1.1", b"http/1.1")], BAD, False),
    "version-ICY": ([WELL.replace(b"HTTP/1.1", b"ICY")], BAD, False),
    "empty-line-before": ([b"\r\n" + WELL], GOOD, True),
    "empty-lines-without-end": ([b"\r\n" * 200_000], BAD, False),
    "status-word": ([b"HTTP/1.1 abc OK\r\n\r\n"], BAD, False),
    "status-99": ([b"HTTP/1.1 99 Low\r\ncontent-length: 0\r\n\r\n"], BAD, False),
    "status-1000": ([b"HTTP/1.1 1000 High\r\ncontent-length: 0\r\n\r\n"], BAD, False),
    "version-0.9": ([b"<html>hello</html>", FIN], BAD, False),
    "version-2": ([b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"], BAD, False),
    "another-protocol": ([b"SSH-2.0-OpenSSH_9\r\n"], BAD, False),
    "nothing": ([FIN], (502, "provider_unreachable"), False),
    "interim": ([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", LATER, WELL], GOOD, True),
    "interim-102": ([b"HTTP/1.1 102 Processing\r\n\r\n", LATER, b"HTTP/1.1 102 Processing\r\n\r\n" + WELL], GOOD, True),
    "interim-with-length": ([b"HTTP/1.1 103 Early Hints\r\ncontent-length: 99\r\n\r\n" + WELL], GOOD, True),
    "interim-chunked": ([b"HTTP/1.1 103 Early Hints\r\ntransfer-encoding: chunked\r\n\r\n" + WELL], GOOD, True),
    "interim-close": ([b"HTTP/1.1 100 Continue\r\nconnection: close\r\n\r\n" + WELL], GOOD, True),
    "interim-199": ([b"HTTP/1.1 199 Odd\r\n\r\n" + WELL], GOOD, True),
    "interim-then-nothing": ([b"HTTP/1.1 100 Continue\r\n\r\n", FIN], BAD, False),
    "interim-behind-the-reply": ([WELL + b"HTTP/1.1 100 Continue\r\n\r\n"], GOOD, False),
    "interim-flood": ([b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000 + WELL], BAD, False),
    "interim-flood-slow": ([b"HTTP/1.1 102 Processing\r\n\r\n"] * 200 + [WELL], BAD, False),
    "upgrade-unasked": ([b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nwhatever"], BAD, False),
    "upgrade-offered": ([WELL.replace(b"\r\ncontent-length", b"\r\nupgrade: h2c\r\nconnection: upgrade\r\ncontent-length")], GOOD, True),
    "no-content-with-bytes": ([b"HTTP/1.1 204 No Content\r\n\r\n", b"bytes"], (204, b""), False),
    "not-modified-with-length": ([b"HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n"], (304, b""), True),
}


def cell_of(name):
    return Cell("reply", name, "waiting", "openai", False)


def player(steps, readings, sent):
    """A script: notes on which connection it reads, then sends the steps; `sent` is set when it has."""

    def play(peer):
        peer.read_body()
        readings.append(peer.connection)
        for step in steps:
            if step is LATER:
                time.sleep(0.03)
            elif step is FIN:
                peer.close()
            elif step is RST:
                peer.reset()
            else:
                peer.send(step)
        sent.set()

    return play


def ask(rig, name, steps, relay=None):
    """Status, body, code, clean end, and the connection on which the provider has read it."""
    readings = []
    cell = cell_of(name)
    sent = threading.Event()
    rig.origin.scripts[cell.name] = player(steps, readings, sent)
    call = Call(rig, cell, relay=relay)
    call.send()
    try:
        status, body, clean = call.read_all()
    except Mismatch:
        status, body, clean = 0, b"", False
    finally:
        call.close()
    sent.wait(5)  # what comes late must not meet the next request
    need(len(readings) == 1, f"the provider has read it {len(readings)} times")
    return status, body, call.reply.get("x-tokenpak-error") if status else None, clean, readings[0]


def check_held(rig, name):
    steps, (status, wanted), kept = REPLIES[name]
    _, _, _, _, first = ask(rig, name + "-before", [WELL])
    found_status, body, code, clean, used = ask(rig, name, steps)
    need(found_status == status and clean, f"status {found_status}, clean {clean}, expected {status}: {body[:200]!r} {code}")
    need((code if isinstance(wanted, str) else body) == wanted, f"{code}, {body[:200]!r}, expected {wanted!r}")
    need(used == first, "the reply before was a good one, and yet its connection was not used again")
    status, body, _, _, after = ask(rig, name + "-after", [WELL])
    need((status, body) == GOOD, f"the next request got {status} {body[:200]!r}")
    need((after == used) == kept, f"the connection was {'used again' if after == used else 'dropped'}")


def check_relayed(rig, name):
    """Not held: what is wrong behind the head breaks the reply off, and never ends it cleanly."""
    steps, (status, wanted), _ = REPLIES[name]
    found_status, body, code, clean, _ = ask(rig, name + "-relayed", steps, "/v1/files")
    if wanted == CUT[1]:
        need(not clean, f"a clean end: {found_status} {body[:200]!r}")
    elif isinstance(wanted, str):
        need((found_status, code, clean) == (status, wanted, True), f"{found_status} {code}, clean {clean}, expected {status} {wanted}")
    else:
        need((found_status, body, clean) == (status, wanted, True), f"{found_status} {body[:200]!r}, clean {clean}")


def play_all(rig, wanted):
    results = []
    for name in REPLIES:
        if wanted in name:
            results.append((f"reply-{name}", attempt(check_held, rig, name)))
            results.append((f"reply-{name}-relayed", attempt(check_relayed, rig, name)))
    return results


def run(binary, everything, patience, wanted=""):
    """Everything twice: what the first round has left in memory the second must not add to."""
    with Rig(binary, patience, CONFIG) as rig:
        first = play_all(rig, wanted)
        before = rig.footprint()
        results = [pair if pair[1] else again for pair, again in zip(first, play_all(rig, wanted))]
        results.append(("reply-nothing-is-left", attempt(rig.check_footprint, before, 5)))
    return results
