"""How the dialects talk, and the other forms of streams that two of them have: requests, replies as raw pieces, and how an error must look."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import fake_replies  # noqa: E402
from scenario.wire import chunk  # noqa: E402

LARGE = 6 << 20
HELLO = [{"role": "user", "content": "hello"}]
# dialect: path whole, path streamed, body, tokens that the first half of a stream tells
TABLE = {
    "openai": ("/v1/chat/completions", "/v1/chat/completions", {"model": "gpt-4o", "messages": HELLO}, 0),
    "anthropic": ("/v1/messages", "/v1/messages", {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": HELLO}, 9),
    "gemini": ("/v1beta/models/g:generateContent", "/v1beta/models/g:streamGenerateContent?alt=sse", {"contents": [{"parts": [{"text": "hi"}]}]}, 9),
    "ollama": ("/api/chat", "/api/chat", {"model": "llama3.2", "messages": HELLO}, 0),
    "responses": ("/v1/responses", "/v1/responses", {"model": "gpt-4o", "input": "hello"}, 0),
    "gemini-array": (None, "/v1beta/models/g:streamGenerateContent", {"contents": [{"parts": [{"text": "hi"}]}]}, 9),
}
FORMS = list(TABLE)


def dialect_of(form):
    """The dialect whose provider is asked in this form."""
    return {"responses": "openai", "gemini-array": "gemini"}.get(form, form)


def request_of(dialect, stream, large=False):
    """Path and body; a large body is more than sockets can hold."""
    whole, streamed, body, _ = TABLE[dialect]
    body = dict(body)
    if dialect_of(dialect) != "gemini":
        body["stream"] = stream
    if large:
        body["padding"] = "x" * LARGE
    return (streamed if stream else whole), json.dumps(body).encode()


def head_bytes(method, path, name, length, fields=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"x-request-id: {name}", "content-type: application/json"]
    lines += [f"content-length: {length}"] if length is not None else []
    return "\r\n".join([*lines, *fields]).encode() + b"\r\n\r\n"


def reply_parts(dialect, stream, asked):
    """Content type and the pieces of a good reply to `asked`."""
    makers = {"openai": fake_replies.chat, "anthropic": fake_replies.messages, "ollama": fake_replies.ollama_chat, "responses": fake_replies.responses}
    if dialect_of(dialect) == "gemini":
        kind, pieces = fake_replies.gemini(asked, "g", stream)
        kind, pieces = (kind, pieces) if dialect == "gemini" else (fake_replies.JSON, as_array(pieces))
    else:
        kind, pieces = makers[dialect](asked)
    return kind, [piece.encode() for piece in pieces]


def as_array(events):
    """The events as the elements of one array, a comma before each but the first."""
    elements = [event.removeprefix("data: ").rstrip("\n") for event in events]
    return ["[" + elements[0], *[",\r\n" + element for element in elements[1:]], "\n]"]


def without_usage(pieces):
    """The chunk that only we have asked for is not the client's."""
    return b"".join(piece for piece in pieces if b'"choices": []' not in piece)


def framed(kind, pieces, chunked):
    """The reply as raw bytes in steps: head first; whole bodies may have a length instead."""
    if not chunked:
        body = b"".join(pieces)
        middle = len(body) // 2
        return [b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (kind.encode(), len(body)), body[:middle], body[middle:]]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ntransfer-encoding: chunked\r\n\r\n" % kind.encode()
    if len(pieces) == 1:
        middle = len(pieces[0]) // 2
        pieces = [pieces[0][:middle], pieces[0][middle:]]
    return [head, *[chunk(piece) for piece in pieces], b"0\r\n\r\n"]


def error_value(dialect, text):
    return fake_replies.error(dialect_of(dialect), 429, text)


def says_error(dialect, value, code, status):
    """Whether a JSON value is the body of an error of ours in that dialect."""
    dialect = dialect_of(dialect)
    error = value.get("error") if isinstance(value, dict) else None
    if dialect == "ollama":
        return isinstance(error, str) and bool(error)
    if not isinstance(error, dict) or not error.get("message"):
        return False
    if dialect == "openai":
        return error.get("code") == code and bool(error.get("type"))
    if dialect == "gemini":
        return error.get("code") == status and bool(error.get("status"))
    return value.get("type") == "error" and bool(error.get("type"))


def event_says_error(form, name, value, code, status):
    """Whether a stream's last event is an error of ours."""
    if form == "responses":
        return name == "error" and isinstance(value, dict) and value.get("type") == "error" and value.get("code") == code and bool(value.get("message"))
    return says_error(form, value, code, status) and (name == "error" or form != "anthropic")


def last_element(text):
    """Of an array that may have been cut inside an element, in front of the comma; None when its end cannot be read."""
    whole = read(text)
    if isinstance(whole, list) and whole:
        return whole[-1]
    before, comma, last = text.rpartition(",\n{")
    between = before.rstrip().endswith((",", "["))
    return read("{" + last.removesuffix("]")) if comma and last.endswith("]") and not between else None


def last_event(dialect, body):
    """Name and value of the last whole event (or row) that a reader of the stream gets; None when its end cannot be read."""
    text = body.decode("utf-8", "replace")
    if dialect == "gemini-array":
        return None, last_element(text)
    if dialect == "ollama":
        lines = text.split("\n")
        return (None, read(lines[-2])) if len(lines) > 1 and not lines[-1] else (None, None)
    blocks = text.replace("\r\n", "\n").split("\n\n")
    if len(blocks) < 2 or blocks[-1]:
        return None, None
    name, data = None, []
    for line in blocks[-2].split("\n"):
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            data.append(value.removeprefix(" "))
    return name, read("\n".join(data))


def read(text):
    try:
        return json.loads(text)
    except ValueError:
        return None
