"""Providers over TLS: what can go wrong before the first byte of HTTP, and the matrix once more through an origin with a certificate."""

import concurrent.futures
import socket
import ssl
import struct
import threading

import kept
import matrix
import talk
import tls_end
import tls_session
import tunnel
from cell import Call, Cell, check_trace
from provider_faults import UNREACHABLE
from rig import Rig, Skip, attempt, need
from tls_origin import TlsOrigin, context_of

SHORT_SHARE = 14
WARM = Cell("tls", "until close, announced", "end", "openai", False, "-warm")
# A ServerHello that announces more than it has.
HALF_HELLO = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + b"x" * 32
HANDSHAKE = "TLS handshake failed"
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"


class Door:
    """A port whose connections get what `meet` does to them instead of a proper handshake."""

    def __init__(self, meet):
        self.meet = meet
        self.got_request = False
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.over = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.over.is_set():
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(10)
        try:
            self.meet(self, connection)
        except OSError:
            pass
        connection.close()

    def close(self):
        self.over.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def shows(name, change=None):
    """A handshake with that certificate; a client that trusts it would send its request."""

    def meet(door, connection):
        context = context_of(door.origin.home, name)
        if change:
            change(context)
        door.got_request = bool(context.wrap_socket(connection, server_side=True).recv(1))

    return meet


def says(data, then=None):
    """Reads the first flight, answers with this, and waits for the other side to end it."""

    def meet(_, connection):
        connection.recv(4096)
        connection.sendall(data)
        if then:
            then(connection)
        while connection.recv(4096):
            pass

    return meet


def resets(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def only_old_versions(context):
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")


def wants_a_certificate(context):
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2


# fault: (what the provider does, words of the reason that the client must be told)
HANDSHAKES = {
    "unknown authority": (shows("unknown"), "certificate"),
    "wrong name": (shows("wrong-name"), "mismatch"),
    "expired": (shows("expired"), "expired"),
    "old version": (shows("good", only_old_versions), HANDSHAKE),
    "wants a certificate": (shows("good", wants_a_certificate), HANDSHAKE),
    "garbage": (says(b"\x00\xffnot TLS at all\r\n\r\n" * 8), HANDSHAKE),
    "plain HTTP": (says(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n"), HANDSHAKE),
    "alert": (says(ALERT), HANDSHAKE),
    "cut hello": (says(HALF_HELLO, socket.socket.close), HANDSHAKE),
    "FIN": (says(b"", socket.socket.close), HANDSHAKE),
    "RST": (says(b"", resets), "reset"),
    "stall": (says(b""), "timeout"),
    "stall in hello": (says(HALF_HELLO), "timeout"),
}


def play_handshake(rig, door, fault, stream, turn=""):
    """Refused with the reason; nothing of the request has left."""
    cell = Cell("tls", fault, "handshake", "openai", stream, turn)
    call = Call(rig, cell)
    path, _ = talk.request_of("openai", stream)
    call.head = call.head.replace(b"/openai/", b"/" + provider_of(fault).encode() + b"/", 1)
    call.send()
    try:
        status, data, clean = call.read_all()
    finally:
        call.close()
    found = (status, call.reply.get("x-tokenpak-error"), clean)
    need(found == (UNREACHABLE.status, UNREACHABLE.code, True), f"{found}: {data[:300]!r}")
    words = HANDSHAKES[fault][1]
    message = talk.read(data)["error"]["message"]
    need(words in message, f"the reason lacks '{words}': {message}")
    check_trace(rig, cell, UNREACHABLE)
    need(not door.got_request, "the request has left")
    return message


def provider_of(fault):
    return "door-" + fault.replace(" ", "-").lower()


def handshakes(binary, patience, wanted):
    doors = {fault: Door(meet) for fault, (meet, _) in HANDSHAKES.items()}
    others = {provider_of(fault): f"https://127.0.0.1:{door.port}/v1" for fault, door in doors.items()}
    results = []
    with Rig(binary, patience, matrix.CONFIG, origin=TlsOrigin, others=others) as rig:
        for door in doors.values():
            door.origin = rig.origin
        with concurrent.futures.ThreadPoolExecutor(len(doors)) as pool:
            list(pool.map(lambda fault: attempt(play_handshake, rig, doors[fault], fault, False, "-warm"), doors))
            before = rig.footprint()
            cells = [(fault, stream) for fault in doors for stream in (False, True)]
            faults = pool.map(lambda cell: attempt(play_handshake, rig, doors[cell[0]], *cell), cells)
            names = [f"tls-handshake-{fault}-{'stream' if stream else 'whole'}".replace(" ", "_") for fault, stream in cells]
            results += [pair for pair in zip(names, faults, strict=True) if wanted in pair[0]]
        results.append(("tls-handshake-nothing-is-left", attempt(rig.check_footprint, before, 3)))
    for door in doors.values():
        door.close()
    return results


def ends(binary, everything, patience, wanted):
    cells = [cell for cell in tls_end.cells() if wanted in cell.name]
    if not everything:
        cells = matrix.sampled(cells, SHORT_SHARE)
    with Rig(binary, patience, matrix.CONFIG, origin=TlsOrigin) as rig, concurrent.futures.ThreadPoolExecutor(matrix.WORKERS) as pool:
        tls_end.play(rig, WARM)
        before = rig.footprint()
        faults = pool.map(lambda cell: attempt(tls_end.play, rig, cell), cells)
        results = [(cell.name, fault) for cell, fault in zip(cells, faults, strict=True)]
        return [*results, ("tls-end-nothing-is-left", attempt(rig.check_footprint, before, 3))]


def run(binary, everything, patience, wanted=""):
    """The matrix's names begin with `tls` here."""
    try:
        results = handshakes(binary, patience, wanted) + ends(binary, everything, patience, wanted)
        results += tls_session.run(binary, patience, wanted) + tunnel.run(binary, patience, wanted)
        played = kept.run(binary, False, patience, origin=TlsOrigin) if wanted in "tls-kept" else []
        played += matrix.run(binary, everything, patience, wanted.removeprefix("tls-"), SHORT_SHARE, origin=TlsOrigin)
    except Skip as skip:
        return [("tls", f"SKIP {skip}")]
    return results + [(f"tls-{name}", fault) for name, fault in played]
