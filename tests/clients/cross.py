"""What every client must see of every provider, whatever dialect either speaks: a table of behaviours, run for one SDK by its cross_*.py.

An SDK's file gives an `Api`: `talk()` begins a conversation in the SDK's own words, and `trouble()` reads its exceptions.
argv: the daemon, the provider, and the targets to run, all when there is none.
"""

import pathlib
import sys
import traceback
from dataclasses import dataclass, field

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from strict import scenes, talk as said  # noqa: E402
from targets import TARGETS  # noqa: E402

BASE = sys.argv[1]
ONLY = sys.argv[3].split(",") if len(sys.argv) > 3 and sys.argv[3] else []

WEATHER = {"type": "object", "properties": {"city": {"type": "string", "description": "where"}}, "required": ["city"]}
CLOCK = {"type": "object", "properties": {"zone": {"type": ["string", "null"]}, "precise": {"type": "boolean", "default": False}}, "additionalProperties": False}
TOOLS = [("weather", "the weather of a city", WEATHER), ("clock", "the time in a zone", CLOCK)]
RECORD = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["name", "size"],
    "additionalProperties": False,
}
SYSTEM = "be brief"


@dataclass
class Reply:
    """`finish`: stop, length, calls or refusal. `calls`: (name, arguments as a value). Tokens: None = the SDK has no place for them."""

    text: str = ""
    thinking: str = ""
    calls: list = field(default_factory=list)
    finish: str = ""
    input: int = 0
    output: int = 0
    cached: object = None
    reasoning: object = None


@dataclass
class Trouble:
    status: int
    message: str
    retry_after: object = None
    code: object = None  # OpenAI's


class Broken(Exception):
    """A stream told an error: (text so far, message)."""


@dataclass
class Wants:
    """What a conversation asks for beside text."""

    tools: bool = False
    schema: bool = False
    thinking: bool = False
    limit: int = 0
    choice: str = ""  # any, one (the clock), none


def same(got, wanted, what):
    assert got == wanted, f"{what}: {got!r} instead of {wanted!r}"


# Behaviours: (api, target, form of the provider, stream)


def plain(api, target, form, stream):
    reply = api.talk(target, stream).say("[plain] What colour is the sky?")
    same(reply.text, scenes.TEXT, "text")
    same((reply.finish, reply.calls), ("stop", []), "finish")
    same((reply.input, reply.output), (said.INPUT, said.OUTPUT), "tokens")
    cached = 0 if form == "ollama" else said.CACHED
    assert reply.cached in (None, cached) or (cached == 0 and not reply.cached), f"cached: {reply.cached}"
    thought = said.THOUGHT if form in ("chat", "responses", "gemini") else 0
    assert reply.reasoning in (None, thought) or (thought == 0 and not reply.reasoning), f"reasoning: {reply.reasoning}"


def tools(api, target, form, stream):
    talk = api.talk(target, stream, Wants(tools=True))
    reply = talk.say(f"[{'tools' if api.carries_seals else 'unsigned'}] What is it like in Oslo?")
    text = "" if target == "x-gemini3" else "First the weather."
    same((reply.text, reply.calls, reply.finish), (text, [("weather", {"city": "Oslo"})], "calls"), "first turn")
    reply = talk.results(["7 degrees"])
    same((reply.calls, reply.finish), ([("clock", {"zone": "Europe/Oslo", "precise": True})], "calls"), "second turn")
    reply = talk.results(["12:00"])
    same((reply.text, reply.calls, reply.finish), ("7 degrees at noon", [], "stop"), "third turn")


def parallel(api, target, form, stream):
    talk = api.talk(target, stream, Wants(tools=True))
    reply = talk.say("[parallel] Where is it warmer?")
    same(reply.calls, [("weather", {"city": "Oslo"}), ("weather", {"city": "Bergen"}), ("clock", {})], "calls")
    same(reply.finish, "calls", "finish")
    same(talk.results(["7 degrees", "9 degrees", "12:00"]).text, "Bergen is warmer", "text")


def image(api, target, form, stream):
    same(api.talk(target, stream).say("[image] What is it?", scenes.PNG).text, "a red dot", "text")


def schema(api, target, form, stream):
    reply = api.talk(target, stream, Wants(schema=True)).say("[schema] A city, please.")
    same((reply.text, reply.finish), (scenes.RECORD, "stop"), "text")


def thinking(api, target, form, stream):
    talk = api.talk(target, stream, Wants(tools=True, thinking=True))
    reply = talk.say(f"[{'thinking' if api.carries_seals else 'lost'}] Think about the weather in Oslo.")
    same((reply.thinking, reply.calls, reply.finish), (scenes.THOUGHT, [("weather", {"city": "Oslo"})], "calls"), "first turn")
    same(talk.results(["7 degrees"]).text, "It is cold", "second turn")


