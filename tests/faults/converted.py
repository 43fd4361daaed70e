"""The matrix again where client and provider speak different dialects: what a provider does wrong reaches the client in its own words."""

import concurrent.futures
import dataclasses

import client_faults
import provider_faults
import talk
from cell import GONE, Call, Cell, Outcome, check_reply
from rig import Rig, eventually, need
from scenario.values import Mismatch
from scenario.wire import Reset

CONFIG = """
listen: {idle_timeout: 2s}
retry: {attempts: 1}
"""
FORMS = ["openai", "responses", "anthropic", "gemini", "ollama"]
PROVIDERS = ["openai", "anthropic", "gemini", "ollama"]
WORKERS = 6
BAD, CUT, BROKEN, SILENT, LATE = provider_faults.BAD, provider_faults.CUT, provider_faults.BROKEN, provider_faults.SILENT, provider_faults.LATE

# fault: {phase: (whole, streamed)}
TABLE = {
    "FIN": {"streaming": (CUT, BROKEN)},
    "RST": {"streaming": (CUT, BROKEN)},
    "stall": {"waiting": (LATE, LATE), "streaming": (LATE, SILENT)},
    "garbage": {"waiting": (BAD, BAD), "streaming": (CUT, BROKEN)},
    "cut in a chunk": {"streaming": (CUT, BROKEN)},
    "cut in an event": {"streaming": (None, BROKEN)},
    "5xx": {"waiting": (Outcome("passed", 503), Outcome("passed", 503))},
    "error first": {"waiting": (None, Outcome("passed", 429))},
}
LEAVES = ("FIN", "RST")


@dataclasses.dataclass(frozen=True)
class Pair(Cell):
    """`dialect` is the provider's."""

    client: str = ""

    @property
    def name(self):
        return f"converted-{super().name}-for-{self.client}"

    def seen_by_client(self):
        return Cell(self.side, self.fault, self.phase, self.client, self.stream)


def cells(everything):
    pairs = [(client, provider) for client in FORMS for provider in PROVIDERS if talk.dialect_of(client) != provider]
    pairs = pairs if everything else [pair for number, pair in enumerate(pairs) if number % 3 == 0]
    for client, provider in pairs:
        for fault, phases in TABLE.items():
            for phase, outcomes in phases.items():
                for stream in (False, True):
                    if outcomes[stream]:
                        yield Pair("provider", fault, phase, provider, stream, client=client)
        for fault in LEAVES:
            yield Pair("client", fault, "streaming", provider, True, client=client)


class Converted(Call):
    """Sends to the provider of the cell what the client's dialect says."""

    def __init__(self, rig, cell, suffix=""):
        super().__init__(rig, cell.seen_by_client())
        path, self.body = talk.request_of(cell.client, cell.stream)
        provider = f"x-tokenpak-provider: {cell.dialect}{suffix}"
        self.head = talk.head_bytes("POST", path, cell.name, len(self.body), [provider])


def check_passed(call, cell, wanted):
    """The provider's own error, with its status in the client's terms, as the client's dialect says it."""
    status, data, clean = call.read_all()
    status_told = 500 if (cell.fault, cell.dialect) == ("error first", "ollama") else wanted.status  # its errors have words alone
    expected = 529 if (status_told, cell.client) == (503, "anthropic") else status_told
    need((status, clean) == (expected, True), f"status {status}, clean end {clean}, expected {expected}: {data[:300]!r}")
    value = talk.read(data)
    need(talk.says_error(cell.client, value, None, expected) or talk.dialect_of(cell.client) == "openai" and value["error"]["message"], f"not an error: {data[:300]!r}")
    need(b"overloaded" in data, f"the provider's words are lost: {data[:300]!r}")
    return dataclasses.replace(wanted, status=expected)


def check(rig, cell, wanted):
    act = rig.origin.scripts[cell.name] = provider_faults.Act(cell)
    call = Converted(rig, cell, {"stall": "-quick"}.get(cell.fault, ""))
    call.send()
    try:
        if wanted.form == "passed":
            wanted = check_passed(call, cell, wanted)
        else:
            check_reply(call, wanted, act.sent)
    finally:
        call.close()
    check_row(rig, cell, wanted)


def check_row(rig, cell, wanted):
    trace = rig.trace(cell.name)
    need(trace["error"] == (wanted.code or None), f"the trace's error is {trace['error']}, expected {wanted.code or None}")
    need(wanted.form == "gone" or trace["status"] == wanted.status, f"the trace's status is {trace['status']}, expected {wanted.status}")


def check_left(rig, cell):
    """The provider's connection is closed soon after the client has left."""
    act = rig.origin.scripts[cell.name] = client_faults.Act(cell)
    call = Converted(rig, cell)
    call.send()
    need(act.reached.wait(10), "the request did not reach the provider")
    call.read_head()
    left = client_faults.leave(call)
    need(act.done.wait(10), "the provider's connection was not closed")
    need(act.closed - left <= rig.leaving, f"the provider's connection was closed after {(act.closed - left) * 1000:.0f} ms")
    check_row(rig, cell, GONE)


def play(rig, cell):
    try:
        if cell.side == "client":
            check_left(rig, cell)
        else:
            check(rig, cell, TABLE[cell.fault][cell.phase][cell.stream])
    except (Mismatch, OSError, TimeoutError, Reset) as error:
        return f"{type(error).__name__}: {error}"
    return None


def run(binary, everything, patience, wanted=""):
    with Rig(binary, patience, CONFIG) as rig:
        chosen = [cell for cell in cells(everything) if wanted in cell.name]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            results = list(zip([cell.name for cell in chosen], pool.map(lambda cell: play(rig, cell), chosen)))
        need(eventually(rig.settled, 5 * patience), "still busy at the end")
    return results
