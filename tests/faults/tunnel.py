"""Providers behind a proxy that the environment names: CONNECT in plain text and over TLS, SOCKS, and what goes around it."""

import contextlib
import socket
import threading

import talk
from cell import OK, Call, Cell, check_reply
from origin import Origin
from provider_faults import UNREACHABLE
from rig import Rig, Skip, attempt, need
from tls_origin import TlsOrigin, context_of

HELLO = 0x16  # the first byte of a TLS handshake


def pump(source, target, first=None):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if first is not None:
                first.append(data[0])
                first = None
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


class Tunneller:
    """A proxy on a port of its own; notes where it was sent and the first byte that went there."""

    def __init__(self, kind, context=None, refuses=False):
        self.kind = kind
        self.context = context
        self.refuses = refuses
        self.targets = []
        self.firsts = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"{self.kind}://127.0.0.1:{self.port}"

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.socket.accept()[0],), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError, ValueError), client:
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
            host, port = self.greet_socks(client) if self.kind.startswith("socks") else self.greet(client)
            self.targets.append(f"{host}:{port}")
            if self.refuses:
                client.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
                return
            with socket.create_connection((host, port)) as target:
                client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00" if self.kind.startswith("socks") else b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pump, args=(target, client), daemon=True)
                back.start()
                pump(client, target, self.firsts)
                back.join()

    @staticmethod
    def greet(client):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        method, target, _ = head.split(b" ", 2)
        if method != b"CONNECT":
            raise ValueError(method)
        host, _, port = target.decode().rpartition(":")
        return host, int(port)

    @staticmethod
    def greet_socks(client):
        client.recv(client.recv(2)[1])
        client.sendall(b"\x05\x00")
        kind = client.recv(4)[3]
        size = {1: 4, 3: 0}[kind] or client.recv(1)[0]
        host = client.recv(size)
        return host.decode() if kind == 3 else socket.inet_ntoa(host), int.from_bytes(client.recv(2), "big")

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def served(rig, name, stream, phase="whole"):
    """A good reply, byte for byte; the phase `upload` has a body that does not fit into sockets."""
    cell = Cell("tunnel", name, phase, "openai", stream)
    sent = bytearray()

    def script(peer):
        asked = talk.read(peer.read_body())
        kind, pieces = talk.reply_parts("openai", stream, asked)
        sent.extend(talk.without_usage(pieces))
        peer.send(b"".join(talk.framed(kind, pieces, True)))

    rig.origin.scripts[cell.name] = script
    call = Call(rig, cell)
    try:
        call.send()
        check_reply(call, OK, sent)
    finally:
        call.close()


def refused(rig, name, words):
    call = Call(rig, Cell("tunnel", name, "whole", "openai", False))
    try:
        call.send()
        status, data, clean = call.read_all()
    finally:
        call.close()
    need((status, call.reply.get("x-tokenpak-error"), clean) == (UNREACHABLE.status, UNREACHABLE.code, True), f"{status}: {data[:300]!r}")
    need(words in talk.read(data)["error"]["message"], f"the reason lacks '{words}': {data[:300]!r}")


def through(binary, patience, make_origin, proxy, variables, used=True, words=None):
    """One daemon in that environment; everything it serves went through the proxy, or nothing did."""
    rig = Rig(binary, patience, origin=make_origin)
    rig.process.environment |= variables
    with rig:
        if words:
            refused(rig, "refused", words)
            return
        served(rig, "first", False)
        served(rig, "second", True)
        served(rig, "third", True, "upload")
        wanted = [f"127.0.0.1:{rig.origin.port}"] if used else []
        need(proxy.targets == wanted, f"the proxy was sent to {proxy.targets}, expected {wanted}")
        first = [HELLO if rig.origin.scheme == "https" else ord("P")] if used else []
        need(proxy.firsts == first, f"what went through it begins with {proxy.firsts}, expected {first}")


# case: (origin, kind of the proxy, its certificate, variables, whether it is used, words of the refusal)
TLS, PLAIN = TlsOrigin, Origin
CASES = {
    "https_proxy": (TLS, "http", None, ("https_proxy",), True, None),
    "HTTPS_PROXY": (TLS, "http", None, ("HTTPS_PROXY",), True, None),
    "all_proxy": (TLS, "http", None, ("all_proxy",), True, None),
    "plain-http_proxy": (PLAIN, "http", None, ("http_proxy",), True, None),
    "http_proxy-is-not-for-https": (TLS, "http", None, ("http_proxy",), False, None),
    "https_proxy-is-not-for-http": (PLAIN, "http", None, ("https_proxy", "HTTPS_PROXY", "HTTP_PROXY"), False, None),
    "no_proxy": (TLS, "http", None, ("https_proxy", "no_proxy"), False, None),
    "socks5": (TLS, "socks5", None, ("https_proxy",), True, None),
    "socks5h": (TLS, "socks5h", None, ("ALL_PROXY",), True, None),
    "over-tls": (TLS, "https", "good", ("https_proxy",), True, None),
    "over-tls-plain": (PLAIN, "https", "good", ("http_proxy",), True, None),
    "over-tls-not-trusted": (TLS, "https", "unknown", ("https_proxy",), True, "TLS handshake with the proxy failed"),
    "refuses": (TLS, "http", None, ("https_proxy",), True, "403"),
}


def play(binary, patience, case, home):
    origin, kind, certificate, names, used, words = CASES[case]
    proxy = Tunneller(kind, certificate and context_of(home, certificate), refuses=words == "403")
    variables = {name: "127.0.0.1" if name == "no_proxy" else proxy.url for name in names} | {"SSL_CERT_FILE": str(home / "ca.pem")}

    def make_origin():
        made = origin()
        if origin is TLS:
            made.context = context_of(home, "good")
        return made

    try:
        through(binary, patience, make_origin, proxy, variables, used, words)
    finally:
        proxy.close()


def run(binary, patience, wanted):
    try:
        certificates = TLS()
    except Skip as skip:
        return [("tls-tunnel", f"SKIP {skip}")]
    cases = [case for case in CASES if wanted in f"tls-tunnel-{case}"]
    results = [(f"tls-tunnel-{case}", attempt(play, binary, patience, case, certificates.home)) for case in cases]
    certificates.over()
    return results
