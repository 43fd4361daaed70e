"""The daemon as a process: a home of its own, a config that points at the scripted providers, its output in files."""

import http.client
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import time

from .values import Mismatch

REPORTS = re.compile(r"ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer|ERROR: LeakSanitizer|Assertion .* failed")

# Becomes the daemon, with the socket where systemd puts it.
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""


def reserve_port():
    """A free TCP port, and the UDP socket on the same number that keeps it from other scenarios as long as it is open.

    Taken from below the range out of which the system gives ports to outgoing connections.
    """
    while True:
        port = random.SystemRandom().randrange(10240, 32000)
        keeper = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket() as probe:
            try:
                keeper.bind(("127.0.0.1", port))
                probe.bind(("127.0.0.1", port))
                return port, keeper
            except OSError:
                keeper.close()


def report_in(text):
    """The sanitizer's report, if there is one."""
    match = REPORTS.search(text)
    return text[match.start() : match.start() + 6000] if match else None


class Process:
    """Starts, signals and stops the binary; one instance per scenario."""

    def __init__(self, binary, home, patience):
        self.binary = os.path.abspath(binary)
        self.home = pathlib.Path(home)
        self.patience = patience
        self.port, self.keeper = reserve_port()
        self.config = self.home / "config.yaml"
        self.log = self.home / "daemon.log"
        self.extra = []
        self.launcher = []
        self.passed = ()
        self.notices = None
        self.environment = self.clean_environment()
        self.child = None

    def clean_environment(self):
        keep = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "TMPDIR", "LLVM_PROFILE_FILE")}
        keep |= {"HOME": str(self.home), "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:allocator_may_return_null=1"}
        keep |= {"UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1", "TSAN_OPTIONS": "halt_on_error=0:exitcode=66"}
        return keep

    def start(self):
        port = [] if self.passed else ["--port", str(self.port)]
        command = [*self.launcher, self.binary, "--config", str(self.config), "serve", *port, *self.extra]
        options = {"env": self.environment, "stdin": subprocess.DEVNULL, "cwd": self.home, "pass_fds": self.passed}
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(command, stdout=log, stderr=log, **options)
        self.wait_for_health()

    def be_notified(self):
        """Stands in for systemd's readiness protocol."""
        path = self.home / "notify"
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(str(path))
        self.environment |= {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"}

    def listen_for_it(self):
        """Stands in for systemd's socket activation: the listening socket is descriptor 3 of the daemon."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.passed = (listener.fileno(),)
        self.launcher = [sys.executable, "-c", ACTIVATE, str(listener.fileno())]
        self.listener = listener

    def wait_for_health(self):
        until = time.monotonic() + 20 * self.patience
        while time.monotonic() < until:
            if self.child.poll() is not None:
                raise Mismatch(f"the daemon ended with {self.child.returncode} at start:\n{self.log_text()[-3000:]}")
            try:
                if self.get("/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.01)
        raise Mismatch(f"/health did not answer:\n{self.log_text()[-3000:]}")

    def get(self, path, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10 * self.patience)
        try:
            connection.request(method, path, headers=headers or {})
            reply = connection.getresponse()
            return reply.status, reply.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def run(self, arguments, given=None):
        """A subcommand of the same binary, with the same home, environment and, unless it names another, config."""
        config = [] if "--config" in arguments else ["--config", str(self.config)]
        command = [self.binary, *config, *arguments]
        done = subprocess.run(command, env=self.environment, input=given, capture_output=True, timeout=60 * self.patience, cwd=self.home)
        text = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
        if report := report_in(text):
            raise Mismatch(report)
        return done.returncode, text, done.stdout.decode("utf-8", "replace")

    def log_text(self):
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def signal(self, name):
        self.child.send_signal(getattr(signal, "SIG" + name))

    def wait(self, seconds):
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Mismatch(f"the daemon still runs after {seconds} s") from None

    def running(self):
        return self.child is not None and self.child.poll() is None

    def stop(self):
        """SIGTERM must end it with 0; returns what was wrong, or None."""
        self.keeper.close()
        if self.child is None:
            return None
        problem = None
        if self.running():
            self.signal("TERM")
            try:
                code = self.wait(15 * self.patience)
                problem = f"exit code {code} after SIGTERM:\n{self.log_text()[-2000:]}" if code else None
            except Mismatch as error:
                problem = f"after SIGTERM: {error}"
                self.child.kill()
                self.child.wait()
        return report_in(self.log_text()) or problem
