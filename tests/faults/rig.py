"""One daemon in front of one scripted origin: starting it, asking it what happened, and the check that nothing was left behind."""

import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from origin import Origin  # noqa: E402
from scenario.process import Process, report_in  # noqa: E402
from scenario.values import Mismatch  # noqa: E402
from scenario.wire import Reset  # noqa: E402

CLASSES = ["ok", "caller_error", "policy_error", "provider_error", "own_error", "cancelled"]
DIALECTS = ["openai", "anthropic", "gemini", "ollama"]
QUICK = "{connect: 2s, first_byte: 600ms, idle: 600ms}"
IMPATIENT = QUICK.replace("2s", "800ms")
# What a process may have more than when it was fresh, whatever was done to it.
MOST_GROWN, MOST_OPENED = 24, 12
# What its malloc takes from the system, 30 MB at once, and does not give back; leaks are found by the sanitizer itself.
SANITIZER = 70
# Kept by the sanitizer instead of being freed; bounded, so that memory can be compared at all.
QUARANTINE = ":quarantine_size_mb=8:malloc_context_size=8"


class Skip(Exception):
    """What this machine cannot show; the text says why."""


def eventually(check, seconds=3.0):
    """The check's value once it is true; the last one at the deadline."""
    until = time.monotonic() + seconds
    while not (value := check()) and time.monotonic() < until:
        time.sleep(0.02)
    return value


def attempt(play, *arguments):
    """What was wrong, or None."""
    try:
        play(*arguments)
        return None
    except (Mismatch, Reset, OSError) as error:
        return f"{type(error).__name__}: {error}"


def need(condition, text):
    if not condition:
        raise Mismatch(text)


def sanitized(binary):
    return any(word in str(binary) for word in ("asan", "tsan"))


class Rig:
    """`NAME` reaches the origin with patient timers, `NAME-quick` with short ones, `NAME-shut` a closed port; NAME = a dialect.

    `retries`: the config leaves a second attempt, so that the head of an SSE stream waits for its first event.
    `others` maps further providers, which speak openai, to where they are.
    """

    def __init__(self, binary, patience=1.0, config="", store="", origin=Origin, others=None, leaving=2.0, retries=False):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="tokenpak-faults-"))
        self.patience = patience
        self.retries = retries
        self.slow = sanitized(binary)
        self.leaving = leaving * patience  # seconds within which a connection is closed for which there is no client any more
        self.origin = origin()
        self.process = Process(binary, self.home, patience)
        self.process.environment["ASAN_OPTIONS"] += QUARANTINE
        self.process.environment["SSL_CERT_FILE"] = str(self.origin.authority)
        self.others = others or {}
        self.options = config
        self.database = pathlib.Path(store) if store else self.home / ".tokenpak/monitor.db"
        self.write_config(config)

    def write_config(self, options):
        lines = [options.rstrip("\n")] if options else []
        lines += [f"store: {{path: {self.database}}}", "providers:"]
        for dialect in DIALECTS:
            for suffix, port, timeout in (("", self.origin.port, ""), ("-quick", self.origin.port, QUICK), ("-shut", 9, QUICK)):
                base = f"{self.origin.scheme}://127.0.0.1:{port}" + ("/v1" if dialect == "openai" else "")
                lines += [f"  {dialect}{suffix}:", f"    dialect: {dialect}", f"    base_url: {base}"]
                lines += [f"    timeout: {timeout}"] if timeout else []
        for name, base in self.others.items():
            lines += [f"  {name}:", "    dialect: openai", f"    base_url: {base}", f"    timeout: {IMPATIENT}"]
        # At once: a reload that is still on its way must not read half a file.
        fresh = self.process.config.with_suffix(".new")
        fresh.write_text("\n".join(lines) + "\n")
        fresh.chmod(0o600)
        fresh.replace(self.process.config)

    def __enter__(self):
        self.process.start()
        self.fresh = self.footprint()
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None and self.process.running():
                self.check_footprint(self.fresh, MOST_GROWN, MOST_OPENED)
        finally:
            self.origin.over()
            problem = self.process.stop()
            shutil.rmtree(self.home, ignore_errors=True)
        if problem and kind is None:
            raise Mismatch(problem)

    @property
    def port(self):
        return self.process.port

    def json_at(self, path):
        status, body = self.process.get(path)
        return json.loads(body) if status == 200 else None

    def trace(self, name):
        found = eventually(lambda: self.json_at(f"/trace/{name}"), 3 * self.patience)
        need(found, f"there is no trace of {name}")
        return found

    def metrics(self):
        """Samples by name, the labels in a tuple: {("tokenpak_errors_total", "provider_timeout"): 3.0}"""
        samples = {}
        for line in self.process.get("/metrics")[1].decode().splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                name, _, labels = name.partition("{")
                values = tuple(part.partition("=")[2].strip('"}') for part in labels.split(",") if part)
                samples[(name, *values)] = float(value)
        return samples

    def rows(self, query="SELECT * FROM request"):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        try:
            connection.row_factory = sqlite3.Row
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def settled(self):
        """Nothing in flight, nobody connected but the one who asks."""
        stats = self.json_at("/stats")
        return stats["requests"]["in_flight"] == 0 and stats["process"]["connections"] <= 1 and stats["requests"]["streaming"] == 0

    def pool_is_empty(self):
        """The origin may come to wait on a connection later than the proxy has put it into the pool."""
        self.origin.close_kept()
        return self.metrics().get(("tokenpak_upstream_idle_connections",), 0) == 0

    def footprint(self):
        """Memory and descriptors once everything has ended and the origin has closed what was kept."""
        need(eventually(self.settled, 5 * self.patience), f"still busy at the end: {self.json_at('/stats')}")
        need(eventually(self.pool_is_empty, 5 * self.patience), "closed provider connections are still in the pool")
        process = self.json_at("/stats")["process"]
        return process["rss_bytes"] / 2**20, process["open_fds"]

    def check_footprint(self, before, megabytes, descriptors=4):
        """What has grown since `before`; a shard of the connector keeps two descriptors, and shards stay."""
        allowed = megabytes + (SANITIZER if self.slow else 0)
        eventually(lambda: self.footprint()[1] - before[1] <= descriptors and self.footprint()[0] - before[0] <= allowed)
        after = self.footprint()
        need(after[0] - before[0] <= allowed, f"memory grew from {before[0]:.1f} to {after[0]:.1f} MB, more than {allowed}")
        if after[1] - before[1] > descriptors:
            raise Mismatch(f"descriptors grew from {before[1]} to {after[1]}: {self.descriptors()}")

    def descriptors(self):
        """What is open, by kind and number."""
        listed = subprocess.run(["ls", "-l", f"/proc/{self.process.child.pid}/fd"], capture_output=True, text=True, check=False)
        return [line.partition(":")[2][3:] for line in listed.stdout.splitlines()]

    def report(self):
        return report_in(self.process.log_text())
