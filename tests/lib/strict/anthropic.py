"""Anthropic's Messages: what its API refuses, and its replies."""

import json
import re

from . import talk
from .talk import Asked, Part, Turn, need, number_in, only, text_in

FIELDS = """model max_tokens messages system metadata stop_sequences stream temperature top_p top_k tools tool_choice thinking output_config
service_tier container context_management cache_control mcp_servers inference_geo speed diagnostics""".split()
NEW = re.compile("opus-4-[78]|sonnet-5|fable")


def check_cache(marks, value):
    mark = value.get("cache_control")
    if mark:
        only(mark, ["type", "ttl"], "cache_control")
        need(mark["type"] == "ephemeral", "cache_control.type")
        marks.append(mark)


def source(value, where):
    kind = value.get("type")
    if kind == "base64":
        only(value, ["type", "media_type", "data"], where)
        return talk.image_in(value["media_type"], value["data"], where)
    need(kind in ("url", "file"), f"{where}.type: {kind!r}")
    return Part("image", text="url", data=value.get("url"))


def result(block, where):
    only(block, ["type", "tool_use_id", "content", "is_error", "cache_control"], where)
    need(isinstance(block.get("is_error", False), bool), f"{where}.is_error")
    said, texts, images = block.get("content", ""), [], []
    if isinstance(said, str):
        texts = [said]
    for index, part in enumerate(said if isinstance(said, list) else []):
        need(part["type"] in ("text", "image", "document", "search_result"), f"{where}.content.{index}.type: {part['type']!r}")
        if part["type"] == "text":
            texts.append(text_in(part["text"], f"{where}.content.{index}.text"))
        elif part["type"] == "image":
            images.append(source(part["source"], f"{where}.content.{index}.source"))
    return Part("result", text="\n".join(texts), id=text_in(block["tool_use_id"], where), inside=images)


def block_in(block, role, where):
    kind = block.get("type")
    if kind == "text":
        only(block, ["type", "text", "cache_control", "citations"], where)
        need(isinstance(block["text"], str) and block["text"].strip(), "messages: text content blocks must be non-empty")
        return Part("text", text=block["text"])
    if kind == "image":
        only(block, ["type", "source", "cache_control"], where)
        need(role == "user", f"{where}: images are in user messages only")
        return source(block["source"], where)
    if kind == "tool_use":
        only(block, ["type", "id", "name", "input", "cache_control", "caller"], where)
        need(role == "assistant", f"{where}: `tool_use` blocks are in assistant messages only")
        need(talk.TOOL_ID.match(block["id"]), f"{where}.id: String should match pattern '^[a-zA-Z0-9_-]+$': {block['id']!r}")
        need(talk.NAME.match(block["name"]), f"{where}.name: {block['name']!r}")
        need(isinstance(block["input"], dict), f"{where}.input: Input should be a valid dictionary")
        return Part("call", id=block["id"], name=block["name"], data=block["input"])
    if kind == "tool_result":
        need(role == "user", f"{where}: `tool_result` blocks are in user messages only")
        return result(block, where)
    if kind == "thinking":
        only(block, ["type", "thinking", "signature"], where)
        need(role == "assistant" and isinstance(block["thinking"], str), where)
        return Part("thinking", text=block["thinking"], seal=text_in(block["signature"], f"{where}.signature"))
    if kind == "redacted_thinking":
        only(block, ["type", "data"], where)
        return Part("thinking", seal=text_in(block["data"], where))
    need(kind == "document", f"{where}.type: {kind!r} is not known")
    only(block, ["type", "source", "title", "context", "citations", "cache_control"], where)
    only(block["source"], ["type", "media_type", "data", "url", "file_id", "content"], f"{where}.source")
    return Part("file", data=block["source"])


def message(value, index, marks):
    where = f"messages.{index}"
    only(value, ["role", "content"], where)
    role, content = value["role"], value["content"]
    need(role in ("user", "assistant"), f"{where}.role: {role!r}")
    if isinstance(content, str):
        need(content.strip(), f"{where}: user messages must have non-empty content")
        return Turn(role, [Part("text", text=content)])
    need(isinstance(content, list) and content, f"{where}.content: expected blocks")
    parts = []
    for at, block in enumerate(content):
        check_cache(marks, block)
        parts.append(block_in(block, role, f"{where}.content.{at}"))
    kinds = [part.kind for part in parts]
    first_other = next((at for at, kind in enumerate(kinds) if kind != "result"), len(kinds))
    need("result" not in kinds[first_other:], f"{where}: `tool_result` blocks must come before all others")
    return Turn(role, parts)


