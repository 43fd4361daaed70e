"""Attempts to deny service: what one client or provider sends must cost the proxy little, and others are served meanwhile."""

import json
import pathlib
import resource
import threading
import time

import talk
from cell import Call, Cell
from load import hold_open
from pressure import cpu_seconds, ended, status_of
from provider_http import WELL
from rig import Rig, eventually, need
from scenario import codings
from scenario.wire import Body, Head, Wire, chunk

SILENT = {False: 2_000, True: 20_000}
MESSAGES = {False: 20_000, True: 1_000_000}
BOMB = 100 << 20
DEEP = 500_000
ENDLESS = 100 << 20
KEYS = 50_000
HEALTH = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Cost:
    """`with Cost(rig, ...)`: CPU seconds and megabytes at the peak that the proxy may use within."""

    def __init__(self, rig, seconds, megabytes):
        self.rig, self.pid = rig, rig.process.child.pid
        factor = 8 if rig.slow else 1
        self.seconds, self.megabytes = seconds * factor * rig.patience, megabytes * factor

    def memory(self, name):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(name + ":")[2].split()[0]) / 1024

    def __enter__(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # the peak starts anew
        self.cpu, self.before = cpu_seconds(self.pid), self.memory("VmRSS")
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            used, grown = cpu_seconds(self.pid) - self.cpu, self.memory("VmHWM") - self.before
            need(used <= self.seconds, f"{used:.2f} s of CPU, more than {self.seconds}")
            need(grown <= self.megabytes, f"{grown:.1f} MB at the peak, more than {self.megabytes}")


def post(rig, name, body, fields=(), path="/openai/v1/chat/completions", answer=WELL, patience=1.0):
    """Status, our code and the body of one request."""
    call = Call(rig, Cell("deny", name, "waiting", "openai", False))
    rig.origin.scripts[name] = lambda peer: (peer.read_body(), peer.send(answer))
    call.head, call.body, call.limit = talk.head_bytes("POST", path, name, len(body), fields), body, 60 * patience
    try:
        call.send()
        status, data, clean = call.read_all()
        return status, call.reply.get("x-tokenpak-error"), data if clean else None
    finally:
        call.close()


def allowed_connections(count):
    """As many of them as this machine allows both to us and to the proxy."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(count, hard - 1000)


def slow_heads(binary, everything, patience):
    """Slowloris: a head that comes byte by byte ends with listen.header_timeout, however lively it is."""
    with Rig(binary, patience, "listen: {header_timeout: 1s}") as rig:
        held = hold_open(rig.port, 200, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        until = time.monotonic() + 10 * patience
        while len(ended(held)) < len(held) and time.monotonic() < until:
            for sock in held:
                try:
                    sock.send(b"x")
                except OSError:
                    pass
            need(status_of(rig, "between") == (200, None), "another client is not served")
            time.sleep(0.05)
        replies = [sock.recv(4096) for sock in held]
        need(all(b" 408 " in reply for reply in replies), f"no 408: {[reply for reply in replies if b' 408 ' not in reply][:1]}")
        for sock in held:
            sock.close()
        need(eventually(rig.settled, 5 * patience), "still busy")


def silent(binary, everything, patience):
    """Connections that say nothing: little memory each, and the end with listen.header_timeout."""
    count = allowed_connections(SILENT[everything])
    with Rig(binary, patience, "listen: {header_timeout: 4s, max_connections: 30000}") as rig:
        need(status_of(rig, "warm") == (200, None), "not served at first")
        with Cost(rig, 4, count * 2 / 1024 + 4):
            held = hold_open(rig.port, count)
            need(status_of(rig, "between") == (200, None), "another client is not served")
        need(eventually(lambda: len(ended(held)) == count, 20 * patience), f"{len(ended(held))} of {count} were ended")
        for sock in held:
            sock.close()
        need(eventually(rig.settled, 5 * patience), f"still connected: {rig.json_at('/stats')['process']}")


def too_many(binary, everything, patience):
    """listen.max_connections: one more is told so, and let in when another has left."""
    with Rig(binary, patience, "listen: {max_connections: 20}") as rig:
        held = hold_open(rig.port, 40)
        need(eventually(lambda: len(ended(held)) >= 20), f"{len(ended(held))} of 40 were turned away")
        need(not ended(held[:15]), "turned away within the limit")
        wire = Wire(held[-1])
        head = Head(wire.read_until(b"\r\n\r\n", time.monotonic() + 5 * patience))
        told = Body(wire, head, True, True).read_all(time.monotonic() + 5 * patience)
        need(head.start.startswith("HTTP/1.1 503") and head.get("x-tokenpak-error") == "own_overloaded", f"{head.raw} {told}")
        need(head.get("retry-after"), "retry-after is missing")
        need(wire.ends(time.monotonic() + 5 * patience), "it is still open")
        for sock in held:
            sock.close()
        need(eventually(lambda: status_of(rig, "after") == (200, None), 5 * patience), "not served afterwards")


def bombs(binary, everything, patience):
    """A small body that decodes to 100 MB: refused as a request, passed as it is as a reply, broken off where it must be decoded."""
    text = b'{"model":"gpt-4o","messages":[],"x":"' + b" " * BOMB + b'"}'
    with Rig(binary, patience, "listen: {max_body: 1m}\nretry: {attempts: 1}") as rig:
        need(status_of(rig, "warm") == (200, None), "not served at first")
        for coding in codings.ENCODERS:
            body = codings.ENCODERS[coding](text)
            with Cost(rig, 1, 16):
                found = post(rig, f"bomb-{coding}", body, [f"content-encoding: {coding}"], patience=patience)
                need(found[:2] == (413, "caller_too_large"), f"{coding}: {found}")
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: %s\r\n" % coding.encode()
            reply = head + b"content-length: %d\r\n\r\n" % len(body) + body
            with Cost(rig, 2, 16):
                found = post(rig, f"bomb-reply-{coding}", b'{"model":"gpt-4o","messages":[]}', answer=reply, patience=patience)
                need(found[0] == 200 and found[2] == body, f"{coding}: status {found[0]}, {len(found[2] or b'')} of {len(body)} bytes")
            stream = head.replace(b"application/json", b"text/event-stream") + b"transfer-encoding: chunked\r\n\r\n" + chunk(body) + b"0\r\n\r\n"
            with Cost(rig, 2, 32):
                found = post(rig, f"bomb-stream-{coding}", b'{"model":"gpt-4o","messages":[],"stream":true}', answer=stream, patience=patience)
                need(found[:2] == (200, None) and found[2] is None, f"{coding}: status {found[0]} {found[1]}, {len(found[2] or b'')} bytes")


def many_names(binary, everything, patience):
    """Thousands of names, different, equal, or made to collide in a simple hash: time grows with their number and not faster."""
    same = b'"aaaaaaaa":1,' * KEYS
    apart = b"".join(b'"%08x":1,' % number for number in range(KEYS))
    pairs = b"".join(b'"%s":1,' % bytes(b"AaBB"[(number >> bit & 1) * 2 + half] for bit in range(16) for half in (0, 1)) for number in range(KEYS))
    fields = [f"x-{number}: y" for number in range(9_000)]
    with Rig(binary, patience, "listen: {max_header: 1m}") as rig:
        for name, keys in (("same", same), ("apart", apart), ("colliding", pairs)):
            with Cost(rig, 0.5, 16):
                found = post(rig, f"keys-{name}", b'{"model":"gpt-4o","messages":[],' + keys + b'"z":0}', patience=patience)
                need(found[0] == 200, f"{name}: {found}")
        for name, given in (("fields", fields), ("fields-same", ["x-a: y"] * 9_000), ("connection", ["connection: x-a"] * 9_000)):
            with Cost(rig, 0.5, 16):
                found = post(rig, name, b'{"model":"gpt-4o","messages":[]}', given, patience=patience)
                need(found[0] == 200, f"{name}: {found}")
        named = ",".join(f"x-{number}" for number in range(9_000))
        with Cost(rig, 0.5, 16):
            found = post(rig, "all-named", b'{"model":"gpt-4o","messages":[]}', [*fields, f"connection: {named}"], patience=patience)
            need(found[0] == 200, f"all-named: {found}")


def tiny_messages(binary, everything, patience):
    """Many requests in one stream of bytes: all answered, in bounded memory, while others are served."""
    count = MESSAGES[everything]
    with Rig(binary, patience) as rig:
        sock = hold_open(rig.port, 1)[0]
        sock.setblocking(False)
        left, got, tail = memoryview(HEALTH * count), 0, b""
        with Cost(rig, 0.00008 * count, 16):
            until = time.monotonic() + (20 + count / 2000) * patience
            while got < count and time.monotonic() < until:
                try:
                    left = left[sock.send(left[:65536]) :] if left else left
                except BlockingIOError:
                    pass
                try:
                    data = tail + sock.recv(1 << 18)
                    got, tail = got + data.count(b"HTTP/1.1 200"), data[-11:]
                except BlockingIOError:
                    time.sleep(0.001)
                if got % 5000 < 10:
                    need(rig.process.get("/health")[0] == 200, "another client is not served")
        sock.close()
        need(got == count, f"{got} of {count} replies")


def odd_json(binary, everything, patience):
    """Depth, long numbers and long strings, in requests and in replies: passed on or refused, at once."""
    deep = b'{"model":"gpt-4o","messages":' + b"[" * DEEP + b"]" * DEEP + b"}"
    objects = b'{"model":"gpt-4o","messages":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}"
    open_ones = b'{"model":"gpt-4o","messages":' + b"[" * DEEP
    digits = b'{"model":"gpt-4o","messages":[],"max_tokens":' + b"9" * 1_000_000 + b',"seed":-1e999999999}'
    escapes = b'{"model":"gpt-4o","messages":["' + b"\\u0000" * 200_000 + b'"]}'
    usages = (b"9" * 400, b"1e400", b"-1", b"1.5", b"18446744073709551616", b'"7"', b"[[[]]]", b"null", b"9223372036854775807")
    plain = b'{"model":"gpt-4o","messages":[]}'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    with Rig(binary, patience) as rig:
        bodies = {"deep": deep, "objects": objects, "open": open_ones, "digits": digits, "escapes": escapes}
        for name, body in bodies.items():
            with Cost(rig, 0.5, 24):
                found = post(rig, f"request-{name}", body, patience=patience)
                need(found[0] == 400 if body is open_ones else found[0] in (200, 400), f"{name}: {found[:2]}")
            with Cost(rig, 0.5, 24):
                found = post(rig, f"reply-{name}", plain, answer=head % len(body) + body, patience=patience)
                need(found[0] == 200 and found[2] == body, f"{name} as a reply: {found[:2]}")
        for number, usage in enumerate(usages):
            body = b'{"model":"gpt-4o","usage":{"prompt_tokens":%s,"completion_tokens":%s}}' % (usage, usage)
            found = post(rig, f"usage-{number}", plain, answer=head % len(body) + body)
            need(found[0] == 200 and found[2] == body, f"usage {usage[:30]}: {found}")
        tokens = rig.json_at("/stats")["tokens"]
        need(all(0 <= value < 1 << 63 for value in tokens.values()), f"the sums are {json.dumps(tokens)}")


def push_on(sock, seconds):
    """Chunks without end; how much went before nobody took more, and whether the other side has ended it."""
    sock.settimeout(1)
    data, sent, until = chunk(b"z" * 0x10000), 0, time.monotonic() + seconds
    while time.monotonic() < until and sent < ENDLESS:
        try:
            sent += sock.send(data[sent % len(data) :])
        except TimeoutError:
            return sent, False
        except OSError:
            return sent, True
    return sent, False


def endless_bodies(binary, everything, patience):
    """An upload that never ends: passed on as it comes, held back when the provider takes no more, cut off when it was refused."""
    head = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nx-request-id: %s\r\ntransfer-encoding: chunked\r\n\r\n"
    over_with = threading.Event()
    with Rig(binary, patience) as rig:
        need(status_of(rig, "warm") == (200, None), "not served at first")
        rig.origin.scripts["taken"] = lambda peer: all(peer.read_some(1 << 20) for _ in range(ENDLESS >> 20))
        rig.origin.scripts["not-taken"] = lambda peer: (over_with.wait(120), peer.close())
        with Cost(rig, 4, 8):
            sent, over = push_on(hold_open(rig.port, 1, head % (b"/openai/v1/files", b"taken"))[0], 60 * patience)
            need(sent >= ENDLESS and not over, f"passed on: only {sent} bytes were taken, ended {over}")
        with Cost(rig, 1, 8):
            sock = hold_open(rig.port, 1, head % (b"/openai/v1/files", b"not-taken"))[0]
            sent, over = push_on(sock, 60 * patience)
            need(sent < 24 << 20 and not over, f"held back: {sent} bytes were taken, ended {over}")
            sock.close()
        with Cost(rig, 1, 8):
            sock = hold_open(rig.port, 1, head % (b"/nowhere", b"refused"))[0]
            sent, over = push_on(sock, 60 * patience)
            need(over and sent < 40 << 20, f"refused: {sent} bytes were taken, ended {over}")
            sock.close()
        over_with.set()
        need(eventually(rig.settled, 5 * patience), "still busy")


CASES = {
    "slow-heads": slow_heads,
    "silent": silent,
    "too-many": too_many,
    "bombs": bombs,
    "many-names": many_names,
    "tiny-messages": tiny_messages,
    "odd-json": odd_json,
    "endless-bodies": endless_bodies,
}
