"""Gemini's generateContent: what its API refuses, and its replies."""

import json
import re

from . import talk
from .talk import Asked, Part, Turn, need, text_in

FIELDS = ["contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig", "cachedContent", "labels"]
CONFIG = """temperature topP topK maxOutputTokens stopSequences candidateCount seed presencePenalty frequencyPenalty responseMimeType responseSchema
responseJsonSchema responseLogprobs logprobs thinkingConfig responseModalities mediaResolution speechConfig enableEnhancedCivicAnswers""".split()
SIGNATURE = "CiQBjz1rX+/tQ0a8Vw=="
DATA = ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"]
SCHEMA = """type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength pattern
example anyOf propertyOrdering default items minimum maximum""".split()


def camel(value):
    """The names of protocol buffers: snake_case is the same; not inside what is the client's own."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    own = ("args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema", "labels")
    named = {re.sub(r"_([a-z])", lambda match: match.group(1).upper(), key): item for key, item in value.items()}
    return {key: item if key in own else camel(item) for key, item in named.items()}


def only(value, allowed, where):
    need(isinstance(value, dict), f"{where}: expected an object")
    for key in value:
        need(key in allowed, f'Invalid JSON payload received. Unknown name "{key}" at \'{where}\': Cannot find field.')
    return value


def subset(schema, where):
    """The subset of OpenAPI's schemas: one type as a word, and no other keys."""
    only(schema, SCHEMA, where)
    need(isinstance(schema.get("type", ""), str), f"Invalid value at '{where}.type'")
    for key, inside in (schema.get("properties") or {}).items():
        subset(inside, f"{where}.properties[{key}]")
    if "items" in schema:
        subset(schema["items"], f"{where}.items")
    for inside in schema.get("anyOf") or []:
        subset(inside, f"{where}.any_of")
    return schema


def media(part, where):
    inline = only(part["inlineData"], ["mimeType", "data", "displayName"], where)
    if inline["mimeType"].startswith("image/"):
        return talk.image_in(inline["mimeType"], inline["data"].replace("-", "+").replace("_", "/"), where)
    return Part("file", data=inline)


def part_in(part, role, where):
    only(part, [*DATA, "thought", "thoughtSignature", "videoMetadata"], where)
    kinds = [key for key in DATA if key in part]
    need(len(kinds) == 1, f"{where}: required oneof field 'data' must have one initialized field, not {kinds}")
    seal, kind = part.get("thoughtSignature", ""), kinds[0]
    need(not seal or talk.BASE64.match(seal.replace("-", "+").replace("_", "/")), f"{where}.thought_signature: Base64 decoding failed for {seal!r}")
    if kind == "text":
        text = part["text"] if part.get("thought") or seal else text_in(part["text"], f"{where}.text")
        return Part("thinking" if part.get("thought") else "text", text=text, seal=seal)
    if kind == "inlineData":
        return media(part, where)
    if kind == "functionCall":
        call = only(part["functionCall"], ["id", "name", "args"], where)
        need(role == "model" and talk.NAME.match(call["name"]) and isinstance(call.get("args", {}), dict), where)
        return Part("call", id=call.get("id", ""), name=call["name"], data=call.get("args", {}), seal=seal)
    if kind == "functionResponse":
        reply = only(part["functionResponse"], ["id", "name", "response", "parts", "willContinue", "scheduling"], where)
        need(role == "user" and isinstance(reply["response"], dict), f"{where}.function_response.response: expected an object")
        texts = [value if isinstance(value, str) else json.dumps(value) for value in reply["response"].values()]
        images = [media(inside, where) for inside in reply.get("parts", [])]
        return Part("result", text="\n".join(texts), id=reply.get("id", ""), name=reply["name"], inside=images)
    return Part(kind, data=part[kind])


