"""The provider: GET /_seen tells what was asked last, of each form."""

import http.server
import json
import re
import threading
from urllib.parse import urlsplit

from . import anthropic, chat, gemini, ollama, responses, scenes, talk

responses.error = chat.error
FORMS = {
    "/v1/chat/completions": chat,
    "/v1/responses": responses,
    "/v1/messages": anthropic,
    "/api/chat": ollama,
}


def form_of(path):
    return gemini if re.match(r"/v1(beta)?/models/[^/]+:(stream)?[gG]enerateContent$", path) else FORMS.get(path)


def scene_of(asked):
    match = re.search(r"\[([a-z-]+)\]", asked.texts("user"))
    talk.need(match, f"no scene is named: {asked.texts('user')[:200]!r}")
    return match.group(1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.whole(200, self.server.seen)

    def do_POST(self):
        path = urlsplit(self.path).path
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        form = form_of(path)
        if not form:
            return self.whole(404, {"error": {"message": f"no such path: {path}"}})
        self.server.seen[form.__name__.rpartition(".")[2]] = request
        try:
            asked = form.read(request, path, {name.lower(): value for name, value in self.headers.items()})
            scene = scene_of(asked)
            trouble = scenes.trouble(asked, scene)
            if trouble:
                return self.whole(trouble[0], form.error(*trouble[:2]), trouble[2])
            answer = scenes.SCENES[scene](asked)
        except talk.Refused as why:
            return self.whole(400, form.error(400, f"strict {form.__name__.rpartition('.')[2]}: {why}"))
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as why:
            return self.whole(400, form.error(400, f"strict {form.__name__.rpartition('.')[2]}: {type(why).__name__}: {why}"))
        if not asked.stream:
            return self.whole(200, form.whole(asked, answer))
        return self.pieces(form, form.stream(asked, answer))

    def whole(self, status, value, fields=None):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"content-type": talk.JSON, "content-length": str(len(body)), **(fields or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def pieces(self, form, pieces):
        self.send_response(200)
        self.send_header("content-type", "application/x-ndjson" if form is ollama else talk.EVENTS)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            raw = piece.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))
        self.wfile.write(b"0\r\n\r\n")


class Provider(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.port = self.server_address[1]
        self.seen = {}

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass
