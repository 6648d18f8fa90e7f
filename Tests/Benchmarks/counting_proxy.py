"""Between an AWS client and its endpoint: hands on every request as it is, and counts them by operation."""

import collections
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class CountingProxy:
    def __init__(self, endpoint):
        self.calls = calls = collections.Counter()
        target = urlsplit(endpoint)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def relay(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                calls[operation(self.command, self.path, self.headers, body)] += 1
                upstream = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
                # The host is signed: it stays the proxy's.
                upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    upstream.putheader(name, value)
                upstream.endheaders(body)
                answer = upstream.getresponse()
                content = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                # To HEAD the length of what a GET would bring.
                length = answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content))
                self.send_header("Content-Length", length)
                self.end_headers()
                self.wfile.write(content)
                upstream.close()

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = relay

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()


def operation(method, path, headers, body):
    """`cloudformation.DescribeStacks`, `s3.PUT`."""
    scope = headers.get("Authorization", "").partition("Credential=")[2].split("/")
    service = scope[3] if len(scope) > 3 else "unsigned"
    target = headers.get("X-Amz-Target", "").rpartition(".")[2]
    if not target and service in ("cloudformation", "sts"):
        target = parse_qs(body.decode()).get("Action", ["?"])[0]
    return f"{service}.{target or method}"
