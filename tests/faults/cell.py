"""A cell of the matrix: one request with a fault, what must come of it, and the comparison with what did."""

import dataclasses
import socket
import time

import talk
from rig import need
from scenario.wire import Body, Head, Wire, chunk


@dataclasses.dataclass(frozen=True)
class Cell:
    side: str
    fault: str
    phase: str
    dialect: str
    stream: bool
    turn: str = ""

    @property
    def name(self):
        return f"{self.side}-{self.fault}-{self.phase}-{'stream' if self.stream else 'whole'}-{self.dialect}{self.turn}".replace(" ", "_")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """`form`: ok = as the provider sent it, passed = its own error, error = a reply of ours, broken = an error event and no clean end, gone = nobody listens."""

    form: str
    status: int = 200
    code: str = ""
    group: str = "provider_error"


OK = Outcome("ok", group="ok")
GONE = Outcome("gone", 499, "cancelled", "cancelled")


class Call:
    """The client's end: sends the request in parts, reads what comes."""

    def __init__(self, rig, cell, suffix="", small_buffer=False, relay=None):
        path, self.body = talk.request_of(cell.dialect, cell.stream, cell.phase.endswith("upload"))
        self.cell = cell
        self.sock = socket.socket()
        if small_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        self.sock.settimeout(20)
        self.sock.connect(("127.0.0.1", rig.port))
        self.wire = Wire(self.sock)
        self.limit = 20 * rig.patience
        self.head = talk.head_bytes("POST", f"/{talk.dialect_of(cell.dialect)}{suffix}{relay or path}", cell.name, len(self.body))

    def send(self, share=1.0):
        self.wire.send(self.head + self.body[: int(len(self.body) * share)])

    def read_head(self):
        raw = self.wire.read_until(b"\r\n\r\n", time.monotonic() + self.limit)
        need(raw, "the connection was closed instead of a reply")
        self.reply = Head(raw)
        status = int(self.reply.start.split(" ")[1])
        self.rest = Body(self.wire, self.reply, status not in (204, 304), True)
        return status

    def read_all(self):
        """Status, body, and whether the body came to a clean end."""
        status = self.read_head()
        data = self.rest.read_all(time.monotonic() + self.limit)
        return status, data, not self.rest.broken

    def close(self):
        self.wire.close()


def check_reply(call, wanted, sent):
    """The client's view of it. `sent` = the body that the provider meant to send."""
    cell = call.cell
    status, data, clean = call.read_all()
    need(status == wanted.status, f"status {status}, expected {wanted.status}: {data[:300]!r}")
    if wanted.form in ("ok", "passed"):
        need(clean, "the reply has no clean end")
        need(data == sent, f"the body differs: {data[-300:]!r}, expected {sent[-300:]!r}")
        return
    if wanted.form == "error":
        code = call.reply.get("x-tokenpak-error")
        need(clean, "our own error has no clean end")
        need(code == wanted.code, f"x-tokenpak-error is {code}, expected {wanted.code}: {data[:300]!r}")
        need(call.reply.get("x-should-retry") == "true", "x-should-retry is not true")
        need(talk.says_error(cell.dialect, talk.read(data), wanted.code, wanted.status), f"not an error of the dialect: {data[:300]!r}")
        return
    need(not clean, f"a clean end after a broken reply: {data[-300:]!r}")
    name, value = talk.last_event(cell.dialect, data)
    code = {"provider_broken_stream": 502, "provider_timeout": 504}.get(wanted.code)
    need(talk.event_says_error(cell.dialect, name, value, wanted.code, code), f"the stream does not end with an error event: {data[-300:]!r}")


def check_trace(rig, cell, wanted, tokens=0):
    """What /trace says of it; the row's class is checked when all have been stored."""
    trace = rig.trace(cell.name)
    need(trace["error"] == (wanted.code or None), f"the trace's error is {trace['error']}, expected {wanted.code or None}")
    need(wanted.form == "gone" or trace["status"] == wanted.status, f"the trace's status is {trace['status']}, expected {wanted.status}")
    need(trace["dialect"] == talk.dialect_of(cell.dialect), f"the trace's dialect is {trace['dialect']}")
    if tokens:
        need(trace["tokens"]["input"] == tokens, f"the trace lacks the usage told so far: {trace['tokens']}")
    return trace


def cut_last(parts):
    """All but the last byte of the last piece."""
    return [*parts[:-1], parts[-1][:-1]]


__all__ = ["Call", "Cell", "GONE", "OK", "Outcome", "check_reply", "check_trace", "chunk", "cut_last"]
