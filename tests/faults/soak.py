#!/usr/bin/env python3
"""Mixed load with faults for a time given; what must not grow does not, and every error is one that was ordered.  soak.py SECONDS [--binary PATH] [--out FOLDER]"""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import matrix  # noqa: E402
import soak_report  # noqa: E402
import talk  # noqa: E402
from cell import Call, Cell  # noqa: E402
from rig import DIALECTS, Rig, eventually, need  # noqa: E402
from scenario.values import Mismatch  # noqa: E402
from scenario.wire import Reset, chunk  # noqa: E402

# As the matrix has it, but 529 may be asked again.
CONFIG = matrix.CONFIG.replace("{attempts: 1}", "{attempts: 2, on: [529], backoff: 20ms}")
# More work for the provider than for the proxy; asked again where there is another attempt; seen twice by a provider that resets a kept
# connection before its kernel has acknowledged the request (docs/architecture.md, "Upstream").
LEFT_OUT = {"endless line", "endless event", "error first"}
SEEN_TWICE = ("RST", "waiting")
# Deadlines are the matter of the matrix, on a machine that does nothing else; memory that of the slope.
PATIENCE, MOST_MB = 10.0, 64
BUSY = b"HTTP/1.1 529 Busy\r\ncontent-length: 2\r\n\r\n{}"
TAKEN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
UPLOAD = b"x" * (3 << 20)
LARGE = "y" * (1 << 20)
SLOW_EVENT = chunk(b'data: {"choices":[{"delta":{"content":"' + b"z" * (1 << 14) + b'"}}]}\n\n')
SLOW_EVENTS = 200
READER = """
import sys, time, urllib.request
while True:
    for path in ("/stats", "/metrics", "/traces?limit=20", "/stats?window=1h&by=provider"):
        urllib.request.urlopen("http://127.0.0.1:" + sys.argv[1] + path, timeout=20).read()
    time.sleep(0.1)
"""


def answer(peer):
    """The provider of everything that is not a cell; the name's first word says what it does."""
    kind, _, rest = peer.name.partition("-")
    if kind in matrix.SIDES:  # a cell that is over: its client has left before the request came here
        peer.close()
        return
    body = peer.read_body()
    if kind == "upload":
        peer.send(TAKEN)
    elif kind == "again" and peer.origin.read[peer.name] == 1:
        peer.send(BUSY)
    elif kind == "slow":
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        peer.send(head + SLOW_EVENT * SLOW_EVENTS + b"0\r\n\r\n")
    else:
        dialect = rest.partition("-")[0]
        asked = {"model": "m"} | json.loads(body)
        stream = asked.get("stream") or "stream" in peer.head.start
        peer.send(b"".join(talk.framed(*talk.reply_parts(dialect, stream, asked), stream)))


class Scripts(dict):
    def __missing__(self, name):
        return answer


