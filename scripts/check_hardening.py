#!/usr/bin/env python3
"""Checks what the compiler and linker have built into a Release binary.  check_hardening.py [--binary PATH]

Prints one line per breach; exit 1 if there is any. The note that declares CET for the whole process is not asked for: Debian's start-up
objects are built without, so the linker drops it; that our own functions carry the landing pads is read from their first bytes.
"""

import argparse
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
# First bytes of a function that may be jumped to: endbr64; bti c, paciasp.
LANDING = {"X86-64": [b"\xf3\x0f\x1e\xfa"], "AArch64": [b"\x5f\x24\x03\xd5", b"\x3f\x23\x03\xd5"]}
# or $0, (%rsp): how gcc and clang touch each page of a large frame on x86.
PROBE = b"\x48\x83\x0c\x24\x00"
# With _FORTIFY_SOURCE these are called as __NAME_chk only; of others gcc may see that a check can never fail.
FORTIFIED = {"vsnprintf", "fprintf"}


class Binary:
    def __init__(self, path):
        self.path = path
        self.bytes = pathlib.Path(path).read_bytes()
        self.header = self.readelf("-h")
        self.segments = self.readelf("-l")
        self.dynamic = self.readelf("-d")
        self.imports = set(re.findall(r"UND (\w+)@", self.readelf("--dyn-syms")))
        self.machine = next((name for name in LANDING if name in self.header), "")

    def readelf(self, what):
        return subprocess.run(["readelf", "-W", what, self.path], capture_output=True, text=True, check=True).stdout

    def functions(self):
        """(name, first bytes) of what other files may call: their addresses are the symbols' less what the segment is moved by."""
        loads = [[int(n, 16) for n in row] for row in re.findall(r"LOAD +(0x\w+) (0x\w+) 0x\w+ (0x\w+)", self.segments)]
        for value, name in re.findall(r": (\w+) +\d+ FUNC .* (main|tp_\w+)$", self.readelf("-s"), re.M):
            at = int(value, 16)
            offset = next(at - address + place for place, address, size in loads if address <= at < address + size)
            yield name, self.bytes[offset : offset + 4]


def linker_breaches(binary):
    if "DYN" not in binary.header:
        yield "not position independent: -pie"
    if "GNU_RELRO" not in binary.segments or not re.search(r"\bNOW\b|BIND_NOW", binary.dynamic):
        yield "relocations stay writable: -Wl,-z,relro,-z,now"
    if not re.search(r"GNU_STACK.* RW +", binary.segments) or re.search(r"LOAD.* RWE", binary.segments):
        yield "the stack or a segment is executable and writable: -Wl,-z,noexecstack"
    for word in ("RPATH", "RUNPATH", "TEXTREL"):
        if word in binary.dynamic:
            yield f"{word} in the dynamic section"


def compiler_breaches(binary):
    if "__stack_chk_fail" not in binary.imports:
        yield "no stack protector: -fstack-protector-strong"
    for name in sorted(FORTIFIED & binary.imports):
        yield f"{name} is called unchecked: -D_FORTIFY_SOURCE"
    if binary.machine == "X86-64" and PROBE not in binary.bytes:
        yield "large frames are not probed: -fstack-clash-protection"
    if binary.machine:
        found = list(binary.functions())
        bare = [name for name, first in found if first not in LANDING[binary.machine]]
        if bare or not found:
            yield f"{len(bare)} of {len(found)} functions have no landing pad: -fcf-protection or -mbranch-protection ({', '.join(bare[:3])})"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", default=str(ROOT / ".build/release/tokenpak"))
    path = options.parse_args().binary
    if not pathlib.Path(path).is_file():
        print(f"{path}: there is no such binary")
        return 1
    binary = Binary(path)
    breaches = [*linker_breaches(binary), *compiler_breaches(binary)]
    for breach in breaches:
        print(f"{path}: {breach}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
