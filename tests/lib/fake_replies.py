"""What providers of the four dialects say: whole replies, streams and errors, as (content type, pieces) pairs.

Each function takes the request and answers in its dialect; a request with tools gets a call of the first one.
"""

import base64
import json
import struct

WORDS = ["The ", "sky ", "is ", "blue ", "é."]
TEXT = "".join(WORDS)
ARGUMENTS = {"city": "Oslo"}
JSON = "application/json"
EVENTS = "text/event-stream"


def data(value, name=None):
    return (f"event: {name}\n" if name else "") + f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def tool_of(request):
    """The name of the first tool offered, in whatever form; None without tools."""
    tools = request.get("tools") or []
    if not tools:
        return None
    first = tools[0]
    first = (first.get("functionDeclarations") or [first])[0]
    return first.get("name") or first.get("function", {}).get("name")


# OpenAI

CHAT_USAGE = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14, "completion_tokens_details": {"reasoning_tokens": 0}}


def chat(request):
    tool = tool_of(request)
    call = {"id": "call_1", "type": "function", "function": {"name": tool, "arguments": json.dumps(ARGUMENTS)}}
    if request.get("stream"):
        return EVENTS, chat_events(request, call if tool else None)
    message = {"role": "assistant", "content": None if tool else TEXT, "refusal": None}
    if tool:
        message["tool_calls"] = [call]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls" if tool else "stop"}
    return JSON, [json.dumps(chat_frame(request, "chat.completion") | {"choices": [choice], "usage": CHAT_USAGE})]


def chat_frame(request, kind):
    return {"id": "chatcmpl-1", "object": kind, "created": 1700000000, "model": request["model"], "system_fingerprint": None}


def chat_events(request, call):
    frame = chat_frame(request, "chat.completion.chunk")
    asked = (request.get("stream_options") or {}).get("include_usage")
    usage = {"usage": None} if asked else {}
    deltas = [{"role": "assistant", "content": "", "refusal": None}]
    if call:
        empty = call["function"] | {"arguments": ""}
        deltas.append({"tool_calls": [{"index": 0, **call, "function": empty}]})
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in json.dumps(ARGUMENTS).split(" ", 1)]
    else:
        deltas += [{"content": word} for word in WORDS]
    pieces = [data(frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}], "obfuscation": "xY"} | usage) for delta in deltas]
    last = {"index": 0, "delta": {}, "finish_reason": "tool_calls" if call else "stop"}
    pieces.append(data(frame | {"choices": [last]} | usage))
    if asked:
        pieces.append(data(frame | {"choices": [], "usage": CHAT_USAGE}))
    return [*pieces, "data: [DONE]\n\n"]


def response_items(request):
    tool = tool_of(request)
    if tool:
        call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": tool, "arguments": json.dumps(ARGUMENTS), "status": "completed"}
        return [call]
    part = {"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}
    return [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}]


def response_object(request, status, output):
    usage = {"input_tokens": 9, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 14}
    fixed = {"id": "resp_1", "object": "response", "created_at": 1700000000, "error": None, "incomplete_details": None, "instructions": None}
    fixed |= {"metadata": {}, "parallel_tool_calls": True, "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0}
    return fixed | {"model": request["model"], "status": status, "output": output, "usage": usage if status == "completed" else None}


def responses(request):
    items = response_items(request)
    whole = response_object(request, "completed", items)
    if not request.get("stream"):
        return JSON, [json.dumps(whole)]
    events = [{"type": "response.created", "response": response_object(request, "in_progress", [])}]
    item = items[0]
    empty = item | ({"content": []} if "content" in item else {"arguments": ""}) | {"status": "in_progress"}
    events.append({"type": "response.output_item.added", "output_index": 0, "item": empty})
    where = {"item_id": item["id"], "output_index": 0}
    if "content" in item:
        where["content_index"] = 0
        part = item["content"][0]
        events.append({"type": "response.content_part.added", **where, "part": part | {"text": ""}})
        events += [{"type": "response.output_text.delta", **where, "delta": word, "logprobs": []} for word in WORDS]
        events.append({"type": "response.output_text.done", **where, "text": TEXT, "logprobs": []})
        events.append({"type": "response.content_part.done", **where, "part": part})
    else:
        events.append({"type": "response.function_call_arguments.delta", **where, "delta": item["arguments"]})
        events.append({"type": "response.function_call_arguments.done", **where, "arguments": item["arguments"], "name": item["name"]})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": whole})
    return EVENTS, [data(event | {"sequence_number": number}, event["type"]) for number, event in enumerate(events)]


def embeddings(request):
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    vector = [0.25, -0.5, 1.0]
    if request.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack("<3f", *vector)).decode()
    rows = [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(texts))]
    usage = {"prompt_tokens": 4, "total_tokens": 4}
    return JSON, [json.dumps({"object": "list", "model": request["model"], "data": rows, "usage": usage})]


