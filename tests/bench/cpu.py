"""CPU time for each request or event, beside nginx and haproxy."""

from load import Load
from table import compared, verdict
from windows import cpu_window, in_turns

RELAY_ONLY = "trace: { keep: 0 }\nlog: { access: false }"
ENDLESS = 100_000_000


def in_front(machine, to="plain", streams=False, ours=None):
    """The three proxies, ours first."""
    return [machine.tokenpak(to, **(ours or {})), machine.nginx(to, streams), machine.haproxy(to)]


def turns(run, load, unit, proxies, **options):
    """Windows of the proxies in turns; they are stopped behind them."""
    window = cpu_window(load, unit + "s", run.seconds, **options)
    series = in_turns(window, proxies[0], proxies[1], proxies[2:], run.rounds)
    run.machine.stop(*proxies)
    return series


def requests(run, measure, bar, load, to="plain", ours=None):
    proxies = in_front(run.machine, to, ours=ours)
    return [compared(measure, "request", turns(run, load, "request", proxies, connections=32), bar)]


def chat(run):
    return requests(run, "chat 1 KiB, 32 connections", 1.2, Load(run.machine, "chat 888"))


def relay(run):
    load = Load(run.machine, "chat 888", path="/v1/moderations")
    return requests(run, "relay 1 KiB, trace and store off", 0.9, load, ours={"more": RELAY_ONLY, "store": ":memory:"})


def chat16(run):
    return requests(run, "chat 16 KiB both ways", 1.3, Load(run.machine, "chat 16384", 16384))


def chat9(run):
    return requests(run, "chat 16 KiB, reply 9.6 KB", 1.3, Load(run.machine, "chat 9600", 16384))


def tls(run):
    return requests(run, "chat 1 KiB, provider over TLS, kept alive", 1.2, Load(run.machine, "chat 888"), to="tls")


def events(run, measure, load, **options):
    proxies = in_front(run.machine, streams=True)
    return [compared(measure, "event", turns(run, load, "event", proxies, **options), 1.4)]


def sse32(run):
    return events(run, "32 streams of 50 events, as fast as they come", Load(run.machine, "stream 50 0", stream=True), connections=32)


def sse64(run):
    return events(run, "64 streams of 50 events, as fast as they come", Load(run.machine, "stream 50 0", stream=True), connections=64)


def sse2000(run):
    load = Load(run.machine, f"stream {ENDLESS} 100", stream=True)
    return events(run, "2,000 streams, 10 events/s each", load, connections=2000, warm=2)


def new_connections(run, measure, to, bar_ms):
    """The provider closes after each reply, so that each request needs a connection of its own; the bar is absolute.

    One client: OpenSSL lets a ticket of TLS 1.3 be used once, so connections that begin before the next ticket has come are full ones.
    """
    proxies = in_front(run.machine, to)
    series = turns(run, Load(run.machine, "chat 888 close"), "request", proxies, connections=1)
    row = compared(measure, "request", series, bar_ms)
    row.bar, row.met = f"<= {bar_ms * 1000:.0f} us", verdict(series["tokenpak"].figure() / 1000, bar_ms)
    return [row]


def tls_resumed(run):
    return new_connections(run, "a new TLS connection for each request, resumed", "tls", 0.35)


def tls_full(run):
    return new_connections(run, "a new TLS connection for each request, full handshake", "full", 0.6)


MEASURES = {
    "chat": chat,
    "relay": relay,
    "chat16": chat16,
    "chat9": chat9,
    "sse32": sse32,
    "sse64": sse64,
    "sse2000": sse2000,
    "tls": tls,
    "tls-resumed": tls_resumed,
    "tls-full": tls_full,
}
