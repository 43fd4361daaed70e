#!/usr/bin/env python3
"""Checks the house: a room includes only rooms below it, and a file exports only what carries its name.

Prints one line per breach; exit 1 if there is any. The second check reads the newest build's objects and is left out without one.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Low to high; rooms on one line are siblings and never include each other.
ORDER = [
    ["tokenpak"],
    ["base"],
    ["config"],
    ["json"],
    ["wire", "tokens", "text"],
    ["upstream", "store", "vault", "share"],
    ["exchange"],
    ["stages"],
    ["admin"],
    ["server"],
    ["app"],
    ["cli"],
    ["main.c"],
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def sources():
    files = [*(ROOT / "src").rglob("*.[ch]"), *(ROOT / "include").rglob("*.h")]
    return sorted(files)


def room_of(path):
    parts = path.relative_to(ROOT).parts
    return "tokenpak" if parts[0] == "include" else parts[1]


def target_room(quote, name):
    """The room of an included header; None for the system's. In quotes it is always one of ours."""
    first = name.split("/")[0]
    return first if first in LEVEL or quote == '"' else None


def include_breaches(path):
    room = room_of(path)
    if room not in LEVEL:
        return [f"{path.relative_to(ROOT)}: the room '{room}' has no place in the order"]
    found = []
    for quote, name in INCLUDE.findall(path.read_text("utf-8")):
        other = target_room(quote, name)
        if other is None or other == room:
            continue
        if other not in LEVEL:
            found.append(f'"{name}" does not begin with its room')
        elif LEVEL[other] >= LEVEL[room]:
            found.append(f'includes "{name}", and {other} is not below {room}')
    return [f"{path.relative_to(ROOT)}: {text}" for text in found]


def newest_build():
    builds = [path for path in (ROOT / ".build").glob("*/CMakeFiles/tp_core.dir/src") if path.is_dir()]
    return max(builds, key=lambda path: path.stat().st_mtime, default=None)


def public_names():
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "include").rglob("*.h"))
    return set(re.findall(r"\b(tp_\w+)\b", text))


def exported(objects):
    """Pairs of object file and global symbol defined in it (sanitizers' own names left out)."""
    if not objects:
        return
    listing = subprocess.run(["nm", "--defined-only", "--extern-only", "-A", *objects], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        name, _, rest = line.partition(":")
        kind, symbol = rest.split()[-2:]
        if kind in "TDBRVWC" and not symbol.startswith(("__", "_ZN")):
            yield pathlib.Path(name), symbol


def allowed(symbol, source, public):
    """tp_foo or tp_foo_* from foo.c; in a folder of its own, such as a dialect's, also tp_folder_foo_*."""
    if symbol in public or symbol.startswith(("tp_stage_", "tp_format_")):
        return True
    prefixes = (f"tp_{source.stem}", f"tp_{source.parent.name}_{source.stem}")
    return any(symbol == prefix or symbol.startswith(prefix + "_") for prefix in prefixes)


def symbol_breaches():
    build = newest_build()
    if build is None:
        return []
    public, found = public_names(), []
    objects = [path for path in sorted(build.rglob("*.o")) if source_of(build, path).exists()]
    for path, symbol in exported(objects):
        source = source_of(build, path)
        if not allowed(symbol, source, public):
            found.append(f"{source.relative_to(ROOT)}: exports {symbol}, which does not begin with tp_{source.stem}_")
    return found


def source_of(build, path):
    return ROOT / "src" / path.relative_to(build).with_suffix("")


def main():
    breaches = [breach for path in sources() for breach in include_breaches(path)] + symbol_breaches()
    for breach in breaches:
        print(breach)
    print(f"layers: {len(sources())} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
