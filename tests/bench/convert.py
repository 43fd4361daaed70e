"""A client of one dialect in front of a provider of another: requests, events of a stream, and one long conversation."""

import json
import os
import subprocess
import tempfile

from cpu import requests, turns
from load import PROSE, Load, body_of
from table import Row, compared, verdict

MODEL = "openai/gpt-4o"
LONG_MESSAGES, LONG_SIZE = 400, 1_000_000


class Messages(Load):
    """The same chat as a client of Anthropic's asks it; what the mock answers is said by a header, which a conversion needs in the config."""

    def __init__(self, machine, reply, size=1024, stream=False):
        super().__init__(machine, reply, size, "/v1/messages", stream)
        asked = json.loads(body_of(size, False))
        system, user = asked["messages"]
        fields = {"model": MODEL, "max_tokens": 1000, "system": system["content"], "messages": [user]}
        self.body = json.dumps(fields | ({"stream": True} if stream else {}))


def ours(reply):
    return {"provider": f', api_key: "sk-bench", headers: {{x-bench: "{reply}"}}'}


def converted(run, measure, bar, reply, size):
    return requests(run, measure, bar, Messages(run.machine, reply, size), ours=ours(reply))


def convert(run):
    return converted(run, "messages to a chat provider, 1 KiB", 2.5, "chat 888", 1024)


def convert16(run):
    return converted(run, "messages to a chat provider, 16 KiB both ways", 3, "chat 16384", 16384)


def convert_events(run):
    """Beside the same stream passed through by another daemon: that is what `nginx` stands for in this row."""
    reply = "stream 50 0"
    machine = run.machine
    plain, converting = machine.tokenpak(), machine.tokenpak(**ours(reply))
    plain.name = "nginx"
    loads = {"nginx": Load(machine, reply, stream=True), "tokenpak": Messages(machine, reply, stream=True)}

    class Either:
        def run(self, port, **options):
            return loads["nginx" if port == plain.port else "tokenpak"].run(port, **options)

    row = compared("an event of a converted stream, beside a passed one (in the column nginx)", "event",
                   turns(run, Either(), "event", [converting, plain], connections=32), 2)  # fmt: skip
    return [row]


def long_request():
    turn = PROSE * (LONG_SIZE // LONG_MESSAGES // len(PROSE) + 1)
    messages = [{"role": "assistant" if i % 2 else "user", "content": turn[: LONG_SIZE // LONG_MESSAGES - 40]} for i in range(LONG_MESSAGES)]
    return json.dumps({"model": "m", "max_tokens": 1000, "system": "You are a careful assistant.", "messages": messages})


def convert_long(run):
    """The converter alone: a worker runs it."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        file.write(long_request())
    try:
        words = [run.machine.programs.parent / "golden/convert", "time", "anthropic", "openai_chat", "gpt-4o", "100"]
        with open(file.name) as request:
            said = json.loads(subprocess.run(words, stdin=request, capture_output=True, text=True, check=True).stdout)
    finally:
        os.unlink(file.name)
    return [
        Row("a request of 1 MB and 400 messages converted, ms", f"{said['us'] / 1000:.2f}", bar="<= 5", met=verdict(said["us"] / 1000, 5)),
        Row("memory of that conversion, times its body", f"{said['memory'] / said['body']:.2f}", bar="<= 3", met=verdict(said["memory"] / said["body"], 3)),
    ]


MEASURES = {"convert": convert, "convert16": convert16, "convert-events": convert_events, "convert-long": convert_long}
