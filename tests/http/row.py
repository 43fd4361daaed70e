"""A row of the tables: the client's raw bytes, the replies it must get, and exactly what the provider may have received of them."""

import dataclasses
import pathlib
import re
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))
sys.path.insert(0, str(HERE.parent / "lib"))

import talk  # noqa: E402
from load import hold_open  # noqa: E402
from origin import Origin  # noqa: E402
from rig import eventually, need  # noqa: E402
from scenario.values import clip  # noqa: E402
from scenario.wire import Body, Head, Reset, Wire  # noqa: E402

BODY = b'{"a":1}'
WELL = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n" + BODY
HEALTH = b'{"status":"ok"}'
BARRIER = b"GET /v1/barrier HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SPLIT_MOST = 600

# Steps between the bytes that a client sends.
HALF = object()  # no more will come from here, but replies may
REPLY = object()  # the next reply is read now


@dataclasses.dataclass(frozen=True)
class Seen:
    """A step: waits until the provider has received exactly this."""

    data: bytes


@dataclasses.dataclass(frozen=True)
class Pause:
    """A step: what was sent so far is probably read now, and what follows comes in another read."""

    seconds: float


@dataclasses.dataclass(frozen=True)
class Reply:
    """Of the client: a status, and then our code (with an error of the dialect) or the body."""

    status: int = 200
    code: str = ""
    body: bytes = BODY
    dialect: str = "openai"


OK = Reply()


@dataclasses.dataclass(frozen=True)
class Row:
    """`seen` and `most` are in normal form: a chunked body stands as <body>, one without its end as <body."""

    sent: object  # bytes, or a list of bytes and steps
    replies: tuple = (OK,)
    seen: bytes = b""  # by the provider, when all is sent at once
    most: bytes = None  # what `seen` may be the beginning of when it is sent byte by byte; None = it is `seen` then too
    stays: bool = True  # the client's connection serves another request afterwards
    answer: bytes = WELL  # of the provider
    heads: tuple = ()  # methods of the requests, where one is HEAD

    @property
    def steps(self):
        return self.sent if isinstance(self.sent, list) else [self.sent]

    @property
    def can_be_split(self):
        return sum(len(step) for step in self.steps if isinstance(step, bytes)) <= SPLIT_MOST


def refused(sent, status=400, code="caller_bad_request", most=None, **options):
    options = {"stays": False, **options}
    return Row(sent, (Reply(status, code),), b"", most, **options)


def passed(sent, seen, **options):
    return Row(sent, seen=seen, **options)


class TapWire(Wire):
    """Writes down every byte that comes from the proxy."""

    def __init__(self, sock, tap):
        super().__init__(sock)
        self.tap = tap

    def fill(self, deadline):
        had = len(self.buffer)
        more = super().fill(deadline)
        with self.tap.lock:
            self.tap.received += self.buffer[had:]
        return more

    def close(self):
        super().close()
        with self.tap.lock:
            self.tap.live.discard(self)


class Always(dict):
    """The same script for every name."""

    def __init__(self, script):
        super().__init__()
        self.script = script

    def __missing__(self, key):
        return self.script


class Tap(Origin):
    """An origin that answers everything with the same bytes."""

    def __init__(self):
        self.received = b""
        self.live = set()
        self.answer = WELL
        super().__init__()
        self.scripts = Always(self.play)

    def wire_of(self, connection):
        wire = TapWire(connection, self)
        with self.lock:
            self.live.add(wire)
        return wire

    def quiet(self):
        """Every connection waits for a request: all that came is written down."""
        with self.lock:
            return len(self.live) == len(self.kept)

    def play(self, peer):
        Body(peer.wire, peer.head, True, False).read_all(time.monotonic() + 20)
        peer.send(self.answer)

    def normal(self):
        return normal(self.received.replace(b"127.0.0.1:%d" % self.port, b"HOST"))


def take_chunks(raw):
    """The body, its end mark, and what follows; only what RFC 9112 7.1 has without extensions and trailers."""
    body = b""
    while match := re.match(rb"([0-9a-f]{1,8})\r\n", raw):
        size, rest = int(match[1], 16), raw[match.end() :]
        if size == 0 and rest.startswith(b"\r\n"):
            return body, b">", rest[2:]
        if not size or rest[size : size + 2] != b"\r\n":
            break
        body, raw = body + rest[:size], rest[size + 2 :]
    return body, b"", raw


