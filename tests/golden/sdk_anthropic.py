#!/usr/bin/env python3
"""Reads every reply that the golden cases give a client of Anthropic's Messages with the official SDK.  sdk_anthropic.py --binary CONVERT

Each event must be of the SDK's own types, with every field that they require; events must keep the grammar that the SDK relies on without
checking it; and its accumulator must put them together to a message of its type. Needs an interpreter with the package anthropic
(tests/clients/run.py makes one).
"""

import argparse
import json
import sys
import tempfile

import run
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent
from pydantic import TypeAdapter

EVENT = TypeAdapter(RawMessageStreamEvent)


def events_of(text):
    blocks = [block.splitlines() for block in text.strip().split("\n\n") if not block.startswith(":")]
    return [(lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))) for lines in blocks]


def grammar_breach(events):
    """Where the stream leaves its grammar; None: nowhere."""
    blocks, is_open, ended = 0, False, False
    for number, (name, event) in enumerate(events):
        where = f"event {number}, {name}"
        if event["type"] != name or ended or (name == "message_start") != (number == 0):
            return f"{where}: not here"
        if name.startswith("content_block"):
            if event["index"] != blocks or is_open == (name == "content_block_start"):
                return f"{where}: block {blocks} is {'open' if is_open else 'next'}"
            is_open = name != "content_block_stop"
            blocks += not is_open
        if name == "message_delta" and is_open:
            return f"{where}: block {blocks} is open"
        ended = name == "message_stop"
    return None


def check_stream(text, is_whole):
    """`is_whole`: it has to come to its end."""
    events = events_of(text)
    breach = grammar_breach(events)
    if breach or (is_whole and events[-1][0] != "message_stop"):
        return breach or "it does not end"
    snapshot, pieces = None, {}
    for name, event in events:
        if name != "ping":
            snapshot = accumulate_event(event=EVENT.validate_python(event), current_snapshot=snapshot, json_bufs=pieces)
    if is_whole:
        Message.model_validate(snapshot.to_dict())
    return None


def check(binary, parts):
    """None: good; a text: what is wrong; False: not a reply for this client."""
    expected = {word: (words, text) for word, words, text in parts}
    kind = next((kind for kind in ("reply", "stream") if kind in expected), None)
    if not kind or expected[kind][0].split()[1] != "anthropic":
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8", errors="surrogatepass") as file:
        file.write(expected.get("for", ("", ""))[1])
        file.flush()
        source, client, *framing = expected[kind][0].split()
        words = ["reply", source, client, "whole" if kind == "reply" else (framing or ["sse"])[0], "1000000"]
        given = expected[kind][1] + ("\n\n" if kind == "stream" else "")
        _, out, err = run.run(binary, [*words, file.name if "for" in expected else "-"], given)
    try:
        if not out:
            return None if "fails" in expected else err
        if kind == "stream":
            return check_stream(out, "fails" not in expected)
        Message.model_validate(json.loads(out))
        return None
    except (ValueError, KeyError, IndexError, RuntimeError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(run.HERE.parents[1] / ".build/asan/golden/convert"))
    options = parser.parse_args()
    passed = failed = 0
    for path in sorted(run.HERE.glob("*/*.case")):
        for name, parts in run.cases_in(path):
            wrong = check(options.binary, parts)
            passed += wrong is None
            failed += bool(wrong)
            if wrong:
                print(f"FAILED {name}\n       {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
