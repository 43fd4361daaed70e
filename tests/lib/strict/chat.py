"""OpenAI's chat completions, as OpenAI and the compatible servers check them, and their replies."""

import json
import re

from . import talk
from .talk import Asked, Part, Turn, need, only, text_in

FIELDS = """model messages audio frequency_penalty logit_bias logprobs max_completion_tokens max_tokens metadata modalities n parallel_tool_calls
prediction presence_penalty prompt_cache_key prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store
stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options""".split()


def image(value, where):
    only(value, ["url", "detail"], where)
    match = re.match(r"data:([^;]+);base64,(.*)$", value["url"], re.S)
    if not match:
        need(value["url"].startswith("https://"), f"{where}.url: {value['url'][:80]!r}")
        return Part("image", text="url", data=value["url"])
    return talk.image_in(*match.groups(), where)


def part_in(value, allowed, where):
    kind = value.get("type")
    need(kind in allowed, f"{where}.type: {kind!r} is not one of {allowed}")
    if kind in ("text", "refusal"):
        only(value, ["type", kind, "cache_control", "prompt_cache_breakpoint"], where)
        return Part("text", text=text_in(value[kind], where))
    if kind == "image_url":
        only(value, ["type", "image_url", "cache_control"], where)
        return image(value["image_url"], where)
    return Part(kind, data=value)


def content_in(value, allowed, where):
    if isinstance(value, str):
        return [Part("text", text=value)]
    need(isinstance(value, list) and value, f"{where}: expected a text or parts, not {value!r}"[:300])
    return [part_in(part, allowed, f"{where}[{index}]") for index, part in enumerate(value)]


def call_in(value, where):
    only(value, ["id", "type", "function", "index", "extra_content"], where)
    need(value.get("type") == "function", f"{where}.type")
    only(value["function"], ["name", "arguments"], f"{where}.function")
    need(talk.NAME.match(value["function"]["name"]), f"{where}.function.name")
    try:
        arguments = json.loads(value["function"]["arguments"])
    except ValueError:
        raise talk.Refused(f"{where}.function.arguments: not JSON: {value['function']['arguments']!r}") from None
    return Part("call", id=text_in(value["id"], f"{where}.id"), name=value["function"]["name"], data=arguments)


def assistant(value, where):
    only(value, ["role", "content", "tool_calls", "refusal", "name", "reasoning_content", "reasoning_details", "audio"], where)
    need("tp:" not in json.dumps(value.get("reasoning_details")), f"{where}.reasoning_details: {value.get('reasoning_details')}")
    parts = []
    if value.get("reasoning_content") is not None:
        parts.append(Part("thinking", text=text_in(value["reasoning_content"], f"{where}.reasoning_content")))
    if value.get("content") is not None:
        parts += content_in(value["content"], ["text", "refusal"], f"{where}.content")
    if value.get("refusal"):
        parts.append(Part("text", text=value["refusal"]))
    if "tool_calls" in value:
        need(value["tool_calls"], f"{where}.tool_calls: [] is too short")
        parts += [call_in(call, f"{where}.tool_calls[{index}]") for index, call in enumerate(value["tool_calls"])]
    need(parts, f"{where}: an assistant message must have content or tool_calls")
    return Turn("assistant", parts)


def message(value, index):
    where, role = f"messages[{index}]", value.get("role")
    if role == "assistant":
        return assistant(value, where)
    if role == "tool":
        only(value, ["role", "content", "tool_call_id"], where)
        texts = [part.text for part in content_in(value["content"], ["text"], f"{where}.content")]
        return Turn("user", [Part("result", text="\n".join(texts), id=text_in(value["tool_call_id"], f"{where}.tool_call_id"))])
    need(role in ("system", "developer", "user"), f"{where}.role: {role!r}")
    only(value, ["role", "content", "name"], where)
    allowed = ["text", "image_url", "input_audio", "file"] if role == "user" else ["text"]
    return Turn("user" if role == "user" else "system", content_in(value["content"], allowed, f"{where}.content"))


def join(turns):
    """Tool messages in a row are one turn; what the user says behind them belongs to the next, but for the check of pairs."""
    joined = []
    for turn in turns:
        is_result = turn.parts and turn.parts[0].kind == "result"
        if joined and is_result and joined[-1].role == "user" and joined[-1].parts[0].kind == "result":
            joined[-1].parts += turn.parts
        else:
            joined.append(turn)
    return joined


def tool_name(tool, where):
    only(tool, ["type", "function"], where)
    need(tool["type"] == "function", f"{where}.type: {tool['type']!r}")
    function = only(tool["function"], ["name", "description", "parameters", "strict"], f"{where}.function")
    need(talk.NAME.match(function["name"]), f"{where}.function.name")
    if "parameters" in function:
        schema = talk.schema_in(function["parameters"], f"{where}.function.parameters")
        check_strict(function.get("strict"), schema, where)
    return function["name"]


