"""The provider's end of the wire: each request is played by the script registered under its x-request-id; counts what it has read."""

import collections
import os
import select
import socket
import threading
import time

from scenario.values import Mismatch
from scenario.wire import Body, Head, Reset, Wire


class Peer:
    """One request on one connection, as its script sees it."""

    def __init__(self, origin, wire, head, number):
        self.origin = origin
        self.wire = wire
        self.head = head
        self.connection = number
        self.name = head.get("x-request-id")
        self.body = Body(wire, head, head.start.startswith(("POST", "PUT")), False)
        self.kept = True

    def read_body(self, seconds=20):
        return self.body.read_all(time.monotonic() + seconds)

    def read_some(self, size):
        return self.body.read_some(size, time.monotonic() + 20)

    def send(self, data):
        """What the proxy does not want any more is not an error of the script."""
        try:
            self.wire.send(data)
        except OSError:
            self.kept = False

    def close(self):
        self.kept = False
        self.wire.close()

    def reset(self):
        self.kept = False
        self.wire.reset()

    def stall(self, seconds=20):
        """Waits for the proxy to close; returns when that was, or None."""
        self.kept = False
        if not self.wire.ends(time.monotonic() + seconds):
            return None
        return time.monotonic()


class Waiting:
    """A kept connection between two requests, which may be ordered to end."""

    def __init__(self, wire):
        self.wire = wire
        self.how = None
        self.bell = os.eventfd(0)
        self.lock = threading.Lock()
        self.obeyed = threading.Event()

    def order(self, how):
        """`FIN` or `RST`; returns when it has left, or when a request came first."""
        with self.lock:
            if self.obeyed.is_set():
                return
            self.how = how
            os.eventfd_write(self.bell, 1)
        self.obeyed.wait(5)

    def until_request(self):
        """False if the order came before a byte did."""
        poll = select.poll()
        poll.register(self.wire.sock, select.POLLIN)
        poll.register(self.bell, select.POLLIN)
        ready = [fd for fd, _ in poll.poll(600_000)]
        ordered = self.bell in ready
        if ordered and self.how == "RST":
            self.wire.reset()
        elif ordered:
            self.wire.close()
        return not ordered

    def over(self):
        with self.lock:
            self.obeyed.set()
            os.close(self.bell)


class Origin:
    """Listens with small buffers, so that an upload or a reply cannot hide in the kernel."""

    scheme = "http"
    authority = "/dev/null"

    def __init__(self):
        self.scripts = {}
        self.read = collections.Counter()
        self.connections = 0
        self.kept = set()
        self.faults = []
        self.lock = threading.Lock()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(1024)
        self.port = self.socket.getsockname()[1]
        self.accepting = threading.Thread(target=self.accept, daemon=True)
        self.accepting.start()

    def accept(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(self.wire_of(connection), self.connections), daemon=True).start()

    def wire_of(self, connection):
        return Wire(connection)

    def serve(self, wire, number):
        try:
            while self.play_one(wire, number):
                pass
        except TimeoutError:
            self.faults.append("the proxy sent less than a script waited for")
        except (Reset, OSError):
            pass
        except Mismatch as fault:
            self.faults.append(str(fault))
        finally:
            wire.close()

    def play_one(self, wire, number):
        """True if the connection can carry another request."""
        if not wire.buffer and not self.await_request(wire):
            return False
        raw = wire.read_until(b"\r\n\r\n", time.monotonic() + 600)
        if raw is None:
            return False
        peer = Peer(self, wire, Head(raw), number)
        with self.lock:
            self.read[peer.name] += 1
        self.scripts[peer.name](peer)
        return peer.kept

    def await_request(self, wire):
        waiting = Waiting(wire)
        with self.lock:
            self.kept.add(waiting)
        try:
            return waiting.until_request()
        finally:
            with self.lock:
                self.kept.discard(waiting)
                waiting.over()

    def close_kept(self):
        """The end of every connection that waits for a request."""
        with self.lock:
            kept = list(self.kept)
        for waiting in kept:
            waiting.order("FIN")

    def over(self):
        """A thread that still accepts would do so on whatever gets the descriptor next."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.accepting.join(5)
        self.socket.close()
        self.close_kept()
