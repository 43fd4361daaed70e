"""Clients that ask without pause, each request under a name of its own; what each of them got, and when."""

import socket
import threading
import time

import talk
from cell import Call, Cell
from provider_http import WELL
from scenario.values import Mismatch
from scenario.wire import Reset


def well(peer):
    peer.read_body()
    peer.send(WELL)


class AnyName(dict):
    """The same script for every name."""

    def __missing__(self, key):
        return well


class Load:
    """`with Load(rig, 4) as load`: threads that keep their connections; `got` maps names to (200 or what was wrong, when)."""

    def __init__(self, rig, threads=3, pause=0.001, prefix="load"):
        self.rig = rig
        self.pause = pause
        self.got = {}
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.ask_on, args=(f"{prefix}-{number}",), daemon=True) for number in range(threads)]
        rig.origin.scripts = AnyName(rig.origin.scripts)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(30)

    def ask_on(self, prefix):
        call, number = None, 0
        while not self.over.is_set():
            number += 1
            name = f"{prefix}-{number}"
            try:
                if call is None:
                    call = Call(self.rig, Cell("load", "none", "waiting", "openai", False))
                call.head = talk.head_bytes("POST", "/openai/v1/chat/completions", name, len(call.body))
                call.send()
                status, body, clean = call.read_all()
                result = 200 if (status, clean) == (200, True) else f"{status}, clean end {clean}: {body[:200]!r}"
            except (OSError, Mismatch, Reset) as error:
                result, call = type(error).__name__ + str(error)[:80], None
            self.got[name] = (result, time.monotonic())
            time.sleep(self.pause)
        if call:
            call.close()

    def failures(self):
        return {name: result for name, (result, _) in self.got.items() if result != 200}

    def served(self, before=None):
        """Names of requests whose reply was read, by that moment."""
        return {name for name, (result, when) in self.got.items() if result == 200 and (before is None or when <= before)}


def hold_open(port, count, data=b""):
    """Connections that say `data` and then nothing."""
    held = []
    for _ in range(count):
        sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        if data:
            sock.sendall(data)
        held.append(sock)
    return held
