"""What is answered: the first text of the user names a scene in brackets, [tools], and every scene checks what it is told."""

import json

from . import gemini
from .talk import Answer, Part, need

TEXT = "The sky is blue é \U0001f642."
THOUGHT = "Let me \"look\" at it."
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJcOkw7zDtsOfCg=="
RECORD = '{"name": "Oslo", "size": 7}'

# Bytes that only their maker can read; each dialect's own form.
SEALS = {
    "anthropic": "EqQBCkYIBxgCKkDx+/Zk9==",
    "responses": "gAAAAABo_x-Y+/Qk3w==",
    "gemini": gemini.SIGNATURE,
    "chat": "",
    "ollama": "",
}


def standard(asked, seal):
    """Google's Python SDK writes what it read as base64 in the alphabet for URLs."""
    return seal.replace("-", "+").replace("_", "/") if asked.dialect == "gemini" and seal not in UNCHECKED else seal


# What Google documents for calls of which nobody has the signature.
UNCHECKED = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")


def call(name, number, **arguments):
    return Part("call", id=f"call_{number}", name=name, data=arguments)


def said(text):
    return Answer([Part("text", text=text)])


def plain(asked):
    need("be brief" in asked.texts("system"), f"the system text is {asked.texts('system')!r}")
    return said(TEXT)


def expect(asked, wanted):
    """The results behind the last calls, in their order."""
    results = [part.text for part in asked.last_results()]
    need(results == wanted, f"the results are {results}, not {wanted}")


def tools(asked, allowed=(SEALS["gemini"],)):
    """Three turns: a call, another one with what the first gave, an answer. Where calls are signed, the signatures come back."""
    need(asked.tools == ["weather", "clock"], f"the tools are {asked.tools}")
    step = asked.answers()
    if step == 0:
        first = [] if asked.signed else [Part("text", text="First the weather.")]
        return Answer([*first, call("weather", 1, city="Oslo")], "calls")
    if step == 1:
        expect(asked, ["7 degrees"])
        return Answer([call("clock", 2, zone="Europe/Oslo", precise=True)], "calls")
    expect(asked, ["12:00"])
    calls = [(part.name, part.data) for part in asked.parts("call")]
    need(calls == [("weather", {"city": "Oslo"}), ("clock", {"zone": "Europe/Oslo", "precise": True})], f"the calls are {calls}")
    if asked.signed:
        seals = [standard(asked, part.seal) for part in asked.parts("call")]
        need(set(seals) <= set(allowed), f"the signatures of the calls are {seals}")
    return said("7 degrees at noon")


def unsigned(asked):
    """The same, where the client has no place for a signature."""
    return tools(asked, UNCHECKED)


def parallel(asked):
    if asked.answers() == 0:
        return Answer([call("weather", 1, city="Oslo"), call("weather", 2, city="Bergen"), call("clock", 3)], "calls")
    expect(asked, ["7 degrees", "9 degrees", "12:00"])
    need([part.data for part in asked.parts("call")] == [{"city": "Oslo"}, {"city": "Bergen"}, {}], "the calls changed")
    return said("Bergen is warmer")


def image(asked):
    shown = asked.parts("image")
    need(len(shown) == 1 and shown[0].data == PNG and shown[0].text == "image/png", f"the images are {shown}"[:300])
    return said("a red dot")


def schema(asked):
    properties = (asked.schema or {}).get("properties") or {}
    need(list(properties) == ["name", "size"], f"the schema is {asked.schema}")
    return said(RECORD)


def thinking(asked):
    """A thought with its seal and a call; then both come back as they were."""
    seal, takes_thoughts = SEALS[asked.dialect], asked.dialect in ("anthropic", "responses", "gemini")
    if asked.answers() == 0:
        need(asked.thinks or asked.dialect in ("chat", "ollama") or "gemini-2.0" in asked.model, "thinking was not asked for")
        return Answer([Part("thinking", text=THOUGHT, seal=seal), call("weather", 1, city="Oslo")], "calls")
    expect(asked, ["7 degrees"])
    seals = [standard(asked, part.seal) for part in asked.parts("thinking") + asked.parts("call") if part.seal]
    need(not takes_thoughts or seals == [seal], f"the seals are {seals}, not {[seal]}")
    return said("It is cold")


