"""The daemon's steps: what /stats, /trace, /metrics, log, database and subcommands must say; signals and restarts."""

import json
import os
import re
import shlex
import sqlite3
import time

from . import values
from .actor import Actor
from .values import Mismatch

SETUP = {"config", "env", "args", "manual", "notified", "activated"}


class Daemon(Actor):
    """Plays the steps of a daemon block that are not set-up."""

    def __init__(self, stage, block):
        super().__init__(stage)
        self.block = block
        self.process = stage.daemon
        self.code = None
        self.output = self.stdout = ""

    def until_true(self, check, seconds=2.0):
        """Repeats the check until it holds: numbers arrive a moment after the reply."""
        until = self.deadline(seconds)
        while True:
            try:
                return check()
            except (Mismatch, OSError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.03)

    def json_at(self, path):
        status, body = self.process.get(path)
        if status != 200:
            raise Mismatch(f"{path}: status {status}: {values.clip(body)}")
        return values.parse_json(body, path)

    def claim_at(self, path, text):
        claim = values.parse_claim(text)
        if not claim:
            raise Mismatch(f"'{text}' is not PATH SIGN VALUE")
        self.until_true(lambda: values.check_claim(self.json_at(path), claim, path))

    # What it says

    def expect_stats(self, rest):
        """`expect stats [?QUERY] PATH SIGN VALUE`"""
        query, _, claim = rest.partition(" ") if rest.startswith("?") else ("", "", rest)
        self.claim_at("/stats" + query, claim)

    def expect_trace(self, rest):
        """Of the last proxied reply, or of an id: `expect trace @ID PATH SIGN VALUE`."""
        name, _, claim = rest[1:].partition(" ") if rest.startswith("@") else (self.stage.last_id, "", rest)
        if not name:
            raise Mismatch("no reply had x-tokenpak-request-id so far")
        self.claim_at(f"/trace/{name}", claim)

    def expect_at(self, rest):
        """JSON of any path: `expect at /traces?limit=5 PATH SIGN VALUE`."""
        self.claim_at(*rest.split(" ", 1))

    def metrics(self):
        return self.process.get("/metrics")[1].decode()

    def expect_metrics(self, rest):
        """`expect metrics contains TEXT` or `expect metrics ~ PATTERN` (of one line)."""
        kind, _, wanted = rest.partition(" ")
        pattern = re.escape(wanted) if kind == "contains" else wanted

        def check():
            text = self.metrics()
            if not re.search(pattern, text, re.M):
                raise Mismatch(f"metrics lack {wanted}\n{text[:6000]}")

        self.until_true(check)

    def expect_log(self, rest):
        """`contains TEXT`, `lacks TEXT`, `~ PATTERN`"""
        kind, _, wanted = rest.partition(" ")
        if kind == "lacks":
            time.sleep(0.1)
            if wanted in self.process.log_text():
                raise Mismatch(f"the log has it:\n{self.process.log_text()[-3000:]}")
            return

        def check():
            text = self.process.log_text()
            if not (re.search(wanted, text) if kind == "~" else wanted in text):
                raise Mismatch(f"the log lacks it:\n{text[-3000:]}")

        self.until_true(check)

    def expect_db(self, rest):
        """`expect db SELECT ... = VALUE`: the first column of the first row."""
        query, _, wanted = rest.rpartition(" = ")

        def check():
            connection = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True)
            try:
                row = connection.execute(query).fetchone()
            except sqlite3.Error as error:
                raise Mismatch(f"database: {error}") from None
            finally:
                connection.close()
            if not row or str(row[0]) != wanted:
                raise Mismatch(f"expected {wanted}, found {row}")

        self.until_true(check)

    def expect_notice(self, rest):
        """The next message to systemd that contains the text, within two seconds; others are skipped."""
        until = self.deadline(2)
        while (left := until - time.monotonic()) > 0:
            self.process.notices.settimeout(left)
            if rest in self.process.notices.recv(4096).decode():
                return
        raise Mismatch("no such notice came")

    def expect_file(self, rest):
        """`expect file PATH mode 600|absent|present|lacks TEXT`, under the home."""
        name, kind, *wanted = rest.split(" ", 2)
        path = self.process.home / name
        if kind in ("absent", "present"):
            if path.exists() != (kind == "present"):
                raise Mismatch(f"{path} is {'there' if path.exists() else 'not there'}")
        elif kind == "mode":
            mode = f"{os.stat(path).st_mode & 0o777:o}"
            if mode != wanted[0]:
                raise Mismatch(f"{path} has mode {mode}")
        elif wanted[0].encode() in path.read_bytes():
            raise Mismatch(f"{path} has it")

    # Its life

    def do_start(self, _):
        self.process.start()

    def do_signal(self, rest):
        self.process.signal(rest)

    def do_write(self, _):
        """A new text for the config file; the providers' part stays."""
        self.stage.write_config(self.text())

    def do_put(self, rest):
        """A file under the home: `put NAME` with its text below."""
        path = self.process.home / rest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text() + "\n")

    def do_kill(self, _):
        self.process.child.kill()
        self.process.child.wait()

    def do_stop(self, _):
        self.process.signal("TERM")
        if code := self.process.wait(15 * self.stage.patience):
            raise Mismatch(f"exit code {code} after SIGTERM")

    def do_restart(self, rest):
        if self.process.running():
            self.do_stop(rest)
        self.process.start()

    def expect_exit(self, rest):
        """Of the daemon after a signal, or of the subcommand just run; `1|2` allows either."""
        code, _, within = rest.partition(" within ")
        if self.code is None:
            limit = values.milliseconds(within or "15s") / 1000
            self.code = self.process.wait(limit * self.stage.patience)
        if str(self.code) not in code.split("|"):
            raise Mismatch(f"exit code {self.code}\n{self.output or self.process.log_text()[-2000:]}")

    # Its database, as another program sees it

    def database(self):
        return self.stage.names.get("db") or self.process.home / ".tokenpak/monitor.db"

    def do_sql(self, rest):
        connection = sqlite3.connect(self.database())
        connection.execute(rest)
        connection.commit()
        connection.close()

    def do_lock(self, _):
        """Holds the write lock until `unlock`."""
        self.stage.lock_held = sqlite3.connect(self.database(), check_same_thread=False, isolation_level=None)
        self.stage.lock_held.execute("BEGIN IMMEDIATE")

    def do_unlock(self, _):
        self.stage.lock_held.execute("ROLLBACK")
        self.stage.lock_held.close()

    # Subcommands

    def do_run(self, rest):
        given = self.text().encode() if self.step.block else None
        self.code, self.output, self.stdout = self.process.run(shlex.split(rest), given)

    def expect_output(self, rest):
        """`contains TEXT`, `lacks TEXT`, `~ PATTERN`, `json PATH SIGN VALUE`"""
        kind, _, wanted = rest.partition(" ")
        if kind == "json":
            values.check_claim(values.parse_json(self.stdout, "the output"), values.parse_claim(wanted), "output")
            return
        found = re.search(wanted, self.output, re.M) if kind == "~" else wanted in self.output
        if bool(found) == (kind == "lacks"):
            raise Mismatch(f"output {rest}: not so:\n{self.output[-3000:]}")


def config_text(user, providers):
    """The scenario's own sections first, so that their line numbers are those of the scenario; then the providers."""
    if re.search(r"^providers:", user, re.M) or not providers:
        return user + "\n"
    lines = [user.rstrip("\n")] if user else []
    lines.append("providers:")
    for provider in providers:
        lines += [f"  {provider.name}:", f"    dialect: {provider.dialect}", f"    base_url: {json.dumps(provider.base_url())}"]
        lines += [f"    {option}" for option in provider.options]
    return "\n".join(lines) + "\n"
