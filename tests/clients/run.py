#!/usr/bin/env python3
"""Runs the official SDKs against the daemon in front of a fake provider.  run.py [--binary PATH] [--only TARGET,...]

The cross_*.py run each client with each provider, in front of a strict provider of every dialect (tests/lib/strict). --only names
targets of theirs (targets.py); then nothing else is run.

Packages go into .cache/ of the checkout, in the versions that requirements.txt and js/package.json name. The JavaScript
clients need Node 20 or newer and count as skipped without it.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".cache"
sys.path.insert(0, str(HERE.parent / "lib"))

from fake_provider import Provider  # noqa: E402
from scenario.process import Process  # noqa: E402
from strict import scenes  # noqa: E402
from strict.server import Provider as StrictProvider  # noqa: E402
from targets import TARGETS, config as cross_config  # noqa: E402

PYTHON = ["openai_sdk.py", "anthropic_sdk.py", "gemini_sdk.py", "ollama_sdk.py"]
JAVASCRIPT = ["openai.mjs", "anthropic.mjs", "gemini.mjs"]
CROSS = ["cross_openai_chat.py", "cross_openai_responses.py", "cross_anthropic.py", "cross_gemini.py", "cross_ollama.py"]
CROSS_JAVASCRIPT = ["cross_openai_chat.mjs", "cross_openai_responses.mjs", "cross_anthropic.mjs", "cross_gemini.mjs", "cross_ollama.mjs"]


def quietly(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        print(done.stdout)
        raise SystemExit(f"failed: {' '.join(map(str, command))}")


def fresh(stamp, source):
    return stamp.exists() and stamp.read_bytes() == source.read_bytes()


def python_packages():
    """The interpreter of a virtual environment that has what requirements.txt names."""
    wanted, home = HERE / "requirements.txt", CACHE / "clients-python"
    stamp = home / "installed.txt"
    if not fresh(stamp, wanted):
        quietly(sys.executable, "-m", "venv", "--clear", home)
        quietly(home / "bin/pip", "install", "-q", "--disable-pip-version-check", "-r", wanted)
        shutil.copyfile(wanted, stamp)
    return home / "bin/python"


def node():
    """Node's path if it is new enough."""
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout if found else ""
    match = re.match(r"v(\d+)\.", version)
    return found if match and int(match.group(1)) >= 20 and shutil.which("npm") else None


def javascript_packages():
    """The folder with the scripts and the node_modules they need."""
    home = CACHE / "clients-js"
    home.mkdir(parents=True, exist_ok=True)
    stamp = home / "installed.json"
    for script in (HERE / "js").iterdir():
        shutil.copyfile(script, home / script.name)
    if not fresh(stamp, HERE / "js/package.json"):
        quietly("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", cwd=home)
        shutil.copyfile(HERE / "js/package.json", stamp)
    return home


def config(provider):
    """No retries of our own: the SDKs' are what is tested."""
    url = f"http://127.0.0.1:{provider.port}"
    names = ("openai", "anthropic", "gemini", "ollama")
    entries = {name: {"base_url": url + ("/v1" if name == "openai" else "")} for name in names}
    return json.dumps({"retry": {"attempts": 1}, "providers": entries})


def run_suite(command, folder):
    """(passed, failed) by its last line; a suite that dies counts as a failure."""
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180)
    print(done.stdout.rstrip(), flush=True)
    match = re.search(r"(\d+) passed, (\d+) failed\s*$", done.stdout)
    return (int(match.group(1)), int(match.group(2))) if match else (0, 1)


def suites(base, provider):
    python = python_packages()
    for script in PYTHON:
        yield run_suite([python, HERE / script, base, provider], HERE)
    found = node()
    if not found:
        return
    home = javascript_packages()
    for script in JAVASCRIPT:
        yield run_suite([found, home / script, base, provider], home)


def cross_suites(base, provider, only):
    python = python_packages()
    for script in CROSS:
        yield run_suite([python, HERE / script, base, provider, only], HERE)
    found = node()
    if not found:
        return
    home = javascript_packages()
    forms = {name: form for name, (form, _, _) in TARGETS.items() if not only or name in only.split(",")}
    texts = {name: getattr(scenes, name) for name in ("TEXT", "THOUGHT", "PNG", "RECORD", "TOO_LONG")}
    for script in CROSS_JAVASCRIPT:
        yield run_suite([found, home / script, base, provider, json.dumps(forms), json.dumps(texts)], home)


def run_behind(binary, provider, settings, suites_of):
    """(passed, failed) of the suites behind a daemon with these settings; without a binary, of the provider alone."""
    provider.start()
    url = f"http://127.0.0.1:{provider.port}"
    if not binary:
        return tuple(map(sum, zip(*suites_of(url, url))))
    with tempfile.TemporaryDirectory(prefix="tokenpak-clients-") as home:
        daemon = Process(binary, home, 2.0)
        daemon.config.write_text(settings(provider))
        daemon.config.chmod(0o600)
        daemon.start()
        passed, failed = map(sum, zip(*suites_of(f"http://127.0.0.1:{daemon.port}", url)))
        if problem := daemon.stop():
            failed += 1
            print(f"FAIL daemon: {problem}")
    return passed, failed


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binary", default=str(ROOT / ".build/asan/tokenpak"))
    options.add_argument("--direct", action="store_true", help="without the daemon: tests the tests")
    options.add_argument("--only", default="")
    arguments = options.parse_args()
    counts, skipped = [], 0
    if not arguments.only:
        counts.append(run_behind(None if arguments.direct else arguments.binary, Provider(), config, suites))
        skipped = 0 if node() else len(JAVASCRIPT) + len(CROSS_JAVASCRIPT)
    if not arguments.direct:
        crossing = StrictProvider()
        settings = json.dumps(cross_config(f"http://127.0.0.1:{crossing.port}"))
        counts.append(run_behind(arguments.binary, crossing, lambda _: settings, lambda base, url: cross_suites(base, url, arguments.only)))
    passed, failed = map(sum, zip(*counts))
    print(f"clients: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
