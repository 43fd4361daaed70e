"""The little runner of the Python client tests: cases in the order of the file, ok and FAIL lines, a count at the end."""

import json
import sys
import time
import traceback
import urllib.request

BASE = sys.argv[1]
PROVIDER = sys.argv[2]
TEXT = "The sky is blue é."
cases = []


def case(function):
    cases.append(function)
    return function


def seen():
    with urllib.request.urlopen(PROVIDER + "/_seen") as reply:
        return json.load(reply)


def was_aborted(model):
    """The provider noticed within two seconds that its reader is gone."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if model in seen()["aborted"]:
            return True
        time.sleep(0.02)
    return False


def raises(kind, call):
    """The exception of that kind that `call` raises."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def run(prefix):
    failed = 0
    for function in cases:
        name = f"{prefix}: {function.__name__.replace('_', ' ')}"
        try:
            function()
            print("ok", name)
        except Exception:
            failed += 1
            print("FAIL", name)
            print("    " + "\n    ".join(traceback.format_exc().rstrip().split("\n")[-8:]))
    print(f"{prefix}: {len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
