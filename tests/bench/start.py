"""From exec to the first answer, and memory of a daemon that has nothing to do."""

import os
import socket
import statistics
import subprocess
import time

from growth import filled
from table import Row

ROWS = 1_000_000
REQUEST = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def first_answer(machine, config, port, environment):
    """Milliseconds from exec to the first 200 of /health."""
    command = [machine.binary, "--config", config, "serve", "--port", str(port)]
    begin = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begin < 30:
            try:
                with socket.create_connection(("127.0.0.1", port)) as connection:
                    connection.sendall(REQUEST)
                    if connection.recv(64).startswith(b"HTTP/1.1 200"):
                        return (time.perf_counter() - begin) * 1000
            except OSError:
                pass
    finally:
        child.terminate()
        child.wait()
    raise SystemExit("the daemon did not answer")


def starts(machine, store, count):
    config = machine.home / "start.yaml"
    config.write_text(f'store: {{ path: "{store}" }}\n')
    environment = {"PATH": os.environ["PATH"], "HOME": str(machine.home)}
    port = next(machine.ports)
    return statistics.median(first_answer(machine, config, port, environment) for _ in range(count))


def start(run):
    machine = run.machine
    empty = starts(machine, machine.home / "start.db", 15)
    store = filled(machine, ROWS)
    full = starts(machine, store, 9)
    store.unlink()
    ours = machine.tokenpak()
    time.sleep(1)
    idle = ours.memory() / 1e6
    machine.stop(ours)
    return [
        Row("exec to the first answer, ms", f"{empty:.1f}"),
        Row(f"exec to the first answer with {ROWS:,} rows stored, ms", f"{full:.1f}"),
        Row("RSS with nothing to do, MB", f"{idle:.1f}"),
    ]


MEASURES = {"start": start}
