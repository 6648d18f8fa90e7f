"""An OpenAI-compatible server for tests: replays what Tests/ModelServers has, and fails as it is told."""

import http.server
import json
import pathlib
import threading
import time

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "ModelServers"


class ModelServer:
    """`answers` is one plan for each request, in order; the last one stays. A plan is a name of a fixture, or a
    function that gets the handler and the request."""

    def __init__(self, *answers, models=("llama3.3",), port=0):
        self.answers, self.models, self.requests = list(answers), models, []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                data = [{"id": name, "object": "model", "created": 1, "owned_by": "library"} for name in owner.models]
                self.answer(200, {"object": "list", "data": data})

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.requests.append((self.path, dict(self.headers), request))
                plan = owner.answers[0] if len(owner.answers) == 1 else owner.answers.pop(0)
                if callable(plan):
                    plan(self, request)
                else:
                    self.replay(plan if request["stream"] or plan.endswith(".json") else plan.replace(".sse", ".json"))

            def answer(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def replay(self, name, until=None, pause=0.002):
                body = (FIXTURES / name).read_bytes()[:until]
                self.send_response(200)
                self.send_header("Content-Type", "application/json" if name.endswith(".json") else "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                # In the middle of lines and of characters.
                for start in range(0, len(body), 97):
                    self.wfile.write(body[start : start + 97])
                    self.wfile.flush()
                    time.sleep(pause)
                self.close_connection = True

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def refuse(status, message):
    """A plan."""
    return lambda handler, request: handler.answer(status, {"error": {"message": message, "type": "api_error"}})


def cut(name, until):
    """A plan: the answer breaks off."""
    return lambda handler, request: handler.replay(name, until)