def switched(api, target, form, stream):
    """A conversation that goes from one provider to this one and back."""
    for first in ("anthropic", "responses", "gemini3"):
        if first == "gemini3" and api.name == form == "gemini":
            continue  # between Google's own models all passes as it is, also the calls that the older ones do not sign
        talk = api.talk(f"x-{first}", stream, Wants(tools=True, thinking=True))
        talk.say("[switched] Think about the weather in Oslo.")
        talk.move(target)
        same(talk.results(["7 degrees"]).calls, [("clock", {"zone": "UTC"})], f"second turn, after {first}")
        talk.move(f"x-{first}")
        same(talk.results(["12:00"]).text, "7 degrees at noon", f"third turn, back at {first}")


def shown(api, target, form, stream):
    if not api.shows_results:
        return
    talk = api.talk(target, stream, Wants(tools=True))
    talk.say("[shown] Show me the weather in Oslo.")
    same(talk.results(["7 degrees", "12:00"], scenes.PNG).text, "a red dot", "text")


def document(api, target, form, stream):
    if api.name == "ollama":
        return
    ask = lambda: api.talk(target, stream).say("[document] What is it?", pdf=scenes.PDF)  # noqa: E731
    if form == "ollama":
        found = fails(api, ask)
        assert found.status == 400 and found.message.startswith("document: "), f"error: {found}"
        return
    same(ask().text, "a page", "text")


def choices(api, target, form, stream):
    if api.name == "ollama":
        return
    for choice in ("any", "one", "none"):
        scene = {"any": "any-tool", "one": "one-tool", "none": "no-tool"}[choice]
        same(api.talk(target, stream, Wants(tools=True, choice=choice)).say(f"[{scene}] Go on.").text, "as you like", choice)


def refusal(api, target, form, stream):
    reply = api.talk(target, stream).say("[refusal] How do I break in?")
    if form == "ollama" or api.name == "ollama":
        same(reply.finish, "stop", "finish")
    elif api.name == "gemini" and reply.text:
        same(reply.text, "I cannot help with that.", "what the model says")
        assert reply.finish in ("stop", "refusal"), f"finish: {reply.finish}"
    else:
        same(reply.finish, "refusal", "finish")


def length(api, target, form, stream):
    reply = api.talk(target, stream, Wants(limit=64)).say("[length] What colour is the sky?")
    same((reply.text, reply.finish), ("The sky is", "length"), "end")


def fails(api, call):
    try:
        reply = call()
    except api.errors as error:
        return api.trouble(error)
    raise AssertionError(f"nothing was raised; the reply is {reply!r}")


def limited(api, target, form, stream):
    found = fails(api, lambda: api.talk(target, stream).say("[limited] hi"))
    same((found.status, found.message), (429, "slow down"), "error")
    assert found.retry_after in (None, "7"), f"retry-after: {found.retry_after!r}"


def too_long(api, target, form, stream):
    found = fails(api, lambda: api.talk(target, stream).say("[too-long] hi"))
    same(found.status, 400, "status")
    assert scenes.TOO_LONG[form] in found.message, f"message: {found.message!r}"
    if api.name in ("openai chat", "openai responses"):
        same(found.code, "context_length_exceeded", "code")
    if api.name == "anthropic":
        assert "prompt is too long" in found.message, f"message: {found.message!r}"


def overloaded(api, target, form, stream):
    found = fails(api, lambda: api.talk(target, stream).say("[overloaded] hi"))
    same((found.status, found.message), (529 if api.name == "anthropic" else 503, "Overloaded"), "error")


def broken(api, target, form, stream):
    try:
        reply = api.talk(target, stream).say("[broken] hi")
    except Broken as error:
        text, message = error.args
        same(text, "The sky is", "text so far")
        assert "the model fell over" in message, f"message: {message!r}"
        return
    raise AssertionError(f"nothing was raised; the reply is {reply!r}")


BOTH = (False, True)
BEHAVIOURS = [
    (plain, BOTH),
    (tools, BOTH),
    (parallel, BOTH),
    (image, BOTH),
    (schema, BOTH),
    (thinking, BOTH),
    (switched, BOTH),
    (shown, BOTH),
    (document, (False,)),
    (choices, (False,)),
    (refusal, BOTH),
    (length, BOTH),
    (limited, BOTH),
    (too_long, BOTH),
    (overloaded, BOTH),
    (broken, (True,)),
]


def run(api):
    passed = failed = 0
    for target, (form, _, _) in TARGETS.items():
        if ONLY and target not in ONLY:
            continue
        for behaviour, modes in BEHAVIOURS:
            for stream in modes:
                name = f"{api.name} reads {target}: {behaviour.__name__.replace('_', ' ')}{', streamed' if stream else ''}"
                try:
                    behaviour(api, f"x-{target}", form, stream)
                    passed += 1
                    print("ok", name)
                except Exception:
                    failed += 1
                    print("FAIL", name)
                    print("    " + "\n    ".join(traceback.format_exc().rstrip().split("\n")[-4:]))
    print(f"{api.name} reads all: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
