"""The table of normal forms: a byte a code point in blocks of 256, decompositions in full, and pairs that compose."""

import struct

from unicode import blocks

MAGIC = b"TPNORML1"
HANGUL = range(0xAC00, 0xD7A4)
# In a code point's byte, above the place of its combining class among all of them (0 stays 0)
NOT_NFC, NOT_NFKC = 0x80, 0x40


def points():
    return (point for point in range(0x110000) if not 0xD800 <= point < 0xE000)


def compositions(database):
    """(first, second) -> composed; Hangul is left to arithmetic."""
    pairs = {}
    for point in points():
        parts = database.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<") and database.normalize("NFC", chr(point)) == chr(point):
            pairs[int(parts[0], 16), int(parts[1], 16)] = point
    return pairs


def bytes_of_points(database, pairs):
    ranks = {value: rank for rank, value in enumerate(sorted({database.combining(chr(point)) for point in points()}))}
    assert len(ranks) < NOT_NFKC
    seconds = {second for _, second in pairs} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    of = bytearray(0x110000)
    for point in points():
        text = chr(point)
        of[point] = ranks[database.combining(text)]
        for form, bit in (("NFC", NOT_NFC), ("NFKC", NOT_NFKC)):
            if point in seconds or database.normalize(form, text) != text:
                of[point] |= bit
    return bytes(of)


def decompositions(database):
    """Words (point, place << 8 | length) for each form, and the points they are made of."""
    lists, expanded = [], []
    for form in ("NFD", "NFKD"):
        rows = []
        for point in points():
            text = database.normalize(form, chr(point))
            if text != chr(point) and point not in HANGUL:
                rows.append((point, len(expanded) << 8 | len(text)))
                expanded += map(ord, text)
        lists.append(rows)
    return lists, expanded


def table(database):
    """See normal.c."""
    pairs = compositions(database)
    index, data = blocks(bytes_of_points(database, pairs))
    (canonical, compatible), expanded = decompositions(database)
    triples = [(first, second, composed) for (first, second), composed in sorted(pairs.items())]
    words = [word for row in (*canonical, *compatible, *triples) for word in row] + expanded
    head = struct.pack("<8s6I", MAGIC, len(index), len(data), len(canonical), len(compatible), len(triples), len(expanded))
    return head + index + data + struct.pack(f"<{len(words)}I", *words)
