"""Ollama's chat: what its server refuses (and, beyond it, what it would pass over in silence), and its replies."""

import json

from . import talk
from .talk import Asked, Part, Turn, need, only, text_in

FIELDS = "model messages tools stream format options think keep_alive logprobs top_logprobs".split()
OPTIONS = "num_predict temperature top_k top_p min_p stop seed num_ctx presence_penalty frequency_penalty repeat_penalty repeat_last_n num_keep".split()


def call(value, where):
    only(value, ["id", "type", "function"], where)
    only(value["function"], ["index", "name", "arguments"], f"{where}.function")
    need(isinstance(value["function"]["arguments"], dict), f"{where}.function.arguments: cannot unmarshal string into Go struct field")
    return Part("call", name=text_in(value["function"]["name"], where), data=value["function"]["arguments"])


def message(value, index):
    where = f"messages[{index}]"
    only(value, ["role", "content", "thinking", "images", "tool_calls", "tool_name", "tool_call_id"], where)
    role = value["role"]
    need(role in ("system", "user", "assistant", "tool"), f"{where}: invalid role: {role!r}, must be one of [system, user, assistant, or tool]")
    value = {"content": ""} | value
    need(isinstance(value["content"], str), f"{where}.content: cannot unmarshal into Go struct field of type string")
    need("tool_calls" not in value or role == "assistant", f"{where}.tool_calls")
    if role == "tool":
        images = [talk.image_in("image/png", image, f"{where}.images") for image in value.get("images") or []]
        return Turn("user", [Part("result", text=value["content"], name=text_in(value["tool_name"], f"{where}.tool_name"), inside=images)])
    parts = [Part("thinking", text=value["thinking"])] if value.get("thinking") else []
    parts += [talk.image_in("image/png", image, f"{where}.images") for image in value.get("images") or []]
    parts += [Part("text", text=value["content"])] if value["content"] else []
    parts += [call(item, f"{where}.tool_calls[{at}]") for at, item in enumerate(value.get("tool_calls") or [])]
    need(parts, f"{where}: says nothing")
    return Turn(role, parts)


def number(turns):
    """Calls and results have no ids: the results stand behind the calls in their order."""
    joined, made = [], 0
    for turn in turns:
        results = turn.parts[0].kind == "result"
        if joined and results and joined[-1].parts[0].kind == "result":
            joined[-1].parts += turn.parts
        else:
            joined.append(turn)
    for turn, after in zip(joined, joined[1:] + [Turn("user", [])]):
        calls = [part for part in turn.parts if part.kind == "call"]
        results = [part for part in after.parts if part.kind == "result"]
        need(not calls or [part.name for part in calls] == [part.name for part in results], f"calls {calls} and results {results}"[:400])
        for first, second in zip(calls, results):
            first.id = second.id = f"c{made}"
            made += 1
    talk.paired(joined)
    return joined


def tool_name(tool, where):
    only(tool, ["type", "function"], where)
    function = only(tool["function"], ["name", "description", "parameters"], f"{where}.function")
    talk.schema_in(function["parameters"], f"{where}.function.parameters")
    return text_in(function["name"], where)


def read(request, path, headers):
    only(request, FIELDS, "request")
    need(isinstance(request.get("stream"), bool), "stream: is said explicitly")
    turns = number([message(value, index) for index, value in enumerate(request["messages"])])
    need(turns, "messages: empty")
    names = [tool_name(tool, f"tools[{index}]") for index, tool in enumerate(request.get("tools") or [])]
    options = only(request.get("options") or {}, OPTIONS, "options")
    for name, value in options.items():
        need(isinstance(value, list if name == "stop" else (int, float)), f"options.{name}: {value!r}")
    form = request.get("format")
    need(form is None or form == "json" or isinstance(form, dict), f"format: {form!r}")
    need(request.get("think") in (None, True, False, "low", "medium", "high"), f"think: {request.get('think')!r}")
    schema = talk.schema_in(form, "format") if isinstance(form, dict) else None
    asked = Asked("ollama", request["model"], turns, names, request["stream"], schema, limit=options.get("num_predict"))
    asked.thinks = request.get("think") is not False
    return asked


# Replies

FINISH = {"stop": "stop", "length": "length", "calls": "stop", "refusal": "stop"}


def part_of(part):
    if part.kind == "call":
        return {"content": "", "tool_calls": [{"function": {"name": part.name, "arguments": part.data}}]}
    return {"content": "", "thinking": part.text} if part.kind == "thinking" else {"content": part.text}


def line(asked, message, more):
    return {"model": asked.model, "created_at": "2026-01-01T00:00:00.5Z", "message": {"role": "assistant", **message}, **more}


def end_of(answer):
    counts = {"prompt_eval_count": talk.INPUT, "eval_count": talk.OUTPUT, "total_duration": 10, "load_duration": 1, "eval_duration": 5}
    return {"done": True, "done_reason": FINISH[answer.finish], **counts, "prompt_eval_duration": 3}


def whole(asked, answer):
    said = {"content": "".join(part.text for part in answer.blocks if part.kind in ("text", "refusal"))}
    thought = "".join(part.text for part in answer.blocks if part.kind == "thinking")
    calls = [call for part in answer.blocks for call in part_of(part).get("tool_calls", [])]
    said |= ({"thinking": thought} if thought else {}) | ({"tool_calls": calls} if calls else {})
    return line(asked, said, end_of(answer))


def stream(asked, answer):
    for part in answer.blocks:
        texts = [part.text] if part.kind == "call" else talk.pieces_of(part.text)
        for piece in texts:
            said = part_of(part) if part.kind == "call" else part_of(Part(part.kind, text=piece))
            yield json.dumps(line(asked, said, {"done": False})) + "\n"
        if answer.breaks:
            yield json.dumps({"error": answer.breaks}) + "\n"
            return
    yield json.dumps(line(asked, {"content": ""}, end_of(answer))) + "\n"


def error(status, text):
    return {"error": text}
