"""A Lambda Runtime API that waits for one request. Exits 0 when it is the first of a healthy runtime
(GET /2018-06-01/runtime/invocation/next), 1 when it is another or none comes in ten seconds.

    runtime_api_once.py FILE        writes its port to FILE
"""

import http.server
import os
import sys

outcome = 1


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global outcome
        outcome = 0 if self.path == "/2018-06-01/runtime/invocation/next" else 1
        self.answer()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        print(self.path, body.decode(errors="replace"), file=sys.stderr)
        self.answer()

    def answer(self):
        # No invocation: the connection closes and the runtime may end as it likes.
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
server.timeout = 10
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.handle_request()
sys.exit(outcome)
