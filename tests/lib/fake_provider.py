#!/usr/bin/env python3
"""A provider of all four dialects on one port, for client tests, the bench and trying things by hand: fake_provider.py PORT

The model's name says how it behaves: *missing* is a 404, *flaky* a 429 the first time a name is seen, *slow* waits five seconds,
*endless* streams until the reader is gone. GET /_seen tells how often each model was asked for and which readers went away.
"""

import http.server
import json
import re
import sys
import threading
import time
from urllib.parse import urlsplit

import fake_replies as replies

MODELS = {
    "openai": {"object": "list", "data": [{"id": "gpt-4o", "object": "model", "created": 1, "owned_by": "openai"}]},
    "anthropic": {"data": [{"id": "claude-haiku-4-5", "type": "model", "display_name": "Haiku", "created_at": "2025-10-01T00:00:00Z"}], "has_more": False},
    "gemini": {"models": [{"name": "models/gemini-2.5-flash", "displayName": "Flash"}]},
    "ollama": {"models": [{"name": "llama3.2", "model": "llama3.2", "size": 1, "digest": "d", "modified_at": "2026-01-01T00:00:00Z"}]},
}


class State:
    """What was seen so far; shared by all connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.requests = {}
        self.aborted = []

    def count(self, model):
        with self.lock:
            self.requests[model] = self.requests.get(model, 0) + 1
            return self.requests[model]

    def gone(self, model):
        with self.lock:
            self.aborted.append(model)


def dialect_of(path, headers):
    if path.startswith("/v1/messages"):
        return "anthropic"
    if path.startswith("/v1beta/") or re.match(r"/v1/models/[^/]+:", path):
        return "gemini"
    if path.startswith("/api/"):
        return "ollama"
    return "anthropic" if "anthropic-version" in headers else "openai"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/_seen":
            state = self.server.state
            return self.whole(200, {"requests": state.requests, "aborted": state.aborted})
        return self.whole(200, MODELS[dialect_of(path, self.headers)])

    def do_POST(self):
        path = urlsplit(self.path).path
        request = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        named = re.search(r"/models/([^:]+):", path)
        model = named.group(1) if named else request.get("model", "")
        dialect = dialect_of(path, self.headers)
        seen = self.server.state.count(model)
        if "missing" in model:
            return self.whole(404, replies.error(dialect, 404, f"model {model} does not exist"))
        if "flaky" in model and seen == 1:
            return self.whole(429, replies.error(dialect, 429, "slow down"), {"retry-after": "1", "retry-after-ms": "20"})
        if "slow" in model:
            return self.wait_long(model)
        kind, pieces = self.reply(path, request, model)
        return self.send_pieces(model, kind, pieces)

    do_DELETE = do_GET

    def reply(self, path, request, model):
        table = {
            "/v1/chat/completions": replies.chat,
            "/v1/responses": replies.responses,
            "/v1/embeddings": replies.embeddings,
            "/v1/messages": replies.messages,
            "/v1/messages/count_tokens": lambda _: (replies.JSON, ['{"input_tokens":9}']),
            "/api/chat": replies.ollama_chat,
            "/api/embed": replies.ollama_embed,
        }
        if path in table:
            return table[path](request)
        method = path.rpartition(":")[2]
        if "mbedContent" in method:
            return replies.gemini_embeddings(request)
        if method == "countTokens":
            return replies.JSON, ['{"totalTokens":9}']
        return replies.gemini(request, model, method == "streamGenerateContent")

    def whole(self, status, value, fields=None):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"content-type": "application/json", "content-length": str(len(body)), "x-request-id": "req_1", **(fields or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def send_pieces(self, model, kind, pieces):
        if kind == replies.JSON:
            return self.whole(200, json.loads(pieces[0]))
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            while "endless" in model:
                self.piece(pieces[1])
                time.sleep(0.02)
            for piece in pieces:
                self.piece(piece)
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.server.state.gone(model)
            self.close_connection = True

    def piece(self, text):
        raw = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))

    def wait_long(self, model):
        """Five seconds without a byte, unless the reader goes."""
        self.connection.settimeout(5)
        try:
            gone = not self.connection.recv(1)
        except TimeoutError:
            gone = False
        except OSError:
            gone = True
        self.close_connection = True
        if gone:
            self.server.state.gone(model)
        else:
            self.whole(200, {"late": True})


class Provider(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.state = State()
        self.port = self.server_address[1]

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass


if __name__ == "__main__":
    Provider(int(sys.argv[1])).serve_forever()
