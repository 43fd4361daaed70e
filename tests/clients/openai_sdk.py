"""The official openai package against the daemon."""

import openai
from suite import BASE, TEXT, case, raises, run, seen, was_aborted

client = openai.OpenAI(base_url=BASE + "/v1", api_key="sk-client", max_retries=2)
HI = [{"role": "user", "content": "What colour is the sky?"}]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}


@case
def chat():
    reply = client.chat.completions.create(model="gpt-4o", messages=HI)
    assert reply.choices[0].message.content == TEXT
    assert reply.usage.prompt_tokens == 9


@case
def chat_stream_hides_the_usage_it_did_not_ask_for():
    chunks = list(client.chat.completions.create(model="gpt-4o", messages=HI, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
    assert all(chunk.usage is None for chunk in chunks)


@case
def chat_stream_with_usage():
    chunks = list(client.chat.completions.create(model="gpt-4o", messages=HI, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].usage.completion_tokens == 5


@case
def chat_tools():
    reply = client.chat.completions.create(model="gpt-4o", messages=HI, tools=[TOOL])
    call = reply.choices[0].message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("weather", '{"city": "Oslo"}')


@case
def chat_tools_stream():
    chunks = client.chat.completions.create(model="gpt-4o", messages=HI, tools=[TOOL], stream=True)
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
    assert calls[0].function.name == "weather"
    assert "".join(call.function.arguments for call in calls).replace(" ", "") == '{"city":"Oslo"}'


@case
def responses():
    reply = client.responses.create(model="gpt-5", input="hi")
    assert reply.output_text == TEXT


@case
def responses_stream():
    events = list(client.responses.create(model="gpt-5", input="hi", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].response.output_text == TEXT


@case
def responses_tools():
    tool = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": False}
    reply = client.responses.create(model="gpt-5", input="hi", tools=[tool])
    assert reply.output[0].name == "weather"


@case
def embeddings():
    reply = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    assert [list(row.embedding) for row in reply.data] == [[0.25, -0.5, 1.0]] * 2


@case
def models():
    assert [model.id for model in client.models.list()] == ["gpt-4o"]


@case
def error():
    found = raises(openai.NotFoundError, lambda: client.chat.completions.create(model="py-openai-missing", messages=HI))
    assert found.code == "model_not_found"
    assert found.body["message"] == "model py-openai-missing does not exist"
    assert seen()["requests"]["py-openai-missing"] == 1


@case
def retry():
    reply = client.chat.completions.create(model="py-openai-flaky", messages=HI)
    assert reply.choices[0].message.content == TEXT
    assert seen()["requests"]["py-openai-flaky"] == 2


@case
def timeout():
    hasty = client.with_options(timeout=0.5, max_retries=0)
    raises(openai.APITimeoutError, lambda: hasty.chat.completions.create(model="py-openai-slow", messages=HI))
    assert was_aborted("py-openai-slow")


@case
def abort():
    stream = client.chat.completions.create(model="py-openai-endless", messages=HI, stream=True)
    next(iter(stream))
    stream.close()
    assert was_aborted("py-openai-endless")


run("openai (Python)")
