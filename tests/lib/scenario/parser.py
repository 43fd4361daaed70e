"""Reads a scenario file into blocks of steps."""

import dataclasses
import re

KINDS = ("provider", "client", "daemon")


class ScenarioError(Exception):
    """The scenario file itself is wrong."""


@dataclasses.dataclass
class Step:
    """One indented line, with the deeper indented lines below it as its text."""

    line: int
    verb: str
    rest: str
    block: list

    @property
    def text(self):
        return "\n".join(self.block)

    def __str__(self):
        return f"{self.verb} {self.rest}".strip()


@dataclasses.dataclass
class Block:
    """A provider, a client or the daemon: a headline and its steps."""

    kind: str
    words: list
    line: int
    steps: list

    @property
    def name(self):
        return self.words[0] if self.words else ""


@dataclasses.dataclass
class Scenario:
    path: str
    about: str
    tags: set
    blocks: list

    def of_kind(self, kind):
        return [block for block in self.blocks if block.kind == kind]


def indent_of(line):
    return len(line) - len(line.lstrip(" "))


def dedent(lines):
    used = [indent_of(line) for line in lines if line.strip()]
    cut = min(used) if used else 0
    while lines and not lines[-1].strip():
        lines.pop()
    return [line[cut:] for line in lines]


def parse_headline(line, number):
    words = line.split()
    if words[0] not in KINDS:
        raise ScenarioError(f"line {number}: expected one of {', '.join(KINDS)}, found '{words[0]}'")
    return Block(words[0], words[1:], number, [])


def parse_step(line, number):
    verb, _, rest = line.strip().partition(" ")
    return Step(number, verb, rest.strip(), [])


def parse_tags(lines):
    """Comment lines of a single word in the first five lines are tags, such as `# tsan`."""
    found = (re.fullmatch(r"#\s*(\w+)", line) for line in lines[:5])
    return {match.group(1) for match in found if match}


def parse(path, text):
    lines = text.split("\n")
    blocks, step, level = [], None, 0
    for number, line in enumerate(lines, 1):
        depth = indent_of(line)
        if step and (not line.strip() or depth > level):
            step.block.append(line)
        elif not line.strip() or line.lstrip().startswith("#"):
            continue
        elif depth == 0:
            blocks.append(parse_headline(line, number))
            step = None
        elif not blocks:
            raise ScenarioError(f"line {number}: a step before any block")
        else:
            step, level = parse_step(line, number), depth
            blocks[-1].steps.append(step)
    for block in blocks:
        for each in block.steps:
            each.block = dedent(each.block)
    about = next((line[1:].strip() for line in lines if line.startswith("# ")), "")
    return Scenario(path, about, parse_tags(lines), blocks)


def read(path):
    with open(path, encoding="utf-8") as file:
        return parse(path, file.read())
