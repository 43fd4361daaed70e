"""What the process does at its limits, and while it is told to change or to end."""

import os
import resource
import select
import threading
import time

import talk
from cell import Call, Cell, Outcome, check_reply
from load import Load, hold_open
from provider_http import WELL
from rig import DIALECTS, Rig, eventually, need
from scenario.wire import chunk

RELOADS = {False: 100, True: 1000}
STREAMS = 500
TRACES = 2500
FEW = 60
EVENT = chunk(b'data: {"choices":[{"delta":{"content":"' + b"x" * 0x4000 + b'"}}]}\n\n')


def status_of(rig, name, seconds=5):
    """The status (and our code) of one plain request on a connection of its own."""
    call = Call(rig, Cell("pressure", name, "waiting", "openai", False))
    rig.origin.scripts[call.cell.name] = lambda peer: (peer.read_body(), peer.send(WELL))
    call.sock.settimeout(seconds)
    try:
        call.limit = seconds
        call.send()
        status, _, _ = call.read_all()
        return status, call.reply.get("x-tokenpak-error")
    finally:
        call.close()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def limit_descriptors(rig, count):
    pid = rig.process.child.pid
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (count, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))


def ended(socks):
    """Those whose other side has closed."""
    ready = select.poll()
    for sock in socks:
        ready.register(sock, select.POLLIN)
    return [fd for fd, _ in ready.poll(0)]


def is_served(sock, seconds):
    sock.settimeout(seconds)
    sock.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    try:
        return sock.recv(4096).startswith(b"HTTP/1.1 200")
    except TimeoutError:
        return False


def no_descriptors(binary, everything, patience):
    """EMFILE: who was let in is served, the others wait in the backlog without being turned away, and come in when there is room."""
    with Rig(binary, patience) as rig:
        need(status_of(rig, "warm") == (200, None), "not served at first")
        limit_descriptors(rig, FEW)
        held = hold_open(rig.port, FEW * 2)
        before = cpu_seconds(rig.process.child.pid)
        time.sleep(1)
        used = cpu_seconds(rig.process.child.pid) - before
        need(used < 0.5, f"{used:.2f} s of CPU in one second without a free descriptor")
        need(not ended(held), f"{len(ended(held))} of {len(held)} connections were turned away")
        need(is_served(held[0], 5 * patience), "a client that was let in is not served")
        need(not is_served(held[-1], 0.2), "all were let in")
        for sock in held[:-1]:
            sock.close()
        held[-1].settimeout(10 * patience)
        need(held[-1].recv(4096).startswith(b"HTTP/1.1 200"), "who waited was not served at last")
        held[-1].close()
        need(eventually(lambda: try_status(rig) == 200, 10 * patience), f"not served afterwards: {rig.process.log_text()[-1500:]}")
        lines = rig.process.log_text().count("RLIMIT_NOFILE")
        need(lines == 1, f"{lines} lines about it in the log")
        need(rig.metrics().get(("tokenpak_accept_pauses_total",), 0) >= 1, "the pause is not counted")


def numbers(rig):
    """Of the open descriptors, once none is being closed any more."""
    found = [None]
    while len(found) < 5 or any(each != found[-1] for each in found[-5:]):
        time.sleep(0.02)
        found.append({int(name) for name in os.listdir(f"/proc/{rig.process.child.pid}/fd")})
    return found[-1]


def lowest_free(rig):
    used = numbers(rig)
    return next(number for number in range(len(used) + 1) if number not in used)


def leave_none(rig):
    """No descriptor is free; returns the limit that was before."""
    before = resource.prlimit(rig.process.child.pid, resource.RLIMIT_NOFILE)[0]
    limit_descriptors(rig, lowest_free(rig))
    return before


def fill_holes(rig):
    """Clients that take the free numbers below the highest, so that the limit is about all that is open."""
    held = []
    while lowest_free(rig) <= max(numbers(rig)):
        held += hold_open(rig.port, 1)
        need(is_served(held[-1], 5), "not let in")
        need(len(held) < 50, "the numbers of the descriptors have no end")
    return held


def no_descriptor_for_a_provider(binary, everything, patience):
    """A connection to a provider that lacks a descriptor is our own fault, and said to be."""
    with Rig(binary, patience, "retry: {attempts: 1}") as rig:
        need(status_of(rig, "warm") == (200, None), "not served at first")
        before = rig.footprint()
        calls = [Call(rig, Cell("pressure", f"starved-{number}", "waiting", dialect, False)) for number, dialect in enumerate(DIALECTS)]
        need(all(is_served(call.sock, 5) for call in calls), "not let in")
        allowed = leave_none(rig)
        for call in calls:
            call.send()
            check_reply(call, Outcome("error", 503, "own_overloaded", "own_error"), b"")
            need(call.reply.get("retry-after") == "1", "retry-after is missing")
        limit_descriptors(rig, allowed)
        for call in calls:
            call.close()
        need(status_of(rig, "after") == (200, None), "not served afterwards")
        errors = eventually(lambda: rig.json_at("/stats")["requests"]["own_error"] == len(calls))
        need(errors, f"not counted as our own: {rig.json_at('/stats')['requests']}")
        rig.check_footprint(before, 3)


def try_status(rig):
    try:
        return status_of(rig, "again", 2)[0]
    except Exception:
        return None


