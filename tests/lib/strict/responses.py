"""OpenAI's Responses: what its API refuses, and its replies."""

import json
import re

from . import talk
from .talk import Asked, Part, Turn, need, only, text_in

FIELDS = """background context_management conversation include input instructions max_output_tokens max_tool_calls metadata model moderation
parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_retention reasoning safety_identifier service_tier store stream
stream_options temperature text tool_choice tools top_logprobs top_p truncation user""".split()
REASONING = "rs_68aF"
ENCRYPTED = "reasoning.encrypted_content"


def image(part, where):
    match = re.match(r"data:([^;]+);base64,(.*)$", part.get("image_url") or "", re.S)
    if match:
        return talk.image_in(*match.groups(), where)
    need(part.get("file_id") or (part.get("image_url") or "").startswith("https://"), f"{where}.image_url: {part!r}"[:200])
    return Part("image", text="url", data=part.get("image_url"))


def part_in(part, allowed, where):
    kind = part.get("type")
    need(kind in allowed, f"{where}.type: Invalid value: {kind!r}. Supported values are: {allowed}.")
    if kind in ("input_text", "output_text"):
        only(part, ["type", "text", "annotations", "logprobs"] if kind == "output_text" else ["type", "text", "prompt_cache_breakpoint"], where)
        return Part("text", text=text_in(part["text"], f"{where}.text"))
    if kind == "refusal":
        only(part, ["type", "refusal"], where)
        return Part("text", text=text_in(part["refusal"], f"{where}.refusal"))
    if kind == "input_image":
        only(part, ["type", "image_url", "file_id", "detail"], where)
        return image(part, where)
    only(part, ["type", "file_data", "file_id", "file_url", "filename", "detail"], where)
    return Part("file", data=part)


def content_in(content, allowed, where):
    if isinstance(content, str):
        return [Part("text", text=content)]
    need(isinstance(content, list) and content, f"{where}: expected a text or parts")
    return [part_in(part, allowed, f"{where}[{index}]") for index, part in enumerate(content)]


def message(item, where):
    role = item.get("role")
    need(role in ("user", "assistant", "system", "developer"), f"{where}.role: {role!r}")
    only(item, ["type", "role", "content", "id", "status", "phase"], where)
    need(str(item.get("id", "msg_")).startswith("msg"), f"{where}.id: Expected an ID that begins with 'msg'.")
    if role == "assistant":
        return Turn("assistant", content_in(item["content"], ["output_text", "refusal"], f"{where}.content"))
    allowed = ["input_text", "input_image", "input_file"]
    return Turn("user" if role == "user" else "system", content_in(item["content"], allowed, f"{where}.content"))


def call(item, where):
    only(item, ["type", "id", "call_id", "name", "arguments", "status", "namespace"], where)
    need(str(item.get("id", "fc_")).startswith("fc"), f"{where}.id: Expected an ID that begins with 'fc'.")
    need(talk.NAME.match(item["name"]), f"{where}.name")
    need(len(item["call_id"]) <= 64, f"{where}.call_id: string too long")
    need(isinstance(item["arguments"], str), f"{where}.arguments: expected a string")
    return Turn("assistant", [Part("call", id=text_in(item["call_id"], where), name=item["name"], data=json.loads(item["arguments"]))])


def output(item, where):
    only(item, ["type", "id", "call_id", "output", "status"], where)
    parts = content_in(item["output"], ["input_text", "input_image", "input_file"], f"{where}.output")
    texts = [part.text for part in parts if part.kind == "text"]
    images = [part for part in parts if part.kind == "image"]
    return Turn("user", [Part("result", text="\n".join(texts), id=text_in(item["call_id"], where), inside=images)])


def reasoning(item, where):
    only(item, ["type", "id", "summary", "encrypted_content", "content", "status"], where)
    need(isinstance(item.get("summary"), list), f"{where}.summary: Missing required parameter")
    for part in item["summary"]:
        only(part, ["type", "text"], f"{where}.summary")
        need(part["type"] == "summary_text", f"{where}.summary.type")
    need(str(item.get("id", "rs_")).startswith("rs"), f"{where}.id: Expected an ID that begins with 'rs'.")
    need(item.get("encrypted_content"), f"Item with id '{item.get('id')}' not found. Items are not persisted when `store` is set to false.")
    text = "\n".join(part["text"] for part in item["summary"])
    return Turn("assistant", [Part("thinking", text=text, seal=item["encrypted_content"], id=item.get("id", ""))])


