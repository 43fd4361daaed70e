"""HTTP/1 as bytes: a buffered socket, heads kept as they came, bodies taken out of their framing."""

import socket
import struct
import time

from .values import Mismatch, clip


class Reset(Exception):
    """The other side ended the connection with RST."""


class Wire:
    """A socket with a read buffer; every wait has a deadline."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.finished = False
        self.split = 0
        self.pause = 0.0
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.sock.settimeout(60)
        if not self.split:
            self.sock.sendall(data)
            return
        for start in range(0, len(data), self.split):
            self.sock.sendall(data[start : start + self.split])
            if self.pause:
                time.sleep(self.pause)

    def fill(self, deadline):
        """Reads once; False at FIN. Raises TimeoutError, Reset."""
        if self.finished:
            return False
        self.sock.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self.sock.recv(1 << 18)
        except (ConnectionResetError, BrokenPipeError):
            self.finished = True
            raise Reset from None
        self.buffer += data
        self.finished = not data
        return bool(data)

    def take(self, size):
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def read_until(self, mark, deadline, limit=1 << 20):
        """Up to and with `mark`; None if the connection ends before its first byte."""
        seen = 0
        while (at := self.buffer.find(mark, seen)) < 0:
            seen = max(0, len(self.buffer) - len(mark))
            if len(self.buffer) > limit:
                raise Mismatch(f"no {mark!r} within {limit} bytes")
            if not self.fill(deadline):
                if not self.buffer:
                    return None
                raise Mismatch(f"connection closed inside a line or head: {clip(self.buffer)}")
        return self.take(at + len(mark))

    def read_exactly(self, size, deadline):
        while len(self.buffer) < size:
            if not self.fill(deadline):
                raise Mismatch(f"connection closed after {len(self.buffer)} of {size} bytes: {clip(self.buffer)}")
        return self.take(size)

    def ends(self, deadline):
        """True once the other side has closed, by FIN or RST; False at the deadline. Bytes on the way are kept."""
        try:
            while self.fill(deadline):
                pass
        except TimeoutError:
            return False
        except Reset:
            pass
        return True

    def close(self):
        self.sock.close()

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)


class Head:
    """Start line and fields of a message; `raw` is the head as it came."""

    def __init__(self, raw):
        self.raw = raw
        lines = raw[:-4].split(b"\r\n")
        self.start = lines[0].decode("latin-1")
        self.lines = [line.decode("latin-1") for line in lines[1:]]
        self.fields = [tuple(part.strip() for part in line.partition(":")[::2]) for line in self.lines]

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name):
        found = self.all(name)
        return found[0] if found else None


class Body:
    """The bytes inside a message's framing, pulled from the wire as they are wanted."""

    def __init__(self, wire, head, has_body, until_close):
        self.wire = wire
        self.buffer = b""
        self.broken = False
        self.chunked = "chunked" in (head.get("transfer-encoding") or "").lower()
        length = head.get("content-length")
        self.left = int(length) if length and not self.chunked else None
        self.until_close = until_close and not self.chunked and self.left is None
        self.ended = not has_body or (not self.chunked and not self.left and not self.until_close)

    def fill(self, deadline):
        """Adds at least a byte to the buffer, or sets `ended`; `broken` if the framing was cut."""
        try:
            piece = self.read_chunk(deadline) if self.chunked else self.read_plain(deadline)
        except (Reset, Mismatch) as error:
            if isinstance(error, Mismatch) and not self.wire.finished:
                raise
            piece, self.broken = b"", True
        self.buffer += piece
        self.ended = self.ended or not piece
        return not self.ended

    def read_plain(self, deadline):
        if not self.wire.buffer and not self.wire.fill(deadline):
            self.broken = not self.until_close
            return b""
        piece = self.wire.take(len(self.wire.buffer) if self.left is None else self.left)
        if self.left is not None:
            self.left -= len(piece)
        return piece

    def read_chunk(self, deadline):
        line = self.wire.read_until(b"\r\n", deadline)
        if line is None:
            self.broken = True
            return b""
        size = int(line.split(b";")[0], 16)
        if size == 0:
            while self.wire.read_until(b"\r\n", deadline) not in (b"\r\n", None):
                pass
            return b""
        data = self.wire.read_exactly(size + 2, deadline)
        if data[-2:] != b"\r\n":
            raise Mismatch(f"a chunk of {size} bytes does not end with CRLF: {clip(data[-20:])}")
        return data[:-2]

    def finish_length(self):
        """A body of known length ends with its last byte, without another read."""
        if self.left == 0:
            self.ended = True

    def read_all(self, deadline):
        parts = [self.buffer]
        self.finish_length()
        while not self.ended:
            self.buffer = b""
            self.fill(deadline)
            parts.append(self.buffer)
            self.finish_length()
        self.buffer = b"".join(parts)
        return self.buffer

    def read_some(self, size, deadline):
        self.finish_length()
        while len(self.buffer) < size and not self.ended:
            self.fill(deadline)
            self.finish_length()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def read_to(self, mark, deadline):
        """Up to and with `mark`; what is there if the body ends before."""
        self.finish_length()
        while mark not in self.buffer and not self.ended:
            self.fill(deadline)
            self.finish_length()
        at = self.buffer.find(mark)
        return self.read_some(at + len(mark) if at >= 0 else len(self.buffer), deadline)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)