def lost(asked):
    """The same, where the client has no place for a seal: nothing false may come instead of it."""
    if asked.answers() == 0:
        return thinking(asked)
    expect(asked, ["7 degrees"])
    seals = [part.seal for part in asked.parts("thinking") + asked.parts("call") if part.seal]
    need(not [seal for seal in seals if seal not in UNCHECKED], f"the seals are {seals}, and nobody can have them")
    return said("It is cold")


def switched(asked):
    """Three turns, of which this provider need not have given the ones before: it gets back its own seals and no others."""
    own = {SEALS[asked.dialect]} - {""}
    step = asked.answers()
    if step == 0:
        return Answer([Part("thinking", text=THOUGHT, seal=SEALS[asked.dialect]), call("weather", 1, city="Oslo")], "calls")
    seals = {standard(asked, part.seal) for part in asked.parts("thinking") + asked.parts("call") if part.seal}
    need(seals <= own | set(UNCHECKED), f"the seals are {seals}, only {own} are its own")
    expect(asked, ["7 degrees"] if step == 1 else ["12:00"])
    return Answer([call("clock", 2, zone="UTC")], "calls") if step == 1 else said("7 degrees at noon")


def shown(asked):
    """The result of a call has an image beside its text."""
    if asked.answers() == 0:
        return Answer([call("weather", 1, city="Oslo"), call("clock", 2)], "calls")
    results = [part.text for part in asked.last_results()]
    need(len(results) == 2 and "7 degrees" in results[0] and results[1] == "12:00", f"the results are {results}")
    images = [part.data for part in asked.parts("image")]
    need(images == [PNG], f"the images are {len(images)}: {images}"[:300])
    return said("a red dot")


def document(asked):
    files = [json.dumps(part.data) for part in asked.parts("file")]
    need(len(files) == 1 and PDF in files[0], f"the files are {files}"[:300])
    return said("a page")


def chosen(asked, wanted):
    """Ollama cannot be told: it is offered only what may be called."""
    need(asked.choice == wanted or asked.dialect == "ollama", f"the choice is {asked.choice}, not {wanted}")
    return said("as you like")


def any_tool(asked):
    return chosen(asked, "any")


def one_tool(asked):
    need(asked.dialect != "ollama" or asked.tools == ["clock"], f"the tools are {asked.tools}")
    return chosen(asked, "one:clock")


def no_tool(asked):
    need(asked.choice == "none" or not asked.tools, f"the choice is {asked.choice} of {asked.tools}")
    return said("as you like")


def refusal(asked):
    return Answer([Part("refusal", text="I cannot help with that.")], "refusal")


def length(asked):
    need(asked.limit == 64, f"the limit is {asked.limit}")
    return Answer([Part("text", text="The sky is")], "length")


def broken(asked):
    return Answer([Part("text", text="The sky is"), Part("text", text="never said")], breaks="the model fell over")


SCENES = {
    f.__name__.replace("_", "-"): f
    for f in (plain, tools, unsigned, parallel, image, schema, thinking, lost, switched, shown, document, any_tool, one_tool, no_tool, refusal, length, broken)
}

TOO_LONG = {
    "chat": "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
    "responses": "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
    "anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
    "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).",
    "ollama": "the input length exceeds the context length",
}


def trouble(asked, scene):
    """(status, text, header fields) of a scene that fails before anything is said; None of any other."""
    if scene == "limited":
        return 429, "slow down", {"retry-after": "7"}
    if scene == "too-long":
        return 400, TOO_LONG[asked.dialect], {}
    if scene == "overloaded":
        return (529 if asked.dialect == "anthropic" else 503), "Overloaded", {}
    return None
