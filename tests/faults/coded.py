"""Replies in a content coding that are cut or corrupt: what is only read on the side passes as it is, what must be decoded breaks off."""

import dataclasses

import talk
from cell import OK, Call, Cell, check_reply, check_trace
from provider_faults import BROKEN, CUT
from rig import Rig, attempt, need
from scenario import codings
from scenario.wire import chunk

CONFIG = "retry: {attempts: 1}\n"
FORMS = ("openai", "anthropic", "gemini", "ollama", "responses")


def whole(data):
    return data, True


def cut_framing(data):
    """Half of the coded bytes, and FIN instead of the rest."""
    return data[: len(data) // 2], False


def cut_inside(data):
    """Half of the coded bytes in a message that HTTP takes for complete."""
    return data[: len(data) // 2], True


def corrupt(data):
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0xA5 for byte in data[middle : middle + 8]) + data[middle + 8 :], True


def another(_):
    """Bytes that were never in that coding."""
    return b"\x00\xff not coded at all " * 4, True


PASSES, BREAKS = (OK, OK), (CUT, BROKEN)
# fault: (what it does to the coded body, (whole, streamed) where the proxy only reads on the side)
TABLE = {
    "coded well": (whole, PASSES),
    "cut by FIN": (cut_framing, BREAKS),
    "cut inside": (cut_inside, PASSES),
    "corrupt": (corrupt, PASSES),
    "another": (another, PASSES),
}


def cells(everything):
    for fault in TABLE:
        for coding in codings.ENCODERS:
            for form in FORMS if everything else ("openai", "anthropic"):
                for stream in (False, True):
                    yield Cell("coded", fault, coding, form, stream)


def decodes(cell):
    """A stream of openai loses the chunk that only we have asked for, and so its coding."""
    return cell.dialect == "openai" and cell.stream


def wanted_of(cell):
    return BROKEN if decodes(cell) and cell.fault != "coded well" else TABLE[cell.fault][1][cell.stream]


def play(rig, cell):
    spoil, _ = TABLE[cell.fault]
    sent = bytearray()

    def script(peer):
        asked = {"model": "m"} | talk.read(peer.read_body())
        kind, pieces = talk.reply_parts(cell.dialect, cell.stream, asked)
        data, complete = spoil(codings.ENCODERS[cell.phase](b"".join(pieces)))
        sent.extend(talk.without_usage(pieces) if decodes(cell) else data)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-encoding: %s\r\ntransfer-encoding: chunked\r\n\r\n"
        peer.send(head % (kind.encode(), cell.phase.encode()) + chunk(data) + b"0\r\n\r\n" * complete)
        if not complete:
            peer.close()

    rig.origin.scripts[cell.name] = script
    wanted = wanted_of(cell)
    call = Call(rig, cell)
    try:
        call.send()
        if wanted is BROKEN and not decodes(cell):
            check_unclean(call, sent)
        else:
            check_reply(call, wanted, sent)
    finally:
        call.close()
    need(rig.json_at("/health"), "/health does not answer")
    check_trace(rig, cell, wanted)


def check_unclean(call, sent):
    """Into a coded body no error event can be put."""
    status, data, clean = call.read_all()
    need((status, clean) == (200, False), f"status {status}, clean end {clean}")
    need(sent.startswith(data) and data, f"{data[:80]!r}, expected {sent[:80]!r}")


def run(binary, everything, patience, wanted=""):
    with Rig(binary, patience, CONFIG) as rig:
        chosen = [cell for cell in cells(everything) if wanted in cell.name]
        for cell in chosen[:20]:
            attempt(play, rig, dataclasses.replace(cell, turn="-warm"))
        before = rig.footprint()
        results = [(cell.name, attempt(play, rig, cell)) for cell in chosen]
        return [*results, ("coded-nothing-is-left", attempt(rig.check_footprint, before, 3))]
