#!/usr/bin/env python3
"""Raw requests, their replies, and the bytes that reached the provider.  run.py [--binary PATH] [--patience X] [--only TABLE] [--match TEXT]"""

import argparse
import concurrent.futures
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import bodies  # noqa: E402
import connections  # noqa: E402
import heads  # noqa: E402
from row import Tap, barrier, play  # noqa: E402
from rig import Rig, need  # noqa: E402
from scenario.values import Mismatch  # noqa: E402

BUILD = HERE.parents[1] / ".build"
CONFIG = "retry: {attempts: 1}\nlisten: {max_body: 64k, idle_timeout: 30s, header_timeout: 30s, body_timeout: 30s}\n"
TABLES = {"heads": heads.TABLE, "bodies": bodies.TABLE, "connections": connections.TABLE}


def attempt(rig, row, split):
    try:
        play(rig, row, split)
        return None
    except (Mismatch, OSError) as error:
        return f"{type(error).__name__}: {error}"


def play_table(table, options):
    """Each row at once, and, if it is short, byte by byte."""
    results = []
    with Rig(options.binary, options.patience, CONFIG, origin=Tap) as rig:
        barrier(rig)
        for name, row in TABLES[table].items():
            if options.match in name:
                results.append((name, attempt(rig, row, False)))
                results += [(name + " byte by byte", attempt(rig, row, True))] if row.can_be_split else []
        results.append((f"{table}: nothing came late", attempt_rest(rig)))
    return results


def attempt_rest(rig):
    try:
        rest = barrier(rig)
        need(not rest, f"the provider has {rest!r}")
        need(rig.settled(), "still busy")
        return None
    except (Mismatch, OSError) as error:
        return f"{type(error).__name__}: {error}"


def run_table(table, options):
    start = time.monotonic()
    try:
        results = play_table(table, options)
    except Exception:  # a fault of the runner or of the daemon's end must not hide the other tables
        results = [(table, traceback.format_exc())]
    return results, time.monotonic() - start


def report(table, results, seconds):
    failed = [(row, fault) for row, fault in results if fault]
    for row, fault in failed:
        print(f"FAIL {row}\n    " + fault.rstrip().replace("\n", "\n    "))
    print(f"{'FAIL' if failed else 'ok'} {table}: {len(results) - len(failed)} of {len(results)} ({seconds:.1f} s)")
    sys.stdout.flush()
    return len(results) - len(failed), len(failed)


def arguments():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", default=str(BUILD / "asan/tokenpak"))
    options.add_argument("--patience", type=float, default=1.0, help="factor for every time limit, for slow builds")
    options.add_argument("--only", default=",".join(TABLES), help="tables, separated by commas")
    options.add_argument("--match", default="", help="only rows that have this in their name")
    return options.parse_args()


def main():
    options = arguments()
    passed, failed = 0, 0
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        started = {pool.submit(run_table, table, options): table for table in options.only.split(",")}
        for done in concurrent.futures.as_completed(started):
            good, bad = report(started[done], *done.result())
            passed, failed = passed + good, failed + bad
    print(f"http: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