# Anthropic

MESSAGE_USAGE = {"input_tokens": 9, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 5}


def messages(request):
    tool = tool_of(request)
    block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": ARGUMENTS} if tool else {"type": "text", "text": TEXT, "citations": None}
    reason = "tool_use" if tool else "end_turn"
    frame = {"id": "msg_1", "type": "message", "role": "assistant", "model": request["model"], "stop_sequence": None}
    if not request.get("stream"):
        return JSON, [json.dumps(frame | {"content": [block], "stop_reason": reason, "usage": MESSAGE_USAGE})]
    begun = frame | {"content": [], "stop_reason": None, "usage": MESSAGE_USAGE | {"output_tokens": 1}}
    empty = block | ({"input": {}} if tool else {"text": ""})
    deltas = [{"type": "input_json_delta", "partial_json": part} for part in ("", '{"city":', ' "Oslo"}')] if tool else []
    deltas = deltas or [{"type": "text_delta", "text": word} for word in WORDS]
    events = [{"type": "message_start", "message": begun}, {"type": "content_block_start", "index": 0, "content_block": empty}, {"type": "ping"}]
    events += [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
    events += [{"type": "content_block_stop", "index": 0}]
    events += [{"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": {"output_tokens": 5}}, {"type": "message_stop"}]
    return EVENTS, [data(event, event["type"]) for event in events]


# Gemini

GEMINI_USAGE = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}


def gemini_chunk(model, parts, finish=None):
    candidate = {"content": {"parts": parts, "role": "model"}, "index": 0} | ({"finishReason": finish} if finish else {})
    return {"candidates": [candidate], "usageMetadata": GEMINI_USAGE, "modelVersion": model, "responseId": "r1"}


def gemini(request, model, streams):
    tool = tool_of(request)
    parts = [{"functionCall": {"name": tool, "args": ARGUMENTS}, "thoughtSignature": "c2ln"}] if tool else [{"text": TEXT}]
    if not streams:
        return JSON, [json.dumps(gemini_chunk(model, parts, "STOP"))]
    chunks = [gemini_chunk(model, parts, "STOP")] if tool else [gemini_chunk(model, [{"text": word}]) for word in WORDS]
    if not tool:
        chunks.append(gemini_chunk(model, [{"text": ""}], "STOP"))
    return EVENTS, [data(chunk) for chunk in chunks]


def gemini_embeddings(request):
    count = len(request.get("requests", [0]))
    return JSON, [json.dumps({"embeddings": [{"values": [0.25, -0.5, 1.0]}] * count} if "requests" in request else {"embedding": {"values": [0.25, -0.5, 1.0]}})]


# Ollama


def ollama_chat(request):
    tool = tool_of(request)
    calls = [{"function": {"name": tool, "arguments": ARGUMENTS}}]
    frame = {"model": request["model"], "created_at": "2026-01-01T00:00:00Z"}
    last = {"done": True, "done_reason": "stop", "total_duration": 5191566416, "prompt_eval_count": 9, "eval_count": 5}
    if request.get("stream", True) is False:
        message = {"role": "assistant", "content": "" if tool else TEXT} | ({"tool_calls": calls} if tool else {})
        return JSON, [json.dumps(frame | {"message": message} | last)]
    said = [{"role": "assistant", "content": "", "tool_calls": calls}] if tool else [{"role": "assistant", "content": word} for word in WORDS]
    rows = [frame | {"message": message, "done": False} for message in said] + [frame | {"message": {"role": "assistant", "content": ""}} | last]
    return "application/x-ndjson", [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]


def ollama_embed(request):
    return JSON, [json.dumps({"model": request["model"], "embeddings": [[0.25, -0.5, 1.0]], "prompt_eval_count": 4})]


# Errors

KINDS = {
    404: ("invalid_request_error", "not_found_error", "NOT_FOUND"),
    429: ("requests", "rate_limit_error", "RESOURCE_EXHAUSTED"),
}


def error(dialect, status, text):
    openai, anthropic, google = KINDS[status]
    return {
        "openai": {"error": {"message": text, "type": openai, "param": None, "code": "model_not_found" if status == 404 else "rate_limit_exceeded"}},
        "anthropic": {"type": "error", "error": {"type": anthropic, "message": text}, "request_id": "req_1"},
        "gemini": {"error": {"code": status, "message": text, "status": google}},
        "ollama": {"error": text},
    }[dialect]
