"""What a scripted provider does with one request: claims about it, then a reply piece by piece."""

import time

from . import codings, values
from .actor import Actor, Fault
from .values import Mismatch
from .wire import Body, chunk


class Performance(Actor):
    """One exchange on one connection."""

    def __init__(self, stage, provider, wire, head, exchange):
        super().__init__(stage)
        self.provider = provider
        self.wire = wire
        self.head = head
        self.exchange = exchange
        self.body = Body(wire, head, True, False)
        self.whole = None
        self.framing = None
        self.encoder = None
        self.early = any(step.verb == "early" for step in exchange.steps)
        self.open = True
        wire.split, wire.pause = 0, 0.0

    def run(self):
        for index, step in enumerate(self.exchange.steps):
            self.following = self.exchange.steps[index + 1 :]
            try:
                self.attempt(step)
            except Fault:
                if not self.stage.over.is_set():
                    raise
                return False
        if self.open and self.framing == "chunked":
            self.do_end("")
        if self.framing == "close":
            self.do_close("")
        if self.open and not self.early:
            self.read_body()
        return self.open and not self.early

    def read_body(self):
        if self.whole is None:
            self.whole = self.body.read_all(self.deadline(60))
            if self.body.broken:
                raise Mismatch(f"the request's body was cut after {len(self.whole)} bytes")
        return self.whole

    # What is asked of the request

    def expect_header(self, rest):
        self.check_field(self.head, rest)

    def expect_line(self, rest):
        self.check_line(self.head, rest)

    def expect_head(self, _):
        lines = [self.exchange.step.rest + " HTTP/1.1"] + self.step.block
        wanted = values.substitute("\r\n".join(lines), self.stage.names).encode() + b"\r\n\r\n"
        values.check_bytes(self.head.raw, wanted, "the request's head")

    def expect_fields(self, _):
        """All field lines in their order, but for host and framing, which are the connection's own."""
        own = ("host", "content-length", "transfer-encoding", "connection")
        found = [line for line in self.head.lines if line.partition(":")[0].lower() not in own]
        values.check_bytes("\n".join(found).encode(), self.text().encode(), "the request's fields")

    def expect_body(self, rest):
        kind, _, wanted = rest.partition(" ")
        body = self.read_body()
        if kind == "contains":
            if wanted.encode() not in body:
                raise Mismatch(f"not in the body: {wanted}\n  body: {values.clip(body)}")
        elif kind == "length":
            if len(body) != int(wanted):
                raise Mismatch(f"the body has {len(body)} bytes, expected {wanted}")
        else:
            values.check_bytes(body, self.bytes_of(rest), "the request's body")

    def expect_json(self, rest):
        tree = values.parse_json(self.read_body(), "the request's body")
        values.check_claim(tree, values.parse_claim(rest), "request")

    def expect_bytes(self, rest):
        wanted = self.bytes_of(rest)
        values.check_bytes(self.body.read_some(len(wanted), self.deadline()), wanted, "the request's body so far")

    def expect_closed(self, rest):
        within = values.milliseconds(rest.removeprefix("within ") or "2s")
        start = time.monotonic()
        if not self.wire.ends(start + within / 1000 * self.stage.patience):
            raise Mismatch(f"the proxy did not close within {within} ms")
        self.open = False

    def expect_connection(self, rest):
        if self.provider.connections != int(rest):
            raise Mismatch(f"this came on connection {self.provider.connections}, expected {rest}")

    # What is sent back

    def do_early(self, _):
        """The reply may come before the body was read; the connection ends with the exchange."""

    def do_split(self, rest):
        size, _, pause = rest.partition(" ")
        self.wire.split = int(size)
        self.wire.pause = values.milliseconds(pause) / 1000 if pause else 0.0

    def do_framing(self, rest):
        self.framing = rest

    def do_encode(self, rest):
        self.encoder = codings.StreamEncoder(rest)
        self.coding = rest

    def do_send(self, rest):
        if not self.early:
            self.read_body()
        status, _, first = rest.partition(" ")
        fields = ([first] if first else []) + self.text_lines()
        names = {field.partition(":")[0].lower() for field in fields}
        if self.encoder and "content-encoding" not in names:
            fields.append(f"content-encoding: {self.coding}")
        if "content-length" in names or "transfer-encoding" in names:
            self.framing = self.framing or "asis"
        fields += self.framing_fields(int(status))
        lines = [f"HTTP/1.1 {status} {'OK' if status == '200' else 'Reason'}"] + fields
        self.wire.send("\r\n".join(lines).encode() + b"\r\n\r\n")

    def framing_fields(self, status):
        """One `body` after the head gets a content-length; events and pieces are chunked; else nothing follows."""
        if self.framing in ("close", "asis"):
            return []
        later = [step for step in self.following if step.verb in ("body", "event", "row", "bytes", "encode")]
        bodiless = self.head.start.startswith("HEAD ") or status in (204, 304)
        if len(later) == 1 and later[0].verb == "body" and not self.encoder:
            self.framing = "length"
            data = values.step_bytes(later[0], self.stage.names, self.stage.folder)
            return [f"content-length: {len(data)}"]
        if later or any(step.verb in ("stall", "end") for step in self.following):
            self.framing = "chunked"
            return ["transfer-encoding: chunked"]
        self.framing = "none"
        return [] if bodiless else ["content-length: 0"]

    def emit(self, data):
        if self.encoder:
            data = self.encoder.encode(data)
        self.wire.send(chunk(data) if self.framing == "chunked" and data else data)

    def do_body(self, rest):
        if not self.head.start.startswith("HEAD "):
            self.emit(self.bytes_of(rest))

    do_bytes = do_body

    def do_event(self, rest):
        """`event DATA` or `event NAME DATA`."""
        name, _, data = rest.partition(" ")
        if data and name.replace("_", "").replace(".", "").isalnum() and data[0] in "{[@":
            self.emit(f"event: {name}\ndata: ".encode() + self.bytes_of(data) + b"\n\n")
        else:
            self.emit(b"data: " + self.bytes_of(rest) + b"\n\n")

    def do_row(self, rest):
        self.emit(self.bytes_of(rest) + b"\n")

    def do_raw(self, rest):
        self.wire.send(self.bytes_of(rest))

    def do_end(self, _):
        if self.encoder:
            self.wire.send(chunk(self.encoder.finish()))
        if self.framing == "chunked":
            self.wire.send(b"0\r\n\r\n")
        self.framing = "done"

    def do_close(self, _):
        self.wire.close()
        self.open = False

    def do_reset(self, _):
        self.wire.reset()
        self.open = False

    def do_stall(self, _):
        """Says nothing until the proxy closes the connection or the scenario ends."""
        while not self.stage.over.is_set() and not self.wire.ends(time.monotonic() + 0.1):
            pass
        self.open = False

    def do_pause(self, _):
        """Reads nothing until the scenario ends."""
        self.stage.over.wait()
        self.open = False
