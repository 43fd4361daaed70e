"""The client's half of the matrix: how it leaves, stalls or crawls, in which phase, and what provider and row must see of it."""

import json
import threading
import time

import talk
from cell import GONE, OK, Call, Cell, Outcome, check_reply, check_trace, chunk, cut_last
from rig import DIALECTS, need
from scenario.wire import Reset

STOPPED = Outcome("error", 408, "caller_timeout", "caller_error")
LONG = 100 << 20
SLOW = 256 << 10

# fault: {phase: what comes of it}
TABLE = {
    "FIN": dict.fromkeys(("upload", "relayed upload", "waiting", "streaming", "last"), GONE),
    "RST": dict.fromkeys(("upload", "relayed upload", "waiting", "streaming", "last"), GONE),
    "RST held back": {"relayed upload": GONE},
    "half close": dict.fromkeys(("upload", "relayed upload", "waiting", "streaming", "last"), GONE),
    "stall": {"upload": STOPPED, "relayed upload": STOPPED, "waiting": OK, "streaming": GONE, "last": OK},
    "slow": {"upload": OK, "relayed upload": OK, "streaming": OK, "last": OK},
}


def cells():
    for fault, phases in TABLE.items():
        for phase in phases:
            for stream in (False, True):
                for dialect in talk.FORMS if phase != "relayed upload" else DIALECTS:
                    if talk.TABLE[dialect][stream]:
                        yield Cell("client", fault, phase, dialect, stream)