def idle_connections_make_room(binary, everything, patience):
    """Before a request fails for lack of a descriptor, connections that nobody uses are closed."""
    with Rig(binary, patience, "retry: {attempts: 1}") as rig:
        call = Call(rig, Cell("pressure", "makes-room", "waiting", "anthropic", False))
        rig.origin.scripts[call.cell.name] = lambda peer: (peer.read_body(), peer.send(WELL))
        need(is_served(call.sock, 5), "not let in")
        need(status_of(rig, "warm") == (200, None), "not served at first")
        need(rig.metrics().get(("tokenpak_upstream_idle_connections",)) == 1, "no connection is idle")
        held = fill_holes(rig)
        allowed = leave_none(rig)
        call.send()
        status, body, _ = call.read_all()
        need(status == 200, f"status {status}: {body[:300]!r}")
        limit_descriptors(rig, allowed)
        for sock in (call, *held):
            sock.close()


def reloads(binary, everything, patience):
    """SIGHUP after SIGHUP under load: no request fails, and memory stays where it was."""
    with Rig(binary, patience) as rig:
        count, sizes = RELOADS[everything], []
        with Load(rig, pause=0.002) as load:
            eventually(lambda: len(load.got) > TRACES, 30 * patience)  # the list of traces is full, and grows no more
            for turn in range(count):
                rig.write_config(f"retry: {{attempts: {1 + turn % 3}}}")
                rig.process.signal("HUP")
                time.sleep(0.02)
                if turn % (count // 10) == count // 10 - 1:
                    sizes.append(rig.json_at("/stats")["process"]["rss_bytes"] / 2**20)
        need(not load.failures(), f"{len(load.failures())} of {len(load.got)} requests failed: {list(load.failures().items())[:3]}")
        need(len(load.got) > count, f"only {len(load.got)} requests during {count} reloads")
        # A sanitizer's malloc takes 30 MB at once, and gives nothing back; the first thousands of requests fill the list of traces.
        allowed = 64 if rig.slow else 2 if everything else 6
        need(max(sizes[-3:]) - min(sizes[2:5]) <= allowed, f"memory during {count} reloads: {[round(size, 1) for size in sizes]} MB")


class Stream:
    """A streamed call in the middle of its reply, and the rest of it."""

    def __init__(self, rig, number, go):
        cell = Cell("drain", str(number), "streaming", "openai", True)
        kind, pieces = talk.reply_parts("openai", True, {"model": "m", "stream": True})
        parts = talk.framed(kind, pieces, True)
        self.wanted = b"".join(pieces)

        def script(peer):
            peer.read_body()
            peer.send(b"".join(parts[:3]))
            go.wait(60)
            peer.send(b"".join(parts[3:]))

        rig.origin.scripts[cell.name] = script
        self.call = Call(rig, cell)
        self.call.send()
        self.call.read_head()

    def ends_well(self, seconds):
        data = self.call.rest.read_all(time.monotonic() + seconds)
        self.call.close()
        return data == self.wanted and not self.call.rest.broken


def drained(binary, everything, patience):
    """SIGTERM with 500 open streams: each is finished, nobody new is let in, and the end is a clean one."""
    with Rig(binary, patience) as rig:
        go = threading.Event()
        streams = [Stream(rig, number, go) for number in range(STREAMS)]
        need(rig.json_at("/stats")["requests"]["streaming"] == STREAMS, "not all streams are open")
        rig.process.signal("TERM")
        need(eventually(lambda: refused(rig.port), 3 * patience), "new connections are still accepted")
        go.set()
        bad = sum(not stream.ends_well(20 * patience) for stream in streams)
        need(bad == 0, f"{bad} of {STREAMS} streams were not finished")
        code = rig.process.wait(15 * patience)
        need(code == 0, f"exit code {code}")
        rows = rig.rows("SELECT class FROM request")
        need(len(rows) == STREAMS and all(row[0] == 0 for row in rows), f"{len(rows)} rows, not all of them ok")


def refused(port):
    try:
        hold_open(port, 1)[0].close()
        return False
    except OSError:
        return True


class Unread:
    """A streamed reply of 200 MB to a client that never reads."""

    def __init__(self, rig, number):
        cell = Cell("pressure", f"unread-{number}", "streaming", "openai", True)
        self.taken = 0
        rig.origin.scripts[cell.name] = self
        self.call = Call(rig, cell, small_buffer=True)
        self.call.send()

    def __call__(self, peer):
        peer.read_body()
        peer.wire.sock.settimeout(0.5)
        peer.wire.sock.sendall(talk.framed("text/event-stream", [b"", b""], True)[0])
        try:
            while self.taken < 200 << 20:
                self.taken += peer.wire.sock.send(EVENT)
        except TimeoutError:
            peer.stall(20)


def never_read(binary, everything, patience):
    """The provider is held back, and each such stream costs less than 1 MB; what the first one costs is the process's own."""
    with Rig(binary, patience) as rig:
        sizes, streams = [], []
        for number in range(4):
            streams.append(Unread(rig, number))
            time.sleep(1)
            sizes.append(rig.json_at("/stats")["process"]["rss_bytes"] / 2**20)
        for stream in streams:
            stream.call.close()
        taken = [stream.taken for stream in streams]
        need(max(taken) < 24 << 20, f"the provider could send {taken} bytes")
        need(sizes[-1] - sizes[0] < (24 if rig.slow else 3), f"memory grew: {[round(size, 1) for size in sizes]} MB")
        need(eventually(rig.settled, 5 * patience), "still busy when the clients have left")


CASES = {
    "no-descriptors": no_descriptors,
    "no-descriptor-for-a-provider": no_descriptor_for_a_provider,
    "idle-connections-make-room": idle_connections_make_room,
    "reloads": reloads,
    "drained": drained,
    "never-read": never_read,
}
