"""The table of character classes: one byte a code point, in blocks of 256 that are stored once."""

import struct

MAGIC = b"TPCLASS1"
BLOCK = 256
# As in unicode.h; a code point of no class (controls, formats, private, unassigned) has none of the bits.
UPPER, LOWER, LETTER, MARK, NUMBER, SPACE, NEWLINE, SIGN = (1 << bit for bit in range(8))
WHITE_SPACE = [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
BY_CATEGORY = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER, "Lm": LETTER, "Lo": LETTER}
BY_GROUP = {"M": MARK, "N": NUMBER, "P": SIGN, "S": SIGN}


def classes(database):
    of = bytearray(0x110000)
    for point in range(0x110000):
        category = database.category(chr(point))
        of[point] = BY_CATEGORY.get(category, BY_GROUP.get(category[0], 0))
    for point in WHITE_SPACE:
        of[point] = SPACE
    for point in b"\r\n":
        of[point] |= NEWLINE
    return bytes(of)


def blocks(of):
    """The number of each block among the different ones, and these; the first holds ASCII."""
    index, seen = bytearray(), {}
    for start in range(0, len(of), BLOCK):
        index.append(seen.setdefault(of[start : start + BLOCK], len(seen)))
    return bytes(index), b"".join(seen)


def table(database):
    index, data = blocks(classes(database))
    return struct.pack("<8sII", MAGIC, len(index), len(data)) + index + data