def turn_in(content, index):
    where = f"contents[{index}]"
    only(content, ["role", "parts"], where)
    role = content.get("role", "user")
    need(role in ("user", "model"), f"Please use a valid role: user, model. (not {role!r})")
    need(content.get("parts"), f"{where}.parts: contents must not be empty")
    parts = [part_in(part, role, f"{where}.parts[{at}]") for at, part in enumerate(content["parts"])]
    return Turn("user" if role == "user" else "assistant", parts)


def check_calls(turns):
    for at, turn in enumerate(turns):
        calls = [part for part in turn.parts if part.kind == "call"]
        results = [part for part in turns[at + 1].parts if part.kind == "result"] if at + 1 < len(turns) else []
        if calls:
            need(len(calls) == len(results), "the number of function response parts must be equal to the number of function call parts")
            need(sorted(part.name for part in calls) == sorted(part.name for part in results), f"names of calls and responses: {calls} {results}")
            need(turns[at - 1].role == "user" and at > 0, "a function call turn must come immediately after a user turn")
            ids = [part.id for part in calls], [part.id for part in results]
            need(sorted(ids[0]) == sorted(ids[1]) or not any(ids[0]) or not any(ids[1]), f"ids of calls and responses: {ids}")
        elif results:
            need(False, "a function response turn must come immediately after a function call turn")


def check_signatures(model, turns):
    """Since Gemini 3 the first call of each step since the user's last words has to show its signature."""
    if "gemini-3" not in model:
        return False
    words = [at for at, turn in enumerate(turns) if turn.role == "user" and all(part.kind != "result" for part in turn.parts)]
    for turn in turns[words[-1] + 1 if words else 0 :]:
        first = next((part for part in turn.parts if part.kind == "call"), None)
        need(not first or first.seal, f"Function call `{first and first.name}` is missing a `thought_signature`.")
    return True


def tools_in(request):
    names = []
    for tool in request.get("tools") or []:
        only(tool, ["functionDeclarations", "googleSearch", "codeExecution", "urlContext", "googleSearchRetrieval", "googleMaps", "fileSearch"], "tools")
        for index, function in enumerate(tool.get("functionDeclarations") or []):
            where = f"tools[0].function_declarations[{index}]"
            only(function, ["name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema", "behavior"], where)
            need(talk.NAME.match(function["name"]), f"{where}.name")
            need(not ("parameters" in function and "parametersJsonSchema" in function), f"{where}: parameters and parameters_json_schema")
            if "parameters" in function:
                subset(function["parameters"], f"{where}.parameters")
                need(function["parameters"].get("properties"), f"{where}.parameters.properties: should be non-empty for OBJECT type")
            names.append(function["name"])
    need(len(set(names)) == len(names), "tools: duplicate function declaration")
    calling = only(request.get("toolConfig") or {}, ["functionCallingConfig", "retrievalConfig"], "tool_config").get("functionCallingConfig") or {}
    only(calling, ["mode", "allowedFunctionNames"], "tool_config.function_calling_config")
    need(calling.get("mode", "AUTO") in ("AUTO", "ANY", "NONE", "VALIDATED"), "tool_config.function_calling_config.mode")
    need("allowedFunctionNames" not in calling or calling["mode"] in ("ANY", "VALIDATED"), "allowed_function_names: only with mode ANY")
    mode, chosen = calling.get("mode", "AUTO"), calling.get("allowedFunctionNames", [])
    choice = {"ANY": "any", "NONE": "none"}.get(mode, "auto")
    return names, f"one:{chosen[0]}" if choice == "any" and len(chosen) == 1 else choice


def config_in(request):
    config = only(request.get("generationConfig") or {}, CONFIG, "generation_config")
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    if "responseSchema" in config:
        subset(config["responseSchema"], "generation_config.response_schema")
    need(not schema or config.get("responseMimeType") == talk.JSON, "response_schema only with response_mime_type application/json")
    need(len(config.get("stopSequences", [])) <= 5, "stop_sequences: at most 5")
    thinking = only(config.get("thinkingConfig") or {}, ["includeThoughts", "thinkingBudget", "thinkingLevel"], "thinking_config")
    need(not ("thinkingBudget" in thinking and "thinkingLevel" in thinking), "thinking_budget and thinking_level are not allowed together")
    return config, schema, thinking


