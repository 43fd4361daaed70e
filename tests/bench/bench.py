#!/usr/bin/env python3
"""Figures of the daemon beside nginx as proxy, in the same run; prints them, asserts nothing.

A mock provider (nginx, one worker) answers a chat of 1 KiB; wrk asks through nginx and through the daemon in turns, and the
CPU time of each proxy's process is divided by the requests it carried. A ratio says how many times nginx's CPU we use.
"""

import argparse
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from scenario.process import Process, reserve_port  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
ROWS = 1_000_000

HTTP = """
worker_processes 1; daemon off; master_process off; pid {home}/{name}.pid; error_log {home}/{name}.err;
events {{ worker_connections 4096; }}
http {{ access_log {log}; keepalive_requests 1000000000; client_body_temp_path {home}/{name}.body; proxy_temp_path {home}/{name}.proxy;
  fastcgi_temp_path {home}/{name}.f; uwsgi_temp_path {home}/{name}.u; scgi_temp_path {home}/{name}.s;
  {inside} }}
"""
MOCK = "server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ default_type application/json; return 200 '{body}'; }} }}"
PROXY = """upstream mock {{ server 127.0.0.1:{target}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ proxy_http_version 1.1; proxy_set_header Connection "";
    client_body_buffer_size 64k; proxy_pass http://mock; }} }}"""
WRK = """wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{body}]]
"""


def chat_of(size, reply):
    """A chat request or reply of just that many bytes."""
    frame = (
        '{"id":"c1","object":"chat.completion","model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"PAD"},'
        '"finish_reason":"stop"}],"usage":{"prompt_tokens":200,"completion_tokens":180,"total_tokens":380}}'
        if reply
        else '{"model":"gpt-4o","messages":[{"role":"user","content":"PAD"}]}'
    )
    return frame.replace("PAD", "x" * (size - len(frame) + 3))


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid):
    """(resident, private) in MB."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    size = {name: int(kilobytes) for name, kilobytes in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
    return size["Rss"] / 1024, (size["Private_Clean"] + size["Private_Dirty"]) / 1024


class Nginx:
    """One nginx process with a config of its own."""

    def __init__(self, home, name, inside, log="off"):
        self.file = home / f"{name}.conf"
        self.file.write_text(HTTP.format(home=home, name=name, inside=inside, log=log))
        self.child = subprocess.Popen([NGINX, "-c", self.file, "-p", home], stderr=subprocess.DEVNULL)

    def stop(self):
        self.child.terminate()
        self.child.wait()


def wait_for(port):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"nothing listens on port {port}")


def first_answer(daemon):
    """Milliseconds from exec to the first 200 of /health."""
    request = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    start = time.perf_counter()
    command = [daemon.binary, "--config", str(daemon.config), "serve", "--port", str(daemon.port)]
    with daemon.log.open("ab") as log:
        daemon.child = subprocess.Popen(command, env=daemon.environment, stdout=log, stderr=log)
    while time.perf_counter() - start < 30:
        try:
            with socket.create_connection(("127.0.0.1", daemon.port)) as connection:
                connection.sendall(request)
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return (time.perf_counter() - start) * 1000
        except OSError:
            pass
    raise SystemExit("the daemon did not answer:\n" + daemon.log_text()[-2000:])


def end(daemon):
    daemon.signal("TERM")
    daemon.wait(30)


def starts(daemon, count):
    times = []
    for _ in range(count):
        times.append(first_answer(daemon))
        end(daemon)
    return statistics.median(times)


def load(script, port, pid, seconds):
    """(CPU microseconds per request, requests per second) of one window."""
    before = cpu_seconds(pid)
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}/v1/chat/completions"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(pid) - before
    count = int(re.search(r"(\d+) requests in", out).group(1))
    if "Non-2xx" in out or "Socket errors" in out:
        print("  " + " ".join(line.strip() for line in out.split("\n") if "Non-2xx" in line or "Socket errors" in line))
    return used * 1e6 / count, count / seconds


def fill(path, wanted):
    """Copies the rows that are there until there are `wanted`."""
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(request)") if row[1] != "id"]
    names = ", ".join(columns)
    while (count := database.execute("SELECT count(*) FROM request").fetchone()[0]) < wanted:
        database.execute(f"INSERT INTO request ({names}) SELECT {names} FROM request LIMIT {wanted - count}")
    database.execute("UPDATE counter SET value = ? WHERE name = 'rows'", (wanted,))
    database.commit()
    database.close()


def compare(script, daemon, proxy_port, nginx, arguments):
    print(f"chat 1 KiB, 32 connections, {arguments.rounds} rounds of {arguments.seconds} s each, in turns:")
    ratios = []
    for _ in range(arguments.rounds):
        theirs, their_rate = load(script, proxy_port, nginx.child.pid, arguments.seconds)
        ours, our_rate = load(script, daemon.port, daemon.child.pid, arguments.seconds)
        ratios.append(ours / theirs)
        print(f"  nginx {theirs:6.1f} us/request ({their_rate:6.0f}/s)   tokenpak {ours:6.1f} us/request ({our_rate:6.0f}/s)   ratio {ours / theirs:.2f}")
    print(f"CPU per request, tokenpak / nginx: median {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


def measure(home, arguments):
    ports = [reserve_port() for _ in range(2)]
    (mock_port, _), (proxy_port, _) = ports
    mock = Nginx(home, "mock", MOCK.format(port=mock_port, body=chat_of(1024, True)))
    nginx = Nginx(home, "proxy", PROXY.format(port=proxy_port, target=mock_port), log=home / "access.log")
    script = home / "post.lua"
    script.write_text(WRK.format(body=chat_of(1024, False)))
    daemon = Process(arguments.binary, home, 1.0)
    daemon.config.write_text(f"providers:\n  openai: {{ base_url: 'http://127.0.0.1:{mock_port}/v1' }}\n")
    try:
        wait_for(mock_port)
        wait_for(proxy_port)
        print(f"exec to first answer: {starts(daemon, 15):.1f} ms (median of 15)")
        first_answer(daemon)
        time.sleep(1)
        print("idle memory: {:.1f} MB resident, {:.1f} MB private".format(*memory(daemon.child.pid)))
        compare(script, daemon, proxy_port, nginx, arguments)
        time.sleep(2)
        print("memory after the load: {:.1f} MB resident, {:.1f} MB private".format(*memory(daemon.child.pid)))
        end(daemon)
        fill(home / ".tokenpak/monitor.db", ROWS)
        print(f"exec to first answer with {ROWS:,} rows: {starts(daemon, 9):.1f} ms (median of 9)")
    finally:
        mock.stop()
        nginx.stop()
        if daemon.running():
            daemon.child.kill()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", required=True)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--rounds", type=int, default=5)
    with tempfile.TemporaryDirectory(prefix="tokenpak-bench-") as home:
        measure(pathlib.Path(home), options.parse_args())


if __name__ == "__main__":
    main()