ITEMS = {"message": message, "function_call": call, "function_call_output": output, "reasoning": reasoning}


def item_in(item, index):
    where = f"input[{index}]"
    kind = item.get("type", "message")
    need(kind in ITEMS, f"{where}.type: Invalid value: {kind!r}")
    return ITEMS[kind](item, where)


def join(turns):
    """What the model says in a row is one turn, and so are the results behind it."""
    joined = []
    for turn in turns:
        before = joined[-1] if joined else None
        results = turn.parts[0].kind == "result"
        if before and before.role == turn.role == "assistant" or before and results and before.parts[0].kind == "result":
            before.parts += turn.parts
        else:
            joined.append(turn)
    for turn in joined:
        last = turn.parts[-1]
        need(last.kind != "thinking", f"Item '{last.id}' of type 'reasoning' was provided without its required following item.")
    return joined


def tool_name(tool, where):
    if tool.get("type") != "function":
        return tool["type"]
    only(tool, ["type", "name", "description", "parameters", "strict"], where)
    need(talk.NAME.match(tool.get("name", "")), f"{where}.name")
    schema = tool.get("parameters")
    if schema is not None:
        talk.schema_in(schema, f"{where}.parameters")
    if tool.get("strict", True) and schema:
        need(schema.get("additionalProperties") is False and set(schema.get("required", [])) == set(schema.get("properties", {})),
             f"Invalid schema for function '{tool['name']}': strict (the default) needs additionalProperties false and all required")
    return tool["name"]


def output_schema(request):
    form = (only(request.get("text") or {}, ["format", "verbosity"], "text")).get("format") or {"type": "text"}
    if form["type"] != "json_schema":
        need(form["type"] in ("text", "json_object"), "text.format.type")
        return None
    only(form, ["type", "name", "description", "schema", "strict"], "text.format")
    need(talk.NAME.match(form.get("name", "")), f"text.format.name: {form.get('name')!r}")
    return talk.schema_in(form["schema"], "text.format.schema")


def choice_in(request, names):
    choice = request.get("tool_choice", "auto")
    if isinstance(choice, str):
        need(choice in ("auto", "none", "required"), "tool_choice")
        return "any" if choice == "required" else choice
    need(choice["type"] in ("function", "allowed_tools", "custom"), f"tool_choice.type: {choice['type']!r}")
    need(choice["type"] != "function" or choice["name"] in names, "tool_choice: no such tool")
    return f"one:{choice.get('name')}"


def read(request, path, headers):
    need(headers.get("authorization", "").startswith("Bearer "), "You didn't provide an API key.")
    only(request, FIELDS, "request")
    given = request["input"]
    turns = [Turn("user", [Part("text", text=given)])] if isinstance(given, str) else join([item_in(item, index) for index, item in enumerate(given)])
    need(turns, "input: must not be empty")
    talk.paired(turns)
    names = [tool_name(tool, f"tools[{index}]") for index, tool in enumerate(request.get("tools") or [])]
    if request.get("instructions"):
        turns.insert(0, Turn("system", [Part("text", text=request["instructions"])]))
    asked = Asked("responses", request["model"], turns, names, request.get("stream", False), output_schema(request))
    need(request.get("max_output_tokens") is None or request["max_output_tokens"] >= 16, "max_output_tokens: Expected a value >= 16")
    asked.limit = request.get("max_output_tokens")
    asked.choice = choice_in(request, names)
    asked.thinks = only(request.get("reasoning") or {}, ["effort", "summary", "generate_summary"], "reasoning").get("effort") not in (None, "none")
    asked.sealed = ENCRYPTED in (request.get("include") or [])
    return asked


# Replies


