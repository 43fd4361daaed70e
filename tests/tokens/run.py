#!/usr/bin/env python3
"""Compares our counts with the reference's, text by text. Prints `N passed, N failed`.

For each vocabulary: a sample of mixed text, cut into messages, and random strings, each counted without a memo and twice with one.
run.py [--counter PROGRAM] [--only VOCABULARY] [--sample MB] [--strings N] [--seed N]

Packages go into .cache/ of the checkout, in the versions that requirements.txt names.
"""

import argparse
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HOME = ROOT / ".cache/tokens-python"


def into_packages():
    """Goes on in the virtual environment that has what requirements.txt names."""
    wanted, stamp = HERE / "requirements.txt", HOME / "installed.txt"
    if pathlib.Path(sys.prefix) == HOME:
        return
    if not stamp.exists() or stamp.read_bytes() != wanted.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        subprocess.run([HOME / "bin/pip", "install", "-q", "--disable-pip-version-check", "-r", wanted], check=True)
        shutil.copyfile(wanted, stamp)
    os.execv(HOME / "bin/python", [HOME / "bin/python", *sys.argv])


into_packages()

import reference  # noqa: E402
import samples  # noqa: E402
import tables  # noqa: E402

TABLE_OF = {"o200k_base": "o200k", "o200k_harmony": "o200k", "cl100k_base": "cl100k", "p50k_base": "p50k", "r50k_base": "p50k"}


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, what, ok, why=""):
        self.passed += ok
        self.failed += not ok
        print(f"{'ok  ' if ok else 'FAIL'} {what}{': ' + why if why else ''}", flush=True)


def our_counts(counter, vocabulary, texts):
    said = subprocess.run([counter, "count", vocabulary], input=b"".join(struct.pack("<I", len(text)) + text for text in texts),
                          stdout=subprocess.PIPE, check=True)  # fmt: skip
    return list(map(int, said.stdout.split()))


def compare(tally, what, counter, vocabulary, counting, texts):
    """One test: the first differences are shown, shortest first."""
    different, size = [], 0
    for at in range(0, len(texts), 5000):
        part = texts[at : at + 5000]
        size += sum(map(len, part))
        for text, ours in zip(part, our_counts(counter, vocabulary, part), strict=True):
            theirs = counting.count(text.decode("utf-8", "replace"))
            if ours != theirs:
                different.append((len(text), text, ours, theirs))
    shown = "; ".join(f"{text[:200]!r}: {ours}, not {theirs}" for _, text, ours, theirs in sorted(different)[:5])
    tally.add(f"{vocabulary}, {what}, {len(texts)} texts, {size / 1e6:.1f} MB", not different, f"{len(different)} differ; {shown}" if different else "")


def vocabulary_tests(tally, vocabulary, options):
    counting = reference.MAKERS[vocabulary]()
    table = TABLE_OF.get(vocabulary, vocabulary)
    if vocabulary in tables.PUBLISHED:
        found = tables.published_hash(tables.ranks(table, 50256 if vocabulary == "r50k_base" else 1 << 18))
        tally.add(f"{vocabulary}, the ranks are those that were published", found == tables.PUBLISHED[vocabulary])
    size = int(options.sample * 1e6 / (len(samples.FOLDERS) + len(samples.SCRIPTS) + 2))
    for name, data in samples.corpora(size, random.Random(options.seed)):
        compare(tally, name, options.counter, vocabulary, counting, samples.messages(data))
    left = options.strings
    while left > 0:
        count = min(left, 100_000)
        texts = list(samples.random_strings(count, random.Random(f"{options.seed} {vocabulary} {left}"), table))
        compare(tally, "random", options.counter, vocabulary, counting, texts)
        left -= count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counter", default=ROOT / ".build/asan/tokens/counter", help="the program of counter.c")
    parser.add_argument("--only", action="append", choices=reference.MAKERS, help="just this vocabulary; may be given again")
    parser.add_argument("--sample", type=float, default=5.0, help="MB of text (5)")
    parser.add_argument("--strings", type=int, default=20_000, help="random strings of each vocabulary (20,000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tally = Tally()
    for vocabulary in options.only or reference.MAKERS:
        vocabulary_tests(tally, vocabulary, options)
    print(f"tokens: {tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