class Soak:
    """Threads of three sorts; what each request was to come to, and what did not."""

    def __init__(self, rig):
        self.rig = rig
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.outcomes = collections.Counter()  # (class, code): requests
        self.wrong = []
        self.latencies = []
        self.reads = 0  # of the provider, of requests that are done
        self.refused = 0  # attempts that cannot reach it
        self.threads = [threading.Thread(target=self.steady, args=(f"{form}-{dialect}",)) for dialect in DIALECTS for form in ("whole", "stream")]
        self.threads += [threading.Thread(target=self.steady, args=(name,)) for name in ("upload-openai", "large-openai", "slow-openai", "again-openai")]
        cells = [cell for cell in matrix.all_cells() if cell.fault not in LEFT_OUT and (cell.side != "provider" or (cell.fault, cell.phase) != SEEN_TWICE)]
        random.Random(1).shuffle(cells)
        self.threads += [threading.Thread(target=self.faults, args=(cells[number::3],)) for number in range(3)]
        self.threads += [threading.Thread(target=self.disturb)]
        rig.origin.scripts = Scripts()

    def note(self, name, group, code, fault, seconds=None, reads=None):
        with self.lock:
            self.outcomes[(group, code)] += 1
            if fault:
                self.wrong.append(f"{name}: {fault}")
            if seconds is not None:
                self.latencies.append(seconds)
        with self.rig.origin.lock:
            seen = self.rig.origin.read.pop(name, 0)
        self.reads += seen
        if reads is not None and seen != reads and not fault:
            self.wrong.append(f"{name}: the provider has read it {seen} times, not {reads}")

    # ---- requests that must succeed ----

    def head_and_body(self, sort, name):
        kind, _, dialect = sort.partition("-")
        path, body = talk.request_of(dialect, kind in ("stream", "slow"))
        if kind == "upload":
            path, body = "/v1/files", UPLOAD
        if kind == "large":
            body = json.dumps({"model": "m", "messages": [{"role": "user", "content": LARGE}]}).encode()
        return talk.head_bytes("POST", f"/{dialect}{path}", name, len(body)), body

    def ask(self, call, sort, name):
        call.head, call.body = self.head_and_body(sort, name)
        begun = time.monotonic()
        call.send()
        if sort.startswith("slow"):
            status = call.read_head()
            while call.rest.read_some(1 << 16, time.monotonic() + 20):
                time.sleep(0.01)
            clean = not call.rest.broken
        else:
            status, _, clean = call.read_all()
        need((status, clean) == (200, True), f"status {status}, clean end: {clean}")
        return time.monotonic() - begun

    def ask_kept(self, call, sort, name):
        """As every client does: a kept connection that was closed while it was idle is replaced. Returns the connection and the time."""
        try:
            return call, self.ask(call, sort, name)
        except (Mismatch, OSError, Reset):
            if call.fresh or name in self.rig.origin.read:
                raise
        fresh = self.connect(sort)
        return fresh, self.ask(fresh, sort, name)

    def connect(self, sort):
        call = Call(self.rig, Cell("soak", sort, "waiting", "openai", False))
        call.fresh = True
        return call

    def steady(self, sort):
        """One connection, a request after the other."""
        call, number = None, 0
        quick = sort.startswith(("whole", "stream"))
        while not self.over.wait(0.02 if quick else 0.3):
            number += 1
            name, fault, seconds = f"{sort}-{number}", None, None
            try:
                call, seconds = self.ask_kept(call or self.connect(sort), sort, name)
                call.fresh = False
            except (OSError, Mismatch, Reset, TimeoutError) as error:
                fault, call = f"{type(error).__name__}: {error}", None
            self.note(name, "ok", "", fault, seconds if quick else None, 2 if sort.startswith("again") else 1)
        if call:
            call.close()

    # ---- requests with a fault ----

    def faults(self, cells):
        number = 0
        while not self.over.wait(0.05):
            cell = cells[number % len(cells)]
            outcome, fault = matrix.play(self.rig, cell)
            number += 1
            self.refused += cell.fault == "refuses"
            self.rig.origin.scripts.pop(cell.name, None)
            self.note(cell.name, outcome.group if outcome else "?", outcome.code if outcome else "?", fault)

    def disturb(self):
        """Reloads."""
        turn = 0
        while not self.over.wait(5):
            turn += 1
            self.rig.write_config(CONFIG + f"trace: {{keep: {500 + turn % 2}}}\n")
            self.rig.process.signal("HUP")

    # ---- the hour hand ----

    def run(self, seconds, sampler):
        reader = subprocess.Popen([sys.executable, "-c", READER, str(self.rig.port)], stderr=subprocess.PIPE)
        for thread in self.threads:
            thread.start()
        begun = time.monotonic()
        for second in range(1, seconds + 1):
            time.sleep(max(0, begun + second - time.monotonic()))
            with self.lock:
                latencies, self.latencies = self.latencies, []
            sampler.take(second, latencies, sum(self.outcomes.values()), len(self.wrong))
        self.over.set()
        for thread in self.threads:
            thread.join(60)
        if reader.poll() is not None:
            self.wrong.append(f"the reader of /stats ended: {reader.stderr.read()[-300:]!r}")
        reader.kill()
        reader.wait()


def check_counts(rig, soak):
    """The proxy's counters and rows are what the clients did, its attempts what the provider saw."""
    total = sum(soak.outcomes.values())
    need(eventually(lambda: rig.rows("SELECT count(*) FROM request")[0][0] >= total, 10), "rows are missing in the database")
    rows = rig.rows("SELECT count(*) FROM request")[0][0]
    need(rows == total, f"{rows} rows of {total} requests")
    groups, codes, attempts = collections.Counter(), collections.Counter(), 0
    for sample, value in rig.metrics().items():
        if sample[0] == "tokenpak_requests_total":
            groups[sample[3]] += int(value)
        if sample[0] == "tokenpak_errors_total":
            codes[sample[1]] += int(value)
        if sample[0] == "tokenpak_attempts_total":
            attempts += int(value)
    wanted_groups, wanted_codes = collections.Counter(), collections.Counter()
    for (group, code), count in soak.outcomes.items():
        wanted_groups[group] += count
        wanted_codes[code] += count if code else 0
    need(+groups == wanted_groups, f"requests by class: {dict(+groups)}, played: {dict(wanted_groups)}")
    need(+codes == +wanted_codes, f"errors by code: {dict(+codes)}, played: {dict(+wanted_codes)}")
    need(attempts - soak.refused == soak.reads, f"{attempts - soak.refused} attempts that reached the provider, which read {soak.reads} requests")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("seconds", type=int)
    options.add_argument("--binary", default=str(HERE.parents[1] / ".build/release/tokenpak"))
    options.add_argument("--out", default=str(HERE.parents[1] / ".build/soak"))
    options = options.parse_args()
    failures = []
    with Rig(options.binary, PATIENCE, CONFIG, retries=True) as rig:
        soak, sampler = Soak(rig), soak_report.Sampler(rig)
        rig.json_at("/stats")
        before = rig.footprint()
        soak.run(options.seconds, sampler)
        for check, arguments in ((rig.check_footprint, (before, MOST_MB, 8)), (check_counts, (rig, soak)), (sampler.check_slope, ())):
            try:
                check(*arguments)
            except Mismatch as error:
                failures.append(str(error))
        log = rig.process.log_text()
    failures += soak.wrong
    soak_report.write(pathlib.Path(options.out), sampler, soak.outcomes, failures, log)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
