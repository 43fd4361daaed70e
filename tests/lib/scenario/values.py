"""What stands behind a verb: byte expressions, JSON paths, comparisons, times."""

import ast
import json
import os
import random
import re

from . import codings


class Mismatch(Exception):
    """Something expected is not so; the text says what was found instead."""


def substitute(text, names):
    """%{name} becomes the name's value."""

    def value(match):
        if match.group(1) not in names:
            raise Mismatch(f"unknown name %{{{match.group(1)}}}; known: {', '.join(sorted(names))}")
        return str(names[match.group(1)])

    return re.sub(r"%\{([^}]+)\}", value, text)


def evaluate(text, names, folder="."):
    """The bytes of an expression: plain text, or @function argument (README, Bytes)."""
    text = substitute(text, names)
    if not text.startswith("@"):
        return text.encode()
    function, _, rest = text[1:].partition(" ")
    if function in codings.ENCODERS:
        return codings.ENCODERS[function](evaluate(rest, names, folder))
    if function == "bytes":
        return ast.literal_eval("b" + rest)
    if function == "hex":
        return bytes.fromhex(rest)
    if function == "empty":
        return b""
    if function == "random":
        return random.Random(int(rest)).randbytes(int(rest))
    if function == "file":
        with open(os.path.join(folder, rest), "rb") as file:
            return file.read()
    count, _, rest = rest.partition(" ")
    if function == "repeat":
        return evaluate(rest, names, folder) * int(count)
    if function == "pad":
        return evaluate(rest, names, folder).replace(b"PAD", b"x" * int(count))
    raise Mismatch(f"unknown function @{function}")


def step_bytes(step, names, folder):
    """The expression on the step's line, or else its text."""
    return evaluate(step.rest, names, folder) if step.rest else substitute(step.text, names).encode()


def milliseconds(text):
    match = re.fullmatch(r"(\d+)(ms|s)?", text.strip())
    if not match:
        raise Mismatch(f"'{text}' is not a time such as 200ms or 2s")
    return int(match.group(1)) * (1000 if match.group(2) == "s" else 1)


def split_path(path):
    """providers.openai.requests, choices.0.text, models."gpt-4.1".requests"""
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([^."]+)', path)]


ABSENT = object()


def lookup(tree, path):
    for key in split_path(path):
        if isinstance(tree, list) and re.fullmatch(r"-?\d+", key) and -len(tree) <= int(key) < len(tree):
            tree = tree[int(key)]
        elif isinstance(tree, dict) and key in tree:
            tree = tree[key]
        else:
            return ABSENT
    return tree


def literal(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def shown(value):
    return "absent" if value is ABSENT else json.dumps(value, ensure_ascii=False)


ORDER = {">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b}


def holds(found, sign, wanted):
    if sign in ("absent", "present"):
        return (found is ABSENT) == (sign == "absent")
    if found is ABSENT:
        return sign == "!="
    if sign == "~":
        return re.search(wanted, found if isinstance(found, str) else json.dumps(found)) is not None
    value = literal(wanted)
    if sign in ORDER:
        return isinstance(found, (int, float)) and ORDER[sign](found, value)
    same = found == value or (isinstance(found, str) and found == wanted)
    return same == (sign == "=")


CLAIM = re.compile(r'((?:"[^"]*"|[^\s"])+)\s+(?:(=|!=|>=|<=|>|<|~)\s+(.*)|(absent|present))')


def parse_claim(text):
    """`PATH SIGN VALUE`, `PATH absent` or `PATH present`; None if the text is neither."""
    match = CLAIM.fullmatch(text)
    if not match:
        return None
    path, sign, wanted, lone = match.groups()
    return path, lone or sign, (wanted or "").strip()


def check_claim(tree, claim, what):
    path, sign, wanted = claim
    found = lookup(tree, path)
    if not holds(found, sign, wanted):
        whole = json.dumps(tree, ensure_ascii=False)
        raise Mismatch(f"{what}: {path} {sign} {wanted}\n  found: {shown(found)}\n  in: {whole[:1500]}")


def parse_json(data, what):
    try:
        return json.loads(data)
    except ValueError as error:
        raise Mismatch(f"{what} is not JSON ({error}): {clip(data)}") from None


def clip(data, size=400):
    return repr(data) if len(data) <= size else f"{data[:size]!r}... ({len(data)} bytes)"


def check_bytes(found, wanted, what):
    if found == wanted:
        return
    same = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
    start = max(0, same - 40)
    raise Mismatch(
        f"{what} differs at byte {same} (found {len(found)} bytes, expected {len(wanted)})\n"
        f"  expected: ...{wanted[start : same + 160]!r}\n  found:    ...{found[start : same + 160]!r}"
    )
