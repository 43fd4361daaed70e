"""The provider's end of the wire: each request is played by the script registered under its x-request-id; counts what it has read."""

import collections
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


class Origin:
    """Listens with small buffers, so that an upload or a reply cannot hide in the kernel."""

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
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(Wire(connection), self.connections), daemon=True).start()

    def serve(self, wire, number):
        try:
            while self.play_one(wire, number):
                with self.lock:
                    self.kept.add(wire)
        except TimeoutError:
            self.faults.append("the proxy sent less than a script waited for")
        except (Reset, OSError):
            pass
        except Mismatch as fault:
            self.faults.append(str(fault))
        finally:
            with self.lock:
                self.kept.discard(wire)
            wire.close()

    def play_one(self, wire, number):
        """True if the connection can carry another request."""
        raw = wire.read_until(b"\r\n\r\n", time.monotonic() + 600)
        if raw is None:
            return False
        with self.lock:
            self.kept.discard(wire)
        peer = Peer(self, wire, Head(raw), number)
        with self.lock:
            self.read[peer.name] += 1
        self.scripts[peer.name](peer)
        return peer.kept

    def close_kept(self):
        """The end of every connection that waits for a request; its thread sees the shutdown."""
        with self.lock:
            for wire in self.kept:
                try:
                    wire.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def over(self):
        self.socket.close()
        self.close_kept()
