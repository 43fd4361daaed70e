"""Requests as an SDK sends them, and one run of the load generator."""

import json
import subprocess

HEAD = """POST {path} HTTP/1.1\r
host: 127.0.0.1:{port}\r
accept: application/json\r
accept-encoding: gzip, deflate\r
user-agent: OpenAI/Python 1.99.6\r
authorization: Bearer sk-proj-0123456789abcdefghijklmnopqrstuvwxyz0123456789\r
content-type: application/json\r
x-stainless-arch: x64\r
x-stainless-async: false\r
x-stainless-lang: python\r
x-stainless-os: Linux\r
x-stainless-package-version: 1.99.6\r
x-stainless-read-timeout: 600\r
x-stainless-retry-count: 0\r
x-stainless-runtime: CPython\r
x-stainless-runtime-version: 3.11.2\r
x-bench: {reply}\r
content-length: {size}\r
\r
"""
PROSE = 'Please read what follows and say in two sentences what it costs.\nThe "invoice" has three lines; none of them is long. '


class Failed(Exception):
    """A run in which a request was not answered with 200."""


def body_of(size, stream):
    """A chat request of just `size` bytes, or one word long."""
    fields = {"model": "gpt-4o", "temperature": 0.7}
    if stream:
        fields |= {"stream": True, "stream_options": {"include_usage": True}}
    fields["messages"] = [{"role": "system", "content": "You are a careful assistant."}, {"role": "user", "content": ""}]
    room = size - len(json.dumps(fields))
    text = (PROSE * (max(room, 1) // len(PROSE) + 1))[: max(room, 1)]
    while text and len(json.dumps(text)) - 2 > max(room, 1):
        text = text[:-1]
    fields["messages"][1]["content"] = text + "." * (room - len(json.dumps(text)) + 2)
    return json.dumps(fields)


class Load:
    """The program `load` with a request of its own."""

    def __init__(self, machine, reply, size=1024, path="/v1/chat/completions", stream=False):
        self.machine, self.reply, self.path = machine, reply, path
        self.body = body_of(size, stream)

    def command(self, port, options):
        file = self.machine.home / f"request-{port}-{abs(hash((self.reply, self.path, self.body)))}"
        file.write_text(HEAD.format(path=self.path, port=port, reply=self.reply, size=len(self.body)) + self.body, newline="")
        words = [self.machine.programs / "bench_load", "--port", str(port), "--request", file]
        for name, value in options.items():
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
        return words

    def run(self, port, **options):
        """What the run says: requests, events, errors, seconds, cpu_us, p50_us, p90_us, p99_us, max_us."""
        done = subprocess.run(self.command(port, options), capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        said = json.loads(done.stdout)
        if said["errors"] or not said["requests"] + said["events"]:
            raise Failed(f"{said['errors']} errors, {said['requests']} requests on port {port}")
        return said

    def hold(self, port, kind, connections, parallel=64):
        """A process that holds that many connections; they are open when this returns. End it with `release`."""
        words = self.command(port, {"hold": kind, "connections": connections, "parallel": parallel})
        holder = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if holder.stdout.readline() != "open\n":
            holder.kill()
            raise Failed(f"could not open {connections} connections to port {port}")
        return holder


def release(holder):
    """Closes what it holds; the errors that it saw."""
    out, _ = holder.communicate("")
    return json.loads(out)["errors"]
