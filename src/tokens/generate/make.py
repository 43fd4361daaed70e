#!/usr/bin/env python3
"""Makes src/tokens/tables from the packages that sources.py names.  make.py [--check]

Not part of the build: the tables are committed. --check makes them again and says which differ; exit 1 if any does.
"""

import argparse
import math
import pathlib
import struct
import sys

import normal
import sources
import unicode

TABLES = pathlib.Path(__file__).resolve().parents[1] / "tables"
CACHE = pathlib.Path(__file__).resolve().parents[3] / ".cache/tables"
MAGIC = b"TPRANKS1"
HEADER = struct.Struct("<8sQIIIIII24s")
HAS_SPLITS = 1
UNREACHED = 0x80  # in the byte of the split: merging the token's own bytes gives something else
PADDING = 64  # so that 16 bytes may be read anywhere
MASK = (1 << 64) - 1
MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
FILTER_BITS, OFFSET_BITS = 10, 22
LONG = 63  # the length in the head of an entry that says: the length follows in two bytes


def fold(a, b):
    product = a * b
    return (product ^ (product >> 64)) & MASK


def words(piece, at):
    lo, hi = struct.unpack("<QQ", piece[at : at + 16].ljust(16, b"\0"))
    return lo, hi


def hash_of(piece):
    """The same as tp_hash_piece of hash.h."""
    lo, hi = words(piece, 0)
    h = fold(lo ^ MIX[0], hi ^ MIX[1] ^ (len(piece) * MIX[2] & MASK))
    for at in range(16, len(piece), 16):
        lo, hi = words(piece, at)
        h = fold(lo ^ h, hi ^ MIX[1])
    return h


def merged(piece, ranks, splits):
    """Byte-pair encoding, where a pair merges only as the token's own split says."""
    parts = [piece[i : i + 1] for i in range(len(piece))]
    while len(parts) > 1:
        pairs = [(ranks[a + b], i) for i, (a, b) in enumerate(zip(parts, parts[1:])) if splits.get(a + b) == len(a)]
        if not pairs:
            break
        at = min(pairs)[1]
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


def entry(vocabulary, token):
    head = min(len(token), LONG) << 18 | vocabulary.ranks[token]
    data = head.to_bytes(3, "little")
    if len(token) >= LONG:
        data += struct.pack("<H", len(token))
    if vocabulary.splits:
        split = vocabulary.splits.get(token, 0)
        data += bytes([split | (0 if merged(token, vocabulary.ranks, vocabulary.splits) == [token] else UNREACHED)])
    return data + token


def table(vocabulary):
    """Header, directory, entries: see ranks.h."""
    bits = round(math.log2(len(vocabulary.ranks) / 3))
    buckets = [[] for _ in range(1 << bits)]
    for token in sorted(vocabulary.ranks, key=vocabulary.ranks.get):
        h = hash_of(token)
        buckets[h >> (64 - bits)].append((token, 1 << ((h & 0xFFFF) * FILTER_BITS >> 16)))
    directory, entries = [], bytearray()
    for bucket in buckets:
        directory.append(len(entries) | sum({bit for _, bit in bucket}) << OFFSET_BITS)
        for token, _ in bucket:
            entries += entry(vocabulary, token)
    directory.append(len(entries))
    assert len(entries) < 1 << OFFSET_BITS and max(vocabulary.ranks.values()) < 1 << 18
    body = struct.pack(f"<{len(directory)}I", *directory) + entries + bytes(PADDING)
    flags = HAS_SPLITS if vocabulary.splits else 0
    longest = max(map(len, vocabulary.ranks))
    fields = (HEADER.size + len(body), len(vocabulary.ranks), bits, flags, longest, 0, vocabulary.name.encode())
    check = hash_of(HEADER.pack(MAGIC, 0, *fields) + body)
    return HEADER.pack(MAGIC, check, *fields) + body


def tables():
    for vocabulary in sources.vocabularies(CACHE):
        yield f"{vocabulary.name}.bin", table(vocabulary)
    database = sources.unicode_database(CACHE)
    yield "unicode.bin", unicode.table(database)
    yield "normal.bin", normal.table(database)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compares instead of writing")
    options = parser.parse_args()
    differing = 0
    TABLES.mkdir(exist_ok=True)
    for name, data in tables():
        path = TABLES / name
        same = path.exists() and path.read_bytes() == data
        differing += not same
        if not options.check:
            path.write_bytes(data)
        print(f"{name}: {len(data)} bytes, SHA-256 {sources.sha256(data)}, {'as before' if same else 'new'}")
    sys.exit(1 if options.check and differing else 0)


if __name__ == "__main__":
    main()
