"""A scripted provider: a listening socket, and the exchanges it plays in the order in which requests fit them."""

import socket
import threading
import time

from . import values
from .actor import Fault
from .exchange import Performance
from .values import Mismatch
from .wire import Head, Reset, Wire
class Exchange:
    """`expect METHOD PATH` and the steps up to the next one."""

    def __init__(self, step):
        self.step = step
        self.steps = []
        self.times = 1
        self.optional = False


class Provider:
    """Listens on a port of its own; a thread per connection plays exchanges."""

    def __init__(self, stage, block):
        self.stage = stage
        self.block = block
        self.name = block.name
        self.dialect = block.words[1] if len(block.words) > 1 and block.words[1] != "refuse" else block.name
        self.refuses = "refuse" in block.words
        self.options = []
        self.exchanges = []
        self.connections = 0
        self.busy = 0
        self.wires = []
        self.lock = threading.Lock()
        self.sort_steps()
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        stage.names[f"{self.name}.port"] = self.port

    def sort_steps(self):
        for step in self.block.steps:
            if step.verb == "option":
                self.options += [step.rest] if step.rest else step.block
            elif step.verb == "expect" and step.rest.split()[0].isupper():
                self.exchanges.append(Exchange(step))
            elif not self.exchanges:
                raise Fault(step.line, step, "a step before the first `expect METHOD PATH`")
            elif step.verb == "times":
                self.exchanges[-1].times = int(step.rest)
            elif step.verb == "optional":
                self.exchanges[-1].optional = True
            else:
                self.exchanges[-1].steps.append(step)

    def base_url(self):
        return f"http://127.0.0.1:{self.port}" + ("/v1" if self.dialect == "openai" else "")

    def start(self):
        if not self.refuses:
            self.socket.listen(512)
            threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            self.connections += 1
            wire = Wire(connection)
            self.wires.append(wire)
            threading.Thread(target=self.serve, args=(wire,), daemon=True).start()

    def serve(self, wire):
        """One connection: requests one after another until either side closes."""
        while True:
            try:
                raw = wire.read_until(b"\r\n\r\n", time.monotonic() + 600)
            except (Reset, Mismatch, OSError):
                return
            if raw is None or self.stage.over.is_set() or not self.play(wire, Head(raw)):
                break
        wire.close()

    def play(self, wire, head):
        """True if the connection can carry another request."""
        exchange = self.choose(head.start)
        if not exchange:
            self.stage.fail(f"provider {self.name}: unexpected request: {head.raw!r}")
            return False
        performance = Performance(self.stage, self, wire, head, exchange)
        self.count_busy(+1)
        try:
            return performance.run()
        except (Fault, Mismatch) as fault:
            self.stage.fail(f"provider {self.name}, {fault}")
            return False
        except OSError as error:
            if not self.stage.over.is_set():
                self.stage.fail(f"provider {self.name}, after {exchange.step}: {error}")
            return False
        finally:
            self.count_busy(-1)

    def count_busy(self, change):
        with self.lock:
            self.busy += change

    def choose(self, start):
        with self.lock:
            for exchange in self.exchanges:
                wanted = values.substitute(exchange.step.rest, self.stage.names)
                if exchange.times and start == f"{wanted} HTTP/1.1":
                    exchange.times -= 1
                    return exchange
        return None

    def check_all_played(self):
        for exchange in self.exchanges:
            if exchange.times and not exchange.optional:
                self.stage.fail(f"provider {self.name}, line {exchange.step.line}: never happened: {exchange.step}")

    def stop(self):
        self.socket.close()
        for wire in self.wires:
            wire.close()