def read(request, path, headers):
    need(headers.get("x-goog-api-key"), "API key not valid.")
    request = camel(request)
    only(request, FIELDS, "request")
    model, method = re.match(r"/v1(?:beta)?/models/([^:]+):(\w+)$", path).groups()
    turns = [turn_in(content, index) for index, content in enumerate(request["contents"])]
    need(turns and turns[-1].role == "user", "contents: ends with a turn of the model")
    check_calls(turns)
    signed = check_signatures(model, turns)
    names, choice = tools_in(request)
    config, schema, thinking = config_in(request)
    system = request.get("systemInstruction")
    if system:
        parts = [part_in(part, "user", "system_instruction") for part in system["parts"]]
        turns.insert(0, Turn("system", parts))
    asked = Asked("gemini", model, turns, names, method == "streamGenerateContent", schema, limit=config.get("maxOutputTokens"))
    asked.signed = signed
    asked.choice = choice
    asked.thinks = bool(thinking) and thinking.get("thinkingBudget", 1) != 0
    return asked


# Replies

FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "calls": "STOP"}


def usage_of():
    return {
        "promptTokenCount": talk.INPUT,
        "cachedContentTokenCount": talk.CACHED,
        "candidatesTokenCount": talk.OUTPUT - talk.THOUGHT,
        "thoughtsTokenCount": talk.THOUGHT,
        "totalTokenCount": talk.INPUT + talk.OUTPUT,
    }


def parts_of(asked, answer):
    """The signature of a thought stands at the first part behind it; of Gemini 3 each step's first call has one."""
    seal = SIGNATURE if asked.signed and answer.finish == "calls" and answer.blocks[0].kind == "call" else ""
    for part in answer.blocks:
        if part.kind == "thinking":
            seal = part.seal
            yield {"text": part.text, "thought": True}
            continue
        said = {"functionCall": {"name": part.name, "args": part.data}} if part.kind == "call" else {"text": part.text}
        yield said | ({"thoughtSignature": seal} if seal else {})
        seal = ""


def chunk(asked, parts, finish=None):
    candidate = {"content": {"parts": parts, "role": "model"}, "index": 0} | ({"finishReason": finish} if finish else {})
    return {"candidates": [candidate], "usageMetadata": usage_of(), "modelVersion": asked.model, "responseId": "rE1"}


def blocked(asked):
    usage = {"promptTokenCount": talk.INPUT, "totalTokenCount": talk.INPUT}
    return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": usage, "modelVersion": asked.model, "responseId": "rE1"}


def whole(asked, answer):
    return blocked(asked) if answer.finish == "refusal" else chunk(asked, list(parts_of(asked, answer)), FINISH[answer.finish])


def stream(asked, answer):
    if answer.finish == "refusal":
        yield f"data: {json.dumps(blocked(asked))}\r\n\r\n"
        return
    for part in parts_of(asked, answer):
        texts = talk.pieces_of(part["text"]) if "text" in part else [None]
        for index, piece in enumerate(texts):
            said = part if piece is None else {key: value for key, value in part.items() if key != "thoughtSignature" or index == len(texts) - 1} | {"text": piece}
            yield f"data: {json.dumps(chunk(asked, [said]))}\r\n\r\n"
        if answer.breaks:
            yield f"data: {json.dumps(error(503, answer.breaks))}\r\n\r\n"
            return
    yield f"data: {json.dumps(chunk(asked, [{'text': ''}], FINISH[answer.finish]))}\r\n\r\n"


KINDS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}


def error(status, text):
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}] if status == 429 else []
    return {"error": {"code": status, "message": text, "status": KINDS.get(status, "INTERNAL")} | ({"details": details} if details else {})}