def check_strict(strict, schema, where):
    if strict:
        need(schema.get("additionalProperties") is False, f"{where}: strict: 'additionalProperties' is required to be false")
        need(set(schema.get("required", [])) == set(schema.get("properties", {})), f"{where}: strict: 'required' must name every property")


def output_schema(request):
    form = request.get("response_format") or {"type": "text"}
    if form["type"] != "json_schema":
        need(form["type"] in ("text", "json_object"), "response_format.type")
        return None
    inside = only(form["json_schema"], ["name", "description", "schema", "strict"], "response_format.json_schema")
    need(talk.NAME.match(inside.get("name", "")), f"response_format.json_schema.name: {inside.get('name')!r}")
    check_strict(inside.get("strict"), talk.schema_in(inside["schema"], "response_format.json_schema.schema"), "response_format")
    return inside["schema"]


def choice_in(request, names):
    choice = request.get("tool_choice", "auto")
    if isinstance(choice, str):
        need(choice in ("auto", "none", "required"), f"tool_choice: {choice!r}")
        return "any" if choice == "required" else choice
    need(choice["type"] == "function" and choice["function"]["name"] in names, f"tool_choice: {choice}")
    return f"one:{choice['function']['name']}"


def read(request, path, headers):
    need(headers.get("authorization", "").startswith("Bearer "), "You didn't provide an API key.")
    only(request, FIELDS, "request")
    need("stream_options" not in request or request.get("stream"), "stream_options: only allowed when stream is enabled")
    turns = join([message(value, index) for index, value in enumerate(request["messages"])])
    need(turns, "messages: [] is too short")
    talk.paired(turns)
    names = [tool_name(tool, f"tools[{index}]") for index, tool in enumerate(request.get("tools") or [])]
    need("tools" not in request or names, "tools: [] is too short")
    for name in ("tool_choice", "parallel_tool_calls"):
        need(names or name not in request, f"{name}: is only allowed when tools are specified")
    asked = Asked("chat", request["model"], turns, names, request.get("stream", False))
    asked.limit = request.get("max_completion_tokens", request.get("max_tokens"))
    asked.schema = output_schema(request)
    asked.choice = choice_in(request, names)
    asked.thinks = request.get("reasoning_effort", "none") != "none"
    return asked


# Replies

FINISH = {"stop": "stop", "length": "length", "calls": "tool_calls", "refusal": "stop"}


def usage_of():
    return {
        "prompt_tokens": talk.INPUT,
        "completion_tokens": talk.OUTPUT,
        "total_tokens": talk.INPUT + talk.OUTPUT,
        "prompt_tokens_details": {"cached_tokens": talk.CACHED},
        "completion_tokens_details": {"reasoning_tokens": talk.THOUGHT},
    }


def call_of(part):
    return {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": json.dumps(part.data)}}


def joined(answer, kind):
    return "".join(part.text for part in answer.blocks if part.kind == kind) or None


def whole(asked, answer):
    message = {"role": "assistant", "content": joined(answer, "text"), "refusal": joined(answer, "refusal")}
    if joined(answer, "thinking"):
        message["reasoning_content"] = joined(answer, "thinking")
    calls = [call_of(part) for part in answer.blocks if part.kind == "call"]
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": FINISH[answer.finish]}
    frame = {"id": "chatcmpl-9x", "object": "chat.completion", "created": 1700000000, "model": asked.model}
    return frame | {"choices": [choice], "usage": usage_of()}


def deltas(answer):
    yield {"role": "assistant", "content": ""}
    index = 0
    for part in answer.blocks:
        if part.kind == "call":
            call = call_of(part)
            arguments = call["function"]["arguments"]
            yield {"tool_calls": [{"index": index, **call, "function": {"name": part.name, "arguments": ""}}]}
            yield from ({"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in (arguments[:4], arguments[4:]))
            index += 1
            continue
        key = {"text": "content", "thinking": "reasoning_content", "refusal": "refusal"}[part.kind]
        yield from ({key: piece} for piece in talk.pieces_of(part.text))
        if answer.breaks:
            return


def data(value):
    return f"data: {json.dumps(value)}\n\n"


def stream(asked, answer):
    frame = {"id": "chatcmpl-9x", "object": "chat.completion.chunk", "created": 1700000000, "model": asked.model}
    for delta in deltas(answer):
        yield data(frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    if answer.breaks:
        yield data({"error": {"message": answer.breaks, "type": "server_error", "param": None, "code": None}})
        return
    yield data(frame | {"choices": [{"index": 0, "delta": {}, "finish_reason": FINISH[answer.finish]}]})
    yield data(frame | {"choices": [], "usage": usage_of()})
    yield "data: [DONE]\n\n"


KINDS = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_exceeded"}


def error(status, text):
    code = "context_length_exceeded" if "maximum context length" in text else {429: "rate_limit_exceeded"}.get(status)
    return {"error": {"message": text, "type": KINDS.get(status, "server_error"), "param": None, "code": code}}