class Act:
    """The provider of one cell: good, but as slow as the phase needs; notes when the proxy closed, and how much it took."""

    def __init__(self, cell):
        self.cell = cell
        self.reached = threading.Event()
        self.done = threading.Event()
        self.closed = None
        self.sent = b""
        self.taken = 0

    def __call__(self, peer):
        try:
            self.play(peer)
        finally:
            self.done.set()

    def play(self, peer):
        if self.cell.phase == "relayed upload" and self.cell.fault != "slow":
            peer.read_some(1000)
            if self.cell.fault == "RST held back":
                self.reached.wait(10)
                time.sleep(1)
                self.closed = 0
                peer.close()
                return
            self.wait(peer)
            return
        asked = {"model": "m"} | json.loads(peer.read_body())
        kind, pieces = talk.reply_parts(self.cell.dialect, self.cell.stream, asked)
        if self.cell.phase == "streaming" and self.cell.fault in ("stall", "slow"):
            self.pour(peer, kind, pieces)
            return
        parts = talk.framed(kind, pieces, self.cell.stream)
        self.sent = talk.without_usage(pieces) if self.cell.dialect == "openai" else b"".join(pieces)
        if self.cell.fault in ("stall", "slow"):
            time.sleep(1.2 if self.cell.phase == "waiting" else 0)
            peer.send(b"".join(parts))
            return
        before = {"waiting": [], "streaming": parts[: 1 + len(parts) // 2], "last": cut_last(parts)}[self.cell.phase]
        peer.send(b"".join(before))
        self.wait(peer)

    def wait(self, peer):
        self.reached.set()
        self.closed = peer.stall()

    def pour(self, peer, kind, pieces):
        """A reply without end (or a long one) in one endless event."""
        most = LONG if self.cell.fault == "stall" else SLOW
        peer.send(talk.framed(kind, pieces, True)[0])
        piece = b"x" * (1 << 14)
        while self.taken < most and peer.kept:
            peer.send(chunk(piece))
            self.taken += len(piece)
        self.sent = piece * (most // len(piece))
        peer.send(b"0\r\n\r\n")
        self.closed = time.monotonic()


def relayed(cell):
    """A path that is not held: the provider sees the upload as it comes."""
    base = {"openai": "/v1/files", "anthropic": "/v1/files", "gemini": "/v1beta/files", "ollama": "/api/create"}
    return base[cell.dialect] if cell.phase == "relayed upload" else None


def leave(call):
    if call.cell.fault == "RST":
        call.wire.reset()
    elif call.cell.fault == "half close":
        call.wire.half_close()
    else:
        call.wire.close()
    return time.monotonic()


def play_leaving(rig, call, act):
    """FIN, RST, half close: within a moment the provider's connection is closed too."""
    cell = call.cell
    if cell.phase in ("upload", "relayed upload"):
        call.send(0.5)
    else:
        call.send()
    if cell.phase == "upload":
        time.sleep(0.05)
        leave(call)
        return
    need(act.reached.wait(10), "the request did not reach the provider")
    if cell.stream and cell.phase in ("streaming", "last"):
        call.read_head()
        call.rest.read_some(1, time.monotonic() + 10)
    left = leave(call)
    need(act.done.wait(10), "the provider's connection was not closed")
    need(act.closed - left <= rig.leaving, f"the provider's connection was closed after {(act.closed - left) * 1000:.0f} ms")


def play_held_back(rig, call, act):
    """The provider reads nothing, so that nothing is read from the client: that it leaves is noticed all the same."""
    call.head = call.head.replace(b"content-length: ", b"content-length: 9")
    call.sock.settimeout(0.3)
    try:
        call.sock.sendall(call.head)
        while True:
            call.sock.sendall(b"x" * (1 << 16))
    except TimeoutError:
        call.wire.reset()
    left = time.monotonic()
    act.reached.set()
    rig.trace(call.cell.name)
    need(time.monotonic() - left <= rig.leaving + 0.2, f"noticed only after {(time.monotonic() - left) * 1000:.0f} ms")


def play_stalling(rig, call, act, wanted):
    """Stops sending, is silent while it waits, or never reads."""
    call.send(0.5 if "upload" in call.cell.phase else 1)
    if wanted is not GONE:
        if call.cell.phase == "last":
            need(act.done.wait(10), "the provider could not send its reply")
        check_reply(call, wanted, act.sent) if wanted is STOPPED else check_whole(call, act)
        return
    need(act.done.wait(20), "a client that never reads was never given up")
    need(act.taken < 24 << 20, f"the provider could send {act.taken} bytes to a client that never reads")


def play_slowly(rig, call, act):
    if "upload" in call.cell.phase:
        data = call.head + call.body
        step = max(1, len(data) // 20)
        for start in range(0, len(data), step):
            call.wire.send(data[start : start + step])
            time.sleep(0.02)
        check_whole(call, act)
        return
    call.send()
    need(call.read_head() == 200, "not a 200")
    found = b""
    size = 4096 if call.cell.phase == "streaming" else 100
    while piece := call.rest.read_some(size, time.monotonic() + 10):
        found += piece
        time.sleep(0.004)
    need(found == act.sent and not call.rest.broken, f"{len(found)} bytes instead of {len(act.sent)}, broken: {call.rest.broken}")


def check_whole(call, act):
    status, data, clean = call.read_all()
    need((status, clean) == (200, True), f"status {status}, clean end {clean}: {data[:300]!r}")
    need(data == act.sent, f"the body differs: {data[:200]!r}, expected {act.sent[:200]!r}")


def play(rig, cell):
    wanted = TABLE[cell.fault][cell.phase]
    act = rig.origin.scripts[cell.name] = Act(cell)
    call = Call(rig, cell, small_buffer=cell.fault in ("stall", "slow") and cell.phase == "streaming", relay=relayed(cell))
    try:
        if cell.fault == "RST held back":
            play_held_back(rig, call, act)
        elif cell.fault == "stall":
            play_stalling(rig, call, act, wanted)
        elif cell.fault == "slow":
            play_slowly(rig, call, act)
        else:
            play_leaving(rig, call, act)
    except Reset:
        need(wanted is GONE, "the connection was reset")
    finally:
        if cell.fault != "half close":
            call.close()
    told = wanted is GONE and cell.stream and cell.phase in ("streaming", "last") and cell.fault != "stall"
    check_trace(rig, cell, wanted, talk.TABLE[cell.dialect][3] if told else 0)
    call.close()
    need(cell.phase != "upload" or wanted is OK or not rig.origin.read[cell.name], "half a request reached the provider")
    return wanted
