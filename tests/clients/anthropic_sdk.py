"""The official anthropic package against the daemon."""

import anthropic
from suite import BASE, TEXT, case, raises, run, seen, was_aborted

client = anthropic.Anthropic(base_url=BASE, api_key="sk-ant-client", max_retries=2)
ASK = {"max_tokens": 99, "messages": [{"role": "user", "content": "What colour is the sky?"}]}
TOOL = {"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}


@case
def messages():
    reply = client.messages.create(model="claude-haiku-4-5", **ASK)
    assert reply.content[0].text == TEXT
    assert reply.usage.input_tokens == 9


@case
def messages_stream():
    with client.messages.stream(model="claude-haiku-4-5", **ASK) as stream:
        assert "".join(stream.text_stream) == TEXT
        final = stream.get_final_message()
    assert (final.stop_reason, final.usage.output_tokens) == ("end_turn", 5)


@case
def tools():
    reply = client.messages.create(model="claude-haiku-4-5", tools=[TOOL], **ASK)
    assert (reply.stop_reason, reply.content[0].name, reply.content[0].input) == ("tool_use", "weather", {"city": "Oslo"})


@case
def tools_stream():
    with client.messages.stream(model="claude-haiku-4-5", tools=[TOOL], **ASK) as stream:
        final = stream.get_final_message()
    assert final.content[0].input == {"city": "Oslo"}


@case
def count_tokens():
    assert client.messages.count_tokens(model="claude-haiku-4-5", messages=ASK["messages"]).input_tokens == 9


@case
def models():
    assert [model.id for model in client.models.list()] == ["claude-haiku-4-5"]


@case
def error():
    found = raises(anthropic.NotFoundError, lambda: client.messages.create(model="py-anthropic-missing", **ASK))
    assert found.body["error"]["type"] == "not_found_error"
    assert seen()["requests"]["py-anthropic-missing"] == 1


@case
def retry():
    assert client.messages.create(model="py-anthropic-flaky", **ASK).content[0].text == TEXT
    assert seen()["requests"]["py-anthropic-flaky"] == 2


@case
def timeout():
    hasty = client.with_options(timeout=0.5, max_retries=0)
    raises(anthropic.APITimeoutError, lambda: hasty.messages.create(model="py-anthropic-slow", **ASK))
    assert was_aborted("py-anthropic-slow")


@case
def abort():
    stream = client.messages.create(model="py-anthropic-endless", stream=True, **ASK)
    next(iter(stream))
    stream.close()
    assert was_aborted("py-anthropic-endless")


run("anthropic (Python)")
