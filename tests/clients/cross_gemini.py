"""The official google-genai package with every provider."""

import base64

from cross import BASE, RECORD, SYSTEM, TOOLS, Broken, Reply, Trouble, Wants, run
from google import genai
from google.genai import errors, types

client = genai.Client(api_key="AIza-client", http_options=types.HttpOptions(base_url=BASE))


def config_of(wants):
    config = types.GenerateContentConfig(system_instruction=SYSTEM)
    if wants.tools:
        declared = [types.FunctionDeclaration(name=name, description=text, parameters_json_schema=schema) for name, text, schema in TOOLS]
        config.tools = [types.Tool(function_declarations=declared)]
        config.automatic_function_calling = types.AutomaticFunctionCallingConfig(disable=True)
    if wants.schema:
        config.response_mime_type = "application/json"
        config.response_json_schema = RECORD
    if wants.thinking:
        config.thinking_config = types.ThinkingConfig(include_thoughts=True, thinking_budget=1024)
    if wants.choice:
        mode = {"any": "ANY", "one": "ANY", "none": "NONE"}[wants.choice]
        calling = types.FunctionCallingConfig(mode=mode, allowed_function_names=["clock"] if wants.choice == "one" else None)
        config.tool_config = types.ToolConfig(function_calling_config=calling)
    if wants.limit:
        config.max_output_tokens = wants.limit
    return config


def finish_of(reply, calls):
    if not reply.candidates:
        assert reply.prompt_feedback.block_reason, "neither a candidate nor a reason"
        return "refusal"
    word = reply.candidates[0].finish_reason.name
    return "calls" if calls and word == "STOP" else {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "refusal"}[word]


class Talk:
    def __init__(self, target, stream, wants):
        self.target, self.stream, self.config = target, stream, config_of(wants)
        self.contents = []
        self.calls = []

    def move(self, target):
        self.target = target

    def say(self, text, image=None, pdf=None):
        parts = [types.Part(text=text)]
        if pdf:
            parts.append(types.Part.from_bytes(data=base64.b64decode(pdf), mime_type="application/pdf"))
        if image:
            parts.append(types.Part.from_bytes(data=base64.b64decode(image), mime_type="image/png"))
        self.contents.append(types.Content(role="user", parts=parts))
        return self.ask()

    def results(self, texts, image=None):
        """The image stands in the first."""
        responses = [
            types.FunctionResponse(id=call.id, name=call.name, response={"output": text}) for call, text in zip(self.calls, texts, strict=True)
        ]
        if image:
            blob = types.FunctionResponseBlob(mime_type="image/png", data=base64.b64decode(image))
            responses[0].parts = [types.FunctionResponsePart(inline_data=blob)]
        self.contents.append(types.Content(role="user", parts=[types.Part(function_response=response) for response in responses]))
        return self.ask()

    def ask(self):
        asked = {"model": self.target, "contents": self.contents, "config": self.config}
        parts, last = self.streamed(asked) if self.stream else self.whole(asked)
        if parts:
            self.contents.append(types.Content(role="model", parts=parts))
        self.calls = [part.function_call for part in parts if part.function_call]
        text = "".join(part.text for part in parts if part.text and not part.thought)
        thoughts = "".join(part.text for part in parts if part.text and part.thought)
        usage = last.usage_metadata
        found = Reply(text, thoughts, [(call.name, call.args or {}) for call in self.calls], finish_of(last, self.calls), usage.prompt_token_count)
        found.output = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
        found.cached, found.reasoning = usage.cached_content_token_count, usage.thoughts_token_count
        return found

    def whole(self, asked):
        reply = client.models.generate_content(**asked)
        return (reply.candidates[0].content.parts or [] if reply.candidates and reply.candidates[0].content else []), reply

    def streamed(self, asked):
        parts, last, text = [], None, ""
        try:
            for last in client.models.generate_content_stream(**asked):
                found = last.candidates[0].content if last.candidates else None
                parts += (found.parts or []) if found else []
                text += "".join(part.text for part in (found.parts or [] if found else []) if part.text)
        except errors.APIError as error:
            if last is None:
                raise
            raise Broken(text, str(error)) from error
        return [part for part in parts if part.text != "" or part.thought_signature], last


class Api:
    name = "gemini"
    carries_seals = True
    shows_results = True
    errors = errors.APIError

    @staticmethod
    def talk(target, stream, wants=Wants()):
        return Talk(target, stream, wants)

    @staticmethod
    def trouble(error):
        return Trouble(error.code, error.message, error.response.headers.get("retry-after") if error.response is not None else None)


run(Api)
