"""Latency that a proxy adds at a fixed rate: percentiles from the planned time of each request, less those of asking directly."""

import statistics

from cpu import in_front
from load import Load
from table import Row, verdict

RATE = 1000
BARS = {"p50_us": 80, "p99_us": 400}
QUIET = {"p50_us": 300, "p99_us": 2000}  # asked directly: above it, what else runs on the machine is what was measured


def added(run):
    """In each round all proxies in turn, and the provider itself before and behind."""
    machine = run.machine
    load = Load(machine, "chat 888")
    proxies = in_front(machine)
    seconds = max(run.seconds, 2)
    found = {(proxy.name, part): [] for proxy in proxies for part in BARS}
    direct = load.run(machine.provider.port, rate=RATE, connections=64, seconds=seconds)
    base = [direct]
    for _ in range(run.rounds):
        said = [(proxy, load.run(proxy.port, rate=RATE, connections=64, seconds=seconds)) for proxy in proxies]
        after = load.run(machine.provider.port, rate=RATE, connections=64, seconds=seconds)
        base.append(after)
        for proxy, one in said:
            for part in BARS:
                found[proxy.name, part].append(one[part] - (direct[part] + after[part]) / 2)
        direct = after
    machine.stop(*proxies)
    return [row(part, found, base) for part in BARS]


def row(part, found, base):
    ours = statistics.median(found["tokenpak", part])
    spread = f"({min(found['tokenpak', part]):.0f} to {max(found['tokenpak', part]):.0f})"
    directly = statistics.median(one[part] for one in base)
    measure = f"added latency at {RATE:,} requests/s, {part[:3]}, us (direct: {directly:.0f})"
    nginx, haproxy = (f"{statistics.median(found[name, part]):.0f}" for name in ("nginx", "haproxy"))
    met = verdict(ours, BARS[part]) if directly <= QUIET[part] else "machine busy"
    return Row(measure, f"{ours:.0f}", nginx, haproxy, spread, f"<= {BARS[part]}", met)


MEASURES = {"latency": added}
