"""The provider's half of the matrix: what it does wrong, in which phase, and what the client must get."""

import json

import talk
from cell import OK, Call, Cell, Outcome, check_reply, check_trace, chunk, cut_last
from rig import need

UNREACHABLE = Outcome("error", 502, "provider_unreachable")
BAD = Outcome("error", 502, "provider_bad_reply")
CUT = Outcome("error", 502, "provider_broken_stream")
LATE = Outcome("error", 504, "provider_timeout")
BROKEN = Outcome("broken", 200, "provider_broken_stream")
SILENT = Outcome("broken", 200, "provider_timeout")

PHASES = ["upload", "waiting", "streaming", "last"]
GARBAGE = b"\x00\xffnot HTTP\r\n\r\n"
HEAD_CUT = b"HTTP/1.1 200 OK\r\ncontent-type: text/ev"
ENDLESS = 40 << 20
CHUNKED_FAULTS = ("garbage", "cut in a chunk", "endless line")

# fault: {phase: (whole, streamed)}; None = there is no such cell
TABLE = {
    "refuses": {"waiting": (UNREACHABLE, UNREACHABLE)},
    "FIN": {"upload": (UNREACHABLE, UNREACHABLE), "waiting": (UNREACHABLE, UNREACHABLE), "streaming": (CUT, BROKEN), "last": (CUT, BROKEN)},
    "RST": {"upload": (UNREACHABLE, UNREACHABLE), "waiting": (UNREACHABLE, UNREACHABLE), "streaming": (CUT, BROKEN), "last": (CUT, BROKEN)},
    "stall": {"upload": (LATE, LATE), "waiting": (LATE, LATE), "streaming": (LATE, SILENT), "last": (LATE, SILENT)},
    "garbage": {"upload": (BAD, BAD), "waiting": (BAD, BAD), "streaming": (CUT, BROKEN), "last": (CUT, BROKEN)},
    "cut in head": {"upload": (BAD, BAD), "waiting": (BAD, BAD)},
    "cut in a chunk": {"streaming": (CUT, BROKEN), "last": (CUT, BROKEN)},
    "cut in UTF-8": {"streaming": (CUT, BROKEN)},
    "cut in an event": {"streaming": (None, BROKEN), "last": (None, BROKEN)},
    "cut between events": {"waiting": (None, BROKEN), "streaming": (None, BROKEN)},
    "5xx": {"upload": (Outcome("passed", 503), Outcome("passed", 503)), "waiting": (Outcome("passed", 503), Outcome("passed", 503))},
    "early reply": {"upload": (Outcome("passed", 413, group="caller_error"), OK)},
    "endless line": {"upload": (BAD, BAD), "waiting": (BAD, BAD), "streaming": (CUT, BROKEN), "last": (CUT, BROKEN)},
    "endless event": {"streaming": (None, OK)},
    "error first": {"waiting": (None, Outcome("passed", 200, group="provider_error"))},
}


def cells():
    for fault, phases in TABLE.items():
        for phase, pair in phases.items():
            for stream, outcome in zip((False, True), pair):
                for dialect in talk.FORMS if outcome else ():
                    if talk.TABLE[dialect][stream]:
                        yield Cell("provider", fault, phase, dialect, stream)


