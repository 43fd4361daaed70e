#!/usr/bin/env python3
"""Checks that the pages made from tables are what the program makes today; --write brings them up to date.

Prints one line per stale page; exit 1 if there is any. Left out without a build.
"""

import argparse
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = {
    "config/tokenpak.example.yaml": ["config", "example"],
    "docs/config.md": ["docs", "config"],
    "docs/metrics.md": ["docs", "metrics"],
    "docs/errors.md": ["docs", "errors"],
    "docs/tokenpak.1": ["docs", "man"],
}


def newest_binary():
    found = [path for path in ROOT.glob(".build/*/tokenpak") if os.access(path, os.X_OK)]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def made(binary, arguments):
    return subprocess.run([binary, *arguments], capture_output=True, text=True, check=True).stdout


def is_stale(path, text):
    return not path.exists() or path.read_text("utf-8") != text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", help="the program to ask; default: the newest build")
    parser.add_argument("--write", action="store_true", help="writes the pages")
    options = parser.parse_args()
    binary = options.binary or newest_binary()
    if not binary:
        print("docs: no build to ask")
        return 0
    stale = {}
    for name, arguments in PAGES.items():
        text = made(binary, arguments)
        if is_stale(ROOT / name, text):
            stale[name] = text
    for name, text in stale.items():
        if options.write:
            (ROOT / name).parent.mkdir(exist_ok=True)
            (ROOT / name).write_text(text, "utf-8")
        print(f"{name}: {'written' if options.write else 'stale; scripts/check_docs.py --write makes it anew'}")
    print(f"docs: {len(PAGES)} pages, {len(stale)} {'written' if options.write else 'stale'}")
    return 1 if stale and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
