"""Kept connections that die: idle, as a request leaves, and after it was read. Counted is what the provider has read."""

import os
import random
import signal
import threading
import time

from cell import Call, Cell
from provider_http import GOOD, WELL
from rig import Rig, attempt, eventually, need
from scenario.values import Mismatch
from scenario.wire import Reset

CONFIG = "retry: {attempts: 2, on: [connect, 500], backoff: 10ms}\n"
RACES = {False: 80, True: 2000}


def well(peer):
    peer.read_body()
    peer.send(WELL)


def ask(rig, name, script=well, send=None):
    """Status, body or code; `send` takes part in the sending."""
    cell = Cell("kept", name, "waiting", "openai", False)
    rig.origin.scripts[cell.name] = script
    call = Call(rig, cell)
    try:
        (send or Call.send)(call)
        status, body, _ = call.read_all()
    finally:
        call.close()
    return status, call.reply.get("x-tokenpak-error") or body, rig.origin.read[cell.name]


def expect(found, status, what, read):
    need(found == (status, what, read), f"got {found}, expected {(status, what, read)}")


def idle(rig):
    return rig.metrics().get(("tokenpak_upstream_idle_connections",), 0)


def keep_one(rig, name):
    """Exactly one kept connection, and its end at the provider."""
    eventually(lambda: rig.origin.close_kept() or idle(rig) == 0)  # a script may be about to keep one more
    expect(ask(rig, name), *GOOD, 1)
    need(eventually(lambda: len(rig.origin.kept) == 1 and idle(rig) == 1), "the connection was not kept")
    return next(iter(rig.origin.kept))


def closed_idle(rig, how):
    """Noticed at once; the next request takes a new connection and nobody learns of it."""
    waiting = keep_one(rig, f"{how}-idle-first")
    waiting.order(how)
    need(eventually(lambda: idle(rig) == 0), "the dead connection stays in the pool")
    expect(ask(rig, f"{how}-idle"), *GOOD, 1)


def closed_while_the_proxy_sleeps(rig, how):
    """Request and close lie in the proxy's sockets when it wakes."""
    waiting = keep_one(rig, f"{how}-asleep-first")

    def send(call):
        os.kill(rig.process.child.pid, signal.SIGSTOP)
        call.send()
        waiting.order(how)
        os.kill(rig.process.child.pid, signal.SIGCONT)

    expect(ask(rig, f"{how}-asleep", send=send), *GOOD, 1)


def closed_after_reading(rig, how):
    """It may have been billed: told to the client, and never sent again by itself."""
    keep_one(rig, f"{how}-read-first")

    def script(peer):
        peer.read_body()
        time.sleep(0.1)  # longer than a kernel delays its acknowledgement
        peer.reset() if how == "RST" else peer.close()

    expect(ask(rig, f"{how}-read", script), 502, "provider_unreachable", 1)


def retried_when_allowed(rig, how):
    """With `reset` in retry.on the one more attempt is the user's wish."""
    rig.write_config(CONFIG.replace("connect,", "connect, reset,"))
    need(rig.process.get("/admin/reload", "POST")[0] == 200, "no reload")
    keep_one(rig, f"{how}-allowed-first")
    times = []

    def script(peer):
        times.append(1)
        peer.read_body()
        if len(times) == 1:
            peer.reset() if how == "RST" else peer.close()
        else:
            peer.send(WELL)

    try:
        expect(ask(rig, f"{how}-allowed", script), *GOOD, 2)
    finally:
        rig.write_config(CONFIG)
        rig.process.get("/admin/reload", "POST")


def races(rig, count):
    """Closed at a random moment around the sending: never read twice, an error only if it may have been read."""
    found = {"served": 0, "failed": 0}
    for number in range(count):
        waiting = keep_one(rig, f"race-{number}-first")
        how, delay = random.choice(("FIN", "RST")), random.random() * 0.001
        timer = threading.Thread(target=lambda waiting=waiting, how=how, delay=delay: (time.sleep(delay), quietly(waiting, how)))
        timer.start()
        status, what, read = ask(rig, f"race-{number}")
        timer.join()
        need(read <= 1, f"race-{number} was read {read} times")
        need((status, what) == GOOD if status == 200 else what in ("provider_unreachable", "provider_broken_stream"), f"{status} {what}")
        need(status != 200 or read == 1, f"race-{number}: a reply to what was never read")
        found["served" if status == 200 else "failed"] += 1
    need(found["served"] > count / 4, f"{found}")


def quietly(waiting, how):
    try:
        waiting.order(how)
    except OSError:
        pass


CASES = (closed_idle, closed_while_the_proxy_sleeps, closed_after_reading, retried_when_allowed)


def first_footprint(rig):
    """When a connection has been kept once, and closed."""
    keep_one(rig, "first")
    return rig.footprint()


def run(binary, everything, patience, wanted="", **more):
    with Rig(binary, patience, CONFIG, **more) as rig:
        before = first_footprint(rig)
        results = [(f"kept-{case.__name__}-{how}", attempt(case, rig, how)) for case in CASES for how in ("FIN", "RST")]
        results.append(("kept-races", attempt(races, rig, RACES[everything])))
        results.append(("kept-nothing-is-left", attempt(rig.check_footprint, before, 5)))
    return results