class Act:
    """The script of one cell; what it meant to send stays in `sent`."""

    def __init__(self, cell):
        self.cell = cell
        self.sent = b""
        self.closed = None

    def __call__(self, peer):
        asked = {"model": "m"}
        if self.cell.phase == "upload":
            peer.read_some(1 << 16)
        else:
            asked = {"model": "m"} | json.loads(peer.read_body())
        kind, self.pieces = talk.reply_parts(self.cell.dialect, self.cell.stream, asked)
        chunked = self.cell.stream or self.cell.fault in CHUNKED_FAULTS
        self.parts = talk.framed(kind, self.pieces, chunked)
        if self.cell.phase == "streaming":
            peer.send(b"".join(self.parts[: 1 + len(self.parts) // 2]))
        elif self.cell.phase == "last" and self.cell.fault in ("FIN", "RST", "stall"):
            peer.send(b"".join(cut_last(self.parts)))
        getattr(self, "do_" + self.cell.fault.replace(" ", "_").replace("-", "_"))(peer)

    def do_FIN(self, peer):
        peer.close()

    def do_RST(self, peer):
        peer.reset()

    def do_stall(self, peer):
        self.closed = peer.stall()

    def say_and_wait(self, peer, data):
        peer.send(data)
        self.closed = peer.stall()

    def do_garbage(self, peer):
        """In the place of the head, of a chunk's size, or of the last line."""
        last = b"".join(self.parts[:-1]) + b"0\r\nX\x00" if self.cell.phase == "last" else b""
        self.say_and_wait(peer, last + GARBAGE)

    def do_cut_in_head(self, peer):
        peer.send(HEAD_CUT)
        peer.close()

    def do_cut_in_a_chunk(self, peer):
        data = b"".join(self.parts[:-1])[:-3] if self.cell.phase == "last" else b"400\r\ndata: {"
        peer.send(data)
        peer.close()

    def do_cut_in_UTF_8(self, peer):
        peer.send(chunk("é".encode()[:1]) if self.cell.stream else "é".encode()[:1])
        peer.close()

    def do_cut_in_an_event(self, peer):
        piece = self.pieces[-1]
        before = b"".join(self.parts[:-2]) if self.cell.phase == "last" else b""
        peer.send(before + chunk(piece[: len(piece) // 2]))
        peer.close()

    def do_cut_between_events(self, peer):
        """An array has said what comes next, if it had begun at all."""
        if self.cell.phase == "waiting":
            peer.send(self.parts[0])
        if self.cell.dialect == "gemini-array":
            peer.send(chunk(b"[" if self.cell.phase == "waiting" else b",\r\n"))
        peer.close()

    def reply_whole(self, peer, status, value):
        self.sent = json.dumps(value).encode()
        self.say_and_wait(peer, b"HTTP/1.1 %d Reason\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (status, len(self.sent)) + self.sent)

    def do_5xx(self, peer):
        self.reply_whole(peer, 503, talk.error_value(self.cell.dialect, "overloaded"))

    def do_early_reply(self, peer):
        if not self.cell.stream:
            self.reply_whole(peer, 413, talk.error_value(self.cell.dialect, "too large"))
            return
        self.sent = b"".join(self.pieces)
        closing = self.parts[0].replace(b"transfer-encoding", b"connection: close\r\ntransfer-encoding")
        self.say_and_wait(peer, closing + b"".join(self.parts[1:]))

    def do_endless_line(self, peer):
        """A field, a chunk's extension, or a trailer that never ends; stops when the proxy has gone."""
        before = {"streaming": b"5;", "last": b"".join(self.parts[:-1]) + b"0\r\nx: "}.get(self.cell.phase, b"HTTP/1.1 200 OK\r\nx: ")
        peer.send(before)
        for _ in range(ENDLESS >> 16):
            peer.send(b"x" * (1 << 16))
            if not peer.kept:
                break
        need(not peer.kept, f"the proxy took a line of {ENDLESS} bytes")

    def do_endless_event(self, peer):
        """Passes as it is, whatever its length, and is never held whole."""
        self.sent = b"".join(self.pieces[: len(self.parts) // 2])
        piece = b"x" * (1 << 16)
        for _ in range((20 << 20) // len(piece)):
            peer.send(chunk(piece))
        peer.send(b"0\r\n\r\n")
        self.sent += piece * ((20 << 20) // len(piece))

    def do_error_first(self, peer):
        value = talk.error_value(self.cell.dialect, "overloaded")
        around = {"ollama": ("", "\n"), "anthropic": ("event: error\ndata: ", "\n\n"), "gemini-array": ("[", "]")}
        before, behind = around.get(self.cell.dialect, ("data: ", "\n\n"))
        self.sent = (before + json.dumps(value) + behind).encode()
        peer.send(self.parts[0] + chunk(self.sent) + b"0\r\n\r\n")


def tokens_told(cell):
    """Whether half of the stream has told the prompt's tokens."""
    return talk.TABLE[cell.dialect][3] if cell.stream and cell.phase in ("streaming", "last") else 0


def wanted_of(rig, cell):
    """A stream of SSE that breaks while its head waits for the first event has shown the client nothing yet."""
    waits = rig.retries and (cell.fault, cell.phase) == ("cut between events", "waiting") and cell.dialect not in ("ollama", "gemini-array")
    return CUT if waits else TABLE[cell.fault][cell.phase][cell.stream]


def play(rig, cell):
    wanted = wanted_of(rig, cell)
    act = rig.origin.scripts[cell.name] = Act(cell)
    suffix = {"refuses": "-shut", "stall": "-quick"}.get(cell.fault, "")
    call = Call(rig, cell, suffix)
    call.send()
    try:
        check_reply(call, wanted, act.sent) if wanted.form not in ("ok", "passed") else check_passed(call, wanted, act)
    finally:
        call.close()
    trace = check_trace(rig, cell, wanted, 0 if wanted.form != "broken" else tokens_told(cell))
    need(len(trace["attempts"]) == 1, f"{len(trace['attempts'])} attempts")
    need(rig.origin.read[cell.name] == (cell.fault != "refuses"), f"the provider has read the request {rig.origin.read[cell.name]} times")
    return wanted


def check_passed(call, wanted, act):
    """What the provider meant to send is known only when its script has begun."""
    status, data, clean = call.read_all()
    need((status, clean) == (wanted.status, True), f"status {status}, clean end {clean}, expected {wanted.status}: {data[:300]!r}")
    need(data == act.sent, f"the body differs: {len(data)} bytes {data[:200]!r}, expected {len(act.sent)} {act.sent[:200]!r}")
