"""Resident memory: of idle clients, of open streams, and of very many of both at once."""

import time

from cpu import ENDLESS, in_front
from load import Load, release
from table import Row, verdict

KIB, MB = 1024, 1_000_000
IDLE, STREAMS = 8000, 2000
CROWD_IDLE, CROWD_STREAMS = 10_000, 2000


def settled(value, seconds=8):
    """What value() says once it no longer changes."""
    until, last = time.monotonic() + seconds, value()
    while time.monotonic() < until:
        time.sleep(0.7)
        now = value()
        if now == last:
            break
        last = now
    return last


def warmed(machine, proxy):
    """Resident memory of a proxy that has worked before."""
    Load(machine, "chat 888").run(proxy.port, connections=64, seconds=0.5)
    return settled(proxy.memory)


def cost(machine, proxy, load, kind, count):
    """Bytes of resident memory for each held connection."""
    before = warmed(machine, proxy)
    holder = load.hold(proxy.port, kind, count)
    during = settled(proxy.memory)
    release(holder)
    return (during - before) / count


def each(run, measure, load, kind, count, bar_kib, to="plain"):
    proxies = in_front(run.machine, to, kind == "stream")
    found = {}
    for proxy in proxies:
        found[proxy.name] = cost(run.machine, proxy, load, kind, count) / KIB
    run.machine.stop(*proxies)
    cells = [f"{found[name]:.1f}" for name in ("tokenpak", "nginx", "haproxy")]
    return [Row(f"memory of {measure}, KiB", *cells, "", f"<= {bar_kib}", verdict(found["tokenpak"], bar_kib))]


def stream_load(machine):
    return Load(machine, f"stream {ENDLESS} 1000", stream=True)


def idle(run):
    return each(run, "an idle client connection", Load(run.machine, "chat 888"), "idle", IDLE, 1)


def stream(run):
    return each(run, "an open stream", stream_load(run.machine), "stream", STREAMS, 8)


def stream_tls(run):
    return each(run, "an open stream, provider over TLS", stream_load(run.machine), "stream", STREAMS, 64, "tls")


def crowd(run):
    """Idle clients, open streams and ordinary requests at once; then all leave."""
    ours = run.machine.tokenpak()
    chat = Load(run.machine, "chat 888")
    warmed(run.machine, ours)
    descriptors = settled(ours.descriptors)
    holders = [chat.hold(ours.port, "idle", CROWD_IDLE), stream_load(run.machine).hold(ours.port, "stream", CROWD_STREAMS)]
    others = chat.run(ours.port, rate=500, connections=32, seconds=max(5, run.seconds), warm=1)
    rss = ours.memory() / MB
    open_then = ours.descriptors()
    errors = sum(release(holder) for holder in holders)
    left = settled(ours.descriptors, 15)
    rss_after = settled(ours.memory) / MB
    run.machine.stop(ours)
    name = f"{CROWD_IDLE:,} idle clients and {CROWD_STREAMS:,} open streams at once"
    p99 = others["p99_us"] / 1000
    return [
        Row(f"{name}: RSS, MB (after they left: {rss_after:.0f})", f"{rss:.0f}", bar="<= 160", met=verdict(rss, 160)),
        Row(f"{name}: descriptors before, during, after", f"{descriptors} {open_then} {left}", bar="no more than before",
            met=verdict(left, descriptors)),
        Row(f"{name}: p99 of 500 other requests/s, ms", f"{p99:.2f}", bar="<= 2", met=verdict(p99, 2)),
        Row(f"{name}: streams or clients lost", str(errors), bar="0", met=verdict(errors, 0)),
    ]  # fmt: skip


MEASURES = {"memory-idle": idle, "memory-stream": stream, "memory-stream-tls": stream_tls, "crowd": crowd}
