"""What providers, clients and the daemon's steps have in common: running steps, marks, faults."""

import threading
import time

from . import values
from .values import Mismatch
from .wire import Reset


class Fault(Exception):
    """A step that failed, with the line of the file it stands on."""

    def __init__(self, line, step, message):
        super().__init__(f"line {line}: {step}\n  {message}")


class Stage:
    """What all actors of one scenario share: names, marks, faults, the clock's patience."""

    def __init__(self, folder, patience):
        self.folder = folder
        self.patience = patience
        self.names = {}
        self.faults = []
        self.over = threading.Event()
        self.daemon = None
        self.providers = []
        self.last_id = None
        self.lock = threading.Lock()
        self.marks = {}

    def mark(self, name):
        with self.lock:
            return self.marks.setdefault(name, threading.Event())

    def fail(self, fault):
        with self.lock:
            if str(fault) not in self.faults:
                self.faults.append(str(fault))


class Actor:
    """Runs steps: the first word chooses the method do_WORD, after `expect` the second chooses expect_WORD."""

    def __init__(self, stage):
        self.stage = stage

    def deadline(self, seconds=10.0):
        return time.monotonic() + seconds * self.stage.patience

    def perform(self, step):
        verb, rest, prefix = step.verb, step.rest, "do_"
        if verb == "expect":
            verb, _, rest = rest.partition(" ")
            prefix = "expect_"
        method = getattr(self, prefix + verb.replace("-", "_"), None)
        if not method:
            raise Mismatch(f"unknown step '{step.verb} {verb}'")
        self.step = step
        method(values.substitute(rest.strip(), self.stage.names))

    def attempt(self, step):
        """Performs the step; whatever goes wrong becomes a Fault with its line."""
        try:
            self.perform(step)
        except TimeoutError:
            raise Fault(step.line, step, "timed out") from None
        except Reset:
            raise Fault(step.line, step, "the connection was reset") from None
        except (Mismatch, OSError, ValueError, IndexError, AttributeError) as error:
            raise Fault(step.line, step, f"{type(error).__name__ + ': ' if not isinstance(error, Mismatch) else ''}{error}") from error

    def bytes_of(self, text):
        """The expression of the line, or the step's text when the line has none."""
        return values.evaluate(text, self.stage.names, self.stage.folder) if text else self.text().encode()

    def text(self):
        return values.substitute(self.step.text, self.stage.names)

    def text_lines(self):
        return [values.substitute(line, self.stage.names) for line in self.step.block]

    def do_delay(self, rest):
        time.sleep(values.milliseconds(rest) / 1000)

    do_wait = do_delay

    def do_mark(self, rest):
        self.stage.mark(rest).set()

    def do_await(self, rest):
        if not self.stage.mark(rest).wait(10 * self.stage.patience):
            raise Mismatch(f"mark '{rest}' was never set")

    def check_field(self, head, rest):
        """`NAME: VALUE`, `NAME present`, `NAME absent`, or `NAME ~ PATTERN`."""
        name, colon, value = rest.partition(":")
        if colon and " " not in name:
            found = head.all(name)
            if found != [value.strip()]:
                raise Mismatch(f"{name}: expected '{value.strip()}', found {found}\n  in: {head.raw!r}")
            return
        path, sign, wanted = values.parse_claim(rest) or (None, None, None)
        if not path:
            raise Mismatch(f"'{rest}' is neither NAME: VALUE nor NAME present|absent|~ PATTERN")
        found = values.ABSENT if head.get(path) is None else ", ".join(head.all(path))
        if not values.holds(found, sign, wanted):
            raise Mismatch(f"{rest}: found {values.shown(found)}\n  in: {head.raw!r}")

    def check_line(self, head, rest):
        if rest not in head.lines:
            raise Mismatch(f"no line {rest!r} in {head.raw!r}")
