"""System calls for each request, counted from outside by perf trace or, without it, strace."""

import re
import shutil
import signal
import subprocess
import threading

from cpu import in_front
from load import Load
from table import Row

BAR, WAIT_BAR = 5, 0.2
WAITS = ("epoll_wait", "epoll_pwait", "epoll_pwait2")


def perf_works():
    return shutil.which("perf") and subprocess.run(["perf", "trace", "-s", "true"], capture_output=True).returncode == 0


def perf_counts(text):
    return re.findall(r"^ +([a-z_0-9]+) +(\d+) +\d+ +[\d.]+ ", text, re.M)


def strace_counts(text):
    lines = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ )? *([a-z_0-9]+)$", text, re.M)
    return [(name, count) for count, name in lines if name != "total"]


def counted(proxy, load, seconds, output):
    """{name: calls a request} of the whole process, counted while the load runs, and the requests of that time."""
    perf = perf_works()
    command = ["perf", "trace", "-s", "-o", output, "-p", str(proxy.pid)] if perf else ["strace", "-c", "-f", "-o", output, "-p", str(proxy.pid)]
    said = {}
    # The load outlives the counting, so that each counted call belongs to a request; the rate is known from its own measure.
    thread = threading.Thread(target=lambda: said.update(load.run(proxy.port, connections=32, warm=0.5, seconds=seconds + 1)))
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    thread.start()
    thread.join()
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    found = {}
    for name, count in (perf_counts if perf else strace_counts)(output.read_text()):
        found[name] = found.get(name, 0) + int(count)
    return found, said


def share(found):
    """(other calls, waits) of a request. Each request is one write to a client, so the writes of nginx count requests exactly."""
    waits = sum(found.get(name, 0) for name in WAITS)
    return sum(found.values()) - waits, waits


def calls(run):
    proxies = in_front(run.machine)
    load = Load(run.machine, "chat 888")
    cells, details = {}, {}
    for proxy in proxies:
        load.run(proxy.port, connections=32, seconds=0.3)
        found, said = counted(proxy, load, max(run.seconds, 2), run.machine.home / f"calls-{proxy.name}")
        # Measured and warming seconds alike: all requests from the first to the last.
        requests = said["all_requests"]
        others, waits = share(found)
        cells[proxy.name] = (others / requests, waits / requests)
        details[proxy.name] = ", ".join(f"{name} {count / requests:.2f}" for name, count in sorted(found.items(), key=lambda pair: -pair[1])
                                        if count / requests >= 0.005)  # fmt: skip
    run.machine.stop(*proxies)
    others, waits = cells["tokenpak"]
    met = "yes" if others <= BAR and waits <= WAIT_BAR else "no"
    shown = [f"{cells[name][0]:.2f} + {cells[name][1]:.2f}" for name in ("tokenpak", "nginx", "haproxy")]
    run.notes.append("System calls a request: " + "; ".join(f"{name}: {text}" for name, text in details.items()) + ".")
    return [Row("system calls a request + epoll_wait", *shown, bar=f"<= {BAR} + {WAIT_BAR}", met=met)]


MEASURES = {"calls": calls}
