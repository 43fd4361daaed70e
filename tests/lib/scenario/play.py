"""Plays one scenario: providers up, daemon up, then the client and daemon blocks in the order of the file."""

import pathlib
import shutil
import tempfile
import threading
import time

from . import parser, values
from .actor import Fault, Stage
from .client import Client
from .daemon import SETUP, Daemon, config_text
from .process import Process
from .provider import Provider

LONGEST = 120


def groups(blocks):
    """Blocks that run together: named ones that stand side by side; an unnamed block runs alone."""
    found = []
    for block in blocks:
        if block.name and found and found[-1][-1].name:
            found[-1].append(block)
        else:
            found.append([block])
    return found


class Play:
    """One run of one scenario file, in a home that is removed afterwards."""

    def __init__(self, path, binary, patience=1.0):
        self.scenario = parser.read(path)
        self.stage = Stage(str(pathlib.Path(path).parent), patience)
        self.home = tempfile.mkdtemp(prefix="tokenpak-scenario-")
        self.process = self.stage.daemon = Process(binary, self.home, patience)
        self.stage.names |= {"port": self.process.port, "home": self.home, "config": self.process.config}
        self.user_config = ""
        self.manual = False

    def run(self):
        """The list of what was wrong; empty when the scenario holds."""
        try:
            self.prepare()
            if not self.manual:
                self.process.start()
            self.act()
        except Fault as fault:
            self.stage.fail(fault)
        except values.Mismatch as error:
            self.stage.fail(error)
        finally:
            self.finish()
        return self.stage.faults

    def prepare(self):
        blocks = self.scenario.of_kind("provider")
        self.stage.providers = [Provider(self.stage, block) for block in blocks]
        for provider in self.stage.providers:
            self.stage.names[f"{provider.name}.url"] = provider.base_url()
        for block in self.scenario.of_kind("daemon"):
            for step in block.steps:
                self.set_up(step)
        for provider in self.stage.providers:
            provider.options = [values.substitute(option, self.stage.names) for option in provider.options]
        self.stage.write_config = self.write_config
        self.write_config(values.substitute(self.user_config, self.stage.names))
        for provider in self.stage.providers:
            provider.start()

    def set_up(self, step):
        rest = values.substitute(step.rest, self.stage.names)
        if step.verb == "config":
            self.user_config += step.text + "\n"
        elif step.verb == "env":
            name, _, value = rest.partition("=")
            self.process.environment[name] = value
        elif step.verb == "args":
            self.process.extra += rest.split()
        elif step.verb == "manual":
            self.manual = True
        elif step.verb == "notified":
            self.process.be_notified()
        elif step.verb == "activated":
            self.process.listen_for_it()

    def write_config(self, user):
        providers = [provider for provider in self.stage.providers if "unlisted" not in provider.block.words]
        self.process.config.write_text(config_text(user, providers))
        self.process.config.chmod(0o600)

    def act(self):
        blocks = [block for block in self.scenario.blocks if block.kind != "provider"]
        for group in groups(blocks):
            threads = [threading.Thread(target=self.play_block, args=(block,), daemon=True) for block in group]
            for thread in threads:
                thread.start()
            until = time.monotonic() + LONGEST * self.stage.patience
            for thread in threads:
                thread.join(max(0, until - time.monotonic()))
                if thread.is_alive():
                    raise values.Mismatch(f"not done within {LONGEST} s")
            if self.stage.faults:
                return

    def play_block(self, block):
        actor = (Client if block.kind == "client" else Daemon)(self.stage, block)
        for step in block.steps:
            if block.kind == "daemon" and step.verb in SETUP:
                continue
            try:
                actor.attempt(step)
            except Fault as fault:
                self.stage.fail(f"{block.kind} {block.name}".strip() + f", {fault}")
                return

    def finish(self):
        if not self.stage.faults:
            self.wait_for_providers()
        self.stage.over.set()
        if problem := self.process.stop():
            self.stage.fail(problem)
        for provider in self.stage.providers:
            if not self.stage.faults:
                provider.check_all_played()
            provider.stop()
        if self.stage.faults and self.process.log_text():
            self.stage.fail("the daemon's log ends:\n" + self.process.log_text()[-1500:])
        shutil.rmtree(self.home, ignore_errors=True)

    def wait_for_providers(self):
        """Exchanges under way (such as `expect closed`) finish before the daemon is stopped."""
        until = time.monotonic() + 5 * self.stage.patience
        while any(provider.busy for provider in self.stage.providers) and time.monotonic() < until:
            time.sleep(0.005)
