"""What the process does at its limits, and while it is told to change or to end."""

import resource
import threading
import time

import talk
from cell import Call, Cell
from load import Load, hold_open
from provider_http import WELL
from rig import Rig, Skip, eventually, need, sanitized
from scenario.wire import chunk

RELOADS = {False: 100, True: 1000}
STREAMS = 500
FEW = 60
UPLOAD = 3 << 20
MOST = 40 << 20
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


def no_descriptors(binary, everything, patience):
    """EMFILE: what is served goes on, the rest waits or is turned away without a busy loop, and all is well afterwards."""
    with Rig(binary, patience) as rig:
        need(status_of(rig, "warm") == (200, None), "not served at first")
        pid = rig.process.child.pid
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (FEW, FEW))
        held = hold_open(rig.port, FEW * 2)
        before = cpu_seconds(pid)
        time.sleep(1)
        used = cpu_seconds(pid) - before
        need(used < 0.5, f"{used:.2f} s of CPU in one second without a free descriptor")
        for sock in held:
            sock.close()
        served = eventually(lambda: try_status(rig) == 200, 10 * patience)
        need(served, f"no request is served after the descriptors came back: {rig.process.log_text()[-1500:]}")
        lines = rig.process.log_text().count("could not be accepted")
        need(lines <= FEW * 2, f"{lines} lines about what could not be accepted")


def try_status(rig):
    try:
        return status_of(rig, "again", 2)[0]
    except Exception:
        return None


def reloads(binary, everything, patience):
    """SIGHUP after SIGHUP under load: no request fails, and memory stays where it was."""
    with Rig(binary, patience) as rig:
        count, sizes = RELOADS[everything], []
        with Load(rig, pause=0.004) as load:
            for turn in range(count):
                rig.write_config(f"retry: {{attempts: {1 + turn % 3}}}")
                rig.process.signal("HUP")
                time.sleep(0.02)
                if turn % (count // 10) == count // 10 - 1:
                    sizes.append(rig.json_at("/stats")["process"]["rss_bytes"] / 2**20)
        need(not load.failures(), f"{len(load.failures())} of {len(load.got)} requests failed: {list(load.failures().items())[:3]}")
        need(len(load.got) > count, f"only {len(load.got)} requests during {count} reloads")
        allowed = 24 if rig.slow else 2
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


def was_refused(sock):
    """Whether this unfinished upload has been told that there is no memory for it."""
    sock.settimeout(0.05)
    try:
        return b"own_overloaded" in sock.recv(65536)
    except OSError:
        return False


def memory(binary, everything, patience):
    """Bodies that pass listen.max_memory together are refused; others are served meanwhile, and afterwards all is as before."""
    with Rig(binary, patience, f"listen: {{max_memory: {MOST}, body_timeout: 30s}}") as rig:
        need(status_of(rig, "first") == (200, None), "not served at first")
        head = talk.head_bytes("POST", "/openai/v1/chat/completions", "held", UPLOAD + 1)
        held = []
        for number in range(40):
            held += hold_open(rig.port, 1, head.replace(b"held", b"held-%d" % number) + b" " * UPLOAD)
        told = eventually(lambda: any(was_refused(sock) for sock in held), 5 * patience)
        need(told, f"{len(held)} bodies of {UPLOAD} bytes, and none was refused")
        need(rig.process.get("/health")[0] == 200, "/health does not answer")
        for sock in held:
            sock.close()
        need(eventually(lambda: status_of(rig, "after") == (200, None), 5 * patience), "not served after the memory was free")
        need(rig.metrics().get(("tokenpak_errors_total", "own_overloaded")), "the refusal is not counted")


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


CASES = {"no-descriptors": no_descriptors, "reloads": reloads, "drained": drained, "never-read": never_read}
MEMORY = {"memory-full": memory}
