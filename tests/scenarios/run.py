#!/usr/bin/env python3
"""Plays scenarios against the real binary.  run.py [--binary PATH] [-j N] [--tag TAG] [--patience X] [FILE...]"""

import argparse
import concurrent.futures
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from scenario import parser  # noqa: E402
from scenario.play import Play  # noqa: E402


def play(path, binary, patience):
    start = time.monotonic()
    try:
        faults = Play(path, binary, patience).run()
    except parser.ScenarioError as error:
        faults = [f"{path}: {error}"]
    except Exception:  # a fault of the runner itself must not hide the other scenarios
        faults = [traceback.format_exc()]
    return faults, time.monotonic() - start


def chosen(arguments):
    files = [pathlib.Path(name) for name in arguments.files] or sorted(HERE.rglob("*.scenario"))
    return [file for file in files if not arguments.tag or arguments.tag in parser.read(file).tags]


def name_of(path):
    path = path.resolve()
    return str(path.relative_to(HERE) if path.is_relative_to(HERE) else path).removesuffix(".scenario")


def report(path, faults, seconds):
    slow = f"  ({seconds:.1f} s)" if seconds > 5 else ""
    print(f"{'FAIL' if faults else 'ok'} {name_of(path)}{slow}")
    for fault in faults[:5] + faults[-1:] if len(faults) > 6 else faults:
        print("    " + fault.rstrip().replace("\n", "\n    "))
    sys.stdout.flush()


def passes_alone(file, faults, arguments):
    """Time limits are part of what is checked, and the machine may have been busy: a second run judges, but never of a sanitizer's report."""
    if any("Sanitizer" in fault for fault in faults):
        return False
    print(f"again, alone: {name_of(file)}")
    faults, seconds = play(file, arguments.binary, arguments.patience)
    report(file, faults, seconds)
    return not faults


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", default=str(HERE.parents[1] / ".build/asan/tokenpak"))
    options.add_argument("-j", dest="jobs", type=int, default=4)
    options.add_argument("--tag", help="only scenarios with this tag in their first lines")
    options.add_argument("--patience", type=float, default=1.0, help="factor for every time limit, for slow builds")
    options.add_argument("files", nargs="*")
    arguments = options.parse_args()
    files = chosen(arguments)
    if not pathlib.Path(arguments.binary).is_file():
        print(f"there is no {arguments.binary}\nscenarios: 0 passed, {len(files)} failed")
        return 1
    failed = []
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        started = {pool.submit(play, file, arguments.binary, arguments.patience): file for file in files}
        for done in concurrent.futures.as_completed(started):
            faults, seconds = done.result()
            failed += [(started[done], faults)] if faults else []
            report(started[done], faults, seconds)
    failed = [file for file, faults in failed if not passes_alone(file, faults, arguments)]
    print(f"scenarios: {len(files) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
