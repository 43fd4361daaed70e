"""The official ollama package against the daemon; it has no retries of its own."""

import httpx
import ollama
from suite import BASE, TEXT, case, raises, run, was_aborted

client = ollama.Client(host=BASE)
HI = [{"role": "user", "content": "What colour is the sky?"}]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


@case
def chat():
    reply = client.chat(model="llama3.2", messages=HI)
    assert reply.message.content == TEXT
    assert reply.prompt_eval_count == 9


@case
def stream():
    rows = list(client.chat(model="llama3.2", messages=HI, stream=True))
    assert "".join(row.message.content for row in rows) == TEXT
    assert rows[-1].done


@case
def tools():
    reply = client.chat(model="llama3.2", messages=HI, tools=[TOOL])
    assert reply.message.tool_calls[0].function.arguments == {"city": "Oslo"}


@case
def tools_stream():
    rows = list(client.chat(model="llama3.2", messages=HI, tools=[TOOL], stream=True))
    assert rows[0].message.tool_calls[0].function.name == "weather"


@case
def embeddings():
    assert list(client.embed(model="llama3.2", input="a").embeddings[0]) == [0.25, -0.5, 1.0]


@case
def models():
    assert client.list().models[0].model == "llama3.2"


@case
def error():
    found = raises(ollama.ResponseError, lambda: client.chat(model="py-ollama-missing", messages=HI))
    assert (found.status_code, found.error) == (404, "model py-ollama-missing does not exist")


@case
def timeout():
    hasty = ollama.Client(host=BASE, timeout=0.5)
    raises(httpx.TimeoutException, lambda: hasty.chat(model="py-ollama-slow", messages=HI))
    assert was_aborted("py-ollama-slow")


@case
def abort():
    rows = client.chat(model="py-ollama-endless", messages=HI, stream=True)
    next(rows)
    rows.close()
    assert was_aborted("py-ollama-endless")


run("ollama (Python)")
