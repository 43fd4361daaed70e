#!/usr/bin/env python3
"""Faults on both sides of the wire, of the disk and of the process.  run.py [--all] [--binary PATH] [--plain PATH] [--patience X] [--only GROUP] [--match TEXT]"""

import argparse
import concurrent.futures
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import coded  # noqa: E402
import converted  # noqa: E402
import deny  # noqa: E402
import durability  # noqa: E402
import kept  # noqa: E402
import leaving  # noqa: E402
import matrix  # noqa: E402
import memory  # noqa: E402
import pressure  # noqa: E402
import provider_http  # noqa: E402
import shim  # noqa: E402
import tls  # noqa: E402
from rig import Skip  # noqa: E402
from scenario.values import Mismatch  # noqa: E402

BUILD = HERE.parents[1] / ".build"


def one_by_one(cases):
    """A group of cases that each start a daemon of their own."""

    def run(binary, everything, patience, wanted=""):
        results = []
        for name, case in cases.items():
            if wanted not in name:
                continue
            try:
                case(binary, everything, patience)
                results.append((name, None))
            except Skip as skip:
                results.append((name, f"SKIP {skip}"))
            except (Mismatch, OSError) as error:
                results.append((name, f"{type(error).__name__}: {error}"))
        return results

    return run


# These cannot be had with a sanitizer.
PLAIN = {"memory", "clock", "leaving", "shim"}
GROUPS = {
    "matrix": matrix.run,
    "leaving": leaving.run,
    "disk": one_by_one(durability.DISK),
    "store": one_by_one(durability.PROCESS),
    "pressure": one_by_one(pressure.CASES),
    "deny": one_by_one(deny.CASES),
    "memory": one_by_one(memory.CASES),
    "clock": one_by_one(durability.CLOCK),
    "replies": provider_http.run,
    "kept": kept.run,
    "shim": one_by_one(shim.CASES),
    "coded": coded.run,
    "converted": converted.run,
    "tls": tls.run,
}


def run_group(name, options):
    start = time.monotonic()
    plain = name in PLAIN and pathlib.Path(options.plain).is_file()
    binary = options.plain if plain else options.binary
    try:
        results = GROUPS[name](binary, options.all, options.patience, options.match)
    except Exception:  # a fault of the runner or of the daemon's end must not hide the other groups
        results = [(name, traceback.format_exc())]
    return results, time.monotonic() - start


def report(name, results, seconds):
    failed = [(cell, fault) for cell, fault in results if fault and not fault.startswith("SKIP")]
    skipped = [(cell, fault) for cell, fault in results if fault and fault.startswith("SKIP")]
    for cell, fault in failed + skipped:
        print(f"{'--' if fault.startswith('SKIP') else 'FAIL'} {cell}\n    " + fault.rstrip().replace("\n", "\n    "))
    print(f"{'FAIL' if failed else 'ok'} {name}: {len(results) - len(failed) - len(skipped)} of {len(results)} ({seconds:.1f} s)")
    sys.stdout.flush()
    return len(results) - len(failed) - len(skipped), len(failed), len(skipped)


def arguments():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--all", action="store_true", help="every cell, and the long forms")
    options.add_argument("--binary", default=str(BUILD / "asan/tokenpak"))
    options.add_argument("--plain", default=str(BUILD / "clang/tokenpak"), help="a build without sanitizers, where memory is counted")
    options.add_argument("--patience", type=float, default=1.0, help="factor for every time limit, for slow builds")
    options.add_argument("--only", default=",".join(GROUPS), help="groups, separated by commas")
    options.add_argument("--match", default="", help="only what has this in its name")
    return options.parse_args()


def main():
    options = arguments()
    counts, again = {}, []
    with concurrent.futures.ProcessPoolExecutor(3) as pool:
        started = {pool.submit(run_group, name, options): name for name in options.only.split(",")}
        for done in concurrent.futures.as_completed(started):
            name = started[done]
            counts[name] = report(name, *done.result())
            again += [name] if counts[name][1] and not any("Sanitizer" in (fault or "") for _, fault in done.result()[0]) else []
    # Time limits are part of what is checked, and the machine may have been busy: what failed is judged by a second run, alone,
    # but never a sanitizer's report.
    for name in again:
        print(f"again, alone: {name}")
        counts[name] = report(name, *run_group(name, options))
    passed, failed, skipped = (sum(column) for column in zip(*counts.values(), strict=True))
    print(f"faults: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
