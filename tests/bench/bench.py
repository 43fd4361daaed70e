#!/usr/bin/env python3
"""Cost of the daemon with everything on, beside nginx and haproxy in front of the same mock provider, in one run."""

import argparse
import datetime
import os
import pathlib
import platform
import re
import resource
import sys
import traceback

import calls
import convert
import cpu
import growth
import latency
import memory
import start
import store
import table
from machine import Machine

MODULES = (cpu, convert, latency, memory, store, calls, growth, start)
MEASURES = {name: measure for module in MODULES for name, measure in module.MEASURES.items()}


class Run:
    """What each measure gets."""

    def __init__(self, machine, options):
        self.machine = machine
        self.seconds, self.rounds = options.seconds, options.rounds
        self.store_seconds = 60 if options.full else 10
        self.row_counts = (1000, 100_000, 10_000_000) if options.full else (1000, 100_000)
        self.notes = []


def raise_limit():
    """As many descriptors as this user may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def about():
    """Date, machine and versions, for the table's heading."""
    cpus = re.findall(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) // 1024**2
    name = cpus[0] if cpus else platform.machine()
    return f"{datetime.date.today().isoformat()}, {len(cpus) or os.cpu_count()} x {name}, {memory} GiB, Linux {platform.release()}"


def measured(run, names):
    rows = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        before = list(run.machine.running)
        try:
            new = MEASURES[name](run)
        except (Exception, SystemExit):
            traceback.print_exc()
            new = [table.Row(name, "failed", met="no")]
            run.machine.stop(*[server for server in run.machine.running if server not in before])
        rows += new
        print(table.plain(new).partition("\n")[2], file=sys.stderr, flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the daemon")
    parser.add_argument("--programs", required=True, help="folder of bench_provider and bench_load")
    parser.add_argument("--only", action="append", choices=MEASURES, metavar="NAME", help="just this measure; may be given again")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one window (1)")
    parser.add_argument("--rounds", type=int, default=5, help="windows of each proxy (5)")
    parser.add_argument("--full", action="store_true", help="the store for 60 s instead of 10, and 10,000,000 rows: minutes longer")
    parser.add_argument("--list", action="store_true", help="names of the measures")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="writes the table between the marks of this page")
    options = parser.parse_args()
    if options.list:
        print("\n".join(MEASURES))
        return
    raise_limit()
    machine = Machine(options.programs, options.binary)
    try:
        run = Run(machine, options)
        rows = measured(run, options.only or MEASURES)
    finally:
        machine.close()
    missed = [f"{row.measure}: {row.ratio or row.ours}" for row in rows if row.met == "no"]
    run.notes.append("Bars that are missed: " + ("; ".join(missed) if missed else "none") + ".")
    notes = "".join(f"\n{note}\n" for note in run.notes)
    print(f"\n{about()}\n\n{table.plain(rows)}\n{notes}")
    if options.markdown:
        table.write_page(options.markdown, f"{about()}.\n\n{table.markdown(rows)}{notes}")


if __name__ == "__main__":
    main()
