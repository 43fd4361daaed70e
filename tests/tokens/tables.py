"""Reads the committed tables, by a reader of its own; and proves that they hold what was published."""

import base64
import hashlib
import pathlib
import struct

TABLES = pathlib.Path(__file__).resolve().parents[2] / "src/tokens/tables"
HEADER = 64
# SHA-256 of the files of ranks as tiktoken names them in its source
PUBLISHED = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}


def entries(name):
    """(token, rank, length of the left part of its merge or None) of each entry."""
    data = (TABLES / f"{name}.bin").read_bytes()
    _, _, _, bits, flags = struct.unpack_from("<QIIII", data, 8)
    at, end = HEADER + 4 * ((1 << bits) + 1), len(data) - 64
    while at < end:
        head = int.from_bytes(data[at : at + 3], "little")
        length, at = head >> 18, at + 3
        if length == 63:
            length, at = struct.unpack_from("<H", data, at)[0], at + 2
        split = None
        if flags & 1:
            split, at = data[at] & 0x7F, at + 1
        yield data[at : at + length], head & 0x3FFFF, split
        at += length


def ranks(name, limit=1 << 18):
    return {token: rank for token, rank, _ in entries(name) if rank < limit}


def published_hash(of):
    lines = b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in sorted(of.items(), key=lambda item: item[1]))
    return hashlib.sha256(lines).hexdigest()
