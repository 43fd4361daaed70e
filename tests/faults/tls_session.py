"""Sessions of TLS that are resumed, and what comes over TLS on a connection that waits for a request."""

import ssl
import subprocess
import threading

import kept
import provider_http
from cell import Call, Cell
from rig import Rig, Skip, attempt, eventually, need
from scenario.process import reserve_port
from tls_origin import TlsOrigin

LAST = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
# What a provider says behind a reply, or instead of waiting.
REPLIES = ("as-it-should-be", "extra-bytes-at-once", "extra-bytes-later", "second-reply-at-once", "second-reply-later")


class CountingOrigin(TlsOrigin):
    """Notes for each connection whether it was resumed."""

    def __init__(self):
        self.resumed = []
        super().__init__()

    def serve_wire(self, wire, number):
        self.resumed.append(wire.sock.session_reused)
        super().serve_wire(wire, number)


def ask_once(rig, name, provider=None):
    """A request whose reply ends the connection."""

    def script(peer):
        peer.read_body()
        peer.send(LAST)
        peer.wire.sock.settimeout(1)
        try:
            peer.wire.sock.unwrap()
        except OSError:
            pass
        peer.close()

    def send(call):
        if provider:
            call.head = call.head.replace(b"/openai/", b"/" + provider + b"/", 1)
        call.send()

    kept.expect(kept.ask(rig, name, script, send), 200, b"{}", 1)


def resumed_where_it_was_given(rig):
    """The second connection to an origin is resumed, the first to another one is not, though both are the same server."""
    del rig.origin.resumed[:]
    for name, provider in (("1", b"first"), ("2", b"first"), ("3", b"second"), ("4", b"second"), ("5", b"first")):
        ask_once(rig, f"resumed-{name}", provider)
    need(rig.origin.resumed == [False, True, False, True, True], f"resumed: {rig.origin.resumed}")


def resumed_in_1_2(rig):
    del rig.origin.resumed[:]
    rig.origin.context.maximum_version = ssl.TLSVersion.TLSv1_2
    for name in ("1", "2", "3"):
        ask_once(rig, f"resumed-in-1.2-{name}", b"third")
    need(rig.origin.resumed == [False, True, True], f"resumed: {rig.origin.resumed}")


class Talker:
    """`openssl s_server`, whose other end says what we let it say, and whose keys can be renewed."""

    def __init__(self, home):
        self.port, self.keeper = reserve_port()
        command = ["stdbuf", "-o0", "openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", "good.pem", "-key", "good.key", "-tls1_3"]
        self.child = subprocess.Popen(command, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.heard = b""
        threading.Thread(target=self.listen, daemon=True).start()
        need(self.hears(b"ACCEPT"), "openssl s_server does not start")

    def listen(self):
        while part := self.child.stdout.read1(4096):
            self.heard += part

    def hears(self, what, times=1):
        return eventually(lambda: self.heard.count(what) >= times, 10)

    def say(self, text):
        self.child.stdin.write(text)
        self.child.stdin.flush()

    def close(self):
        self.child.kill()
        self.child.wait()
        self.keeper.close()


def served_by(talker, rig, name, times):
    """The reply is said by hand; each of its lines begins with a letter that is no command."""
    result = []
    asking = threading.Thread(target=lambda: result.append(ask_talker(rig, name)))
    asking.start()
    need(talker.hears(b'"messages"', times), "the request does not come")
    talker.say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{}\n")
    asking.join(10)
    need(result == [(200, b"{}\n")], f"{result}")


def ask_talker(rig, name):
    call = Call(rig, Cell("kept", name, "waiting", "openai", False))
    call.head = call.head.replace(b"/openai/", b"/talker/", 1)
    try:
        call.send()
        return call.read_all()[:2]
    finally:
        call.close()


def keys_renewed(rig, talker):
    """A message of TLS on an idle connection is no word of the provider: it is used again, and so are the new keys."""
    served_by(talker, rig, "keys-1", 1)
    need(eventually(lambda: kept.idle(rig) == 1), "the connection was not kept")
    talker.say(b"K\n")
    need(talker.hears(b"SSL_do_handshake -> 1"), "the keys were not renewed")
    served_by(talker, rig, "keys-2", 2)
    need(talker.heard.count(b"Shared ciphers") == 1, "the connection was not used again")


def run(binary, patience, wanted):
    results = []
    try:
        origin = CountingOrigin()
        talker = Talker(origin.home)
    except Skip as skip:
        return [("tls-session", f"SKIP {skip}")]
    here = f"https://127.0.0.1:{origin.port}"
    others = {"first": f"{here}/v1", "second": f"{here}/other/v1", "third": f"{here}/third/v1", "talker": f"https://127.0.0.1:{talker.port}/v1"}
    try:
        with Rig(binary, patience, origin=lambda: origin, others=others) as rig:
            results.append(("tls-session-resumed", attempt(resumed_where_it_was_given, rig)))
            results.append(("tls-session-keys-renewed", attempt(keys_renewed, rig, talker)))
            talker.close()
            results += [(f"tls-session-{name}", attempt(provider_http.check_held, rig, name)) for name in REPLIES]
            results.append(("tls-session-resumed-in-1.2", attempt(resumed_in_1_2, rig)))
    finally:
        talker.close()
    return [pair for pair in results if wanted in pair[0]]
