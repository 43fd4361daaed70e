"""The official openai package, Responses, with every provider."""

import json

import openai
from cross import BASE, RECORD, SYSTEM, TOOLS, Broken, Reply, Trouble, Wants, run

client = openai.OpenAI(base_url=BASE + "/v1", api_key="sk-client", max_retries=0)


def options_of(wants):
    options = {"store": False, "include": ["reasoning.encrypted_content"], "instructions": SYSTEM}
    if wants.tools:
        options["tools"] = [{"type": "function", "name": name, "description": text, "parameters": schema, "strict": False} for name, text, schema in TOOLS]
    if wants.schema:
        options["text"] = {"format": {"type": "json_schema", "name": "record", "strict": True, "schema": RECORD}}
    if wants.thinking:
        options["reasoning"] = {"effort": "low", "summary": "auto"}
    if wants.choice:
        options["tool_choice"] = {"any": "required", "one": {"type": "function", "name": "clock"}, "none": "none"}[wants.choice]
    if wants.limit:
        options["max_output_tokens"] = wants.limit
    return options


def finish_of(reply):
    """A reply that the limit has cut is incomplete; a refusal is a part of its message."""
    if reply.status == "incomplete":
        return {"max_output_tokens": "length", "content_filter": "refusal"}[reply.incomplete_details.reason]
    assert reply.status == "completed", f"status {reply.status}: {reply.error}"
    if any(part.type == "refusal" for item in reply.output if item.type == "message" for part in item.content):
        return "refusal"
    return "calls" if any(item.type == "function_call" for item in reply.output) else "stop"


class Talk:
    def __init__(self, target, stream, wants):
        self.fixed = {"model": target, **options_of(wants)}
        self.stream = stream
        self.items = []
        self.calls = []

    def move(self, target):
        self.fixed["model"] = target

    def say(self, text, image=None, pdf=None):
        content = text
        if pdf:
            file = {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{pdf}"}
            content = [file, {"type": "input_text", "text": text}]
        if image:
            content = [{"type": "input_text", "text": text}, {"type": "input_image", "image_url": f"data:image/png;base64,{image}", "detail": "auto"}]
        self.items.append({"role": "user", "content": content})
        return self.ask()

    def results(self, texts, image=None):
        """The image stands in the first."""
        for call, text in zip(self.calls, texts, strict=True):
            output = text
            if image and call is self.calls[0]:
                output = [{"type": "input_text", "text": text}, {"type": "input_image", "image_url": f"data:image/png;base64,{image}", "detail": "auto"}]
            self.items.append({"type": "function_call_output", "call_id": call.call_id, "output": output})
        return self.ask()

    def ask(self):
        reply = self.streamed() if self.stream else client.responses.create(input=self.items, **self.fixed)
        self.items += reply.output
        self.calls = [item for item in reply.output if item.type == "function_call"]
        thoughts = [part.text for item in reply.output if item.type == "reasoning" for part in item.summary]
        calls = [(call.name, json.loads(call.arguments)) for call in self.calls]
        found = Reply(reply.output_text, "".join(thoughts), calls, finish_of(reply), reply.usage.input_tokens, reply.usage.output_tokens)
        found.cached = reply.usage.input_tokens_details.cached_tokens
        found.reasoning = reply.usage.output_tokens_details.reasoning_tokens
        return found

    def streamed(self):
        """The last event has the whole; the deltas must say the same."""
        text, done, numbers, items = "", None, [], []
        for event in client.responses.create(input=self.items, stream=True, **self.fixed):
            numbers.append(event.sequence_number)
            if event.type == "response.output_text.delta":
                text += event.delta
            elif event.type == "response.output_item.done":
                items.append(event.item)
            elif event.type == "error":
                raise Broken(text, event.message)
            elif event.type == "response.failed":
                raise Broken(text, event.response.error.message)
            elif event.type in ("response.completed", "response.incomplete"):
                done = event.response
        assert numbers == list(range(len(numbers))), f"the numbers are {numbers}"
        assert text == done.output_text, f"{text!r} and {done.output_text!r}"
        assert [item.id for item in items] == [item.id for item in done.output], "the ids of items differ"
        return done


class Api:
    name = "openai responses"
    carries_seals = True
    shows_results = True
    errors = openai.APIStatusError

    @staticmethod
    def talk(target, stream, wants=Wants()):
        return Talk(target, stream, wants)

    @staticmethod
    def trouble(error):
        return Trouble(error.status_code, error.body["message"], error.response.headers.get("retry-after"), error.code)


run(Api)
