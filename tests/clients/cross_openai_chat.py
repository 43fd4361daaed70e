"""The official openai package, chat completions, with every provider."""

import json

import openai
from cross import BASE, RECORD, SYSTEM, TOOLS, Broken, Reply, Trouble, Wants, run

client = openai.OpenAI(base_url=BASE + "/v1", api_key="sk-client", max_retries=0)
FINISH = {"stop": "stop", "length": "length", "tool_calls": "calls", "content_filter": "refusal"}


def options_of(wants):
    options = {}
    if wants.tools:
        options["tools"] = [{"type": "function", "function": {"name": name, "description": text, "parameters": schema}} for name, text, schema in TOOLS]
    if wants.schema:
        options["response_format"] = {"type": "json_schema", "json_schema": {"name": "record", "strict": True, "schema": RECORD}}
    if wants.thinking:
        options["reasoning_effort"] = "low"
    if wants.choice:
        one = {"type": "function", "function": {"name": "clock"}}
        options["tool_choice"] = {"any": "required", "one": one, "none": "none"}[wants.choice]
    if wants.limit:
        options["max_completion_tokens"] = wants.limit
    return options


def add(message, delta):
    """One delta to the message, as agents gather it: texts grow, lists grow, calls by their index."""
    for key, value in delta.items():
        if value is None or key == "role":
            continue
        if key == "tool_calls":
            for piece in value:
                add_call(message.setdefault("tool_calls", []), piece)
        elif isinstance(value, list):
            message[key] = message.get(key, []) + value
        else:
            message[key] = message.get(key, "") + value


def add_call(calls, piece):
    index = piece.pop("index")
    while len(calls) <= index:
        calls.append({"type": "function", "function": {"name": "", "arguments": ""}})
    for key in ("name", "arguments"):
        calls[index]["function"][key] += (piece.get("function") or {}).get(key) or ""
    calls[index] |= {key: value for key, value in piece.items() if key != "function" and value is not None}


class Talk:
    def __init__(self, target, stream, wants):
        self.fixed = {"model": target, **options_of(wants)}
        self.stream = stream
        self.messages = [{"role": "system", "content": SYSTEM}]
        self.calls = []

    def move(self, target):
        self.fixed["model"] = target

    def say(self, text, image=None, pdf=None):
        content = text
        if pdf:
            file = {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{pdf}"}
            content = [{"type": "file", "file": file}, {"type": "text", "text": text}]
        if image:
            content = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}}]
        self.messages.append({"role": "user", "content": content})
        return self.ask()

    def results(self, texts):
        for call, text in zip(self.calls, texts, strict=True):
            self.messages.append({"role": "tool", "tool_call_id": call["id"], "content": text})
        return self.ask()

    def ask(self):
        message, finish, usage = self.streamed() if self.stream else self.whole()
        self.messages.append({"role": "assistant", **message})
        self.calls = message.get("tool_calls") or []
        if message.get("refusal"):
            finish = "content_filter"
        calls = [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in self.calls]
        found = Reply(message.get("content") or "", message.get("reasoning_content") or "", calls, FINISH[finish], usage.prompt_tokens, usage.completion_tokens)
        found.cached = usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens
        found.reasoning = usage.completion_tokens_details and usage.completion_tokens_details.reasoning_tokens
        return found

    def whole(self):
        reply = client.chat.completions.create(messages=self.messages, **self.fixed)
        message = reply.choices[0].message.model_dump(exclude_none=True)
        return message, reply.choices[0].finish_reason, reply.usage

    def streamed(self):
        message, finish, usage = {"content": ""}, None, None
        chunks = client.chat.completions.create(messages=self.messages, stream=True, stream_options={"include_usage": True}, **self.fixed)
        try:
            for chunk in chunks:
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    add(message, choice.delta.model_dump(exclude_none=True))
                    finish = choice.finish_reason or finish
        except openai.APIError as error:
            raise Broken(message["content"], error.message) from error
        return message, finish, usage


class Api:
    name = "openai chat"
    carries_seals = True
    shows_results = False
    errors = openai.APIStatusError

    @staticmethod
    def talk(target, stream, wants=Wants()):
        return Talk(target, stream, wants)

    @staticmethod
    def trouble(error):
        return Trouble(error.status_code, error.body["message"], error.response.headers.get("retry-after"), error.code)


run(Api)