def normal(raw):
    """Requests one after the other, their chunks joined."""
    done = b""
    while (at := raw.find(b"\r\n\r\n")) >= 0:
        head, raw = Head(raw[: at + 4]), raw[at + 4 :]
        done += head.raw
        if head.get("transfer-encoding"):
            body, mark, raw = take_chunks(raw)
            done += b"<" + body + mark
        else:
            size = int(head.get("content-length") or 0)
            done, raw = done + raw[:size], raw[size:]
    return done + raw


class Client:
    """Plays one row."""

    def __init__(self, rig, row, split):
        self.rig, self.row = rig, row
        self.wire = Wire(hold_open(rig.port, 1)[0])
        self.wire.split = 1 if split else 0
        self.left = list(row.replies)
        self.methods = list(row.heads)

    def until(self):
        return time.monotonic() + 10 * self.rig.patience

    def play(self):
        for step in self.row.steps:
            self.take_step(step)
        while self.left:
            self.read_reply()
        self.check_end()

    def take_step(self, step):
        if step is HALF:
            self.wire.half_close()
        elif step is REPLY:
            self.read_reply()
        elif isinstance(step, Pause):
            time.sleep(step.seconds)
        elif isinstance(step, Seen):
            need(eventually(lambda: self.rig.origin.normal() == step.data, 10 * self.rig.patience), f"the provider has {self.received()}")
        else:
            self.wire.send(step)

    def received(self):
        return clip(self.rig.origin.normal(), 600)

    def read_reply(self):
        wanted = self.left.pop(0)
        raw = self.wire.read_until(b"\r\n\r\n", self.until())
        need(raw, "the connection was closed instead of a reply")
        head = Head(raw)
        method = self.methods.pop(0) if self.methods else "GET"
        status = int(head.start.split(" ")[1])
        has_body = method != "HEAD" and status not in (100, 204, 304)
        body = Body(self.wire, head, has_body, True)
        data = body.read_all(self.until())
        need(status == wanted.status, f"status {status}, expected {wanted.status}: {clip(raw + data)}")
        need(not body.broken, "the reply has no clean end")
        code = head.get("x-tokenpak-error")
        need(code == (wanted.code or None), f"x-tokenpak-error is {code}: {clip(data)}")
        if wanted.code and has_body:
            need(talk.says_error(wanted.dialect, talk.read(data), code, status), f"no error of the dialect: {clip(data)}")
        elif not wanted.code and has_body:
            need(data == wanted.body, f"the body is {clip(data)}")

    def check_end(self):
        if self.row.stays:
            self.wire.send(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            self.left, self.methods = [Reply(body=HEALTH)], []
            self.read_reply()
            return
        need(self.wire.ends(self.until()), "the connection is still open")
        need(not self.wire.buffer, f"bytes before the end: {clip(self.wire.buffer)}")


def barrier(rig):
    """What was sent to the provider before this has arrived there when this has; returns what that was."""
    client = Client(rig, Row(BARRIER, stays=False), False)
    rig.origin.answer = WELL
    client.wire.send(BARRIER)
    client.read_reply()
    client.wire.close()
    need(eventually(rig.origin.quiet, 10 * rig.patience), "the provider still waits for the rest of a request")
    mark = b"GET /v1/barrier HTTP/1.1\r\nHost: HOST\r\n\r\n"
    with rig.origin.lock:
        before, found, behind = rig.origin.normal().partition(mark)
        rig.origin.received = b""
    need(found, f"the provider has {clip(before, 600)} and no barrier")
    return before + behind


def play(rig, row, split):
    """What was wrong, or None."""
    rig.origin.answer = row.answer
    client = Client(rig, row, split)
    try:
        client.play()
        fault = None
    except Reset:
        fault = "the connection was reset"
    except (TimeoutError, OSError) as error:
        fault = f"{type(error).__name__}: {error}; the provider has {client.received()}"
    finally:
        client.wire.close()
    received = barrier(rig)
    need(not fault, fault)
    if split and row.most is not None:
        need(row.most.startswith(received), f"the provider has {clip(received, 900)}\nand may have no more than {clip(row.most, 900)}")
    else:
        need(received == row.seen, f"the provider has {clip(received, 900)}\nexpected {clip(row.seen, 900)}")
