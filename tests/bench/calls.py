"""System calls for each request, counted from outside by perf trace or, without it, strace."""

import re
import shutil
import signal
import subprocess
import time

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
    """{name: calls a request} of the whole process: all that it made for the requests of one run."""
    perf = perf_works()
    command = ["perf", "trace", "-s", "-m", "4096"] if perf else ["strace", "-c", "-f"]
    tracer = subprocess.Popen([*command, "-o", output, "-p", str(proxy.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    said = load.run(proxy.port, connections=32, seconds=seconds)
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    found = {}
    for name, count in (perf_counts if perf else strace_counts)(output.read_text()):
        found[name] = found.get(name, 0) + int(count) / said["all_requests"]
    return found


def calls(run):
    proxies = in_front(run.machine)
    load = Load(run.machine, "chat 888")
    cells, details = {}, []
    for proxy in proxies:
        load.run(proxy.port, connections=32, seconds=0.3)
        found = counted(proxy, load, max(run.seconds, 2), run.machine.home / f"calls-{proxy.name}")
        waits = sum(found.get(name, 0) for name in WAITS)
        cells[proxy.name] = (sum(found.values()) - waits, waits)
        most = sorted(found.items(), key=lambda pair: -pair[1])
        details.append(f"{proxy.name}: " + ", ".join(f"{name} {count:.2f}" for name, count in most if count >= 0.005))
    run.machine.stop(*proxies)
    others, waits = cells["tokenpak"]
    met = "yes" if others <= BAR and waits <= WAIT_BAR else "no"
    shown = [f"{cells[name][0]:.2f} + {cells[name][1]:.2f}" for name in ("tokenpak", "nginx", "haproxy")]
    run.notes.append("System calls a request. " + "; ".join(details) + ".")
    return [Row("system calls a request + epoll_wait", *shown, bar=f"<= {BAR} + {WAIT_BAR}", met=met)]


MEASURES = {"calls": calls}
