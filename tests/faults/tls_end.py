"""How a provider's TLS ends: announced by close_notify, by a bare FIN, or by bytes that are no record. Only an announced end is the end of a body."""

import socket

import talk
from cell import OK, Call, Cell, check_reply, check_trace
from provider_faults import BROKEN, CUT, UNREACHABLE


def announced(peer):
    """close_notify and FIN."""
    peer.kept = False
    peer.wire.sock.settimeout(1)
    try:
        peer.wire.sock.unwrap()
    except OSError:
        pass
    peer.wire.close()


def bare(peer):
    peer.close()


def no_record(peer):
    """Under the feet of TLS."""
    peer.kept = False
    with socket.socket(fileno=peer.wire.sock.detach()) as plain:
        plain.settimeout(10)
        plain.sendall(b"\x00\xff no record of TLS at all \r\n\r\n" * 4)
        while plain.recv(4096):
            pass


def until_close(kind, pieces):
    return [b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\n\r\n" % kind.encode(), *pieces]


def chunked(kind, pieces):
    return talk.framed(kind, pieces, True)


# fault: (the framing, the share of its parts that is sent, the end, (whole, streamed))
TABLE = {
    "until close, announced": (until_close, 1, announced, (OK, OK)),
    "until close, bare": (until_close, 1, bare, (CUT, BROKEN)),
    "until close, no record": (until_close, 1, no_record, (CUT, BROKEN)),
    "waiting, announced": (chunked, 0, announced, (UNREACHABLE, UNREACHABLE)),
    "waiting, no record": (chunked, 0, no_record, (UNREACHABLE, UNREACHABLE)),
    "streaming, announced": (chunked, 0.7, announced, (CUT, BROKEN)),
    "streaming, no record": (chunked, 0.7, no_record, (CUT, BROKEN)),
}


def cells():
    for fault in TABLE:
        for form in talk.FORMS:
            for stream in (False, True):
                if talk.TABLE[form][stream]:
                    yield Cell("tls", fault, "end", form, stream)


def play(rig, cell):
    framing, share, end, wanted = TABLE[cell.fault]
    sent = bytearray()

    def script(peer):
        asked = {"model": "m"} | talk.read(peer.read_body())
        kind, pieces = talk.reply_parts(cell.dialect, cell.stream, asked)
        sent.extend(talk.without_usage(pieces) if cell.dialect == "openai" else b"".join(pieces))
        parts = framing(kind, pieces)
        peer.send(b"".join(parts[: round(len(parts) * share)]))
        end(peer)

    rig.origin.scripts[cell.name] = script
    call = Call(rig, cell)
    try:
        call.send()
        check_reply(call, wanted[cell.stream], sent)
    finally:
        call.close()
    check_trace(rig, cell, wanted[cell.stream])
