"""The official anthropic package with every provider."""

import anthropic
from cross import BASE, RECORD, SYSTEM, TOOLS, Broken, Reply, Trouble, Wants, run

client = anthropic.Anthropic(base_url=BASE, api_key="sk-ant-client", max_retries=0)
FINISH = {"end_turn": "stop", "max_tokens": "length", "tool_use": "calls", "refusal": "refusal"}


def options_of(wants, target):
    options = {"max_tokens": wants.limit or 4096, "system": SYSTEM}
    if wants.tools:
        options["tools"] = [{"name": name, "description": text, "input_schema": schema} for name, text, schema in TOOLS]
    if wants.schema:
        options["output_config"] = {"format": {"type": "json_schema", "schema": RECORD}}
    if wants.choice:
        options["tool_choice"] = {"any": {"type": "any"}, "one": {"type": "tool", "name": "clock"}, "none": {"type": "none"}}[wants.choice]
    if wants.thinking:
        options["thinking"] = {"type": "adaptive"} if target == "x-claude" else {"type": "enabled", "budget_tokens": 1024}
    return options


class Talk:
    def __init__(self, target, stream, wants):
        self.fixed = {"model": target, **options_of(wants, target)}
        self.stream, self.wants = stream, wants
        self.messages = []
        self.calls = []

    def move(self, target):
        self.fixed = {"model": target, **options_of(self.wants, target)}

    def say(self, text, image=None, pdf=None):
        content = text
        if pdf:
            document = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": pdf}, "title": "a.pdf"}
            content = [document, {"type": "text", "text": text}]
        if image:
            content = [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": image}}, {"type": "text", "text": text}]
        self.messages.append({"role": "user", "content": content})
        return self.ask()

    def results(self, texts, image=None):
        """The image stands in the first."""
        blocks = [{"type": "tool_result", "tool_use_id": call.id, "content": text} for call, text in zip(self.calls, texts, strict=True)]
        if image:
            shown = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": image}}
            blocks[0]["content"] = [{"type": "text", "text": texts[0]}, shown]
        self.messages.append({"role": "user", "content": blocks})
        return self.ask()

    def ask(self):
        reply = self.streamed() if self.stream else client.messages.create(messages=self.messages, **self.fixed)
        self.messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in reply.content]})
        self.calls = [block for block in reply.content if block.type == "tool_use"]
        text = "".join(block.text for block in reply.content if block.type == "text")
        thoughts = "".join(block.thinking for block in reply.content if block.type == "thinking")
        usage = reply.usage
        tokens = usage.input_tokens + (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
        calls = [(call.name, call.input) for call in self.calls]
        return Reply(text, thoughts, calls, FINISH[reply.stop_reason], tokens, usage.output_tokens, usage.cache_read_input_tokens)

    def streamed(self):
        text = ""
        try:
            with client.messages.stream(messages=self.messages, **self.fixed) as stream:
                for event in stream:
                    if event.type == "content_block_delta" and event.delta.type == "text_delta":
                        text += event.delta.text
                return stream.get_final_message()
        except anthropic.APIStatusError as error:
            if error.status_code != 200:
                raise
            raise Broken(text, str(error.body)) from error


class Api:
    name = "anthropic"
    carries_seals = True
    shows_results = True
    errors = anthropic.APIStatusError

    @staticmethod
    def talk(target, stream, wants=Wants()):
        return Talk(target, stream, wants)

    @staticmethod
    def trouble(error):
        return Trouble(error.status_code, error.body["error"]["message"], error.response.headers.get("retry-after"))


run(Api)
