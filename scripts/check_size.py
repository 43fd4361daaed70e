#!/usr/bin/env python3
"""Checks the bar: lengths of functions and files, banned functions, unfinished work, first lines, READMEs, the top level.

Prints one line per breach; exit 1 if there is any.
"""

import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOP_LEVEL = {"CMakeLists.txt", "src", "include", "tests", "config", "docs", "scripts", "README.md", "LICENSE"}
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 15
LONGEST = {".c": 600, ".h": 150}
BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gmtime|localtime|gets)\s*\(")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K|[Ss]tu[b]|[Nn]ot\s+implemented|un[i]mplemented)\b")


def name(path):
    return str(path.relative_to(ROOT))


def c_files():
    return sorted([*(ROOT / "src").rglob("*.[ch]"), *(ROOT / "include").rglob("*.h")])


def functions(lines):
    """(first line, length) of each function: from the lone `{` at the margin to the lone `}`."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start + 1
            start = None


def file_breaches(path, lengths):
    text = path.read_text("utf-8")
    lines = text.split("\n")
    if len(lines) - 1 > LONGEST[path.suffix]:
        yield f"{name(path)}: {len(lines) - 1} lines, more than {LONGEST[path.suffix]}"
    if not re.match(r"/\* \S+ - \S", lines[0]):
        yield f"{name(path)}:1: does not begin with /* folder/{path.name} - what it is for"
    for start, length in functions(lines):
        lengths.append(length)
        if length > LONGEST_FUNCTION:
            yield f"{name(path)}:{start}: a function of {length} lines, more than {LONGEST_FUNCTION}"
    for number, line in enumerate(lines, 1):
        if match := BANNED.search(line):
            yield f"{name(path)}:{number}: {match.group(1)} is banned"


def unfinished_breaches():
    folders = ("src", "include", "scripts", "config")
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    for path in files:
        if path.suffix in (".md", ".json", ".svg", ".txt", ".pyc", ".bin"):
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
            if match := UNFINISHED.search(line):
                yield f"{name(path)}:{number}: says {match.group(1)}"


def tree_breaches():
    for path in sorted(ROOT.iterdir()):
        if not path.name.startswith(".") and path.name not in TOP_LEVEL:
            yield f"{path.name}: has no place at the top level"
    for folder in sorted({path.parent for path in (ROOT / "src").glob("*/**/*.[ch]")}):
        if not (folder / "README.md").exists():
            yield f"{name(folder)}: has no README.md"


def main():
    lengths = []
    breaches = [breach for path in c_files() for breach in file_breaches(path, lengths)]
    breaches += [*unfinished_breaches(), *tree_breaches()]
    median = statistics.median(lengths) if lengths else 0
    if median > MEDIAN_FUNCTION:
        breaches.append(f"the median function has {median} lines, more than {MEDIAN_FUNCTION}")
    for breach in breaches:
        print(breach)
    print(f"size: {len(c_files())} files, {len(lengths)} functions, median {median}, longest {max(lengths, default=0)}, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
