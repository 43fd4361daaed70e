"""CPU time for each request or event, beside nginx and haproxy."""

from load import Load
from table import compared
from windows import cpu_window, in_turns

RELAY_ONLY = "trace: { keep: 0 }\nlog: { access: false }"


def measured(run, measure, bar, load, unit="request", to="plain", ours=None, **options):
    """One row: the three proxies in turns under one load."""
    streams = unit == "event"
    machine = run.machine
    proxies = [machine.tokenpak(to, **(ours or {})), machine.nginx(to, streams), machine.haproxy(to)]
    window = cpu_window(load, unit + "s", run.seconds, **options)
    series = in_turns(window, proxies[0], proxies[1], proxies[2:], run.rounds)
    machine.stop(*proxies)
    return [compared(measure, unit, series, bar)]


def chat(run):
    return measured(run, "chat 1 KiB, 32 connections", 1.2, Load(run.machine, "chat 888"), connections=32)


def relay(run):
    load = Load(run.machine, "chat 888", path="/v1/moderations")
    return measured(run, "relay 1 KiB, trace and store off", 0.9, load, ours={"more": RELAY_ONLY, "store": ":memory:"}, connections=32)


MEASURES = {"chat": chat, "relay": relay}
