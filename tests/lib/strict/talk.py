"""What every dialect says, in terms of none: what was asked, what is answered, and how a request is refused."""

import re
from dataclasses import dataclass, field

NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
TOOL_ID = re.compile(r"^[a-zA-Z0-9_-]{1,256}$")
BASE64 = re.compile(r"^[A-Za-z0-9+/]+={0,2}$")
JSON = "application/json"
EVENTS = "text/event-stream"


class Refused(Exception):
    """The request breaks the grammar of its dialect; says where."""


def need(condition, text):
    if not condition:
        raise Refused(text)


def only(value, allowed, where):
    """An object with no keys but these."""
    need(isinstance(value, dict), f"{where}: expected an object, not {value!r}"[:300])
    odd = sorted(set(value) - set(allowed))
    need(not odd, f"{where}: {odd[0] if odd else ''}: Extra inputs are not permitted")
    return value


def text_in(value, where):
    need(isinstance(value, str) and value != "", f"{where}: expected a text that is not empty, not {value!r}"[:300])
    return value


def number_in(value, low, high, where):
    need(isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high, f"{where}: {value!r} is not from {low} to {high}")


def image_in(kind, data, where):
    need(kind in ("image/png", "image/jpeg", "image/gif", "image/webp"), f"{where}: {kind!r} is no type of image")
    need(isinstance(data, str) and BASE64.match(data), f"{where}: the image is not base64")
    return Part("image", text=kind, data=data)


def schema_in(schema, where):
    """A JSON schema of an object, by its rough form."""
    need(isinstance(schema, dict) and schema.get("type") == "object", f"{where}: expected a schema of type object, not {schema!r}"[:300])
    need(isinstance(schema.get("properties", {}), dict), f"{where}.properties: expected an object")
    return schema


@dataclass
class Part:
    """kind: text, image (text = its type), thinking, call, result."""

    kind: str
    text: str = ""
    data: object = None  # image: base64; call: the arguments as a value
    id: str = ""
    name: str = ""
    seal: str = ""
    inside: list = field(default_factory=list)  # result: its images


@dataclass
class Turn:
    role: str  # system, user, assistant
    parts: list


@dataclass
class Asked:
    dialect: str
    model: str
    turns: list
    tools: list = field(default_factory=list)  # names
    stream: bool = False
    schema: object = None  # of the answer
    thinks: bool = False
    limit: object = None
    choice: str = "auto"  # auto, any, none, one:NAME
    sealed: bool = True  # Responses: encrypted reasoning was asked for
    signed: bool = False  # every step's first call has a signature

    def texts(self, role):
        return "\n".join(part.text for turn in self.turns if turn.role == role for part in turn.parts if part.kind == "text")

    def parts(self, kind):
        """Those inside of results too."""
        return [part for turn in self.turns for outer in turn.parts for part in (outer, *outer.inside) if part.kind == kind]

    def answers(self):
        """How many times the model has spoken: neighbours in one role are one turn."""
        roles = [turn.role for turn in self.turns if turn.role != "system"]
        return sum(1 for at, role in enumerate(roles) if role == "assistant" and (at == 0 or roles[at - 1] != role))

    def last_results(self):
        """The results behind the last turn of the model."""
        at = max((index for index, turn in enumerate(self.turns) if turn.role == "assistant"), default=-1)
        return [part for turn in self.turns[at + 1 :] for part in turn.parts if part.kind == "result"]


@dataclass
class Answer:
    """`blocks`: Parts of kind thinking, text, call or refusal. finish: stop, length, calls, refusal."""

    blocks: list
    finish: str = "stop"
    breaks: str = ""  # in a stream: the error told in the middle of it


# The tokens of every answer: 20 in, of which 6 were read from a cache and 4 written to it; 8 out, 3 of them thoughts.
INPUT, CACHED, WRITTEN, OUTPUT, THOUGHT = 20, 6, 4, 8, 3


def pieces_of(text):
    """The text in pieces, as a stream brings it."""
    return re.findall(r"\S+\s*|\s+", text) or [""]


def paired(turns):
    """Every call has its result in the next turn, and every result its call in the one before. Ids are unique."""
    seen = set()
    for at, turn in enumerate(turns):
        calls = [part.id for part in turn.parts if part.kind == "call"]
        results = [part.id for part in turns[at + 1].parts if part.kind == "result"] if at + 1 < len(turns) else []
        need(not calls or sorted(calls) == sorted(results), f"turn {at}: the calls {calls} have the results {results} behind them")
        need(not seen & set(calls) and len(set(calls)) == len(calls), f"turn {at}: ids of calls are used twice: {calls}")
        seen |= set(calls)
        mine = [part.id for part in turn.parts if part.kind == "result"]
        before = [part.id for part in turns[at - 1].parts if part.kind == "call"] if at else []
        need(not mine or mine and set(mine) <= set(before), f"turn {at}: the results {mine} have no calls before them")
