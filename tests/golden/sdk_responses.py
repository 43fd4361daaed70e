#!/usr/bin/env python3
"""Reads every reply that the golden cases give a client of OpenAI's Responses with the official SDK.  sdk_responses.py --binary CONVERT

Each event must be of the SDK's own types, with every field that they require; the SDK's accumulator must put the stream together; and
what it has then must be what the last event says. Needs an interpreter with the package openai (tests/clients/run.py makes one).
"""

import argparse
import json
import sys
import tempfile

import run
from openai._types import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

EVENT = TypeAdapter(ResponseStreamEvent)
ENDS = ("response.completed", "response.incomplete")


def events_of(text):
    blocks = [block.splitlines() for block in text.strip().split("\n\n") if not block.startswith(":")]
    return [(lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))) for lines in blocks]


def grammar_breach(events):
    """What the SDK does not check: names, numbers, and that ids stay what they were."""
    ids = {}
    for number, (name, event) in enumerate(events):
        if event["type"] != name or event["sequence_number"] != number:
            return f"event {number} is {event['type']} {event['sequence_number']} under the name {name}"
        if name == "response.output_item.added":
            if event["output_index"] != len(ids):
                return f"event {number}: item {event['output_index']} comes as number {len(ids)}"
            ids[event["output_index"]] = event["item"]["id"]
        said = event.get("item_id") or event.get("item", {}).get("id")
        if said and said != ids[event["output_index"]]:
            return f"event {number}: {said} is called {ids[event['output_index']]} elsewhere"
    if sum(name in ENDS for name, _ in events) > 1 or any(name in ENDS for name, _ in events[:-1]):
        return "it goes on behind its end"
    return None


def said_by(item):
    """The text of an item that the accumulator puts together."""
    if item["type"] == "message":
        return [part["text"] for part in item["content"] if part["type"] == "output_text"]
    return item.get("arguments")


def accumulator_breach(events):
    """Whether an item was, when it is done, already what the accumulator had made of its pieces."""
    state = ResponseStreamState(text_format=omit, input_tools=omit)
    for number, (name, event) in enumerate(events):
        if name == "response.output_item.done":
            snapshot = state._ResponseStreamState__current_snapshot  # pylint: disable=protected-access
            had, is_now = said_by(snapshot.output[event["output_index"]].to_dict()), said_by(event["item"])
            if had != is_now:
                return f"event {number}: {is_now} was {had} in its pieces"
        state.handle_event(EVENT.validate_python(event))
    return None


def check_stream(text):
    events = events_of(text)
    breach = grammar_breach(events) or accumulator_breach(events)
    if breach:
        return breach
    if events[-1][0] in ENDS:
        done = [event["item"] for name, event in events if name == "response.output_item.done"]
        return run.difference(done, events[-1][1]["response"]["output"], "output")
    return None


def check(binary, parts):
    """None: good; a text: what is wrong; False: not a reply for this client."""
    expected = {word: (words, text) for word, words, text in parts}
    kind = next((kind for kind in ("reply", "stream") if kind in expected), None)
    if not kind or expected[kind][0].split()[1] != "openai_responses":
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
            return check_stream(out)
        Response.model_validate(json.loads(out))
        return None
    except (ValueError, AssertionError, KeyError, IndexError, RuntimeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"[:400]


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