def usage_of():
    return {
        "input_tokens": talk.INPUT,
        "input_tokens_details": {"cached_tokens": talk.CACHED},
        "output_tokens": talk.OUTPUT,
        "output_tokens_details": {"reasoning_tokens": talk.THOUGHT},
        "total_tokens": talk.INPUT + talk.OUTPUT,
    }


def item_of(asked, part, index):
    if part.kind == "thinking":
        item = {"type": "reasoning", "id": REASONING, "summary": [{"type": "summary_text", "text": part.text}]}
        return item | ({"encrypted_content": part.seal} if asked.sealed else {})
    if part.kind == "call":
        return {"type": "function_call", "id": f"fc_{index}", "call_id": part.id, "name": part.name, "arguments": json.dumps(part.data), "status": "completed"}
    inside = {"type": "refusal", "refusal": part.text}
    if part.kind == "text":
        inside = {"type": "output_text", "text": part.text, "annotations": [], "logprobs": []}
    return {"type": "message", "id": f"msg_{index}", "role": "assistant", "status": "completed", "content": [inside]}


def response_of(asked, answer, items, status):
    fixed = {"id": "resp_7", "object": "response", "created_at": 1700000000, "error": None, "incomplete_details": None, "instructions": None}
    fixed |= {"metadata": {}, "parallel_tool_calls": True, "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0}
    if status == "incomplete":
        fixed["incomplete_details"] = {"reason": "max_output_tokens"}
    return fixed | {"model": asked.model, "status": status, "output": items, "usage": None if status == "in_progress" else usage_of()}


def whole(asked, answer):
    items = [item_of(asked, part, index) for index, part in enumerate(answer.blocks)]
    return response_of(asked, answer, items, "incomplete" if answer.finish == "length" else "completed")


def reasoning_events(part, item, where):
    where = where | {"summary_index": 0}
    yield {"type": "response.reasoning_summary_part.added", **where, "part": {"type": "summary_text", "text": ""}}
    for piece in talk.pieces_of(part.text):
        yield {"type": "response.reasoning_summary_text.delta", **where, "delta": piece}
    yield {"type": "response.reasoning_summary_text.done", **where, "text": part.text}
    yield {"type": "response.reasoning_summary_part.done", **where, "part": {"type": "summary_text", "text": part.text}}


def call_events(part, item, where):
    text = item["arguments"]
    for piece in (text[:3], text[3:]):
        yield {"type": "response.function_call_arguments.delta", **where, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **where, "arguments": text, "name": part.name}


def message_events(part, item, where):
    where, inside = where | {"content_index": 0}, item["content"][0]
    kind, key = ("refusal", "refusal") if part.kind == "refusal" else ("output_text", "text")
    yield {"type": "response.content_part.added", **where, "part": inside | {key: ""}}
    for piece in talk.pieces_of(part.text):
        yield {"type": f"response.{kind}.delta", **where, "delta": piece} | ({"logprobs": []} if kind == "output_text" else {})
    yield {"type": f"response.{kind}.done", **where, key: part.text} | ({"logprobs": []} if kind == "output_text" else {})
    yield {"type": "response.content_part.done", **where, "part": inside}


def events(asked, answer):
    EMPTY = {"reasoning": {"summary": []}, "function_call": {"arguments": "", "status": "in_progress"}, "message": {"content": [], "status": "in_progress"}}
    INSIDE = {"thinking": reasoning_events, "call": call_events, "text": message_events, "refusal": message_events}
    started = response_of(asked, answer, [], "in_progress")
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    for index, part in enumerate(answer.blocks):
        item = item_of(asked, part, index)
        yield {"type": "response.output_item.added", "output_index": index, "item": item | EMPTY[item["type"]]}
        yield from INSIDE[part.kind](part, item, {"item_id": item["id"], "output_index": index})
        if answer.breaks:
            failed = response_of(asked, answer, [], "failed") | {"error": {"code": "server_error", "message": answer.breaks}}
            yield {"type": "response.failed", "response": failed}
            return
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    done = whole(asked, answer)
    yield {"type": f"response.{done['status']}", "response": done}


def stream(asked, answer):
    for number, event in enumerate(events(asked, answer)):
        yield f"event: {event['type']}\ndata: {json.dumps(event | {'sequence_number': number})}\n\n"
