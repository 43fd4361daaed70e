"""The store under a high rate: nothing dropped, and no turn of the loop that takes long."""

import metrics
from load import Load
from memory import settled
from table import Row, verdict

RATE = 10_000
TURNS = {"CPU": "tokenpak_loop_turn_cpu_seconds", "wall": "tokenpak_loop_turn_seconds"}


def turn_row(kind, before, after):
    """How many turns of the loop took more than a millisecond; only CPU has a bar: wall time counts what others ran meanwhile."""
    name = TURNS[kind]
    counts = metrics.buckets(after, name)
    if not counts:
        return Row(f"turns of the loop above 1 ms of {kind} time", "not measured", bar="0" if kind == "CPU" else "")
    slow, total = metrics.above(counts, metrics.buckets(before, name), 0.001)
    met = verdict(slow, 0) if kind == "CPU" else ""
    return Row(f"turns of the loop above 1 ms of {kind} time, of {total:,.0f}", f"{slow:.0f}", bar="0" if kind == "CPU" else "", met=met)


def store(run):
    ours = run.machine.tokenpak()
    load = Load(run.machine, "chat 888")
    load.run(ours.port, connections=64, seconds=0.5)
    before = metrics.get(ours, "/metrics")
    said = load.run(ours.port, rate=RATE, connections=128, seconds=run.store_seconds, pid=ours.pid)
    after = metrics.get(ours, "/metrics")
    queued = settled(lambda: metrics.value(metrics.get(ours, "/metrics"), "tokenpak_store_queued"))
    text = metrics.get(ours, "/metrics")
    dropped = metrics.value(text, "tokenpak_store_dropped_total")
    asked = metrics.value(text, "tokenpak_requests_total")
    rows = metrics.stats(ours)["store"]["rows"]
    run.machine.stop(ours)
    name = f"store, {RATE:,} requests/s for {run.store_seconds:g} s"
    rate, p99 = said["requests"] / said["seconds"], said["p99_us"] / 1000
    return [
        Row(f"{name}: rows dropped", f"{dropped:.0f}", bar="0", met=verdict(dropped, 0)),
        Row(f"{name}: requests without a row, rows still queued", f"{asked - rows - queued:.0f} {queued:.0f}", bar="0 0",
            met=verdict(abs(asked - rows) + queued, 0)),
        Row(f"{name}: served/s, p99 in ms, CPU us/request", f"{rate:,.0f} {p99:.2f} {said['cpu_us'] / said['requests']:.1f}"),
        *(turn_row(kind, before, after) for kind in TURNS),
    ]  # fmt: skip


MEASURES = {"store": store}