def check_thinking(request, asked):
    thinking = request.get("thinking") or {"type": "disabled"}
    kind = thinking["type"]
    need(kind in ("enabled", "adaptive", "disabled"), f"thinking.type: {kind!r}")
    asked.thinks = kind != "disabled"
    new = bool(NEW.search(asked.model))
    for name in ("temperature", "top_p", "top_k"):
        need(not new or name not in request, f"{name}: is deprecated for this model")
    if kind == "disabled":
        return
    need(kind == "adaptive" or not new, "thinking: budget_tokens is not supported by this model")
    only(thinking, ["type", "display"] + (["budget_tokens"] if kind == "enabled" else []), "thinking")
    need("top_k" not in request and request.get("temperature", 1) == 1, "`temperature` may only be set to 1 when thinking is enabled")
    need((request.get("tool_choice") or {}).get("type", "auto") in ("auto", "none"), "Thinking may not be enabled when tool_choice forces tool use.")
    if kind == "adaptive":
        return
    need(1024 <= thinking["budget_tokens"] < request["max_tokens"], f"thinking.budget_tokens: {thinking['budget_tokens']} of {request['max_tokens']}")
    last = [turn for turn in asked.turns if turn.role == "assistant"][-1:]
    in_loop = last and any(part.kind == "result" for part in asked.turns[-1].parts)
    elsewhere = "[switched]" in json.dumps(request["messages"])  # Anthropic itself goes on without thoughts where another had the turn
    need(not in_loop or elsewhere or last[0].parts[0].kind == "thinking", "Expected `thinking` or `redacted_thinking`, but found `tool_use`")


def check_tools(request, marks):
    names = []
    for index, tool in enumerate(request.get("tools") or []):
        where = f"tools.{index}"
        if "input_schema" not in tool:
            need(tool.get("type", "custom") != "custom", f"{where}.input_schema: Field required")
            names.append(tool["name"])
            continue
        only(tool, "name description input_schema type cache_control strict defer_loading eager_input_streaming input_examples allowed_callers".split(), where)
        need(talk.NAME.match(tool["name"]), f"{where}.name: {tool['name']!r}")
        talk.schema_in(tool["input_schema"], f"{where}.input_schema")
        check_cache(marks, tool)
        names.append(tool["name"])
    need(len(set(names)) == len(names), "tools: Tool names must be unique.")
    choice = request.get("tool_choice")
    if choice is not None:
        need(choice["type"] in ("auto", "any", "tool", "none"), "tool_choice.type")
        only(choice, ["type"] + (["name"] if choice["type"] == "tool" else []) + (["disable_parallel_tool_use"] if choice["type"] != "none" else []), "tool_choice")
        need(names, "tool_choice: may only be given with tools")
        need(choice["type"] != "tool" or choice["name"] in names, "tool_choice.name: no such tool")
    return names


def system_in(system, marks):
    if isinstance(system, str):
        return [Turn("system", [Part("text", text=text_in(system, "system"))])]
    parts = []
    for index, block in enumerate(system or []):
        only(block, ["type", "text", "cache_control", "citations"], f"system.{index}")
        check_cache(marks, block)
        parts.append(Part("text", text=text_in(block["text"], f"system.{index}")))
    return [Turn("system", parts)] if parts else []


def output_schema(request):
    config = only(request.get("output_config") or {}, ["effort", "format"], "output_config")
    need(config.get("effort", "low") in ("low", "medium", "high", "xhigh", "max"), "output_config.effort")
    form = config.get("format")
    if not form:
        return None
    only(form, ["type", "schema"], "output_config.format")
    need(form["type"] == "json_schema", "output_config.format.type")
    return form["schema"]


