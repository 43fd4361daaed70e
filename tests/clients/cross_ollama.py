"""The official ollama package with every provider."""

import ollama
from cross import BASE, RECORD, SYSTEM, TOOLS, Broken, Reply, Trouble, Wants, run

client = ollama.Client(host=BASE)


def options_of(wants):
    options = {}
    if wants.tools:
        options["tools"] = [{"type": "function", "function": {"name": name, "description": text, "parameters": schema}} for name, text, schema in TOOLS]
    if wants.schema:
        options["format"] = RECORD
    if wants.thinking:
        options["think"] = True
    if wants.limit:
        options["options"] = {"num_predict": wants.limit}
    return options


class Talk:
    def __init__(self, target, stream, wants):
        self.fixed = {"model": target, **options_of(wants)}
        self.stream = stream
        self.messages = [{"role": "system", "content": SYSTEM}]
        self.calls = []

    def move(self, target):
        self.fixed["model"] = target

    def say(self, text, image=None):
        self.messages.append({"role": "user", "content": text} | ({"images": [image]} if image else {}))
        return self.ask()

    def results(self, texts, image=None):
        """The image stands in the first."""
        for call, text in zip(self.calls, texts, strict=True):
            shown = {"images": [image]} if image and call is self.calls[0] else {}
            self.messages.append({"role": "tool", "tool_name": call.function.name, "content": text, **shown})
        return self.ask()

    def ask(self):
        text, thinking, self.calls, last = "", "", [], None
        rows = client.chat(messages=self.messages, stream=self.stream, **self.fixed)
        try:
            for row in rows if self.stream else [rows]:
                text += row.message.content or ""
                thinking += row.message.thinking or ""
                self.calls += row.message.tool_calls or []
                last = row
        except ollama.ResponseError as error:
            if last is None:
                raise
            raise Broken(text, error.error) from error
        self.messages.append({"role": "assistant", "content": text, "thinking": thinking, "tool_calls": self.calls})
        assert last.done, "no last row"
        calls = [(call.function.name, dict(call.function.arguments)) for call in self.calls]
        finish = "calls" if calls and last.done_reason == "stop" else last.done_reason
        return Reply(text, thinking, calls, finish, last.prompt_eval_count, last.eval_count)


class Api:
    name = "ollama"
    carries_seals = False
    shows_results = True
    errors = ollama.ResponseError

    @staticmethod
    def talk(target, stream, wants=Wants()):
        return Talk(target, stream, wants)

    @staticmethod
    def trouble(error):
        return Trouble(error.status_code, error.error)


run(Api)
