"""A scripted client: raw bytes out, raw bytes in, with the reply taken apart only as far as a step asks."""

import socket
import time

from . import values
from .actor import Actor
from .values import Mismatch
from .wire import Body, Head, Reset, Wire, chunk


class Client(Actor):
    """One client block; connects at its first request and keeps the connection."""

    def __init__(self, stage, block):
        super().__init__(stage)
        self.block = block
        self.wire = None
        self.chunk_size = 0
        self.split = (0, 0.0)
        self.asked = []
        self.reply = None
        self.body = None
        self.whole = None
        self.event_name = None

    def connected(self):
        if not self.wire:
            port = int(self.stage.names["port"])
            self.wire = Wire(socket.create_connection(("127.0.0.1", port), timeout=10))
        self.wire.split, self.wire.pause = self.split
        return self.wire

    # Sending

    def do_connect(self, _):
        self.wire = None
        self.forget_reply()
        self.connected()

    def do_split(self, rest):
        size, _, pause = rest.partition(" ")
        self.split = (int(size), values.milliseconds(pause) / 1000 if pause else 0.0)

    def do_chunks(self, rest):
        self.chunk_size = int(rest)

    def do_request(self, rest):
        method, path, *body = rest.split(" ", 2)
        self.send_request(method, path, body[0] if body else "")

    def do_get(self, rest):
        self.do_request("GET " + rest)

    def do_post(self, rest):
        self.do_request("POST " + rest)

    def send_request(self, method, path, body):
        """Fields of the step's text replace or add to the usual ones; `-Name` leaves one out."""
        data = values.evaluate(body, self.stage.names, self.stage.folder) if body else b""
        given = self.text_lines()
        usual = {"Host": f"127.0.0.1:{self.stage.names['port']}"}
        if body:
            usual["Content-Type"] = "application/json"
            usual["Transfer-Encoding" if self.chunk_size else "Content-Length"] = "chunked" if self.chunk_size else len(data)
        named = {line.partition(":")[0].lstrip("-").lower() for line in given}
        lines = [f"{name}: {value}" for name, value in usual.items() if name.lower() not in named]
        lines += [line for line in given if not line.startswith("-")]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines]).encode() + b"\r\n\r\n"
        self.asked.append(method)
        self.connected().send(head + self.framed(data))

    def framed(self, data):
        if not self.chunk_size:
            return data
        size = self.chunk_size
        return b"".join(chunk(data[at : at + size]) for at in range(0, len(data), size)) + b"0\r\n\r\n"

    def do_raw(self, rest):
        self.connected().send(self.bytes_of(rest))

    def do_bytes(self, rest):
        """Part of a chunked upload."""
        self.connected().send(chunk(self.bytes_of(rest)))

    def do_head(self, _):
        """A head as written, each line ended with CRLF, and the empty line."""
        lines = self.text_lines()
        self.asked.append(lines[0].split(" ")[0])
        self.connected().send("\r\n".join(lines).encode() + b"\r\n\r\n")

    def do_half_close(self, _):
        self.wire.half_close()

    def do_leave(self, rest):
        if rest == "rst":
            self.wire.reset()
        else:
            self.wire.close()
        self.wire = None
        self.asked = []

    # Receiving

    def forget_reply(self):
        self.reply = self.body = self.whole = None

    def read_reply(self):
        """The head of the next reply; interim replies are skipped."""
        if self.reply and self.body and not self.body.ended:
            self.read_whole()
        self.forget_reply()
        while True:
            raw = self.wire.read_until(b"\r\n\r\n", self.deadline(30))
            if raw is None:
                raise Mismatch("the connection was closed instead of a reply")
            self.reply = Head(raw)
            if not self.reply.start.startswith("HTTP/1.1 1"):
                break
        method = self.asked.pop(0) if self.asked else "GET"
        status = int(self.reply.start.split(" ")[1])
        self.body = Body(self.wire, self.reply, method != "HEAD" and status not in (204, 304), True)
        self.stage.last_id = self.reply.get("x-tokenpak-request-id") or self.stage.last_id
        return status

    def read_whole(self):
        if self.whole is None:
            self.whole = self.body.read_all(self.deadline(60))
        return self.whole

    def tree(self):
        return values.parse_json(self.read_whole(), "the reply")

    def expect_continue(self, _):
        raw = self.wire.read_until(b"\r\n\r\n", self.deadline())
        if not raw or not raw.startswith(b"HTTP/1.1 100"):
            raise Mismatch(f"expected 100 Continue, found {raw!r}")

    def expect_status(self, rest):
        status = self.read_reply()
        if status != int(rest):
            tail = self.read_whole() if self.reply.get("content-length") else b""
            raise Mismatch(f"expected status {rest}, found: {self.reply.raw.decode('latin-1').rstrip()}\n  {values.clip(tail)}")

    def expect_header(self, rest):
        self.check_field(self.reply, rest)

    def expect_line(self, rest):
        self.check_line(self.reply, rest)

    def expect_start(self, rest):
        if self.reply.start != rest:
            raise Mismatch(f"expected '{rest}', found '{self.reply.start}'")

    def expect_body(self, rest):
        kind, _, wanted = rest.partition(" ")
        body = self.read_whole()
        if self.body.broken:
            raise Mismatch(f"the body was cut after {len(body)} bytes: {values.clip(body)}")
        if kind in ("contains", "lacks"):
            if (wanted.encode() in body) != (kind == "contains"):
                raise Mismatch(f"body {kind} {wanted}: not so\n  body: {values.clip(body, 2000)}")
        elif kind == "length":
            if len(body) != int(wanted):
                raise Mismatch(f"the body has {len(body)} bytes, expected {wanted}")
        else:
            values.check_bytes(body, self.bytes_of(rest), "the body")

    def expect_json(self, rest):
        claim = values.parse_claim(rest)
        if not claim:
            raise Mismatch(f"'{rest}' is not PATH SIGN VALUE")
        values.check_claim(self.tree(), claim, "reply")

    def expect_bytes(self, rest):
        wanted = self.bytes_of(rest)
        values.check_bytes(self.body.read_some(len(wanted), self.deadline()), wanted, "the next bytes of the body")

    def next_event(self):
        """Data of the next event that has some; its name is kept for `expect event-name`."""
        while True:
            text = self.body.read_to(b"\n\n", self.deadline())
            if not text:
                raise Mismatch("no further event: the body has " + ("broken off" if self.body.broken else "ended"))
            lines = text.decode().strip("\n").split("\n")
            names = [line[6:].strip() for line in lines if line.startswith("event:")]
            data = [line[5:].removeprefix(" ") for line in lines if line.startswith("data:")]
            if data:
                self.event_name = names[0] if names else None
                return "\n".join(data).encode()

    def check_piece(self, data, rest, what):
        claim = None if rest[:1] in "{[@" else values.parse_claim(rest)
        if claim:
            values.check_claim(values.parse_json(data, what), claim, what)
        else:
            values.check_bytes(data, self.bytes_of(rest), what)

    def expect_event(self, rest):
        self.last_piece = self.next_event()
        self.check_piece(self.last_piece, rest, "event")

    def expect_row(self, rest):
        self.last_piece = self.body.read_to(b"\n", self.deadline()).rstrip(b"\n")
        self.check_piece(self.last_piece, rest, "row")

    def expect_same(self, rest):
        """A further claim about the event or row that was read last."""
        self.check_piece(self.last_piece, rest, "event")

    def expect_event_name(self, rest):
        if self.event_name != rest:
            raise Mismatch(f"expected event name '{rest}', found {self.event_name!r}")

    def expect_end(self, _):
        rest = self.read_whole()
        if self.body.broken or rest:
            raise Mismatch(f"expected a clean end, found {'a broken body' if self.body.broken else ''} {values.clip(rest)}")

    def expect_end_of_body(self, _):
        """Whatever is left, and then a clean end."""
        if self.read_whole() is not None and self.body.broken:
            raise Mismatch("the body was cut")

    def expect_broken(self, _):
        rest = self.read_whole()
        if not self.body.broken or rest:
            raise Mismatch(f"expected a broken end, found {'' if self.body.broken else 'a clean end'} {values.clip(rest)}")

    def expect_raw(self, rest):
        wanted = self.bytes_of(rest)
        values.check_bytes(self.wire.read_exactly(len(wanted), self.deadline()), wanted, "the bytes on the connection")

    def expect_closed(self, rest):
        within = values.milliseconds(rest.removeprefix("within ") or "5s") / 1000
        if not self.wire.ends(time.monotonic() + within * self.stage.patience):
            raise Mismatch(f"still open; waiting: {values.clip(self.wire.buffer)}")
        if self.wire.buffer:
            raise Mismatch(f"bytes before the end: {values.clip(self.wire.buffer)}")

    def expect_refused(self, _):
        """Nothing is done for the request: 503 own_shutting_down, or the connection was closed before it came."""
        try:
            status = self.read_reply()
        except (Mismatch, Reset):
            return
        if status != 503 or self.reply.get("x-tokenpak-error") != "own_shutting_down":
            raise Mismatch(f"expected 503 own_shutting_down, found {self.reply.raw!r}")

    def expect_open(self, _):
        if self.wire.ends(time.monotonic() + 0.1):
            raise Mismatch("the connection was closed")

    def expect_nothing(self, rest):
        until = time.monotonic() + values.milliseconds(rest) / 1000
        try:
            if self.wire.buffer or self.body and self.body.buffer or self.wire.fill(until):
                raise Mismatch(f"bytes arrived: {values.clip(self.wire.buffer)}")
        except TimeoutError:
            return
        except Reset:
            raise Mismatch("the connection was reset") from None

    def do_save(self, rest):
        """`save NAME header FIELD` or `save NAME json PATH`."""
        name, kind, where = rest.split(" ", 2)
        self.stage.names[name] = self.reply.get(where) if kind == "header" else values.lookup(self.tree(), where)