def read(request, path, headers):
    need(headers.get("anthropic-version"), "anthropic-version: header is required")
    need(headers.get("x-api-key") or headers.get("authorization"), "x-api-key header is required")
    only(request, FIELDS, "request")
    need(isinstance(request.get("max_tokens"), int) and request["max_tokens"] > 0, "max_tokens: Field required")
    need(isinstance(request.get("stream", False), bool), "stream")
    for name, most in (("temperature", 1), ("top_p", 1)):
        if name in request:
            number_in(request[name], 0, most, name)
    marks = []
    turns = [message(value, index, marks) for index, value in enumerate(request["messages"])]
    need(turns and turns[0].role == "user" and turns[-1].role == "user", "messages: the first and the last message must be the user's")
    for before, after in zip(turns, turns[1:]):
        need(before.role != after.role, "messages: roles must alternate between user and assistant")
    talk.paired(turns)
    asked = Asked("anthropic", request["model"], turns, check_tools(request, marks), request.get("stream", False), limit=request["max_tokens"])
    check_thinking(request, asked)
    choice = request.get("tool_choice") or {"type": "auto"}
    asked.choice = f"one:{choice['name']}" if choice["type"] == "tool" else choice["type"]
    asked.turns = system_in(request.get("system"), marks) + turns
    asked.schema = output_schema(request)
    need(len(marks) <= 4, f"A maximum of 4 blocks with cache_control may be provided. Found {len(marks)}.")
    return asked


# Replies

REASONS = {"stop": "end_turn", "length": "max_tokens", "calls": "tool_use", "refusal": "refusal"}


def block_of(part):
    if part.kind == "thinking":
        return {"type": "thinking", "thinking": part.text, "signature": part.seal}
    if part.kind == "call":
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": part.data}
    return {"type": "text", "text": part.text}


def deltas_of(part):
    if part.kind == "thinking":
        yield from ({"type": "thinking_delta", "thinking": piece} for piece in talk.pieces_of(part.text))
        yield {"type": "signature_delta", "signature": part.seal}
    elif part.kind == "call":
        text = json.dumps(part.data)
        yield from ({"type": "input_json_delta", "partial_json": piece} for piece in ("", text[:5], text[5:]))
    else:
        yield from ({"type": "text_delta", "text": piece} for piece in talk.pieces_of(part.text))


def usage_of():
    fresh = talk.INPUT - talk.CACHED - talk.WRITTEN
    return {
        "input_tokens": fresh,
        "cache_read_input_tokens": talk.CACHED,
        "cache_creation_input_tokens": talk.WRITTEN,
        "output_tokens": talk.OUTPUT,
        "service_tier": "standard",
    }


def frame(asked, content, reason):
    frame = {"id": "msg_01AbC", "type": "message", "role": "assistant", "model": asked.model, "content": content, "stop_reason": reason}
    details = {"type": "refusal", "category": "cyber", "explanation": "I cannot help with that."}
    return frame | {"stop_sequence": None, "usage": usage_of()} | ({"stop_details": details} if reason == "refusal" else {})


def whole(asked, answer):
    blocks = [part for part in answer.blocks if part.kind != "refusal"]
    return frame(asked, [block_of(part) for part in blocks], REASONS[answer.finish])


def event(value):
    return f"event: {value['type']}\ndata: {json.dumps(value)}{' ' * (len(value) % 3)}\n\n"


def stream(asked, answer):
    yield event({"type": "message_start", "message": frame(asked, [], None) | {"usage": usage_of() | {"output_tokens": 1}}})
    yield event({"type": "ping"})
    empty = {"thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}, "call": {"input": {}}}
    for index, part in enumerate(part for part in answer.blocks if part.kind != "refusal"):
        yield event({"type": "content_block_start", "index": index, "content_block": block_of(part) | empty[part.kind]})
        for delta in deltas_of(part):
            yield event({"type": "content_block_delta", "index": index, "delta": delta})
        if answer.breaks:
            yield event({"type": "error", "error": {"type": "overloaded_error", "message": answer.breaks}})
            return
        yield event({"type": "content_block_stop", "index": index})
    reason = {"stop_reason": REASONS[answer.finish], "stop_sequence": None}
    if answer.finish == "refusal":
        reason["stop_details"] = {"type": "refusal", "category": "cyber", "explanation": "I cannot help with that."}
    yield event({"type": "message_delta", "delta": reason, "usage": {"output_tokens": talk.OUTPUT}})
    yield event({"type": "message_stop"})


KINDS = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 529: "overloaded_error"}


def error(status, text):
    return {"type": "error", "error": {"type": KINDS.get(status, "api_error"), "message": text}, "request_id": "req_011"}
